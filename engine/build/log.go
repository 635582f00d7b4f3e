package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// logFile copies what a build prints into its log and remembers the end. It
// ends a build that prints too much, or nothing for too long.
type logFile struct {
	path string
	pipe *os.File // the build's stdout and stderr
	tail tail
	done chan error

	written int64
	limits  Limits
	end     context.CancelCauseFunc
	silence *time.Timer // nil without a limit
}

func startLog(path string, l Limits, end context.CancelCauseFunc, phase func(string)) (*logFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, fmt.Errorf("create log: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a pipe for the log: %w", err), f.Close())
	}
	if l.Log == 0 {
		l.Log = DefaultLog
	}
	g := &logFile{path: path, pipe: write, done: make(chan error, 1), limits: l, end: end, tail: tail{phase: phase}}
	if l.Silence > 0 {
		g.silence = time.AfterFunc(l.Silence, func() {
			end(&limitError{"silence", "it printed nothing for " + l.Silence.String()})
		})
	}
	go func() {
		_, err := io.Copy(io.MultiWriter(g, &g.tail, f), read)
		var limit *limitError
		if errors.As(err, &limit) {
			err = nil
		}
		if err != nil {
			err = fmt.Errorf("write log: %w", err)
		}
		_, _ = io.Copy(io.Discard, read) // a full disk must not block the build
		g.done <- errors.Join(err, read.Close(), f.Close())
	}()
	return g, nil
}

// Write sees everything before the log does.
func (l *logFile) Write(p []byte) (int, error) {
	if l.silence != nil {
		l.silence.Reset(l.limits.Silence)
	}
	if l.written += int64(len(p)); l.written > l.limits.Log {
		err := &limitError{"log", "it printed more than " + size(l.limits.Log)}
		l.end(err)
		return 0, err
	}
	return len(p), nil
}

// add writes a line of belljar's own to the end of a closed log, so that it
// tells why the build ended. That it cannot is no reason to say less elsewhere.
func (l *logFile) add(line string) {
	if f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND, 0); err == nil {
		_, _ = fmt.Fprintln(f, line)
		_ = f.Close()
	}
}

// close waits until everything printed is in the log.
func (l *logFile) close() error {
	if l.silence != nil {
		l.silence.Stop()
	}
	return errors.Join(l.pipe.Close(), <-l.done)
}

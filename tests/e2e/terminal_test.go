package e2e

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// screen is what a terminal has shown.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) shows(pattern string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return regexp.MustCompile(pattern).Match(s.text.Bytes())
}

// TestShellOnATerminal talks to belljar shell through a real terminal: job
// control, Ctrl-C and the window's size work, and the terminal inside is not
// the one outside.
func TestShellOnATerminal(t *testing.T) {
	dir, env := project(t, "[buildout]\nparts = p\n[p]\nrecipe = plone.recipe.command\ncommand = echo it runs; touch @@LOCATION@@/x\n")
	for i, e := range env {
		if e == "BELLJAR_STORE="+dir+"/store" {
			env[i] = "BELLJAR_STORE=" + shared.store
		}
	}
	cmd := exec.Command(belljar(), "shell", "p")
	cmd.Dir, cmd.Env = dir, env
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 33, Cols: 77})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	shown := &screen{}
	ended := make(chan struct{})
	go func() { _, _ = io.Copy(shown, tty); close(ended) }()
	expect := func(pattern string) {
		t.Helper()
		waitUntil(t, pattern, func() bool { return shown.shows(pattern) })
	}
	enter := func(text string) { _, _ = io.WriteString(tty, text) }
	expect(`steps to call, in this order: command`)
	enter("tty; stty size\n")
	expect(`/dev/pts/0\r\n33 77`)
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 20, Cols: 50}); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the new size", func() bool { enter("stty size\n"); return shown.shows(`20 50`) })
	enter("sleep 1000; echo slept\n")
	expect(`sleep 1000`)
	enter("\x03")
	enter("echo code $?\n")
	expect(`code 130`)
	enter("command\n")
	expect(`it runs`)
	enter("kill -STOP $$; echo goes on\n")
	expect(`\ngoes on`)
	enter("suspend\n")
	expect(`no shell to go back to`)
	enter("set -m; sleep 1000 & kill %1; wait; echo jobs work; exit 9\n")
	expect(`jobs work`)
	<-ended
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 9 {
		t.Errorf("ended with %v, want exit code 9\n%s", err, shown.text.String())
	}
	_ = cmd.Process.Signal(syscall.SIGKILL)
}

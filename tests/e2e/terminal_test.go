package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
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
	cmd := inSharedStore(t, "[buildout]\nparts = p\n[p]\nrecipe = plone.recipe.command\ncommand = echo it runs; touch @@LOCATION@@/x\n", "shell", "p")
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
	// What is typed while bash is between two commands may get lost.
	ready := func() { t.Helper(); expect(`\$ $`) }
	expect(`steps to call, in this order: command`)
	enter("tty; stty size\n")
	expect(`/dev/pts/0\r\n33 77`)
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 20, Cols: 50}); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the new size", func() bool {
		ready()
		enter("stty size\n")
		time.Sleep(300 * time.Millisecond)
		return shown.shows(`20 50`)
	})
	ready()
	enter("sleep 1000; echo slept\n")
	expect(`sleep 1000; echo slept\r\n`)
	enter("\x03")
	ready()
	enter("echo code $?\n")
	expect(`code 130`)
	ready()
	enter("command\n")
	expect(`it runs`)
	ready()
	enter("kill -STOP $$; echo goes on\n")
	expect(`\ngoes on`)
	ready()
	enter("suspend\n")
	expect(`no shell to go back to`)
	ready()
	enter("set -m; sleep 1000 & kill %1; wait; echo jobs work; exit 9\n")
	expect(`jobs work`)
	<-ended
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 9 {
		t.Errorf("ended with %v, want exit code 9\n%s", err, shown.text.String())
	}
	_ = cmd.Process.Signal(syscall.SIGKILL)
}

// inSharedStore runs belljar on a profile of its own, with the toolchain that
// is there already.
func inSharedStore(t *testing.T, profile string, args ...string) *exec.Cmd {
	dir, env := project(t, profile)
	for i, e := range env {
		if e == "BELLJAR_STORE="+dir+"/store" {
			env[i] = "BELLJAR_STORE=" + shared.store
		}
	}
	cmd := exec.Command(belljar(), args...)
	cmd.Dir, cmd.Env = dir, env
	return cmd
}

// TestLiveView watches a run on a real terminal: the picture, a log at the
// press of a key, lines for what ended, and a terminal that is as it was, also
// after Ctrl-C.
func TestLiveView(t *testing.T) {
	profile := "[buildout]\nparts = one two\n[one]\nrecipe = plone.recipe.command\ncommand = %s\n[two]\nrecipe = plone.recipe.command\ncommand = %s\n"
	salt := t.TempDir() // so that a kept store has not built it yet
	long := "echo from " + salt + "; while ! [ -e /dev/shm/stop ]; do sleep 0.2; done"
	short := "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.3; done; : " + salt
	for name, run := range map[string]struct {
		profile string
		act     func(press func(string), expect func(string))
		code    int
	}{
		"a run": {fmt.Sprintf(profile, short, ": "+salt), func(press, expect func(string)) {
			expect(`\d of 2 built · 0:0\d`)
			expect(`one +command`)
			press("l")
			expect(`│ line \d`)
			press("j")
			expect(`built     one in .*\r\n`)
			expect(`PART +VERSION`)
		}, 0},
		"Ctrl-C": {fmt.Sprintf(profile, long, ": "+salt+"2"), func(press, expect func(string)) {
			expect(`one +command`)
			press("\x03")
			expect(`interrupted: nothing unfinished was kept`)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := inSharedStore(t, run.profile, "-j2")
			tty, theirs, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer tty.Close()
			defer theirs.Close()
			if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 100}); err != nil {
				t.Fatal(err)
			}
			before, err := unix.IoctlGetTermios(int(theirs.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
			cmd.Env = append(cmd.Env, "TERM=xterm")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			shown := &screen{}
			go func() { _, _ = io.Copy(shown, tty) }()
			run.act(func(key string) { _, _ = io.WriteString(tty, key) }, func(pattern string) {
				t.Helper()
				waitUntil(t, pattern, func() bool { return shown.shows(pattern) })
			})
			err = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != run.code {
				t.Errorf("exit code %d, %v, want %d\n%s", got, err, run.code, shown.text.String())
			}
			after, err := unix.IoctlGetTermios(int(theirs.Fd()), unix.TCGETS)
			if err != nil || *after != *before {
				t.Errorf("the terminal is not as it was: %+v, before %+v, %v", after, before, err)
			}
		})
	}
}

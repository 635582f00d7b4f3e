package step

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"belljar.build/engine/action"
)

// ShellOrder asks for a shell instead of the steps.
type ShellOrder struct {
	// Kept says that /build and the output are those of a failed build.
	Kept bool `json:"kept,omitempty"`
	// Command is what the shell runs: one word is a script, several are a
	// command and its arguments; without any it reads its standard input.
	Command []string `json:"command,omitempty"`
	// Terminal says that after the sources comes the socket that takes a
	// terminal's other end; otherwise the shell's stdin and stdout do.
	Terminal bool `json:"terminal,omitempty"`
}

// ShellReport is what came of it.
type ShellReport struct {
	Exit  int    `json:"exit"`
	Error string `json:"error,omitempty"`
}

// startupFile is what the shell reads first. /tmp is the build's own.
const startupFile = "/tmp/belljar-shell.sh"

// shell prepares the sources as a build would, makes a function of every
// further step, and leaves the rest to a person.
func (w *worker) shell(o *ShellOrder, files []*os.File) ShellReport {
	rest := w.order.Action.Steps
	if !o.Kept {
		rest = w.prepare(rest)
	}
	text := w.startup(o, rest)
	f, err := w.create(startupFile, 0o644)
	if err := write(f, err, text); err != nil {
		return ShellReport{Exit: 1, Error: err.Error()}
	}
	cmd := w.shellCommand(o)
	if o.Terminal {
		tty, err := openTerminal(files[0])
		if err != nil {
			return ShellReport{Exit: 1, Error: err.Error()}
		}
		defer tty.Close()
		cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	} else {
		cmd.Stdin, cmd.Stdout = files[0], files[1]
	}
	if err := cmd.Start(); err != nil {
		return ShellReport{Exit: 1, Error: err.Error()}
	}
	go keepGoing(cmd.Process.Pid)
	return shellReport(cmd.Wait())
}

// keepGoing continues a shell that stops itself: nobody else could.
func keepGoing(pid int) {
	for {
		switch err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED, nil); err {
		case nil:
			_ = unix.Kill(pid, unix.SIGCONT)
		case unix.EINTR:
		default:
			return // it has ended
		}
	}
}

func shellReport(err error) ShellReport {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		if err != nil {
			return ShellReport{Exit: 1, Error: err.Error()}
		}
		return ShellReport{}
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ShellReport{Exit: 128 + int(ws.Signal())}
	}
	return ShellReport{Exit: exit.ExitCode()}
}

// prepare performs the steps before the first that runs something, and gives
// those that are left. Sources that cannot be prepared are what a person may
// have come to look at.
func (w *worker) prepare(steps []action.Step) []action.Step {
	for i, s := range steps {
		if s.Run != nil || s.Fixup != nil || s.Promise != nil {
			return steps[i:]
		}
		if phase, err := w.perform(s); err != nil {
			fmt.Fprintf(w.out, "belljar: %s failed: %v\n", phase, err)
			return steps[i:]
		}
	}
	return nil
}

func (w *worker) shellCommand(o *ShellOrder) *exec.Cmd {
	bash := w.tools + "/bash"
	args := []string{"-s"}
	switch {
	case len(o.Command) == 1:
		args = []string{"-c", o.Command[0]}
	case len(o.Command) > 1:
		args = append([]string{"-c", `"$@"`, "belljar"}, o.Command...)
	case o.Terminal:
		args = []string{"--rcfile", startupFile, "-i"}
	}
	cmd := w.command(bash, args...)
	if len(o.Command) > 0 || !o.Terminal {
		cmd.Env = append(cmd.Env, "BASH_ENV="+startupFile)
	}
	return cmd
}

// startup is the environment, the place and the functions.
func (w *worker) startup(o *ShellOrder, steps []action.Step) string {
	var b strings.Builder
	b.WriteString("unset BASH_ENV\n") // for this shell, not for those that it starts
	b.WriteString(environmentScript(w.env, w.dir))
	if o.Kept {
		fmt.Fprintf(&b, "[ ! -f %[1]s ] || . %[1]s\n", path.Join(WorkDir, EnvironmentFile))
	}
	names := w.functions(&b, steps)
	if o.Terminal {
		b.WriteString("export TERM=xterm-256color\n")
	}
	if o.Terminal && len(o.Command) == 0 {
		b.WriteString("unset HISTFILE\n")
		b.WriteString("PS1='[belljar \\W]\\$ '\n")
		b.WriteString("suspend() { echo 'belljar: there is no shell to go back to'; }\n")
		fmt.Fprintf(&b, "echo %s\n", quote(w.banner(o, names)))
	}
	return b.String()
}

func (w *worker) banner(o *ShellOrder, names []string) string {
	what := "sources are in " + WorkDir
	if o.Kept {
		what = "the failed build's " + WorkDir + " and output, in place"
	}
	return fmt.Sprintf("belljar: %s: %s; the output is %s\nbelljar: steps to call, in this order: %s",
		w.order.Action.Name, what, w.order.Output, strings.Join(names, " "))
}

// functions writes one for each step. What belljar does itself after the last
// script (fixup) it does not do here.
func (w *worker) functions(b *strings.Builder, steps []action.Step) []string {
	var names []string
	for _, s := range steps {
		body := ""
		switch {
		case s.Run != nil:
			body = "sh -e -c " + quote(w.locate(s.Run.Script))
			if _, own := w.order.Action.Env["MAKEFLAGS"]; s.Run.Parallel && !own {
				body = "MAKEFLAGS=-j" + strconv.Itoa(max(1, w.order.Jobs)) + " " + body
			}
		case s.Directory != nil:
			body = "cd " + quote(w.locate(s.Directory.Path))
		default:
			continue
		}
		name := functionName(s, names)
		names = append(names, name)
		// With arguments it is the command of that name, if there is one.
		fmt.Fprintf(b, "%[1]s() {\n[ $# -eq 0 ] || { builtin command %[1]s \"$@\"; return; }\n%[2]s\n}\n", name, body)
	}
	return names
}

// functionName is the phase, as bash allows it, with a number when it is taken.
func functionName(s action.Step, taken []string) string {
	base := "enter"
	if s.Run != nil {
		base = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
				return r
			}
			return '_'
		}, s.Run.Phase)
	}
	if base == "" || base[0] >= '0' && base[0] <= '9' {
		base = "step_" + base
	}
	name := base
	for i := 2; slices.Contains(taken, name); i++ {
		name = base + "_" + strconv.Itoa(i)
	}
	return name
}

package step

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/sandbox"
)

// shell is a worker with the machine's own sh.
func shell(t *testing.T) (w *worker, printed func() string) {
	t.Helper()
	w, _ = tooled(t, "/store", nil)
	return w, func() string { return strings.TrimSpace(w.out.(*bytes.Buffer).String()) }
}

func TestRun(t *testing.T) {
	tests := []struct{ name, script, printed, err string }{
		{"plain", "echo a; echo b >&2", "a\nb", ""},
		{"location", "echo @@LOCATION@@/bin", "/store/3-own/bin", ""},
		{"stops at the first failure", "echo a\nfalse\necho b", "a", "exit status 1"},
		{"exit status", "exit 7", "", "exit status 7"},
		{"signal", "kill -TERM $$", "", "killed by signal 15 (terminated)"},
		{"no input", "cat", "", ""},
		{"environment is the action's", "echo $A $HOME", "1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("HOME", "/home/someone")
			w, printed := shell(t)
			w.order.Action.Env = map[string]string{"A": "1", "PATH": "/usr/bin:/bin"}
			w.env = w.environment()
			err := w.run(&action.Run{Script: tt.script})
			message := ""
			if err != nil {
				message = err.Error()
			}
			equal(t, "error", message, tt.err)
			equal(t, "printed", printed(), tt.printed)
		})
	}
}

func TestRunInTheCurrentFolder(t *testing.T) {
	w, printed := shell(t)
	if err := os.Mkdir(filepath.Join(w.dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := w.enter("sub"); err != nil {
		t.Fatal(err)
	}
	if err := w.run(&action.Run{Script: "basename $(pwd)"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "folder", printed(), "sub")
}

func TestParallel(t *testing.T) {
	const all = "-j --jobserver-auth=98,99 token"
	for _, tt := range []struct {
		name     string
		parallel bool
		own      string
		want     string
	}{
		{"make", true, "", all},
		{"another phase", false, "", ""},
		{"the part's own", true, "-j1 -s", "-j1 -s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, printed := shell(t)
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			defer write.Close()
			if _, err := write.WriteString("token\n"); err != nil {
				t.Fatal(err)
			}
			w.tokens = []*os.File{read, write}
			if tt.own != "" {
				w.order.Action.Env = map[string]string{"MAKEFLAGS": tt.own}
				w.env = append(w.env, w.environment()...)
			}
			// bash, for it redirects from such a number
			script := `if [ -e /proc/self/fd/98 ]; then exec bash -c 'read -u 98 t; echo x >&99; echo $MAKEFLAGS $t'; fi; echo $MAKEFLAGS`
			if err := w.run(&action.Run{Script: script, Parallel: tt.parallel}); err != nil {
				t.Fatal(err)
			}
			equal(t, "MAKEFLAGS", printed(), tt.want)
			// It is handed to one command, not kept.
			if got := strings.Join(w.env, " "); tt.own == "" && strings.Contains(got, "MAKEFLAGS") {
				t.Errorf("environment %s", got)
			}
		})
	}
}

func TestFinished(t *testing.T) {
	if err := finished(nil); err != nil {
		t.Error(err)
	}
	other := errors.New("other")
	if err := finished(other); err != other {
		t.Error(err)
	}
	missing := finished((&exec.Cmd{Path: "/nonexistent/sh"}).Run())
	if missing == nil || !strings.Contains(missing.Error(), "/nonexistent/sh") {
		t.Errorf("error %v", missing)
	}
}

// source hands a file with some text to the worker.
func hand(t *testing.T, w *worker, name, text string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "source")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	w.files[name] = f
}

func TestPatch(t *testing.T) {
	tests := []struct {
		name  string
		patch action.Patch
		want  string
	}{
		{"the toolchain's", action.Patch{Source: "a.patch", Options: []string{"-p1", "-l"}}, "patch --batch -p1 -l"},
		{"the part's own", action.Patch{Source: "a.patch", Options: []string{"-p0"}, Binary: "@@LOCATION@@/../../TOOLS/mine -x"}, "mine -x --batch -p0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, said := tooled(t, "/store", map[string]string{"patch": "cat >patched", "mine": "cat >patched"})
			tt.patch.Binary = strings.ReplaceAll(tt.patch.Binary, "@@LOCATION@@/../../TOOLS", w.tools)
			hand(t, w, "a.patch", "--- a\n+++ b\n")
			for range 2 { // the source is read from its start each time
				if err := w.patch(&tt.patch); err != nil {
					t.Fatal(err)
				}
				text, err := os.ReadFile(filepath.Join(w.dir, "patched"))
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "input", string(text), "--- a\n+++ b\n")
			}
			equal(t, "tools", said(), tt.want+"\n"+tt.want)
		})
	}
}

func TestPatchThatDoesNotApply(t *testing.T) {
	w, _ := tooled(t, "/store", map[string]string{"patch": "echo 'Hunk #1 FAILED'; exit 1"})
	hand(t, w, "a.patch", "x")
	err := w.patch(&action.Patch{Source: "a.patch", Options: []string{"-p0"}})
	w.fail(3, "patch", err)
	f := w.report.Failure
	equal(t, "failure", *f, Failure{Step: 3, Phase: "patch", Source: "a.patch", Message: "a.patch: the patch does not apply with -p0: exit status 1"})
	log := w.out.(*bytes.Buffer).String()
	equal(t, "log", log, "Hunk #1 FAILED\nbelljar: patch failed: a.patch: the patch does not apply with -p0: exit status 1\n")
	if err := w.patch(&action.Patch{Source: "b.patch"}); err == nil || err.Error() != "source b.patch was not handed over" {
		t.Errorf("error %v", err)
	}
}

func TestCopy(t *testing.T) {
	w, _ := shell(t)
	w.order.Output = filepath.Join(t.TempDir(), "out")
	if err := os.Mkdir(w.order.Output, 0o755); err != nil {
		t.Fatal(err)
	}
	hand(t, w, "a", "text")
	for path, want := range map[string]string{
		"sub/x":              filepath.Join(w.dir, "sub/x"),
		"@@LOCATION@@/bin/x": filepath.Join(w.order.Output, "bin/x"),
	} {
		if err := w.copy(&action.Copy{Source: "a", Path: path, Mode: 0o755 | 0o4000}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(want)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(want)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, path, string(text), "text")
		if mode := info.Mode(); mode&os.ModeSetuid != 0 || mode&0o100 == 0 {
			t.Errorf("%s: mode %v", path, mode)
		}
	}
}

func TestEnter(t *testing.T) {
	w, _ := shell(t)
	w.dir = put(t, map[string][]byte{"sub/file": nil})
	start := w.dir
	if err := w.enter("none"); err == nil || !strings.HasPrefix(err.Error(), "enter folder none: ") {
		t.Errorf("error %v", err)
	}
	if err := w.enter("sub/file"); err == nil || err.Error() != "enter folder sub/file: it is a file" {
		t.Errorf("error %v", err)
	}
	equal(t, "a failure leaves it", w.dir, start)
	if err := w.enter("sub/../sub/"); err != nil {
		t.Fatal(err)
	}
	equal(t, "folder", w.dir, start+"/sub")
}

func TestPromise(t *testing.T) {
	w, _ := shell(t)
	w.order.Output = put(t, map[string][]byte{"bin/x": nil})
	w.dir = put(t, map[string][]byte{"here": nil})
	if err := w.promise([]string{"@@LOCATION@@/bin/x", "here", "@@LOCATION@@/bin/y", "there"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "warnings", strings.ReplaceAll(strings.Join(w.report.Warnings, "\n"), w.order.Output, "OUT"),
		"promised file is missing: OUT/bin/y\npromised file is missing: there")
}

func TestUnknownStep(t *testing.T) {
	w, _ := shell(t)
	if _, err := w.perform(action.Step{}); err == nil {
		t.Error("a step that nobody knows is done")
	}
}

func TestOrderThatCannotBeRead(t *testing.T) {
	r, ok := Perform(sandbox.Task{Data: []byte("{")}, &bytes.Buffer{}).(Report)
	if !ok || r.Failure == nil || r.Failure.Phase != "start" {
		t.Errorf("report %+v", r)
	}
}

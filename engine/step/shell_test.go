package step

import (
	"os/exec"
	"strings"
	"testing"

	"belljar.build/engine/action"
)

func run(phase, script string) action.Step {
	return action.Step{Run: &action.Run{Phase: phase, Script: script, Parallel: phase == "make"}}
}

// TestFunctions gives the functions of some steps to a shell.
func TestFunctions(t *testing.T) {
	w := &worker{order: Order{Output: "/out", Jobs: 3, Action: &action.Action{}}}
	var b strings.Builder
	names := w.functions(&b, []action.Step{
		run("configure", "echo 'one' @@LOCATION@@"), run("make", "echo $MAKEFLAGS"), {Directory: &action.Directory{Path: "/"}},
		run("make", "pwd; false; echo never"), run("post-install", "echo done"), run("2nd", "echo ok"), {Fixup: &action.Fixup{}},
	})
	want := "configure make enter make_2 post_install step_2nd"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out, err := exec.Command("bash", "-c", b.String()+"\nenv() { echo env; }\n"+strings.Join(names, "; ")).CombinedOutput()
	if want := "one /out\n-j3\n/\ndone\nok\n"; err != nil || string(out) != want {
		t.Errorf("%v\n got %q\nwant %q", err, out, want)
	}
	out, err = exec.Command("bash", "-c", strings.ReplaceAll(b.String(), "configure", "printf")+"\nprintf %s-%s a b").CombinedOutput()
	if want := "a-b"; err != nil || string(out) != want {
		t.Errorf("a function with arguments is the command: %v, %q", err, out)
	}
}

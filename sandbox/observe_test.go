package sandbox_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"belljar.build/sandbox/observe"
)

// observed runs a script and gives what was observed of it.
func observed(t *testing.T, script string) []observe.Record {
	t.Helper()
	b := newBench(t)
	f, err := os.Create(filepath.Join(b.dir, "observations"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b.observe = f
	b.sh(t, script)
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	var all []observe.Record
	if err := observe.Read(f, func(r observe.Record) error { all = append(all, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// program is the number of the first program whose arguments end so.
func program(t *testing.T, all []observe.Record, end ...string) int {
	t.Helper()
	for _, r := range all {
		if len(r.Argv) >= len(end) && slices.Equal(r.Argv[len(r.Argv)-len(end):], end) {
			return r.Process
		}
	}
	t.Errorf("nothing was started with arguments that end in %q", end)
	return -1
}

func TestObserve(t *testing.T) {
	const script = `cd /build; mkdir d; echo x >d/file; ln -s d/file link; ln d/file hard
cat d/file absent //etc/../etc/passwd link 2>/dev/null
(cd d; cat file; ls /etc)
/absent/program 2>/dev/null; touch noexec; ./noexec 2>/dev/null
( : <subshell ) 2>/dev/null
( ( cat inner; true ); true ) 2>/dev/null
printf 'echo script' >nohead; chmod +x nohead; ./nohead >/dev/null
true`
	all := observed(t, script)
	sh, ls, cat := program(t, all, "-c", script), program(t, all, "ls", "/etc"),
		program(t, all, "cat", "d/file", "absent", "//etc/../etc/passwd", "link")
	inner := program(t, all, "cat", "file")
	for _, want := range []observe.Record{
		{Process: cat, Op: observe.Open, Path: "/build/d/file", Found: true},
		{Process: cat, Op: observe.Open, Path: "/build/absent"},
		{Process: cat, Op: observe.Open, Path: "//etc/../etc/passwd", Found: true},
		{Process: cat, Op: observe.Open, Path: "/build/link", Found: true},
		{Process: inner, Op: observe.Open, Path: "/build/d/file", Found: true},
		{Process: ls, Op: observe.List, Path: "/etc", Found: true},
		{Process: sh, Op: observe.Write, Path: "/build/d/file"},
		{Process: sh, Op: observe.Exec, Path: "/absent/program"},
		{Process: sh, Op: observe.Exec, Path: "/build/./noexec", Found: true},
		{Process: sh, Op: observe.Open, Path: "/build/subshell"}, // a fork keeps the number
		{Process: sh, Op: observe.Exec, Path: "/build/./nohead", Found: true},
		{Process: program(t, all, "ln", "-s", "d/file", "link"), Op: observe.Create, Path: "/build/link"},
		{Process: program(t, all, "ln", "d/file", "hard"), Op: observe.Link, Path: "/build/d/file", Found: true},
		{Process: program(t, all, "ln", "d/file", "hard"), Op: observe.Create, Path: "/build/hard"},
	} {
		if !slices.ContainsFunc(all, func(r observe.Record) bool {
			return r.Process == want.Process && r.Op == want.Op && r.Path == want.Path && r.Found == want.Found
		}) {
			t.Errorf("not observed: %+v", want)
		}
	}
	for _, r := range all {
		if r.Argv != nil && r.Process == program(t, all, "cat", "inner") && r.Parent != sh {
			t.Errorf("the start below two subshells: %+v", r)
		}
		if r.Argv != nil && r.Process == cat && (r.Parent != sh || !strings.HasSuffix(r.Program, "/cat")) {
			t.Errorf("cat's start: %+v", r)
		}
	}
	if t.Failed() {
		for _, r := range all {
			t.Logf("%+v", r)
		}
	}
}

// TestObserveManyAtOnce starts many processes side by side: none is lost and
// none is mistaken for another.
func TestObserveManyAtOnce(t *testing.T) {
	all := observed(t, `for i in $(seq 200); do cat /build/absent-$i 2>/dev/null & done; wait`)
	programs := map[string]int{}
	for _, r := range all {
		if len(r.Argv) == 2 && r.Argv[0] == "cat" {
			programs[r.Argv[1]] = r.Process
		}
	}
	if len(programs) != 200 {
		t.Errorf("%d programs of 200 were observed", len(programs))
	}
	found := 0
	for _, r := range all {
		if r.Op == observe.Open && strings.HasPrefix(r.Path, "/build/absent-") {
			if found++; programs[r.Path] != r.Process {
				t.Errorf("%+v belongs to program %d", r, programs[r.Path])
			}
		}
	}
	if found != 200 {
		t.Errorf("%d of 200 files were observed", found)
	}
}

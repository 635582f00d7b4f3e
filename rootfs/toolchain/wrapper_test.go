package toolchain

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wrapped compiles the wrapper over drivers that print their name and
// arguments, a line each. It gives the folder of the wrapper's names.
func wrapped(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	drivers := filepath.Join(dir, "driver") + "/"
	if err := os.Mkdir(drivers, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gcc", "g++", "cpp"} {
		text := "#!/bin/sh\nprintf '%s\\n' " + name + " \"$@\"\n"
		if err := os.WriteFile(drivers+name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	program := drivers + "wrapper"
	compileC(t, string(wrapperSource), program, "-Wall", "-Wextra", "-Werror", `-DDRIVERS="`+drivers+`"`)
	for _, name := range []string{"gcc", "cc", "g++", "c++", "cpp", "gcc-10", "x86_64-linux-gnu-g++-10", "x86_64-linux-gnu-cpp", "clever"} {
		if err := os.Symlink(program, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func call(t *testing.T, program string, env []string, args ...string) []string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = env
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v", program, args, err)
	}
	return strings.Split(strings.TrimSuffix(string(said), "\n"), "\n")
}

func TestWrapper(t *testing.T) {
	dir := wrapped(t)

	t.Run("driver by name", func(t *testing.T) {
		for name, want := range map[string]string{
			"gcc": "gcc", "cc": "gcc", "g++": "g++", "c++": "g++", "cpp": "cpp", "gcc-10": "gcc",
			"x86_64-linux-gnu-g++-10": "g++", "x86_64-linux-gnu-cpp": "cpp", "clever": "gcc",
		} {
			if got := call(t, filepath.Join(dir, name), nil); !slices.Equal(got, []string{want}) {
				t.Errorf("%s calls %q, want %s", name, got, want)
			}
		}
	})

	t.Run("order", func(t *testing.T) {
		env := []string{"BELLJAR_PREFIX_MAP=/build=/b  /tc=/t", "BELLJAR_RPATH=/x/lib::/y/lib:"}
		got := call(t, filepath.Join(dir, "gcc"), env, "-Wl,--disable-new-dtags", "a b.c")
		want := []string{
			"gcc", "-ffile-prefix-map=/build=/b", "-ffile-prefix-map=/tc=/t", "-fdebug-prefix-map=/build=/b",
			"-fdebug-prefix-map=/tc=/t", "-Wl,--disable-new-dtags", "a b.c", "-Wl,-rpath,/x/lib", "-Wl,-rpath,/y/lib",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})

	t.Run("empty variables", func(t *testing.T) {
		for _, env := range [][]string{nil, {"BELLJAR_PREFIX_MAP=", "BELLJAR_RPATH="}, {"BELLJAR_PREFIX_MAP= ", "BELLJAR_RPATH=::"}} {
			if got := call(t, filepath.Join(dir, "g++"), env, "a.cc"); !slices.Equal(got, []string{"g++", "a.cc"}) {
				t.Errorf("%q: got %q", env, got)
			}
		}
	})

	t.Run("another processor", func(t *testing.T) {
		args := []string{"-march=native", "-mtune=native", "-mcpu=native", "-march=native2", "-march", "native", "-O2", "-c", "native.c"}
		for env, want := range map[string][]string{
			"":          {"-march=native", "-mtune=native", "-mcpu=native"},
			"x86-64":    {"-march=x86-64", "-mtune=generic", "-mcpu=generic"},
			"x86-64-v2": {"-march=x86-64-v2", "-mtune=generic", "-mcpu=generic"},
		} {
			got := call(t, filepath.Join(dir, "gcc"), []string{"BELLJAR_NATIVE=" + env}, args...)
			if want := slices.Concat([]string{"gcc"}, want, args[3:]); !slices.Equal(got, want) {
				t.Errorf("%q: got %q, want %q", env, got, want)
			}
			if got := call(t, filepath.Join(dir, "gcc"), nil, args...); !slices.Equal(got[1:], args) {
				t.Errorf("without the variable: %q", got)
			}
		}
	})

	t.Run("thousands of arguments", func(t *testing.T) {
		args := slices.Repeat([]string{"object.o"}, 5000)
		got := call(t, filepath.Join(dir, "gcc"), []string{"BELLJAR_RPATH=/x"}, args...)
		if len(got) != 5002 || got[5001] != "-Wl,-rpath,/x" {
			t.Errorf("%d arguments, the last %q", len(got), got[len(got)-1])
		}
	})

	links := map[string]bool{
		"a.c": true, "a.o -o a": true, "-shared a.o": true, "@args": true, "-x c -": true, "-lz": true, "-l z": true,
		"-MD a.c -o a": true, "a.c -Xassembler -c": true, "-o a.h a.c": true, "-x c a.h": true, "-xc-header a.h -x none b.c": true,
		"": false, "-v": false, "--version": false, "-dumpmachine": false, "-print-prog-name=ld": false, "-Wl,--version": false,
		"-c a.c": false, "a.c -c": false, "-S a.c": false, "-E a.c": false, "-M a.c": false, "-MM a.c": false,
		"-fsyntax-only a.c": false, "-r a.o -o b.o": false, "-v -o a": false, "-I include -v": false, "-specs file -v": false,
		"a.h": false, "a.hpp -o a.gch": false, "-x c-header a.x": false, "-xc++-header a": false, "-x": false, "-o": false,
	}
	for line, want := range links {
		t.Run("links "+line, func(t *testing.T) {
			args := strings.Fields(line)
			got := call(t, filepath.Join(dir, "gcc"), []string{"BELLJAR_RPATH=/x"}, args...)
			if slices.Contains(got, "-Wl,-rpath,/x") != want {
				t.Errorf("got %q, want rpath: %v", got, want)
			}
			if got := call(t, filepath.Join(dir, "cpp"), []string{"BELLJAR_RPATH=/x"}, args...); slices.Contains(got, "-Wl,-rpath,/x") {
				t.Errorf("cpp links: %q", got)
			}
		})
	}
}

// Package conformance pins the rules of the profile language, one rule a
// script, by what belljar query and belljar annotate print. It needs
// bin/belljar (make build) and no network: the profiles that scripts extend by
// URL come from a server of the test's own.
package conformance

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

const (
	atLeast    = 150        // scripts
	ruleMark   = "# Rule: " // the first line of each
	requestLog = "requests" // what a script's server was asked, in its folder
)

// scripts lists the scripts by the folder that they lie in.
func scripts(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	byFolder := map[string][]string{}
	for _, file := range files {
		byFolder[filepath.Dir(file)] = append(byFolder[filepath.Dir(file)], file)
	}
	return byFolder
}

// TestRules runs every script of every folder.
func TestRules(t *testing.T) {
	bin, err := filepath.Abs("../../bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "belljar")); err != nil {
		t.Fatalf("%v (run make build first)", err)
	}
	for folder := range scripts(t) {
		t.Run(folder, func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:   folder,
				Setup: func(e *testscript.Env) error { return setUp(e, bin) },
				Cmds: map[string]func(*testscript.TestScript, bool, []string){
					"exits": exits, "prints": prints, "cached": cached, "addressed": addressed,
				},
				RequireExplicitExec: true,
			})
		})
	}
}

// TestEveryScriptNamesItsRule counts the scripts and reads their first lines.
func TestEveryScriptNamesItsRule(t *testing.T) {
	seen := map[string]string{} // rule -> script
	for _, files := range scripts(t) {
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(archive.Comment), "\n")
			rule, ok := strings.CutPrefix(first, ruleMark)
			switch {
			case !ok || !strings.HasSuffix(rule, "."):
				t.Errorf("%s: the first line names no rule as in %q", file, ruleMark+"a line whose column 0 is # is a comment.")
			case seen[rule] != "":
				t.Errorf("%s and %s name the same rule", file, seen[rule])
			}
			seen[rule] = file
		}
	}
	if len(seen) < atLeast {
		t.Errorf("%d rules, want at least %d", len(seen), atLeast)
	}
}

// setUp gives a script a user of its own, and a server for its folder www.
func setUp(e *testscript.Env, bin string) error {
	home := filepath.Join(e.WorkDir, "home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	s := &server{folder: e.WorkDir}
	web := httptest.NewServer(s)
	e.Defer(web.Close)
	s.port = web.URL[strings.LastIndexByte(web.URL, ':')+1:]
	e.Vars = []string{
		"PATH=" + bin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"WORK=" + e.WorkDir, "HOME=" + home, "TMPDIR=" + filepath.Join(e.WorkDir, ".tmp"),
		"SERVER=" + web.URL, "HOST=" + strings.TrimPrefix(web.URL, "http://"),
	}
	return nil
}

// server gives out the files of the folder www of a script's folder, and logs a
// line "PATH STATUS" for each request. /elsewhere/x redirects to x under the
// name localhost.
type server struct {
	folder, port string
	mu           sync.Mutex
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/elsewhere/"); ok {
		s.log(r.URL.Path, http.StatusFound)
		http.Redirect(w, r, "http://localhost:"+s.port+"/"+rest, http.StatusFound)
		return
	}
	data, err := os.ReadFile(filepath.Join(s.folder, "www", filepath.FromSlash(r.URL.Path)))
	if err != nil {
		s.log(r.URL.Path, http.StatusNotFound)
		http.NotFound(w, r)
		return
	}
	s.log(r.URL.Path, http.StatusOK)
	_, _ = w.Write(data)
}

func (s *server) log(path string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.OpenFile(filepath.Join(s.folder, requestLog), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprintln(f, path, status)
}

// exits CODE COMMAND...: runs the command and wants that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if (got == want) == neg {
		ts.Fatalf("%v: exit code %d, want %d", args[1:], got, want)
	}
}

// prints TEXT COMMAND...: runs the command, which succeeds and writes exactly
// TEXT and a line end; \n and \t in TEXT are a line end and a tab.
func prints(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec(args[1], args[2:]...))
	want := strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(args[0]) + "\n"
	if got := ts.ReadFile("stdout"); got != want {
		ts.Fatalf("%v: it prints %q, want %q", args[1:], got, want)
	}
}

// cached FOLDER URL FILE: the extends-cache has the URL's profile, equal to FILE.
func cached(ts *testscript.TestScript, neg bool, args []string) {
	sum := md5.Sum([]byte(args[1]))
	data, err := os.ReadFile(filepath.Join(ts.MkAbs(args[0]), hex.EncodeToString(sum[:])))
	if same := err == nil && string(data) == ts.ReadFile(args[2]); same == neg {
		ts.Fatalf("cached %v: %t, %v", args, same, err)
	}
}

// addressed [FILE]: writes the file profile to buildout.cfg, or FILE over
// itself, with the server's address for @SERVER@.
func addressed(ts *testscript.TestScript, _ bool, args []string) {
	from, to := "profile", "buildout.cfg"
	if len(args) > 0 {
		from, to = args[0], args[0]
	}
	text := strings.ReplaceAll(ts.ReadFile(from), "@SERVER@", ts.Getenv("SERVER"))
	ts.Check(os.WriteFile(ts.MkAbs(to), []byte(text), 0o644))
}

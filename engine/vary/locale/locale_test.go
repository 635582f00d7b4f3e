package locale

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// show writes the locale as a sandbox shows it, beneath a folder.
func show(t *testing.T, dir string) {
	t.Helper()
	size := 0
	for _, f := range Files() {
		name := filepath.Join(dir, f.Path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if f.Link != "" {
			if err := os.Symlink(f.Link, name); err != nil {
				t.Fatal(err)
			}
			continue
		}
		size += len(f.Data)
		if err := os.WriteFile(name, f.Data, f.Mode); err != nil {
			t.Fatal(err)
		}
	}
	if size == 0 || size > 100_000 {
		t.Errorf("the files hold %d bytes", size)
	}
}

// The machine's own glibc, whichever it is, reads it; what the toolchains' make
// of it tests/repro finds out.
func TestMachineReadsIt(t *testing.T) {
	dir := t.TempDir()
	show(t, dir)
	for script, want := range map[string]string{
		"printf '%s\n' b A é a B ab è 中 文 _ | sort":   "_ a A ab b B è é 中 文",
		"printf '%s\n' 中 文 é é è e | sort -u | wc -l": "5",
		"date -u -d @1 +%A":                    "jeudi",
		"echo BaC | LC_ALL= sed 's/[a-z]/x/g'": "BxC",
	} {
		cmd := exec.Command("sh", "-c", script)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LOCPATH=" + dir + Folder, "LC_COLLATE=" + Name, "LC_TIME=" + Name, "LC_NUMERIC=" + Name}
		said, err := cmd.CombinedOutput()
		if got := strings.Join(strings.Fields(string(said)), " "); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", script, got, err, want)
		}
	}
}

// JSON would mangle a text that is not UTF-8.
func TestBytesAreData(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Files() {
		if f.Text != "" || (f.Link == "") == (len(f.Data) == 0) {
			t.Errorf("%s: neither data nor a link", f.Path)
		}
		if strings.HasSuffix(f.Path, "/"+Name+"/"+filepath.Base(f.Path)) || strings.HasSuffix(f.Path, "LC_MESSAGES/SYS_LC_MESSAGES") {
			names[filepath.Base(f.Path)] = true
		}
	}
	if len(names) != 12 {
		t.Errorf("%d categories: %v", len(names), names)
	}
}

package e2e

import (
	"debug/elf"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestLxml builds the whole example and looks at what came out. The manifest
// hashes are compared with those that other machines got: a difference is a
// part that is not reproducible, or a change of belljar that needs a new
// Format, Revision or FixupRules, and then a new golden file.
func TestLxml(t *testing.T) {
	rows := build(t, example(t, "lxml.cfg"))
	if len(rows) != 15 {
		t.Errorf("%d parts, want 15", len(rows))
	}
	t.Run("the hashes that others got", func(t *testing.T) { compareGolden(t, rows) })
	t.Run("the transform ran", func(t *testing.T) {
		got, err := os.ReadFile(filepath.Join(physical(rows, "transform"), "result.xml"))
		want := "<built><part>libxml2</part><part>libxslt</part><part>zlib</part></built>"
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%v: %s", err, got)
		}
	})
	t.Run("NEEDED is declared", func(t *testing.T) { checkNeeded(t, rows) })
	t.Run("only what it uses is in its closure", func(t *testing.T) {
		cmd := example(t, "lxml.cfg")
		cmd.Args = append(cmd.Args, "closure", "--paths", "python3.11")
		out, err := cmd.Output()
		// openssl is built with perl, and its libraries were linked with perl's
		// folder in their RUNPATH.
		if err != nil || strings.Contains(string(out), "-perl-") || !strings.Contains(string(out), "-openssl-") {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("no path of the build", func(t *testing.T) { checkPaths(t, rows) })
	t.Run("a copy runs anywhere", func(t *testing.T) { runCopy(t, rows) })
	t.Run("unchanged", func(t *testing.T) {
		cmd := example(t, "lxml.cfg")
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Run(); err != nil || said.Len() > 0 {
			t.Errorf("a second run: %v\n%s", err, said.String())
		}
	})
}

func physical(rows []row, part string) string {
	i := slices.IndexFunc(rows, func(r row) bool { return r.Part == part })
	return filepath.Join(shared.store, filepath.Base(rows[i].StorePath))
}

func compareGolden(t *testing.T, rows []row) {
	var text strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&text, "%s\t%s\n", r.Manifest, filepath.Base(r.StorePath))
	}
	golden(t, "testdata/lxml.golden", text.String())
}

// fromBase are the libraries that every machine has, or that the base brings.
var fromBase = []string{
	"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1", "libresolv.so.2",
	"libcrypt.so.1", "libgcc_s.so.1", "ld-linux-x86-64.so.2",
}

// checkNeeded resolves NEEDED of every ELF file by its RUNPATH alone: the
// provider must be a part of the profile.
func checkNeeded(t *testing.T, rows []row) {
	files := 0
	for _, r := range rows {
		walkELF(t, filepath.Join(shared.store, filepath.Base(r.StorePath)), func(name string, f *elf.File) {
			files++
			needed, err := f.ImportedLibraries()
			if err != nil {
				t.Error(name, err)
			}
			runpath, _ := f.DynString(elf.DT_RUNPATH)
			for _, lib := range needed {
				if !slices.Contains(fromBase, lib) && !provided(name, lib, strings.Join(runpath, ":")) {
					t.Errorf("%s needs %s, which no declared part provides (RUNPATH %v)", name, lib, runpath)
				}
			}
			if rpath, _ := f.DynString(elf.DT_RPATH); len(rpath) > 0 {
				t.Errorf("%s has RPATH %v", name, rpath)
			}
		})
	}
	if files < 100 {
		t.Errorf("only %d ELF files were found", files)
	}
}

// provided looks along the relative entries of a RUNPATH, and wants every one
// of them followed by the store path that it stands for.
func provided(file, lib, runpath string) bool {
	entries := strings.Split(runpath, ":")
	for i := 0; i+1 < len(entries); i += 2 {
		relative, isRelative := strings.CutPrefix(entries[i], "$ORIGIN")
		dir := filepath.Join(filepath.Dir(file), relative)
		logical, isLogical := strings.CutPrefix(entries[i+1], "/var/lib/belljar/store/")
		if !isRelative || !isLogical || dir != filepath.Join(shared.store, logical) {
			return false
		}
		if _, err := os.Stat(filepath.Join(dir, lib)); err == nil {
			return true
		}
	}
	return false
}

func walkELF(t *testing.T, root string, visit func(string, *elf.File)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := elf.Open(name)
		if err != nil {
			return nil
		}
		defer f.Close()
		if f.Type == elf.ET_EXEC || f.Type == elf.ET_DYN {
			visit(name, f)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// checkPaths looks for the work folder and the tools in everything compiled.
func checkPaths(t *testing.T, rows []row) {
	for _, r := range rows {
		if r.Part == "perl" {
			continue // Debian's, not built here
		}
		walkELF(t, filepath.Join(shared.store, filepath.Base(r.StorePath)), func(name string, _ *elf.File) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Error(err)
			}
			for _, path := range []string{"/build/", "/tc/"} {
				if strings.Contains(string(data), path) {
					t.Errorf("%s holds the path %s", name, path)
				}
			}
		})
	}
}

// runCopy moves the closure to where nothing of the store's path is, and runs
// it there without belljar.
func runCopy(t *testing.T, rows []row) {
	dir := t.TempDir()
	for _, r := range rows {
		from := filepath.Join(shared.store, filepath.Base(r.StorePath))
		if err := exec.Command("cp", "-a", from, dir).Run(); err != nil {
			t.Fatal(err)
		}
	}
	at := func(part string) string { return filepath.Join(dir, filepath.Base(physical(rows, part))) }
	cmd := exec.Command(at("python3.11")+"/bin/python3.11", "-c",
		"import ssl, readline, ctypes, lzma; from lxml import etree; print(etree.__file__)\n"+
			"import re; print(sorted(set(re.findall(r'/\\S+/[0-9a-f]{32}-\\S+?/', open('/proc/self/maps').read()))))")
	cmd.Env = []string{"PYTHONPATH=" + at("lxml") + "/lib/python3.11/site-packages"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), shared.store) || !strings.Contains(string(out), at("openssl")) {
		t.Errorf("libraries were loaded from elsewhere:\n%s", out)
	}
}

// TestUndeclaredIsAbsent takes zlib out of libxml2's declaration. The machine
// having zlib and its headers makes no difference: the sandbox does not.
func TestUndeclaredIsAbsent(t *testing.T) {
	cmd := example(t, "no-zlib.cfg")
	profile := "[buildout]\nextends = ../component/libxml2.cfg\n[libxml2]\nconfigure-options -=\n  --with-zlib=${zlib:location}\n"
	if err := os.WriteFile(filepath.Join(cmd.Dir, "no-zlib.cfg"), []byte(profile), 0o644); err != nil {
		t.Fatal(err)
	}
	rows := build(t, cmd)
	if len(rows) != 1 {
		t.Errorf("parts %+v, want libxml2 alone", rows)
	}
	found := false
	walkELF(t, physical(rows, "libxml2"), func(name string, f *elf.File) {
		needed, err := f.ImportedLibraries()
		if err != nil {
			t.Error(err)
		}
		found = found || strings.HasPrefix(filepath.Base(name), "libxml2.so")
		if slices.ContainsFunc(needed, func(l string) bool { return strings.HasPrefix(l, "libz") }) {
			t.Errorf("%s needs %v", name, needed)
		}
	})
	if !found {
		t.Error("no libxml2.so was built")
	}
}

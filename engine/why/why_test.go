package why

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/profile"
	"belljar.build/engine/store"
	"belljar.build/rootfs"
)

// one is the only piece of evidence of an answer's only edge.
func one(t *testing.T, a *Answer) Evidence {
	t.Helper()
	if len(a.Edges) != 1 || len(a.Edges[0].Evidence) != 1 || a.Edges[0].More != 0 {
		t.Fatalf("edges %+v", a.Edges)
	}
	return a.Edges[0].Evidence[0]
}

func TestEvidence(t *testing.T) {
	s := openStore(t)
	zlib := publish(t, s, 1, "zlib-1", map[string]string{"lib/libz.so.1": "-> libz.so.1.3", "lib/libz.so.1.3": "x", "bin/sh": "x"})
	other := publish(t, s, 2, "other-1", map[string]string{"lib/libz.so.1": "x"})
	at := rootfs.Logical + "/" + zlib.Path
	beside := "$ORIGIN/../../" + zlib.Path + "/lib"
	tests := []struct {
		name, file, text string
		want             Evidence
	}{
		{"string", "share/f", "\x01 see " + at + " there\x00more", Evidence{Kind: Text, Offset: 6 + int64(len(rootfs.Logical)) + 1, Text: "see " + at + " there"}},
		{"script", "bin/f", "#!" + at + "/bin/sh -e\nexit\n", Evidence{Kind: Shebang, Text: "#!" + at + "/bin/sh -e"}},
		{"link", "bin/f", "-> ../../" + zlib.Path + "/bin/sh", Evidence{Kind: Link, Text: "../../" + zlib.Path + "/bin/sh"}},
		{"file name", "share/" + zlib.Path, "x", Evidence{Kind: FileName, File: "share/" + zlib.Path}},
		{"interpreter", "bin/f", program(at+"/bin/sh", ""), Evidence{Kind: Interpreter, Text: at + "/bin/sh"}},
		{"needed beside", "bin/f", program("", beside+":"+at+"/lib", "libz.so.1", "libc.so.6"), Evidence{Kind: Needed, Library: "libz.so.1", Entry: beside}},
		{"needed, braces", "bin/f", program("", "${ORIGIN}/../../"+zlib.Path+"/lib", "libz.so.1"), Evidence{Kind: Needed, Library: "libz.so.1", Entry: "${ORIGIN}/../../" + zlib.Path + "/lib"}},
		{"needed by path", "bin/f", program("", "", at+"/lib/libz.so.1"), Evidence{Kind: Needed, Library: at + "/lib/libz.so.1"}},
		{"searched in vain", "bin/f", program("", at+"/lib", "libc.so.6"), Evidence{Kind: RunPath, Entry: at + "/lib"}},
		{"a RUNPATH taken away", "bin/f", strings.Replace(program("", at, "libc.so.6"), "\x1d\x00\x00\x00\x00\x00\x00\x00\x01", "\x15\x00\x00\x00\x00\x00\x00\x00\x01", 1), Evidence{Kind: Leftover, Offset: 234 + int64(len(rootfs.Logical)) + 1, Text: at}},
		{"another was first", "bin/f", program("", rootfs.Logical+"/"+other.Path+"/lib:"+at+"/lib", "libz.so.1"), Evidence{Kind: RunPath, Entry: at + "/lib"}},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			user := publish(t, s, 10+i, "user", map[string]string{tt.file: tt.text}, zlib, other)
			if tt.want.File == "" {
				tt.want.File = tt.file
			}
			equal(t, "evidence", one(t, explain(t, s, user, zlib, Options{})), tt.want)
		})
	}
}

// A hash may lie across two pieces of what is read, and there may be many.
func TestManyStringsAreCounted(t *testing.T) {
	s := openStore(t)
	zlib := publish(t, s, 1, "zlib-1", map[string]string{"f": "x"})
	for _, before := range []int{1<<18 - 40, 1<<18 - 31, 1<<18 - 16, 1<<18 - 1, 1 << 18} {
		user := publish(t, s, 100+before, "user", map[string]string{"f": strings.Repeat("-", before) + zlib.Path}, zlib)
		equal(t, "offset", one(t, explain(t, s, user, zlib, Options{})).Offset, int64(before))
	}
	user := publish(t, s, 2, "user", map[string]string{"f": strings.Repeat(zlib.Path+"\x00", 5000), "g": zlib.Path}, zlib)
	e := explain(t, s, user, zlib, Options{Evidence: 2}).Edges[0]
	equal(t, "listed", len(e.Evidence), 2)
	equal(t, "more", e.More, 4999)
}

func TestWays(t *testing.T) {
	s := openStore(t)
	name := func(r ...*store.Record) string {
		var all []string
		for _, r := range r {
			all = append(all, r.Path)
		}
		return strings.Join(all, " ")
	}
	d := publish(t, s, 1, "d", map[string]string{"f": "x"})
	b := publish(t, s, 2, "b", map[string]string{"f": name(d)}, d)
	c := publish(t, s, 3, "c", map[string]string{"f": name(d)}, d)
	e := publish(t, s, 4, "e", map[string]string{"f": name(c)}, c)
	a := publish(t, s, 5, "a", map[string]string{"f": name(b, e)}, b, c, e)
	steps := func(answer *Answer) string {
		var all []string
		for _, e := range answer.Edges {
			all = append(all, e.From.Name+">"+e.To.Name)
		}
		return fmt.Sprint(len(answer.Paths), " ", strings.Join(all, " "))
	}
	equal(t, "the shortest, references first", steps(explain(t, s, a, d, Options{})), "1 a>b b>d")
	equal(t, "all", steps(explain(t, s, a, d, Options{All: true})), "2 a>b a>e a>c b>d e>c c>d")
	equal(t, "at run time", steps(explain(t, s, a, c, Options{Kinds: 4})), "1 a>e e>c")
	equal(t, "none", steps(explain(t, s, d, a, Options{})), "0 ")
	equal(t, "itself", steps(explain(t, s, a, a, Options{})), "0 ")
	equal(t, "everything is built", len(explain(t, s, a, d, Options{}).Unbuilt), 0)
	must(t, store.RemoveTree(filepath.Join(s.Dir(), b.Path)))
	equal(t, "not everything", explain(t, s, a, d, Options{}).Unbuilt[0].Name, "b")
}

// The record says what the files said; they may have been changed.
func TestEvidenceIsGone(t *testing.T) {
	s := openStore(t)
	b := publish(t, s, 1, "b", map[string]string{"f": "x"})
	a := publish(t, s, 2, "a", map[string]string{"f": b.Path}, b)
	must(t, os.WriteFile(filepath.Join(s.Dir(), a.Path, "f"), []byte("changed"), 0o644))
	equal(t, "evidence", len(explain(t, s, a, b, Options{}).Edges[0].Evidence), 0)
}

// Nothing that a file says may end belljar, or make it read outside the output.
func TestHostileFiles(t *testing.T) {
	s := openStore(t)
	zlib := publish(t, s, 1, "zlib-1", map[string]string{"lib/libz.so.1": "-> /etc/passwd", "out": "-> /etc"})
	at := rootfs.Logical + "/" + zlib.Path
	whole := program(at+"/x", at+"/lib:"+at+"/out:"+at+"/../../../etc", "libz.so.1", "passwd", "../../etc/passwd")
	readDynamic(strings.NewReader(whole))
	r := rand.New(rand.NewSource(1))
	c := &scanner{store: s}
	for range 20_000 {
		b := []byte(whole)
		for range 1 + r.Intn(6) {
			b[r.Intn(len(b))] = []byte{0, 0xff, 0x7f, 0x80, byte(r.Intn(256))}[r.Intn(5)]
		}
		b = b[:len(b)-r.Intn(2)*r.Intn(len(b))]
		if d := readDynamic(strings.NewReader(string(b))); d != nil {
			for _, entry := range strings.Split(d.runpath, ":") {
				if d := resolve(entry, at); d.base == ".." {
					t.Fatalf("%q leads out of the store", entry)
				}
			}
		}
	}
	for name, want := range map[string]bool{"libz.so.1": true, "none": false} {
		equal(t, name, c.exists(searched{base: zlib.Path, dir: "lib"}, name), want)
	}
	equal(t, "out of the output over a link", c.exists(searched{base: zlib.Path, dir: "out"}, "passwd"), false)
	equal(t, "out of the output", c.exists(searched{base: zlib.Path, dir: "../../.."}, "etc"), false)
	user := publish(t, s, 2, "user", map[string]string{"f": whole, "g": "\x7fELF" + zlib.Path, "loop": "-> loop"}, zlib)
	explain(t, s, user, zlib, Options{})
}

func TestDeclared(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("buildout.cfg", []byte(`[buildout]
parts = a
[a]
recipe = r
=> d
options =
  --first
  --zlib=${b:location}
environment-section = set
[b]
recipe = r
[c]
recipe = r
[d]
recipe = r
[env]
FLAGS = -I${c:location}
[set]
FLAGS = ${env:FLAGS}
`), 0o644))
	p, err := profile.Load("buildout.cfg", profile.LoadOptions{})
	must(t, err)
	text := func(places []Place) string {
		var all []string
		for _, p := range places {
			all = append(all, fmt.Sprintf("%s:%d %s:%s %s", p.File, p.Line, p.Section, p.Option, p.Text))
		}
		return strings.Join(all, ", ")
	}
	equal(t, "directly", text(declaredBy(p, "a", []string{"b"})), "buildout.cfg:8 a:options ${b:location}")
	equal(t, "=>", text(declaredBy(p, "a", []string{"d"})), "buildout.cfg:5 a:=> d")
	equal(t, "over sections", text(declaredBy(p, "a", []string{"c"})), "buildout.cfg:9 a:environment-section set, buildout.cfg:19 set:FLAGS ${env:FLAGS}, buildout.cfg:17 env:FLAGS ${c:location}")
	equal(t, "not", text(declaredBy(p, "b", []string{"c"})), "")
}

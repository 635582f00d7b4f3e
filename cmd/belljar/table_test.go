package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"belljar.build/engine/action"
	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/project"
	"belljar.build/engine/recipe"
	"belljar.build/engine/store"
)

func rows() []project.Row {
	hex := "0123456789abcdef0123456789abcdef"
	return []project.Row{
		{Part: "zlib", Version: "1.2.13", Key: hex + hex, StorePath: "/var/lib/belljar/store/" + hex + "-zlib-1.2.13", Manifest: hex + hex, Seconds: 3.14159, State: "built"},
		{Part: "x", Key: hex + hex, StorePath: "/var/lib/belljar/store/" + hex + "-x", Manifest: hex + hex, State: "reused"},
	}
}

func TestTable(t *testing.T) {
	var whole, short strings.Builder
	layOut(&whole, rows(), 64, false)
	layOut(&short, rows(), 16, true)
	equal(t, "whole", whole.String(), `PART  VERSION  MANIFEST                                                          STORE PATH                                                           SECONDS  STATE
zlib  1.2.13   0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  /var/lib/belljar/store/0123456789abcdef0123456789abcdef-zlib-1.2.13  3.1      built
x     -        0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  /var/lib/belljar/store/0123456789abcdef0123456789abcdef-x            0.0      reused
`)
	equal(t, "short", short.String(), `PART  VERSION  MANIFEST          STORE PATH  SECONDS  STATE
zlib  1.2.13   0123456789abcdef  01234567…   3.1      built
x     -        0123456789abcdef  01234567…   0.0      reused
`)
}

// What is no terminal gets the whole table.
func TestTableInAPipe(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := printTable(f, rows()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), rows()[0].Manifest) {
		t.Errorf("table %s", text)
	}
}

// Programs read this: a renamed field breaks them.
func TestJSONIsStable(t *testing.T) {
	text, err := json.Marshal(rows())
	if err != nil {
		t.Fatal(err)
	}
	const hex = "0123456789abcdef0123456789abcdef"
	equal(t, "JSON", string(text), `[{"part":"zlib","version":"1.2.13","key":"`+hex+hex+`","store_path":"/var/lib/belljar/store/`+hex+`-zlib-1.2.13",`+
		`"manifest":"`+hex+hex+`","seconds":3.14159,"state":"built"},`+
		`{"part":"x","key":"`+hex+hex+`","store_path":"/var/lib/belljar/store/`+hex+`-x","manifest":"`+hex+hex+`","seconds":0,"state":"reused"}]`)
}

func TestNarrator(t *testing.T) {
	node := &plan.Node{Draft: recipe.Draft{Action: &action.Action{Name: "x-1"}}}
	record := &store.Record{Manifest: strings.Repeat("0123456789abcdef", 4)}
	tell := func(g *globals) string {
		var said bytes.Buffer
		n := newNarrator(&said, g)
		n.warnings([]string{"a.cfg:1: careful"})
		e := n.events()
		e.Started(node)
		e.Waiting(node, "pid 7")
		e.Warning(node, "odd")
		e.Finished(node, build.Result{Record: record, Took: 1500 * time.Millisecond})
		e.Finished(node, build.Result{Record: record, Reused: true})
		return said.String()
	}
	equal(t, "said", tell(&globals{}), `belljar: warning: a.cfg:1: careful
building  x-1
waiting   x-1 is being built, or open in a shell, by pid 7
belljar: warning: x-1: odd
built     x-1 in 1.5 s, manifest 0123456789abcdef
reused    x-1, manifest 0123456789abcdef
`)
	equal(t, "quiet", tell(&globals{quiet: 1}), "")
	equal(t, "quiet and verbose", tell(&globals{quiet: 1, verbose: 1}) != "", true)
}

package annotate

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"belljar.build/engine/profile"
)

// load makes a profile of two files in a folder of its own.
func load(t *testing.T) *profile.Profile {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"base.cfg":     "[macro]\nm = 1\n[b]\n<= macro\nx =\n  1\n  2\nm += 2\n",
		"buildout.cfg": "[buildout]\nextends = base.cfg\nparts = a ${:more}\nmore = b\n[a]\nrecipe = r\nx = ${b:x} <&>\nbad = ${b:none}\n[b]\nx += 3\nx -= 1\nrecipe = r\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o, _, err := profile.ParseOverride("b:y=4")
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.Load("buildout.cfg", profile.LoadOptions{Overrides: []profile.Override{o}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func resolve(t *testing.T, p *profile.Profile) *profile.Resolution {
	t.Helper()
	res, err := p.ResolveAll(nil, func(*profile.Part) (map[string]string, error) {
		return map[string]string{"location": "/l"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got:\n%s\n want:\n%s", what, got, want)
	}
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := Text(&b, Raw(load(t), []string{"b"}), false); err != nil {
		t.Fatal(err)
	}
	equal(t, "raw", b.String(), `
Annotated sections
==================

[b]
<= macro
    base.cfg:4
m += 2
    base.cfg:8
recipe= r
    buildout.cfg:12
x= 2
3
    base.cfg:5
+=  buildout.cfg:10
-=  buildout.cfg:11
y= 4
    COMMAND_LINE_VALUE
`)
}

func TestVerboseText(t *testing.T) {
	p := load(t)
	var b strings.Builder
	if err := Text(&b, Resolved(p, resolve(t, p), []string{"b"}), true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nlocation= /l\n\n   AS COMPUTED_VALUE\n   SET VALUE = /l\n\n",
		"\nm= 1\n2\n\n   IN base.cfg:8\n   ADD VALUE = 2\n   IN base.cfg:2\n   SET VALUE = 1\n\n",
		"\nx= 2\n3\n\n   IN buildout.cfg:11\n   REMOVE VALUE = 1\n   IN buildout.cfg:10\n   ADD VALUE = 3\n   IN base.cfg:5\n   SET VALUE =\n      1\n      2\n\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s\n has no %q", b.String(), want)
		}
	}
}

func TestJSON(t *testing.T) {
	p := load(t)
	var raw, resolved bytes.Buffer
	if err := errors.Join(JSON(&raw, Raw(p, []string{"b"})), JSON(&resolved, Resolved(p, resolve(t, p), []string{"a"}))); err != nil {
		t.Fatal(err)
	}
	equal(t, "raw", raw.String(), `{"sections":{"b":{`+
		`"<":{"value":"macro","from":[{"file":"base.cfg","line":4,"op":"="}]},`+
		`"m +":{"value":"2","from":[{"file":"base.cfg","line":8,"op":"+="}]},`+
		`"recipe":{"value":"r","from":[{"file":"buildout.cfg","line":12,"op":"="}]},`+
		`"x":{"value":"2\n3","from":[{"file":"base.cfg","line":5,"op":"="},{"file":"buildout.cfg","line":10,"op":"+="},{"file":"buildout.cfg","line":11,"op":"-="}]},`+
		`"y":{"value":"4","from":[{"file":"COMMAND_LINE_VALUE","line":0,"op":"="}]}}},`+
		`"parts":["a","b"]}`+"\n")
	var d struct {
		Sections map[string]map[string]struct {
			Value *string
			Error string
		}
		Parts []string
	}
	if err := json.Unmarshal(resolved.Bytes(), &d); err != nil {
		t.Fatal(err, resolved.String())
	}
	a := d.Sections["a"]
	if a["bad"].Value != nil || !strings.HasPrefix(a["bad"].Error, `buildout.cfg:8: [b] has no option "none"`) {
		t.Errorf("bad: %+v", a["bad"])
	}
	equal(t, "x", *a["x"].Value, "2\n3 <&>")
	equal(t, "parts", strings.Join(d.Parts, " "), "b")
}

func TestWriteErrorsAreTold(t *testing.T) {
	for name, err := range map[string]error{
		"text": Text(full{}, Raw(load(t), nil), false),
		"json": JSON(full{}, Raw(load(t), nil)),
	} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errFull = errors.New("disk full")

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

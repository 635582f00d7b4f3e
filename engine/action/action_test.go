package action

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// whole has every field of every type set, so that nothing can be forgotten
// in an encoding or a check.
func whole() *Action {
	return &Action{
		Format: 1, Name: "zlib-1.2.13", System: Linux,
		Toolchain: &Toolchain{Base: Input{Path: "b-base", Key: "b"}, Tools: &Input{Path: "t-tools", Key: "t"}},
		Inputs:    []Input{{Path: "1-x", Key: "1"}, {Path: "2-y", Key: "2"}},
		Sources:   []Source{{"a.patch", "aa"}, {"z.tar", "zz"}},
		Env:       map[string]string{"PATH": "/tc/bin", "A": "<&>"},
		Steps: []Step{
			{Unpack: &Unpack{Source: "z.tar"}},
			{Patch: &Patch{Source: "a.patch", Options: []string{"-p1"}, Binary: "patch"}},
			{Copy: &Copy{Source: "z.tar", Path: "x", Mode: 0o644}},
			{Run: &Run{Phase: "make", Script: "make \"x\"\n", Parallel: true}},
			{Promise: &Promise{Paths: []string{"bin/x"}}},
			{Fixup: &Fixup{Rules: 1}},
			{Toolchain: &Toolset{Release: "debian-11", Output: "base", Rules: 1}},
			{Directory: &Directory{Path: "sub"}},
		},
	}
}

func TestEncodeIsCanonical(t *testing.T) {
	got, err := whole().Encode()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"env":{"A":"<&>","PATH":"/tc/bin"},"format":1,` +
		`"inputs":[{"key":"1","path":"1-x"},{"key":"2","path":"2-y"}],"name":"zlib-1.2.13",` +
		`"sources":[{"name":"a.patch","sha256":"aa"},{"name":"z.tar","sha256":"zz"}],` +
		`"steps":[{"unpack":{"source":"z.tar"}},{"patch":{"binary":"patch","options":["-p1"],"source":"a.patch"}},` +
		`{"copy":{"mode":420,"path":"x","source":"z.tar"}},{"run":{"parallel":true,"phase":"make","script":"make \"x\"\n"}},` +
		`{"promise":{"paths":["bin/x"]}},{"fixup":{"rules":1}},` +
		`{"toolchain":{"output":"base","release":"debian-11","rules":1}},{"directory":{"path":"sub"}}],` +
		`"system":"x86_64-linux","toolchain":{"base":{"key":"b","path":"b-base"},"tools":{"key":"t","path":"t-tools"}}}`
	if string(got) != want {
		t.Errorf("encoding\n got  %s\n want %s", got, want)
	}
	var back Action
	if err := json.Unmarshal(got, &back); err != nil || !reflect.DeepEqual(&back, whole()) {
		t.Errorf("decoded again: %v, %+v", err, back)
	}
}

// The store's paths hang on these: a changed key rebuilds everybody's world.
func TestKeyIsPinned(t *testing.T) {
	a := &Action{Format: 1, Name: "x", System: Linux, Inputs: []Input{}, Sources: []Source{}, Env: map[string]string{}}
	key, err := a.Key()
	if err != nil {
		t.Fatal(err)
	}
	// printf '{"env":{},"format":1,"inputs":[],"name":"x","sources":[],"steps":null,"system":"x86_64-linux"}' | sha256sum
	if want := "fbd2ec3190d5c418494d929ff18a3934675ed0e2b4560ac93f5b5fd20b86ced1"; key != want {
		t.Errorf("key %s, want %s", key, want)
	}
	if got := PathName(key, "x"); got != key[:32]+"-x" {
		t.Errorf("path %s", got)
	}
}

// fields visits every string, number and bool within v.
func fields(v reflect.Value, path string, visit func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		fields(v.Elem(), path, visit)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() != reflect.Pointer || !f.IsNil() {
				fields(f, path+"."+v.Type().Field(i).Name, visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), path, visit)
		}
	case reflect.Map: // of strings: a copy is changed and put back
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			visit(path, value)
			v.SetMapIndex(key, value)
		}
	default:
		visit(path, v)
	}
}

func TestEveryFieldIsInTheKey(t *testing.T) {
	before, err := whole().Key()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	fields(reflect.ValueOf(whole()), "", func(string, reflect.Value) { count++ })
	for i := range count {
		a, n, changed := whole(), 0, ""
		fields(reflect.ValueOf(a), "", func(path string, v reflect.Value) {
			if n++; n != i+1 {
				return
			}
			changed = path
			switch v.Kind() {
			case reflect.String:
				v.SetString(v.String() + "x")
			case reflect.Bool:
				v.SetBool(!v.Bool())
			case reflect.Int:
				v.SetInt(v.Int() + 1)
			case reflect.Uint32:
				v.SetUint(v.Uint() + 1)
			default:
				t.Fatalf("%s is a %s", path, v.Kind())
			}
		})
		after, err := a.Key()
		if err != nil {
			t.Fatalf("%s: %v", changed, err)
		}
		if after == before {
			t.Errorf("%s is not in the key", changed)
		}
	}
	if count < 25 {
		t.Errorf("only %d fields were changed", count)
	}
}

// encoding/json replaces bad bytes silently.
func TestBadBytesAreRefusedEverywhere(t *testing.T) {
	count := 0
	fields(reflect.ValueOf(whole()), "", func(string, reflect.Value) { count++ })
	for i := range count {
		a, n, changed := whole(), 0, ""
		fields(reflect.ValueOf(a), "", func(path string, v reflect.Value) {
			// Keys, paths and hashes are belljar's own hex digits and names.
			own := strings.Contains(path, "Inputs") || strings.HasPrefix(path, ".Toolchain") || strings.HasSuffix(path, "SHA256") || path == ".System"
			if n++; n == i+1 && v.Kind() == reflect.String && !own {
				changed = path
				v.SetString(v.String() + "\xff")
			}
		})
		if changed == "" {
			continue
		}
		if _, err := a.Key(); !errors.Is(err, ErrText) && !errors.Is(err, ErrName) {
			t.Errorf("%s: error %v", changed, err)
		}
	}
}

func TestNormalise(t *testing.T) {
	a := &Action{
		Inputs:  []Input{{Path: "2-y", Key: "2"}, {Path: "1-x", Key: "1"}, {Path: "2-y", Key: "2"}},
		Sources: []Source{{"z", "zz"}, {"a", "aa"}},
	}
	a.Normalise()
	if want := []Input{{Path: "1-x", Key: "1"}, {Path: "2-y", Key: "2"}}; !reflect.DeepEqual(a.Inputs, want) {
		t.Errorf("inputs %v, want %v", a.Inputs, want)
	}
	if want := []Source{{"a", "aa"}, {"z", "zz"}}; !reflect.DeepEqual(a.Sources, want) {
		t.Errorf("sources %v, want %v", a.Sources, want)
	}
}

func TestCheckName(t *testing.T) {
	for _, name := range []string{"zlib-1.2.13", "python3.11", "c++lib", "a", "_x", "+x", "2.9.14+dfsg", strings.Repeat("x", 120)} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{
		"", ".", "..", ".hidden", "-x", "a/b", "../x", "a b", "a:b", "a~b", "a\nb", "a\x00b", "é", "a\xffb", "a*", "a$b",
		strings.Repeat("x", 121),
	} {
		if err := CheckName(name); !errors.Is(err, ErrName) {
			t.Errorf("%q: error %v", name, err)
		}
	}
}

func TestRefusedActions(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Action)
		want   string
		is     error
	}{
		{"name", func(a *Action) { a.Name = "a/b" }, `"a/b": not a name for an output: '/' is not allowed there`, ErrName},
		{"no variable name", func(a *Action) { a.Env[""] = "x" }, `action zlib-1.2.13: environment variable "" cannot be set`, nil},
		{"variable with =", func(a *Action) { a.Env["A=B"] = "x" }, `action zlib-1.2.13: environment variable "A=B" cannot be set`, nil},
		{"zero in a value", func(a *Action) { a.Env["A"] = "x\x00" }, `action zlib-1.2.13: environment variable "A" cannot be set`, nil},
		{"empty step", func(a *Action) { a.Steps[0] = Step{} }, `action zlib-1.2.13: step 0: a step does exactly one thing`, ErrStep},
		{"two in a step", func(a *Action) { a.Steps[0].Fixup = &Fixup{} }, `action zlib-1.2.13: step 0: a step does exactly one thing`, ErrStep},
		{"two sources", func(a *Action) { a.Sources[1].Name = "a.patch" }, `action zlib-1.2.13: source "a.patch": two sources have the same name`, ErrSource},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := whole()
			tt.change(a)
			_, err := a.Encode()
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
		})
	}
}

// The canonical encoding has sorted keys because every type's fields stand in
// the order of their names.
func TestFieldsAreSorted(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type)
	look = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			look(typ.Elem())
		case reflect.Struct:
			if seen[typ] {
				return
			}
			seen[typ] = true
			var names []string
			for i := range typ.NumField() {
				name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
				names = append(names, name)
				look(typ.Field(i).Type)
			}
			if !slices.IsSorted(names) {
				t.Errorf("%v: %v", typ, names)
			}
		}
	}
	look(reflect.TypeFor[Action]())
	if len(seen) < 12 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}

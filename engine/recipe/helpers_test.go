package recipe

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
	"belljar.build/rootfs"
	"belljar.build/rootfs/toolchain"
)

// made is what came of a profile.
type made struct {
	drafts map[string]*Draft
	parts  map[string]*profile.Part
}

// locationOf is the logical path that these tests give a part.
func locationOf(part string) string {
	return rootfs.Logical + "/" + strings.Repeat("0", 32) + "-" + part
}

// try drafts the parts that text, a profile, lists.
func try(t *testing.T, text string) (*made, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("buildout.cfg", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Load("buildout.cfg", profile.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	release, err := toolchain.Load(toolchain.DefaultRelease)
	if err != nil {
		t.Fatal(err)
	}
	m := &made{map[string]*Draft{}, map[string]*profile.Part{}}
	c := Context{
		Release: release, Toolchain: action.Toolchain{Base: action.Input{Path: "base", Key: "b"}},
		Input: func(part string) (Output, bool) {
			d, ok := m.drafts[part]
			if !ok {
				return Output{}, false
			}
			return Output{action.Input{Path: filepath.Base(locationOf(part)), Key: "k"}, locationOf(part), d.Exports}, true
		},
		Digest: func(fetch.Request) string { return strings.Repeat("d", 64) },
	}
	_, err = p.Resolve(nil, func(pt *profile.Part) (map[string]string, error) {
		d, err := Make(pt, c)
		if err != nil {
			return nil, err
		}
		if _, err := d.Action.Encode(); err != nil {
			t.Errorf("part %s: %v", pt.Name, err)
		}
		m.drafts[pt.Name], m.parts[pt.Name] = d, pt
		return map[string]string{"location": locationOf(pt.Name)}, nil
	})
	return m, err
}

// makeX drafts the one part x, with these options.
func makeX(t *testing.T, options string) *Draft {
	t.Helper()
	return mustTry(t, "[buildout]\nparts = x\n[x]\n"+options).drafts["x"]
}

func mustTry(t *testing.T, text string) *made {
	t.Helper()
	m, err := try(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// wants checks an error's message and hint.
func wants(t *testing.T, err error, message, hint string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if err.Error() != message {
		t.Errorf("error\n got  %s\n want %s", err, message)
	}
	var placed *profile.Error
	if !errors.As(err, &placed) {
		t.Fatalf("%T has no place in the profile", err)
	}
	if placed.Hint != hint {
		t.Errorf("hint\n got  %s\n want %s", placed.Hint, hint)
	}
}

// script gives the text of one phase, "" when the draft does not have it.
func script(d *Draft, phase string) string {
	for _, s := range d.Action.Steps {
		if s.Run != nil && s.Run.Phase == phase {
			return s.Run.Script
		}
	}
	return ""
}

// outline gives the kinds of the steps in their order.
func outline(d *Draft) string {
	var kinds []string
	for _, s := range d.Action.Steps {
		switch {
		case s.Unpack != nil:
			kinds = append(kinds, "unpack")
		case s.Patch != nil:
			kinds = append(kinds, "patch")
		case s.Directory != nil:
			kinds = append(kinds, "enter")
		case s.Run != nil:
			kinds = append(kinds, s.Run.Phase)
		case s.Promise != nil:
			kinds = append(kinds, "promise")
		case s.Fixup != nil:
			kinds = append(kinds, "fixup")
		default:
			kinds = append(kinds, "?")
		}
	}
	return strings.Join(kinds, " ")
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %#v\n want %#v", what, got, want)
	}
}

// Package action holds what the field calls a derivation: everything that can
// influence one output, as pure data with one canonical encoding, whose
// SHA-256 is the action's key.
//
// An action names its inputs by store path, its sources by hash, never by
// URL. It performs nothing: package step interprets its steps inside the
// sandbox, package build decides when. Whatever a build can see is either
// here or is the same on every machine.
package action

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Format is the version of the encoding and of the meaning of steps. It is
// part of every key: raising it rebuilds the world.
const Format = 1

// Location stands for the action's own output path, which cannot be part of
// what its key is computed from. Profiles write it too.
const Location = "@@LOCATION@@"

// Epoch is the time, in seconds since 1970, that files of outputs carry and
// builds are told as SOURCE_DATE_EPOCH: 1980-01-01, the first that zip knows.
const Epoch = 315532800

// Linux is the one system that actions are made for today.
const Linux = "x86_64-linux"

// Action is one build.
type Action struct {
	Format int    `json:"format"`
	Name   string `json:"name"`   // of the output, for example "zlib-1.2.13"
	System string `json:"system"` // "x86_64-linux"
	// Toolchain is nil for the actions that import one.
	Toolchain *Toolchain `json:"toolchain,omitempty"`
	// Inputs are the declared outputs, sorted by path; the closure of their
	// references is visible too.
	Inputs []Input `json:"inputs"`
	// Sources are handed over by name, sorted.
	Sources []Source `json:"sources"`
	// Env is the whole environment of run steps.
	Env   map[string]string `json:"env"`
	Steps []Step            `json:"steps"`
}

// Toolchain names the outputs that form the sandbox's root.
type Toolchain struct {
	Base Input `json:"base"`
	// Tools is absent where only the base is shown.
	Tools *Input `json:"tools,omitempty"`
}

// Input is another action's output.
type Input struct {
	Path string `json:"path"` // base name in the store
	Key  string `json:"key"`
}

// Source is a fetched file.
type Source struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Step is one thing to do; exactly one field is set.
type Step struct {
	Unpack    *Unpack    `json:"unpack,omitempty"`
	Patch     *Patch     `json:"patch,omitempty"`
	Copy      *Copy      `json:"copy,omitempty"`
	Run       *Run       `json:"run,omitempty"`
	Promise   *Promise   `json:"promise,omitempty"`
	Fixup     *Fixup     `json:"fixup,omitempty"`
	Toolchain *Toolset   `json:"toolchain,omitempty"`
	Directory *Directory `json:"directory,omitempty"`
}

// Unpack extracts an archive beneath /build. When it holds a single folder,
// later steps run there.
type Unpack struct {
	Source string `json:"source"`
}

// Patch applies a source with patch(1), in the current folder.
type Patch struct {
	Source  string   `json:"source"`
	Options []string `json:"options"` // for example ["-p1"]
}

// Copy places a source as a file.
type Copy struct {
	Source string `json:"source"`
	Path   string `json:"path"` // absolute, or relative to the current folder
	Mode   uint32 `json:"mode"`
}

// Directory enters a folder, beneath the current one or absolute.
type Directory struct {
	Path string `json:"path"`
}

// Run gives a script to sh -e.
type Run struct {
	Phase  string `json:"phase"` // "configure", "make", ...: for people
	Script string `json:"script"`
	// Parallel lets make run several jobs at once; their number is not an
	// input of the build.
	Parallel bool `json:"parallel,omitempty"`
}

// Promise warns when a file is missing after the build.
type Promise struct {
	Paths []string `json:"paths"`
}

// Fixup makes the output relocatable and free of debugging leftovers.
type Fixup struct {
	// Rules is the version of what it does.
	Rules int `json:"rules"`
}

// Toolset imports one output of a toolchain release from its packages, all
// of them sources of the action.
type Toolset struct {
	Release string `json:"release"` // "debian-11"
	Output  string `json:"output"`  // "base", "tools", "gcc-libs", "perl"
	Rules   int    `json:"rules"`
}

var (
	// ErrName says that a name cannot be part of a store path.
	ErrName = errors.New("not a name for an output")
	// ErrText says that a string of an action is no UTF-8.
	ErrText = errors.New("text is not UTF-8")
)

// Encode gives the canonical encoding: JSON with sorted keys, no white space
// and no escaping beyond what JSON asks for, as `jq -cS` prints it.
func (a *Action) Encode() ([]byte, error) {
	if err := a.validate(); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("encode action %s: %w", a.Name, err)
	}
	var tree any
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("encode action %s: %w", a.Name, err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil { // maps: sorted keys
		return nil, fmt.Errorf("encode action %s: %w", a.Name, err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// Key is the SHA-256 of the canonical encoding, in hexadecimal.
func (a *Action) Key() (string, error) {
	text, err := a.Encode()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// PathName is the base name of an output in the store: the key's first 32
// characters and the name.
func PathName(key, name string) string { return key[:32] + "-" + name }

// Normalise sorts what has no order of its own.
func (a *Action) Normalise() {
	slices.SortFunc(a.Inputs, func(x, y Input) int { return strings.Compare(x.Path, y.Path) })
	slices.SortFunc(a.Sources, func(x, y Source) int { return strings.Compare(x.Name, y.Name) })
}

// CheckName accepts names that are safe in a path on every file system.
func CheckName(name string) error {
	if name == "" || len(name) > 120 || name[0] == '.' || name[0] == '-' {
		return fmt.Errorf("%q: %w", name, ErrName)
	}
	for _, r := range name {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._", r) {
			return fmt.Errorf("%q: %w: %q is not allowed", name, ErrName, r)
		}
	}
	return nil
}

func (a *Action) validate() error {
	if err := CheckName(a.Name); err != nil {
		return err
	}
	for name, value := range a.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return fmt.Errorf("action %s: environment variable %q cannot be set", a.Name, name)
		}
		if !utf8.ValidString(name + value) {
			return fmt.Errorf("action %s: environment variable %q: %w", a.Name, name, ErrText)
		}
	}
	for _, s := range a.Steps {
		// encoding/json would replace bad bytes: two actions, one key.
		if s.Run != nil && !utf8.ValidString(s.Run.Script) {
			return fmt.Errorf("action %s: script of %s: %w", a.Name, s.Run.Phase, ErrText)
		}
		if s.Patch != nil && !utf8.ValidString(strings.Join(s.Patch.Options, "")) {
			return fmt.Errorf("action %s: patch options: %w", a.Name, ErrText)
		}
	}
	return nil
}

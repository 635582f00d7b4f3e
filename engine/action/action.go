// Package action holds what the field calls a derivation: everything that can
// influence one output, as pure data with one canonical encoding, whose
// SHA-256 is the action's key.
//
// An action names its inputs by store path, its sources by hash, never by
// URL. It performs nothing: package step interprets its steps inside the
// sandbox, package build decides when. Whatever a build can see is either
// here or is the same on every machine.
package action

// Format is the version of the encoding, of the meaning of steps, of what the
// sandbox shows that no action names (uname, owners, limits) and of what is
// made the same in every output (modes, times). It is part of every key:
// raising it rebuilds the world.
const Format = 4

// Location stands for the action's own output path, which cannot be part of
// what its key is computed from. Profiles write it too.
const Location = "@@LOCATION@@"

// Epoch is the time, in seconds since 1970, that files of outputs carry and
// builds are told as SOURCE_DATE_EPOCH: 1980-01-01, the first that zip knows.
const Epoch = 315532800

// Linux is the one system that actions are made for today.
const Linux = "x86_64-linux"

// The fields of all these types stand in the order of their JSON names: that is
// the order of the canonical encoding.

// Action is one build.
type Action struct {
	// Env is the whole environment of run steps.
	Env    map[string]string `json:"env"`
	Format int               `json:"format"`
	// Inputs are the declared outputs, sorted by path; the closure of their
	// references is visible too.
	Inputs []Input `json:"inputs"`
	Name   string  `json:"name"` // of the output, for example "zlib-1.2.13"
	// Sources are handed over by name, sorted.
	Sources []Source `json:"sources"`
	Steps   []Step   `json:"steps"`
	System  string   `json:"system"` // "x86_64-linux"
	// Toolchain is nil for the actions that import one.
	Toolchain *Toolchain `json:"toolchain,omitempty"`
}

// Toolchain names the outputs that form the sandbox's root.
type Toolchain struct {
	Base Input `json:"base"`
	// Tools is absent where only the base is shown.
	Tools *Input `json:"tools,omitempty"`
}

// Input is another action's output.
type Input struct {
	Key  string `json:"key"`
	Path string `json:"path"` // base name in the store
}

// Source is a fetched file.
type Source struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Step is one thing to do; exactly one field is set.
type Step struct {
	Copy      *Copy      `json:"copy,omitempty"`
	Directory *Directory `json:"directory,omitempty"`
	Fixup     *Fixup     `json:"fixup,omitempty"`
	Patch     *Patch     `json:"patch,omitempty"`
	Promise   *Promise   `json:"promise,omitempty"`
	Run       *Run       `json:"run,omitempty"`
	Toolchain *Toolset   `json:"toolchain,omitempty"`
	Unpack    *Unpack    `json:"unpack,omitempty"`
}

// Unpack extracts an archive beneath /build. When it holds a single folder,
// later steps run there.
type Unpack struct {
	Source string `json:"source"`
}

// Patch applies a source with patch(1), in the current folder.
type Patch struct {
	// Binary is the command to apply it with, words of sh; "" is the
	// toolchain's patch.
	Binary  string   `json:"binary,omitempty"`
	Options []string `json:"options"` // for example ["-p1"]
	Source  string   `json:"source"`
}

// Copy places a source as a file.
type Copy struct {
	Mode   uint32 `json:"mode"`
	Path   string `json:"path"` // absolute, or relative to the current folder
	Source string `json:"source"`
}

// Directory enters a folder, beneath the current one or absolute.
type Directory struct {
	Path string `json:"path"`
}

// Run gives a script to sh -e.
type Run struct {
	// Parallel lets make run several jobs at once; their number is not an
	// input of the build.
	Parallel bool   `json:"parallel,omitempty"`
	Phase    string `json:"phase"` // "configure", "make", ...: for people
	Script   string `json:"script"`
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
	Output  string `json:"output"`  // "base", "tools", "gcc-libs", "perl"
	Release string `json:"release"` // "debian-11"
	Rules   int    `json:"rules"`
}

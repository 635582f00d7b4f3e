package action

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Sentinel errors.
var (
	// ErrName says that a name cannot be part of a store path.
	ErrName = errors.New("not a name for an output")
	// ErrText says that a string of an action is no UTF-8.
	ErrText = errors.New("text is not UTF-8")
	// ErrStep says that a step does nothing, or several things.
	ErrStep = errors.New("a step does exactly one thing")
	// ErrSource says that two sources have one name: steps could not tell
	// them apart.
	ErrSource = errors.New("two sources have the same name")
)

// maxName bounds the name of an output, in bytes: with the key it has to fit
// into a file name wherever the store lies.
const maxName = 120

// CheckName accepts names that are safe in a path on every file system.
func CheckName(name string) error {
	if name == "" {
		return fmt.Errorf("%q: %w: it is empty", name, ErrName)
	}
	if len(name) > maxName {
		return fmt.Errorf("%.20q...: %w: it is longer than %d characters", name, ErrName, maxName)
	}
	for i, r := range name {
		if !NameCharacter(r) || i == 0 && (r == '.' || r == '-') {
			return fmt.Errorf("%q: %w: %q is not allowed there", name, ErrName, r)
		}
	}
	return nil
}

// NameCharacter says whether r may stand in the name of an output.
func NameCharacter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("+-._", r)
}

// check refuses what would have no meaning or no encoding of its own:
// encoding/json replaces bytes that are no UTF-8, and two actions would have
// one key.
func (a *Action) check() error {
	if err := CheckName(a.Name); err != nil {
		return err
	}
	for name, value := range a.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return fmt.Errorf("action %s: environment variable %q cannot be set", a.Name, name)
		}
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return fmt.Errorf("action %s: environment variable %q: %w", a.Name, name, ErrText)
		}
	}
	names := map[string]bool{}
	for _, s := range a.Sources {
		if names[s.Name] {
			return fmt.Errorf("action %s: source %q: %w", a.Name, s.Name, ErrSource)
		}
		if !utf8.ValidString(s.Name) {
			return fmt.Errorf("action %s: source %q: %w", a.Name, s.Name, ErrText)
		}
		names[s.Name] = true
	}
	for i, s := range a.Steps {
		if err := s.check(); err != nil {
			return fmt.Errorf("action %s: step %d: %w", a.Name, i, err)
		}
	}
	return nil
}

func (s *Step) check() error {
	kinds := 0
	for _, set := range []bool{
		s.Unpack != nil, s.Patch != nil, s.Copy != nil, s.Run != nil, s.Promise != nil, s.Fixup != nil,
		s.Toolchain != nil, s.Directory != nil,
	} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return ErrStep
	}
	for _, text := range s.Texts() {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%w: %.40q", ErrText, text)
		}
	}
	return nil
}

// Texts are all the strings of the step, in no particular order.
func (s *Step) Texts() []string {
	switch {
	case s.Unpack != nil:
		return []string{s.Unpack.Source}
	case s.Patch != nil:
		return append([]string{s.Patch.Source, s.Patch.Binary}, s.Patch.Options...)
	case s.Copy != nil:
		return []string{s.Copy.Source, s.Copy.Path}
	case s.Run != nil:
		return []string{s.Run.Phase, s.Run.Script}
	case s.Promise != nil:
		return s.Promise.Paths
	case s.Toolchain != nil:
		return []string{s.Toolchain.Release, s.Toolchain.Output}
	case s.Directory != nil:
		return []string{s.Directory.Path}
	}
	return nil
}

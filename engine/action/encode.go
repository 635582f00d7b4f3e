package action

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Encode gives the canonical encoding: JSON with sorted keys, no white space
// and no escaping beyond what JSON asks for, as `jq -cS` prints it. An action
// that cannot be built, or that has no exact encoding, is an error.
func (a *Action) Encode() ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(a); err != nil { // sorted: fields by their order, maps by encoding/json
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

// Normalise sorts what has no order of its own and drops inputs that stand
// twice.
func (a *Action) Normalise() {
	slices.SortFunc(a.Inputs, func(x, y Input) int { return strings.Compare(x.Path, y.Path) })
	a.Inputs = slices.Compact(a.Inputs)
	slices.SortFunc(a.Sources, func(x, y Source) int { return strings.Compare(x.Name, y.Name) })
}

// OutputName is the name in a [PathName].
func OutputName(path string) string {
	_, name, _ := strings.Cut(path, "-")
	return name
}

package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"belljar.build/engine/action"
	"belljar.build/rootfs"
)

// Logical is the store's path inside every sandbox, and the physical one too
// when root runs belljar.
const Logical = rootfs.Logical

const (
	keyLength  = 64
	hashLength = 32 // how much of a key stands in a store path
)

// folders below .belljar.
var folders = []string{"record", "manifest", "action", "log", "lock", "staging", "failed", "observed", "history", "roots", "pin"}

// DefaultDir is the physical store of this user: the logical path for root,
// a folder of the user's own for everybody else. A user without a home gets
// the logical path, which then says what it refuses.
func DefaultDir() string {
	if os.Geteuid() == 0 {
		return Logical
	}
	data := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) { // as the XDG specification asks
		home, err := os.UserHomeDir()
		if err != nil || !filepath.IsAbs(home) {
			return Logical
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "belljar", "store")
}

// Dir is the physical folder.
func (s *Store) Dir() string { return s.dir }

// LogPath is where the log of a key's last build is. The key must be one.
func (s *Store) LogPath(key string) string { return s.meta("log", key[:hashLength]+".log") }

func (s *Store) meta(elements ...string) string {
	return filepath.Join(append([]string{s.dir, ".belljar"}, elements...)...)
}

func checkKey(key string) error {
	if len(key) != keyLength || !allHex(key) {
		return fmt.Errorf("%q: %w", key, ErrKey)
	}
	return nil
}

// checkPath accepts what [action.PathName] makes.
func checkPath(path string) error {
	if len(path) <= hashLength || path[hashLength] != '-' || !allHex(path[:hashLength]) ||
		action.CheckName(path[hashLength+1:]) != nil {
		return fmt.Errorf("%q: %w", path, ErrPath)
	}
	return nil
}

func allHex(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}

// makeFolder creates a folder and those above it. The mode of what is made
// does not depend on the umask: others may read root's store.
func makeFolder(path string, mode os.FileMode) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(path); parent != path {
		if err := makeFolder(parent, 0o755); err != nil {
			return err
		}
	}
	err := os.Mkdir(path, mode)
	if os.IsExist(err) {
		return nil // another process was faster
	}
	if err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"belljar.build/engine/action"
)

// recordVersion is the version of the record's layout.
const recordVersion = 1

// Record is what the store knows of one output.
type Record struct {
	Version int    `json:"version"`
	Key     string `json:"key"`
	Name    string `json:"name"` // of the output, e.g. "zlib-1.3.1"
	// Part is what the first profile that built it calls it, e.g. "zlib"; "" for
	// the toolchain's own.
	Part string `json:"part,omitempty"`
	// Path is the base name of the output's folder.
	Path string `json:"path"`
	// Manifest is the manifest hash.
	Manifest string `json:"manifest,omitempty"`
	// References are the base names of the outputs whose paths stand in this
	// one's files, itself included, sorted.
	References []string `json:"references"`
	Size       int64    `json:"size"` // bytes of all files
	// Log is the log's path beneath .belljar; "" if the build left none.
	Log     string    `json:"log,omitempty"`
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	// Failed marks the record of a build that failed: there is no output and
	// no manifest.
	Failed bool `json:"failed,omitempty"`
	// Check is the verdict of the last check of this very output, as
	// engine/check writes it; empty when there was none.
	Check json.RawMessage `json:"check,omitempty"`
	// Audit is what the last static audit of this very output found, as
	// engine/audit writes it; empty when there was none.
	Audit json.RawMessage `json:"audit,omitempty"`
}

// Lookup finds the output of a key. It reads the record and looks whether the
// tree is there; it hashes nothing.
func (s *Store) Lookup(key string) (*Record, bool, error) {
	r, err := s.lookup(key)
	if err != nil || r == nil || r.Failed {
		return nil, false, err
	}
	info, err := os.Lstat(filepath.Join(s.dir, r.Path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil // somebody removed the tree: it is built again
	}
	if err != nil {
		return nil, false, fmt.Errorf("look up %s: %w", key, err)
	}
	if !info.IsDir() {
		return nil, false, fmt.Errorf("look up %s: %w: %s is no folder", key, ErrDamaged, r.Path)
	}
	return r, true, nil
}

// Recorded is the manifest hash of a key's output, whether its tree is there or
// not; "" when no record vouches for one.
func (s *Store) Recorded(key string) string {
	r, err := s.lookup(key)
	if err != nil || r == nil || r.Failed {
		return ""
	}
	return r.Manifest
}

// lookup gets the record of a key, nil if there is none.
func (s *Store) lookup(key string) (*Record, error) {
	if err := checkKey(key); err != nil {
		return nil, fmt.Errorf("look up: %w", err)
	}
	r, err := s.read(key[:hashLength])
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && r.Key != key {
		err = fmt.Errorf("look up %s: %w: %s is in the store", key, ErrCollision, r.Key)
	}
	return r, err
}

// read gets the record of a key's first 32 characters.
func (s *Store) read(short string) (*Record, error) {
	name := s.meta("record", short+".json")
	text, err := readFile(name)
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("read record %s: %w: %w", name, ErrDamaged, err)
	}
	if r.Version != recordVersion {
		return nil, fmt.Errorf("read record %s: it has version %d, this belljar knows %d", name, r.Version, recordVersion)
	}
	if checkKey(r.Key) != nil || r.Key[:hashLength] != short ||
		!r.Failed && (len(r.Manifest) != 64 || !allHex(r.Manifest)) ||
		checkPath(r.Path) != nil || r.Path != action.PathName(r.Key, r.Name) {
		return nil, fmt.Errorf("read record %s: %w: it does not belong to %q; remove it, and the part is built again", name, ErrDamaged, r.Path)
	}
	return &r, nil
}

// readFile is os.ReadFile with half the system calls: a run that builds nothing
// reads one record for each part, and does little else.
func readFile(name string) ([]byte, error) {
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	for err == unix.EINTR {
		fd, err = unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	defer unix.Close(fd)
	text, room := []byte(nil), make([]byte, 2<<10)
	for {
		n, err := unix.Read(fd, room)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return nil, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		if text = append(text, room[:n]...); n < len(room) { // of a regular file: its end
			return text, nil
		}
	}
}

// writeRecord makes the record the key's own.
func (s *Store) writeRecord(r *Record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	return s.write(append(text, '\n'), "record", r.Key[:hashLength]+".json")
}

// newRecord fills in what is known before the build's end.
func (s *Store) newRecord(key, name string) *Record {
	r := &Record{
		Version: recordVersion, Key: key, Name: name, Path: action.PathName(key, name),
		References: []string{},
	}
	if _, err := os.Stat(s.LogPath(key)); err == nil {
		r.Log = filepath.Join("log", filepath.Base(s.LogPath(key)))
	}
	return r
}

// place is write for what a later flush puts on disk.
func (s *Store) place(data []byte, elements ...string) (err error) {
	name := s.meta(elements...)
	if there, err := os.ReadFile(name); err == nil && bytes.Equal(there, data) {
		return nil // it may be on disk already, and others rely on it
	}
	f, err := os.CreateTemp(s.own, "place-")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// write replaces a file of the store's own in one step, after its bytes are on
// disk. The unfinished file lies in this process's folder, so that it goes
// with the rest when the process is killed.
func (s *Store) write(data []byte, elements ...string) error {
	name := s.meta(elements...)
	err := renameio.WriteFile(name, data, 0o644, renameio.WithTempDir(s.own), renameio.WithStaticPermissions(0o644))
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

package lock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/google/renameio/v2"
)

// FileName is what a lock is called beside its profile.
const FileName = "belljar.lock"

// Version is the one layout that this package reads and writes.
const Version = 1

// Sentinel errors.
var (
	// ErrMalformed: the file is no lock, or says something impossible.
	ErrMalformed = errors.New("lock malformed")
	// ErrVersion: the file was written in a layout this belljar does not know.
	ErrVersion = errors.New("lock version unknown")
)

// Entry is what one URL gave.
type Entry struct {
	SHA256 string `json:"sha256"` // 64 lower-case hex digits
	Size   int64  `json:"size"`   // bytes
}

// Lock is the content of one belljar.lock. It is safe for concurrent use.
type Lock struct {
	path string

	mu      sync.Mutex
	sources map[string]Entry
	saved   []byte // how the entries on disk are written by this package
}

// Load reads the lock at path. A missing file is an empty lock. A file that
// cannot be understood is an error that wraps ErrMalformed or ErrVersion and
// starts with path:line:column.
func Load(path string) (*Lock, error) {
	l := &Lock{path: path, sources: map[string]Entry{}}
	text, err := read(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	if err == nil {
		if l.sources, err = parse(path, text); err != nil {
			return nil, err
		}
	}
	if l.saved, err = l.render(); err != nil {
		return nil, err
	}
	return l, nil
}

// maxSize bounds a lock's file, in bytes.
const maxSize = 64 << 20

// read reads the file, never waiting for a pipe nor reading a device.
func read(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	case info.Size() > maxSize:
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxSize)
	}
	return io.ReadAll(io.LimitReader(f, maxSize))
}

// Lookup says what url gave, if it is recorded.
func (l *Lock) Lookup(url string) (Entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.sources[url]
	return e, ok
}

// Entries are all that is recorded, by URL.
func (l *Lock) Entries() map[string]Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.sources)
}

// Set records what url gave. Nothing is written before Save.
func (l *Lock) Set(url string, e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sources[url] = e
}

// Keep forgets every URL that is not among urls.
func (l *Lock) Keep(urls []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make(map[string]Entry, len(urls))
	for _, url := range urls {
		if e, ok := l.sources[url]; ok {
			kept[url] = e
		}
	}
	l.sources = kept
}

// Save writes the lock in one step, and only when its entries differ from those
// last loaded or saved: an untouched lock is never rewritten, whatever its
// layout. It refuses an entry that Load would refuse.
func (l *Lock) Save() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for url, e := range l.sources {
		if reason := e.invalid(); reason != "" {
			return fmt.Errorf("save lock: %w: %q: %s", ErrMalformed, url, reason)
		}
	}
	text, err := l.render()
	if err != nil {
		return err
	}
	if bytes.Equal(text, l.saved) {
		return nil
	}
	// The temporary file lies beside the lock: a rename works within one file system only.
	err = renameio.WriteFile(l.path, text, 0o644, renameio.WithTempDir(filepath.Dir(l.path)))
	if err != nil {
		return fmt.Errorf("save lock: %w", err)
	}
	l.saved = text
	return nil
}

// render is the one layout: sorted keys, one value a line, a final newline.
func (l *Lock) render() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // URLs keep their &
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		Version int              `json:"version"`
		Sources map[string]Entry `json:"sources"`
	}{Version, l.sources})
	if err != nil {
		return nil, fmt.Errorf("encode lock: %w", err)
	}
	return text.Bytes(), nil
}

// invalid says what is wrong with e, or "".
func (e Entry) invalid() string {
	if reason := invalidSHA256(e.SHA256); reason != "" {
		return reason
	}
	return invalidSize(e.Size)
}

func invalidSHA256(text string) string {
	if len(text) != 64 {
		return fmt.Sprintf("sha256 has %d digits, not 64", len(text))
	}
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Sprintf("sha256 holds %q, which is no lower-case hex digit", c)
		}
	}
	return ""
}

func invalidSize(bytes int64) string {
	if bytes < 0 {
		return fmt.Sprintf("size %d is negative", bytes)
	}
	return ""
}

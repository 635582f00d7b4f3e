package fetch

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/gofrs/flock"
)

// partial is a download that is under way: the bytes that came so far, kept so
// that the next process can go on where this one was stopped.
type partial struct {
	path    string // of the bytes; the mark lies beside it
	file    *os.File
	mark    mark
	spliced bool // it holds bytes of more than one answer
}

// mark is what a download must know of its first answer to be resumed.
type mark struct {
	Validator string `json:"validator"` // for If-Range: a strong ETag, else Last-Modified
	Total     int64  `json:"total"`     // bytes of the whole, -1 when unknown
}

// openPartial opens the download of target. Bytes of an earlier process are
// used only when trust is set: when a digest will tell whether they fit.
func (f *Fetcher) openPartial(target string, trust bool) (*partial, error) {
	p := &partial{path: f.path("partial", hashOf(target)+".part")}
	// A process that was killed just before the last rename left it read-only.
	if err := os.Chmod(p.path, 0o644); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, cacheError("open partial file", err)
	}
	file, err := os.OpenFile(p.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, cacheError("open partial file", err)
	}
	p.file = file
	if err := p.resume(trust); err != nil {
		file.Close()
		return nil, err
	}
	return p, nil
}

// resume goes on with the bytes that are there, if they are of use.
func (p *partial) resume(trust bool) error {
	text, err := os.ReadFile(p.markPath())
	if err != nil || json.Unmarshal(text, &p.mark) != nil || p.mark.Validator == "" || !trust {
		return p.restart(mark{Total: -1})
	}
	size, err := p.size()
	p.spliced = size > 0
	return err
}

func (p *partial) markPath() string { return strings.TrimSuffix(p.path, ".part") + ".mark" }

// restart throws the bytes away. The old bytes go before the new mark comes, so
// that a kill in between never leaves bytes with a mark that is not theirs.
func (p *partial) restart(m mark) error {
	if err := p.file.Truncate(0); err != nil {
		return cacheError("truncate partial file", err)
	}
	p.mark, p.spliced = m, false
	text, err := json.Marshal(m)
	if err == nil {
		err = os.WriteFile(p.markPath(), text, 0o644)
	}
	if err != nil {
		return cacheError("write mark", err)
	}
	return nil
}

func (p *partial) size() (int64, error) {
	info, err := p.file.Stat()
	if err != nil {
		return 0, cacheError("read partial file", err)
	}
	return info.Size(), nil
}

// remove deletes what is left of it.
func (p *partial) remove() error {
	return errors.Join(gone(os.Remove(p.path)), gone(os.Remove(p.markPath())))
}

// clearPartial deletes the download of target, unless it is going on.
func (f *Fetcher) clearPartial(target string) {
	l := flock.New(f.path("lock", hashOf(target)))
	if got, err := l.TryLock(); err != nil || !got {
		return
	}
	defer l.Unlock()
	// What cannot be deleted wastes room, no more.
	(&partial{path: f.path("partial", hashOf(target)+".part")}).remove()
}

// gone forgives that a file is not there.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// markOf is the mark of an answer with the whole file.
func markOf(answer *http.Response) mark {
	m := mark{Total: answer.ContentLength}
	if tag := answer.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		m.Validator = tag // a weak one, W/"...", cannot tell byte from byte
	} else {
		m.Validator = answer.Header.Get("Last-Modified")
	}
	return m
}

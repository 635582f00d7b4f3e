package fetch

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// content is a file big enough to come in many pieces.
var content = sync.OnceValue(func() []byte {
	bytes := make([]byte, 1<<20)
	random := rand.NewChaCha8([32]byte{1})
	random.Read(bytes)
	return bytes
})

func sha(bytes []byte) string {
	sum := sha256.Sum256(bytes)
	return hex.EncodeToString(sum[:])
}

func md5Of(bytes []byte) string {
	sum := md5.Sum(bytes)
	return hex.EncodeToString(sum[:])
}

func sha256Digest(bytes []byte) []Digest { return []Digest{{"sha256", sha(bytes)}} }

// quick is a Fetcher that does not wait and knows no apt mirrors.
func quick(t *testing.T, c Config) *Fetcher {
	t.Helper()
	if c.Cache == "" {
		c.Cache = t.TempDir()
	}
	f := New(c)
	f.wait = func(int, time.Duration) time.Duration { return 0 }
	f.apt = func() aptMirrors { return aptMirrors{} }
	return f
}

func fetchOK(t *testing.T, f *Fetcher, r Request) Result {
	t.Helper()
	results, err := f.Fetch(context.Background(), []Request{r})
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

func fetchFails(t *testing.T, f *Fetcher, r Request) error {
	t.Helper()
	results, err := f.Fetch(context.Background(), []Request{r})
	if err == nil {
		t.Fatalf("fetched %+v", results[0])
	}
	if results[0].Path != "" {
		t.Errorf("a failed request has the path %s", results[0].Path)
	}
	return err
}

// holds checks that a result is what the cache promises.
func holds(t *testing.T, r Result, want []byte) {
	t.Helper()
	got, err := os.ReadFile(r.Path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) || r.SHA256 != sha(want) || r.Size != int64(len(want)) {
		t.Errorf("got %d bytes, sha256 %s, size %d; want %d bytes, sha256 %s", len(got), r.SHA256, r.Size, len(want), sha(want))
	}
	if info, _ := os.Stat(r.Path); info.Mode() != 0o444 {
		t.Errorf("mode of the cached file: %v", info.Mode())
	}
	if filepath.Base(r.Path) != sha(want) {
		t.Errorf("path %s", r.Path)
	}
}

// files lists a folder of the cache.
func files(t *testing.T, f *Fetcher, kind string) []string {
	t.Helper()
	entries, err := os.ReadDir(f.path(kind, ""))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func says(t *testing.T, err error, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q:\n%v", w, err)
		}
	}
}

// server answers with handlers in turn, the last one again and again, and keeps
// the requests.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

func serve(t *testing.T, handlers ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r)
		h := handlers[min(len(s.requests), len(handlers))-1]
		s.mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) seen() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request(nil), s.requests...)
}

// whole answers as a good server does: ranges, validators.
func whole(bytes []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+sha(bytes)[:8]+`"`)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(bytes)))
	}
}

// cutAfter breaks the connection after n bytes of the body.
func cutAfter(bytes []byte, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+sha(bytes)[:8]+`"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(bytes)))
		w.Write(bytes[:n])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func write(t *testing.T, path string, bytes []byte) {
	t.Helper()
	if err := os.WriteFile(path, bytes, 0o644); err != nil {
		t.Fatal(err)
	}
}

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestResultsAreInOrderAndAllFailuresAreTold(t *testing.T) {
	s := httptestByPath(t)
	var requests []Request
	for i := range 12 {
		requests = append(requests, Request{URL: fmt.Sprint(s.URL, "/ok", i), Position: fmt.Sprint("a.cfg:", i)})
	}
	requests[3].URL, requests[7].URL, requests[9].URL = s.URL+"/no3", s.URL+"/no7", "ftp://host/x"
	results, err := quick(t, Config{Parallel: 3}).Fetch(context.Background(), requests)
	says(t, err, "a.cfg:3: fetch "+s.URL+"/no3: ", "a.cfg:7: ", `a.cfg:9: fetch ftp://host/x: request cannot be used: scheme "ftp"`)
	if one, ok := errors.AsType[*Error](err); !ok || one.Request.Position != "a.cfg:3" {
		t.Errorf("no *Error in %v", err)
	}
	for i, r := range results {
		if i == 3 || i == 7 || i == 9 {
			if r.Path != "" {
				t.Errorf("%d has a path", i)
			}
			continue
		}
		holds(t, r, fmt.Append(nil, "/ok", i))
	}
}

// httptestByPath answers /ok... with its path, and nothing else.
func httptestByPath(t *testing.T) *server {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/ok") {
			w.WriteHeader(404)
			return
		}
		w.Write([]byte(r.URL.Path))
	})
}

func TestTwoFetchersDownloadOnce(t *testing.T) {
	s := serve(t, whole(content()))
	cache := t.TempDir()
	var wg sync.WaitGroup
	for range 2 {
		f := quick(t, Config{Cache: cache})
		wg.Go(func() {
			r := Request{URL: s.URL + "/f", Digests: []Digest{{"md5", md5Of(content())}}}
			results, err := f.Fetch(context.Background(), []Request{r, r, r})
			if err != nil {
				t.Error(err)
				return
			}
			for _, r := range results {
				holds(t, r, content())
			}
		})
	}
	wg.Wait()
	if n := len(s.seen()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestUnpinnedFileIsAskedForAgain(t *testing.T) {
	s := serve(t, whole(content()))
	cache := t.TempDir()
	r := Request{URL: s.URL + "/f"}
	f := quick(t, Config{Cache: cache, Parallel: 1})
	if results, err := f.Fetch(context.Background(), []Request{r, r}); err != nil || results[1].From != FromCache {
		t.Errorf("twice in one run: %+v, %v", results, err)
	}
	fetchOK(t, quick(t, Config{Cache: cache}), r)
	if n := len(s.seen()); n != 2 {
		t.Errorf("%d requests, want one a run", n)
	}
	s.Close()
	if got := fetchOK(t, quick(t, Config{Cache: cache, Offline: true}), r); got.From != FromCache {
		t.Errorf("offline from %s", got.From)
	}
}

func TestWeaklyPinnedFileComesFromTheCache(t *testing.T) {
	s := serve(t, whole(content()), whole([]byte("new")))
	cache := t.TempDir()
	fetchOK(t, quick(t, Config{Cache: cache}), Request{URL: s.URL + "/f#" + md5Of(content())})
	r := fetchOK(t, quick(t, Config{Cache: cache}), Request{URL: s.URL + "/f#md5=" + md5Of(content())})
	if r.From != FromCache || !r.Weak || r.URL != s.URL+"/f" || len(r.Digests) != 1 {
		t.Errorf("%+v", r)
	}
	// The profile moves on, and the URL with it: the cache is of no help, and no error.
	holds(t, fetchOK(t, quick(t, Config{Cache: cache}), Request{URL: s.URL + "/f#" + md5Of([]byte("new"))}), []byte("new"))
}

func TestDamagedCacheIsReplaced(t *testing.T) {
	s := serve(t, whole(content()))
	f := quick(t, Config{})
	r := fetchOK(t, f, Request{URL: s.URL + "/f", SHA256: sha(content())})
	if err := os.Remove(r.Path); err != nil {
		t.Fatal(err)
	}
	write(t, r.Path, []byte("rot"))
	offline := quick(t, Config{Cache: f.config.Cache, Offline: true})
	says(t, fetchFails(t, offline, r.Request), "damaged", sha([]byte("rot")))
	holds(t, fetchOK(t, f, r.Request), content())
	if n := len(s.seen()); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestOffline(t *testing.T) {
	s := serve(t, whole(content()))
	r := Request{URL: s.URL + "/zlib.tar", SHA256: sha(content()), Digests: []Digest{{"md5", md5Of(content())}}, Position: "z.cfg:9"}
	err := fetchFails(t, quick(t, Config{Offline: true}), r)
	if !errors.Is(err, ErrOffline) {
		t.Error(err)
	}
	says(t, err, "z.cfg:9: ", "put zlib.tar (sha256:"+sha(content())+")", "download-cache")
	folder := t.TempDir()
	f := quick(t, Config{Offline: true, Folders: []string{folder}})
	says(t, fetchFails(t, f, r), " into "+folder)
	write(t, filepath.Join(folder, "zlib.tar"), content())
	holds(t, fetchOK(t, f, r), content())
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestFoldersGoBeforeTheNetwork(t *testing.T) {
	s := serve(t, whole(content()))
	wrong, right := t.TempDir(), t.TempDir()
	write(t, filepath.Join(wrong, "f"), []byte("old"))
	write(t, filepath.Join(right, "f"), content())
	f := quick(t, Config{Folders: []string{t.TempDir(), wrong, right}})
	r := fetchOK(t, f, Request{URL: s.URL + "/f", Digests: sha256Digest(content())})
	holds(t, r, content())
	if r.From != filepath.Join(right, "f") || len(s.seen()) != 0 {
		t.Errorf("from %s, with %d requests", r.From, len(s.seen()))
	}
	// The cache has a file of its own: the user's may change.
	write(t, filepath.Join(right, "f"), []byte("changed"))
	holds(t, r, content())
}

func TestFolderWithAnotherFile(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "f"), []byte("old"))
	if err := os.Mkdir(filepath.Join(folder, "g"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := serve(t, whole(content()), whole(content()), status(404))
	r := Request{URL: s.URL + "/f", Digests: sha256Digest(content())}
	for range 2 { // the second time it is in the cache
		holds(t, fetchOK(t, quick(t, Config{Folders: []string{folder}}), r), content())
	}
	err := fetchFails(t, quick(t, Config{Folders: []string{folder}}), r)
	if !errors.Is(err, ErrMismatch) || !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	says(t, err, "no place has it\n", "got "+sha([]byte("old"))+" (from "+filepath.Join(folder, "f")+")", "\n  "+s.URL+"/f: not found: 404 Not Found")
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"g", "pipe"} { // a pipe without a writer must not hang
		err = fetchFails(t, quick(t, Config{Folders: []string{folder}}), Request{URL: s.URL + "/" + name})
		says(t, err, filepath.Join(folder, name)+": unavailable: it is no regular file")
	}
}

func TestNamesStayInTheFolder(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "secret"), []byte("secret"))
	inner := filepath.Join(folder, "inner")
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, r := range []Request{
		{URL: "http://h.example/..%2Fsecret"},
		{URL: "http://h.example/x", Name: "../secret"},
		{URL: "http://h.example/.."},
		{URL: "http://h.example/"},
		{URL: "http://h.example"},
	} {
		err := fetchFails(t, quick(t, Config{Offline: true, Folders: []string{inner}}), r)
		if !errors.Is(err, ErrRequest) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestLocalFiles(t *testing.T) {
	base := t.TempDir()
	write(t, filepath.Join(base, "a b#c.patch"), []byte("one"))
	f := quick(t, Config{Base: base, Offline: true, AllowHosts: []string{"nowhere"}})
	digest := "#md5=" + md5Of([]byte("one"))
	for _, url := range []string{
		"a b#c.patch" + digest,
		"./a b#c.patch#" + md5Of([]byte("one")),
		filepath.Join(base, "a b#c.patch"),
		"file://" + base + "/a%20b%23c.patch" + digest,
		"file://localhost" + base + "/a%20b%23c.patch",
	} {
		r := fetchOK(t, f, Request{URL: url})
		holds(t, r, []byte("one"))
		if r.Name != "a b#c.patch" || r.From != filepath.Join(base, "a b#c.patch") {
			t.Errorf("%s: %+v", url, r)
		}
	}
	// An edited file is seen, and never hidden by the cache.
	write(t, filepath.Join(base, "a b#c.patch"), []byte("two"))
	holds(t, fetchOK(t, f, Request{URL: "a b#c.patch"}), []byte("two"))
	if err := fetchFails(t, f, Request{URL: "a b#c.patch" + digest}); !errors.Is(err, ErrMismatch) {
		t.Error(err)
	}
	if err := fetchFails(t, f, Request{URL: "none"}); !errors.Is(err, ErrNotFound) || errors.Is(err, ErrOffline) {
		t.Error(err)
	}
	if err := fetchFails(t, f, Request{URL: "file://host/f"}); !errors.Is(err, ErrRequest) {
		t.Error(err)
	}
	if left := files(t, f, "partial"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestCacheThatCannotBeUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	for _, cache := range []string{file, filepath.Join(file, "below")} {
		if _, err := New(Config{Cache: cache}).Fetch(context.Background(), nil); !errors.Is(err, ErrCache) {
			t.Error(err)
		}
	}
	// A cache that fails half-way ends the request: no mirror can help.
	s := serve(t, whole(content()))
	f := quick(t, Config{Mirrors: map[string][]string{"m": {s.URL, s.URL + "/second"}}})
	if err := f.makeCache(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(f.path("partial", hashOf(s.URL+"/f")+".part"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := fetchFails(t, f, Request{URL: "mirror://m/f"})
	if !errors.Is(err, ErrCache) || len(s.seen()) != 0 {
		t.Errorf("%d requests: %v", len(s.seen()), err)
	}
}

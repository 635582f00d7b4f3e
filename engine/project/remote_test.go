package project

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
)

// serve serves files by their path and counts how often each is asked for.
func serve(t *testing.T, files map[string]string) (url string, asked func(path string) int) {
	t.Helper()
	var mu sync.Mutex
	counts := map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		counts[r.URL.Path]++
		mu.Unlock()
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, text)
	}))
	t.Cleanup(s.Close)
	return s.URL, func(path string) int {
		mu.Lock()
		defer mu.Unlock()
		return counts[path]
	}
}

// wide is a profile of many files that extend one another, each adding a line.
func wide() map[string]string {
	files := map[string]string{"/stack/all.cfg": "[buildout]\nextends =\n"}
	for i := range 40 {
		files["/stack/all.cfg"] += fmt.Sprintf("  ../part/%d.cfg\n", i)
		files[fmt.Sprintf("/part/%d.cfg", i)] = fmt.Sprintf("[buildout]\nextends = common.cfg\nallow-hosts = nowhere-%d\n[s]\no += %d\n", i, i)
	}
	files["/part/common.cfg"] = "[s]\no += common\n"
	return files
}

// TestRemoteProfilesFoldInTheirOrder fetches side by side what is folded one after
// the other; what the files say of the network does not count. (With -race.)
func TestRemoteProfilesFoldInTheirOrder(t *testing.T) {
	url, asked := serve(t, wide())
	want := "common"
	for i := range 40 {
		want += fmt.Sprintf("\n%d", i)
	}
	for range 5 {
		folder(t, map[string]string{"buildout.cfg": "[buildout]\nextends = " + url + "/stack/all.cfg\n"})
		p := open(t, Config{})
		o, _, err := p.Profile.Raw("s", "o")
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "value", o.Value, want)
		equal(t, "from", o.From[1].File, url+"/part/0.cfg")
	}
	equal(t, "asked for", asked("/part/common.cfg"), 5)
}

func TestRemoteProfileIsLocked(t *testing.T) {
	url, asked := serve(t, map[string]string{"/a.cfg": "[s]\nx = 1\n", "/b.cfg": "[s]\nx = 2\n"})
	text := "[buildout]\nparts =\nextends = " + url + "/a.cfg\noptional-extends = " + url + "/none.cfg\n"
	folder(t, map[string]string{"buildout.cfg": text})
	cache := t.TempDir()
	if _, err := tryOpen(t, Config{Cache: cache, Locked: true}); !errors.Is(err, ErrNotLocked) {
		t.Fatal("not in the lock, and read all the same:", err)
	}
	p := open(t, Config{Cache: cache})
	g, err := p.Plan(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if total, changed, err := p.Lock(t.Context(), g, true); err != nil || total != 1 || changed != 1 {
		t.Fatal(total, changed, err)
	}
	if len(entries(t)) != 1 || entries(t)[url+"/a.cfg"].SHA256 == "" {
		t.Error("lock:", entries(t))
	}
	before := asked("/a.cfg")
	open(t, Config{Cache: cache, Locked: true})
	equal(t, "asked for again", asked("/a.cfg"), before)

	folder(t, map[string]string{"buildout.cfg": text})
	write(t, LockName, strings.Replace(`{"version": 1, "sources": {"URL/a.cfg": {"sha256": "`+strings.Repeat("0", 64)+`", "size": 1}}}`, "URL", url, 1))
	if _, err := tryOpen(t, Config{}); !errors.Is(err, fetch.ErrMismatch) {
		t.Error("changed since it was locked:", err)
	}
}

// TestRemoteProfileReadsNoFileOfThisMachine tries every way to name one.
func TestRemoteProfileReadsNoFileOfThisMachine(t *testing.T) {
	secret := t.TempDir() + "/secret.cfg"
	write(t, secret, "[s]\nsecret = 1\n")
	for _, name := range []string{secret, "file://" + secret, "FILE://" + secret, "FILE://localhost" + secret, "~/../.." + secret, "mirror://here" + secret} {
		url, _ := serve(t, map[string]string{"/a.cfg": "[buildout]\nmirrors = here file:///\nextends = " + name + "\n"})
		for _, root := range []string{url + "/a.cfg", "buildout.cfg"} {
			folder(t, map[string]string{"buildout.cfg": "[buildout]\nextends = " + url + "/a.cfg\n"})
			if p, err := tryOpen(t, Config{Profile: root}); err == nil {
				o, ok, _ := p.Profile.Raw("s", "secret")
				t.Errorf("%s extended by %s: %v %v", name, root, o, ok)
			}
		}
	}
}

func TestRemoteProfileIsBounded(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}))
	defer s.Close()
	cache := t.TempDir()
	folder(t, map[string]string{"buildout.cfg": "[buildout]\nextends = " + s.URL + "/endless.cfg\n"})
	if _, err := tryOpen(t, Config{Cache: cache}); !errors.Is(err, fetch.ErrTooLarge) {
		t.Error(err)
	}
	var size int64
	err := filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if info, infoErr := d.Info(); infoErr == nil && !d.IsDir() {
			size += info.Size()
		}
		return err
	})
	if err != nil || size > 1<<16 {
		t.Errorf("%d bytes are left in the cache, %v", size, err)
	}
}

func TestAllowHostsIsNoMatterOfZones(t *testing.T) {
	folder(t, map[string]string{"buildout.cfg": "[buildout]\nallow-hosts = *.debian.org\nextends = http://[::1%25.debian.org]:1/a.cfg\n"})
	if _, err := tryOpen(t, Config{}); !errors.Is(err, fetch.ErrHost) {
		t.Error(err)
	}
}

func TestSettingsThatHangOnTheMachineStopTheFetch(t *testing.T) {
	url, asked := serve(t, map[string]string{"/a.cfg": ""})
	folder(t, map[string]string{"buildout.cfg": "[buildout]\nextends = " + url + "/a.cfg\n[buildout: platform.node() == 'x']\nallow-hosts = nowhere\n"})
	if _, err := tryOpen(t, Config{}); !errors.Is(err, profile.ErrMachine) {
		t.Error(err)
	}
	equal(t, "asked for", asked("/a.cfg"), 0)
}

func TestPasswordsAreNotWritten(t *testing.T) {
	url, _ := serve(t, map[string]string{"/a.cfg": "[buildout]\nparts =\n"})
	secret := strings.Replace(url, "//", "//user:hunter2@", 1)
	folder(t, map[string]string{"buildout.cfg": "[buildout]\nextends = " + secret + "/a.cfg\n"})
	p := open(t, Config{})
	g, err := p.Plan(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Lock(t.Context(), g, true); err != nil {
		t.Fatal(err)
	}
	for key := range entries(t) {
		if strings.Contains(key, "hunter2") {
			t.Error("in the lock:", key)
		}
	}
	for _, name := range []string{secret + "/none.cfg", "http://u:hunter2@h:bad/x.cfg"} {
		for _, c := range []Config{{Profile: name}, {}} {
			folder(t, map[string]string{"buildout.cfg": "[buildout]\nextends = " + name + "\n"})
			if _, err := tryOpen(t, c); err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Error("in the error:", err)
			}
		}
	}
}

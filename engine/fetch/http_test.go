package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestDownload(t *testing.T) {
	s := serve(t, whole(content()))
	f := quick(t, Config{})
	r := fetchOK(t, f, Request{URL: s.URL + "/a/zlib%2B1.tar", Digests: sha256Digest(content())})
	holds(t, r, content())
	if r.Name != "zlib+1.tar" || r.From != s.URL+"/a/zlib%2B1.tar" || r.Weak {
		t.Errorf("%+v", r)
	}
	if left := files(t, f, "partial"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if got := s.seen()[0].Header; got.Get("Accept-Encoding") != "identity" || got.Get("Range") != "" {
		t.Errorf("asked with %v", got)
	}
	if r := fetchOK(t, f, r.Request); r.From != FromCache || len(s.seen()) != 1 {
		t.Errorf("the second time from %s, with %d requests", r.From, len(s.seen()))
	}
}

func TestCutConnectionIsResumed(t *testing.T) {
	for _, pinned := range []bool{true, false} {
		s := serve(t, cutAfter(content(), 300_000), whole(content()))
		f := quick(t, Config{})
		r := Request{URL: s.URL + "/f"}
		if pinned {
			r.SHA256 = sha(content())
		}
		holds(t, fetchOK(t, f, r), content())
		seen := s.seen()
		if len(seen) != 2 || seen[1].Header.Get("Range") != "bytes=300000-" || seen[1].Header.Get("If-Range") == "" {
			t.Errorf("pinned %v: %d requests, the last with %v", pinned, len(seen), seen[len(seen)-1].Header)
		}
	}
}

func TestNextProcessResumes(t *testing.T) {
	s := serve(t, cutAfter(content(), 300_000), whole(content()))
	cache := t.TempDir()
	f := quick(t, Config{Cache: cache, Retries: -1})
	r := Request{URL: s.URL + "/f", SHA256: sha(content())}
	if err := fetchFails(t, f, r); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	if got := files(t, f, "sha256"); len(got) != 0 {
		t.Errorf("visible under the final name: %v", got)
	}
	holds(t, fetchOK(t, quick(t, Config{Cache: cache}), r), content())
	if got := s.seen()[1].Header.Get("Range"); got != "bytes=300000-" {
		t.Errorf("range %q", got)
	}
}

func TestUnpinnedFileIsNotMadeOfAnEarlierProcess(t *testing.T) {
	s := serve(t, cutAfter(content(), 300_000), whole(content()))
	cache := t.TempDir()
	r := Request{URL: s.URL + "/f"}
	fetchFails(t, quick(t, Config{Cache: cache, Retries: -1}), r)
	holds(t, fetchOK(t, quick(t, Config{Cache: cache}), r), content())
	if got := s.seen()[1].Header.Get("Range"); got != "" {
		t.Errorf("range %q", got)
	}
}

func TestRangesThatTheServerDoesNotKnow(t *testing.T) {
	plain := func(w http.ResponseWriter, _ *http.Request) { w.Write(content()) }
	s := serve(t, cutAfter(content(), 300_000), plain)
	holds(t, fetchOK(t, quick(t, Config{}), Request{URL: s.URL + "/f", SHA256: sha(content())}), content())
}

func TestRangeThatWasNotAskedFor(t *testing.T) {
	other := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", "bytes 7-9/1048576")
		w.WriteHeader(http.StatusPartialContent)
		w.Write([]byte("abc"))
	}
	// No pin: nothing but the header tells that the bytes do not fit.
	s := serve(t, cutAfter(content(), 300_000), other, other, whole(content()))
	holds(t, fetchOK(t, quick(t, Config{}), Request{URL: s.URL + "/f"}), content())
}

func TestBytesAreTheServers(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte("text"))
	w.Close()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed.Bytes())
	})
	holds(t, fetchOK(t, quick(t, Config{}), Request{URL: s.URL + "/f.gz"}), packed.Bytes())
}

func TestFileThatChangedInBetween(t *testing.T) {
	// A server that resumes without regard to If-Range: the pieces do not fit.
	old := append([]byte("old"), content()[3:]...)
	s := serve(t, cutAfter(old, 300_000), func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("If-Range")
		whole(content())(w, r)
	})
	holds(t, fetchOK(t, quick(t, Config{}), Request{URL: s.URL + "/f", SHA256: sha(content())}), content())
	if n := len(s.seen()); n != 3 {
		t.Errorf("%d requests, want the first, the resumed one and a whole one", n)
	}
}

func TestWrongHashIsNotRetried(t *testing.T) {
	s := serve(t, whole(content()))
	f := quick(t, Config{})
	want := sha([]byte("other"))
	err := fetchFails(t, f, Request{URL: s.URL + "/f", Digests: []Digest{{"sha256", want}}, Position: "a.cfg:3"})
	if !errors.Is(err, ErrMismatch) {
		t.Error(err)
	}
	says(t, err, "a.cfg:3: fetch "+s.URL+"/f: ", "expected sha256 "+want+" (profile, a.cfg:3), got "+sha(content())+" (from "+s.URL+"/f)")
	if n := len(s.seen()); n != 1 {
		t.Errorf("%d requests", n)
	}
	if left := append(files(t, f, "partial"), files(t, f, "sha256")...); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestEveryDigestIsChecked(t *testing.T) {
	s := serve(t, whole(content()))
	good, bad := Digest{"md5", md5Of(content())}, Digest{"md5", md5Of(nil)}
	for _, test := range []struct {
		name string
		r    Request
		ok   bool
		weak bool
	}{
		{"md5", Request{Digests: []Digest{good}}, true, true},
		{"md5 and lock", Request{Digests: []Digest{good}, SHA256: sha(content())}, true, false},
		{"nothing", Request{}, true, false},
		{"bad md5, good lock", Request{Digests: []Digest{bad}, SHA256: sha(content())}, false, false},
		{"good md5, bad lock", Request{Digests: []Digest{good}, SHA256: sha(nil)}, false, false},
		{"one of two", Request{Digests: []Digest{good, bad}}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.r.URL = s.URL + "/f"
			results, err := quick(t, Config{}).Fetch(context.Background(), []Request{test.r})
			if (err == nil) != test.ok || (!test.ok && !errors.Is(err, ErrMismatch)) {
				t.Fatalf("got %v", err)
			}
			if results[0].Weak != test.weak {
				t.Errorf("weak: %v", results[0].Weak)
			}
		})
	}
}

func TestPassingFailuresAreRetried(t *testing.T) {
	for _, code := range []int{500, 502, 503, 429, 408} {
		s := serve(t, status(code), status(code), whole(content()))
		holds(t, fetchOK(t, quick(t, Config{}), Request{URL: s.URL + "/f"}), content())
	}
	s := serve(t, status(503))
	err := fetchFails(t, quick(t, Config{Retries: 2}), Request{URL: s.URL + "/f"})
	if len(s.seen()) != 3 || !errors.Is(err, ErrUnavailable) {
		t.Errorf("%d requests: %v", len(s.seen()), err)
	}
	says(t, err, "fetch "+s.URL+"/f: unavailable: 503 Service Unavailable (retries: 2)")
}

func TestLastingFailuresAreNotRetried(t *testing.T) {
	for code, is := range map[int]error{404: ErrNotFound, 410: ErrNotFound, 403: ErrUnavailable, 401: ErrUnavailable} {
		s := serve(t, status(code))
		f := quick(t, Config{})
		if err := fetchFails(t, f, Request{URL: s.URL + "/f"}); !errors.Is(err, is) || len(s.seen()) != 1 {
			t.Errorf("%d: %d requests: %v", code, len(s.seen()), err)
		}
		if left := files(t, f, "partial"); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	}
}

func TestServerThatStallsIsLeft(t *testing.T) {
	for name, first := range map[string]int{"before its header": 0, "in its body": 10} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if first > 0 {
					w.Write(content()[:first])
					w.(http.Flusher).Flush()
				}
				<-release
			})
			defer close(release) // before the server closes, which waits for its handlers
			f := quick(t, Config{Timeout: 50 * time.Millisecond, Retries: -1})
			says(t, fetchFails(t, f, Request{URL: s.URL + "/f"}), errStalled.Error())
		})
	}
}

func TestCancelKeepsWhatCame(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	release := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"e"`)
		w.Write(content()[:300_000])
		w.(http.Flusher).Flush()
		<-release
	})
	defer close(release)
	var came atomic.Int64
	f := quick(t, Config{Progress: func(string, int64) Transfer {
		return Transfer{Advance: func(n int64) {
			if came.Add(n) >= 300_000 {
				cancel()
			}
		}}
	}})
	_, err := f.Fetch(ctx, []Request{{URL: s.URL + "/f"}, {URL: s.URL + "/g"}})
	if !errors.Is(err, context.Canceled) || strings.Count(err.Error(), "\n") != 0 {
		t.Errorf("got %v", err)
	}
	if got := files(t, f, "partial"); len(got) == 0 {
		t.Error("nothing is left to resume")
	}
	if got := files(t, f, "sha256"); len(got) != 0 {
		t.Errorf("under final names: %v", got)
	}
}

func TestProgress(t *testing.T) {
	s := serve(t, cutAfter(content(), 300_000), whole(content()))
	var mu sync.Mutex
	var name string
	var total, sum int64
	var done []error
	f := quick(t, Config{Progress: func(n string, size int64) Transfer {
		name, total = n, size
		return Transfer{
			Advance: func(n int64) { mu.Lock(); sum += n; mu.Unlock() },
			Done:    func(err error) { done = append(done, err) },
		}
	}})
	fetchOK(t, f, Request{URL: s.URL + "/f"})
	if name != "f" || total != 1<<20 || sum != 1<<20 || len(done) != 1 || done[0] != nil {
		t.Errorf("%s %d %d %v", name, total, sum, done)
	}
}

func TestRedirects(t *testing.T) {
	end := serve(t, whole(content()))
	start := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(end.URL, "127.0.0.1", "localhost", 1)+"/f", http.StatusFound)
	})
	withPassword := strings.Replace(start.URL, "://", "://me:secret@", 1)
	t.Run("credentials stay", func(t *testing.T) {
		r := fetchOK(t, quick(t, Config{}), Request{URL: withPassword + "/f?token=1"})
		holds(t, r, content())
		if strings.Contains(r.From, "secret") {
			t.Errorf("from %s", r.From)
		}
		if user, _, _ := start.seen()[0].BasicAuth(); user != "me" {
			t.Error("the first host did not get the credentials")
		}
		if h := end.seen()[0].Header; h.Get("Authorization") != "" || h.Get("Referer") != "" {
			t.Errorf("the second host got %v", h)
		}
	})
	t.Run("allow-hosts holds for them", func(t *testing.T) {
		f := quick(t, Config{AllowHosts: []string{"127.0.*"}})
		err := fetchFails(t, f, Request{URL: withPassword + "/f"})
		if !errors.Is(err, ErrHost) || len(end.seen()) != 1 {
			t.Errorf("got %v", err)
		}
		says(t, err, "localhost")
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the password is shown: %v", err)
		}
	})
	t.Run("not for ever", func(t *testing.T) {
		var loop *server
		loop = serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, loop.URL, http.StatusFound) })
		err := fetchFails(t, quick(t, Config{}), Request{URL: loop.URL + "/f"})
		if !errors.Is(err, ErrUnavailable) || len(loop.seen()) != redirectLimit+1 {
			t.Errorf("%d requests: %v", len(loop.seen()), err)
		}
	})
}

func TestUnreachableServerIsNotRetried(t *testing.T) {
	s := serve(t, status(200))
	s.Close()
	f := quick(t, Config{})
	f.wait = func(int, time.Duration) time.Duration { t.Error("it was retried"); return 0 }
	if err := fetchFails(t, f, Request{URL: s.URL + "/f"}); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
}

func TestWait(t *testing.T) {
	for n, least := range []time.Duration{firstWait / 2, firstWait, 2 * firstWait} {
		if d := wait(n, 0); d < least || d > 2*least {
			t.Errorf("wait %d: %v", n, d)
		}
	}
	if d := wait(100, 0); d > longestWait {
		t.Errorf("wait 100: %v", d)
	}
	if d := wait(0, 5*time.Second); d != 5*time.Second {
		t.Errorf("asked for 5s: %v", d)
	}
	if d := wait(0, 3*time.Hour); d != 2*longestWait {
		t.Errorf("asked for 3h: %v", d)
	}
	for text, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "Mon, 02 Jan 2006 15:04:05 GMT": 0} {
		if got := retryAfter(text); got != want {
			t.Errorf("retry-after %q: %v", text, got)
		}
	}
}

package fetch

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestMain lets the test binary be the process that is killed: with childURL
// set it fetches, and does nothing else.
func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		_, err := New(Config{Cache: os.Getenv(childCache)}).Fetch(context.Background(), []Request{{URL: url}})
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const (
	childURL   = "BELLJAR_TEST_FETCH_URL"
	childCache = "BELLJAR_TEST_FETCH_CACHE"
)

func TestKilledProcessIsResumed(t *testing.T) {
	release := make(chan bool)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+sha(content())[:8]+`"`)
		w.Header().Set("Content-Length", fmt.Sprint(len(content())))
		w.Write(content()[:500_000])
		w.(http.Flusher).Flush()
		<-release
	}, whole(content()))
	defer close(release)
	f := quick(t, Config{})
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childURL+"="+s.URL+"/f", childCache+"="+f.config.Cache)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- child.Wait() }()
	part := f.path("partial", hashOf(s.URL+"/f")+".part")
	for written := false; !written; { // until the child has some of the bytes
		select {
		case err := <-exited:
			t.Fatalf("the child ended by itself: %v", err)
		case <-time.After(time.Millisecond):
			info, err := os.Stat(part)
			written = err == nil && info.Size() > 0
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-exited
	info, err := os.Stat(part)
	if err != nil {
		t.Fatal(err)
	}
	if got := files(t, f, "sha256"); len(got) != 0 {
		t.Errorf("under the final name: %v", got)
	}
	// The child's lock died with it, and its bytes are used.
	holds(t, fetchOK(t, f, Request{URL: s.URL + "/f", SHA256: sha(content())}), content())
	if got, want := s.seen()[1].Header.Get("Range"), fmt.Sprintf("bytes=%d-", info.Size()); got != want {
		t.Errorf("range %q, want %q", got, want)
	}
}

func TestKillJustBeforeTheLastRename(t *testing.T) {
	s := serve(t, whole(content()))
	f := quick(t, Config{})
	if err := f.makeCache(); err != nil {
		t.Fatal(err)
	}
	name := f.path("partial", hashOf(s.URL+"/f"))
	write(t, name+".mark", fmt.Appendf(nil, `{"validator": "\"e\"", "total": %d}`, len(content())))
	write(t, name+".part", content())
	if err := os.Chmod(name+".part", 0o444); err != nil {
		t.Fatal(err)
	}
	holds(t, fetchOK(t, f, Request{URL: s.URL + "/f", SHA256: sha(content())}), content())
	if n := len(s.seen()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestRubbishOfAKilledProcess(t *testing.T) {
	for name, mark := range map[string]string{"torn mark": `{"validator`, "no validator": `{"total": 9}`, "other total": `{"validator": "\"x\"", "total": 3}`} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, whole(content()))
			f := quick(t, Config{})
			if err := f.makeCache(); err != nil {
				t.Fatal(err)
			}
			file := f.path("partial", hashOf(s.URL+"/f"))
			write(t, file+".mark", []byte(mark))
			write(t, file+".part", []byte("rubbish"))
			holds(t, fetchOK(t, f, Request{URL: s.URL + "/f", SHA256: sha(content())}), content())
		})
	}
}

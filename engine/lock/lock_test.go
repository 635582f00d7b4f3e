package lock

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	hexA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	hexB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func load(t *testing.T, path string) *Lock {
	t.Helper()
	l, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func save(t *testing.T, l *Lock) {
	t.Helper()
	if err := l.Save(); err != nil {
		t.Fatal(err)
	}
}

func TestSaveWritesTheOneLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	l := load(t, path)
	l.Set("https://z.example/z?a=1&b=<2>", Entry{hexB, 7})
	l.Set("https://a.example/a", Entry{hexA, 0})
	save(t, l)
	want := `{
  "version": 1,
  "sources": {
    "https://a.example/a": {
      "sha256": "` + hexA + `",
      "size": 0
    },
    "https://z.example/z?a=1&b=<2>": {
      "sha256": "` + hexB + `",
      "size": 7
    }
  }
}
`
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if e, ok := load(t, path).Lookup("https://z.example/z?a=1&b=<2>"); !ok || e != (Entry{hexB, 7}) {
		t.Errorf("read back %v, %v", e, ok)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("left beside the lock: %v", files)
	}
}

func TestSaveLeavesAnUnchangedLockAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	save(t, load(t, path))
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("an empty lock was written: %v", err)
	}
	odd := `{"version":1,"sources":{"u":{"size":1,"sha256":"` + hexA + `"}}}`
	if err := os.WriteFile(path, []byte(odd), 0o600); err != nil {
		t.Fatal(err)
	}
	l := load(t, path)
	l.Set("u", Entry{hexA, 1})
	save(t, l)
	if got, _ := os.ReadFile(path); string(got) != odd {
		t.Errorf("rewritten without a change:\n%s", got)
	}
	l.Set("u", Entry{hexB, 1})
	save(t, l)
	if got, _ := os.ReadFile(path); !strings.Contains(string(got), hexB) {
		t.Errorf("a change was not written:\n%s", got)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode became %v", info.Mode())
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	save(t, l)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("saved twice: %v", err)
	}
}

func TestKeepForgetsTheRest(t *testing.T) {
	l := load(t, filepath.Join(t.TempDir(), FileName))
	l.Set("a", Entry{hexA, 1})
	l.Set("b", Entry{hexB, 1})
	l.Keep([]string{"b", "c"})
	if _, ok := l.Lookup("a"); ok {
		t.Error("a is still there")
	}
	if _, ok := l.Lookup("b"); !ok {
		t.Error("b is gone")
	}
	if _, ok := l.Lookup("c"); ok {
		t.Error("c appeared")
	}
}

func TestSaveRefusesWhatLoadWould(t *testing.T) {
	for _, e := range []Entry{{}, {"AB" + hexA[2:], 1}, {hexA, -1}} {
		path := filepath.Join(t.TempDir(), FileName)
		l := load(t, path)
		l.Set("u", e)
		if err := l.Save(); !errors.Is(err, ErrMalformed) {
			t.Errorf("%v: %v", e, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v was written", e)
		}
	}
}

func TestLoadSaysWhereAndWhat(t *testing.T) {
	good := `"version": 1, "sources": {`
	for _, test := range []struct {
		name, text, at, says string
		is                   error
	}{
		{"empty file", "", "1:1", "ends too early", ErrMalformed},
		{"cut off", "{\n  \"version\": 1,\n  \"sources\": {", "3:15", "ends too early", ErrMalformed},
		{"merge conflict", "{\n  \"version\": 1,\n<<<<<<< ours\n", "3:1", "invalid character '<'", ErrMalformed},
		{"no object", "[]", "1:1", "no object", ErrMalformed},
		{"no version", "{}", "1:2", `no "version"`, ErrMalformed},
		{"version late", `{"sources": {}}`, "1:2", "before", ErrMalformed},
		{"version new", "{\"version\": 2}", "1:13", "version 2", ErrVersion},
		{"version no number", `{"version": "1"}`, "1:13", "no whole number", ErrMalformed},
		{"unknown field", "{\"version\": 1,\n \"eggs\": {}}", "2:2", `unknown field "eggs"`, ErrMalformed},
		{"unknown entry field", "{" + good + "\n\"u\": {\"md5\": 1}}}", "2:7", `unknown field "md5"`, ErrMalformed},
		{"URL twice", "{" + good + "\n\"u\": {\"sha256\": \"" + hexA + "\", \"size\": 1},\n\"u\": {}}}", "3:1", `"u" stands twice`, ErrMalformed},
		{"short hash", "{" + good + `"u": {"sha256": "ab", "size": 1}}}`, "1:44", "2 digits", ErrMalformed},
		{"hash no string", "{" + good + `"u": {"sha256": 5}}}`, "1:44", "no string", ErrMalformed},
		{"size missing", "{" + good + "\n\"u\": {\"sha256\": \"" + hexA + "\"}}}", "2:83", "lacks", ErrMalformed},
		{"size negative", "{" + good + "\n\"u\": {\"size\": -1}}}", "2:15", "negative", ErrMalformed},
		{"size no integer", "{" + good + "\n\"u\": {\"size\": 1.5}}}", "2:15", "no whole number", ErrMalformed},
		{"more text", "{" + good + "}}\n{}", "2:1", "after the end", ErrMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), FileName)
			if err := os.WriteFile(path, []byte(test.text), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if !errors.Is(err, test.is) {
				t.Fatalf("got %v", err)
			}
			if !strings.HasPrefix(err.Error(), path+":"+test.at+": ") || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v\nwant at %s: %s", err, test.at, test.says)
			}
		})
	}
}

func TestLockServesManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	l := load(t, path)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			url := fmt.Sprint("https://a.example/", i)
			l.Set(url, Entry{hexA, int64(i)})
			l.Lookup(url)
			if err := l.Save(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	again := load(t, path)
	for i := range 20 {
		if e, ok := again.Lookup(fmt.Sprint("https://a.example/", i)); !ok || e.Size != int64(i) {
			t.Errorf("entry %d: %v, %v", i, e, ok)
		}
	}
}

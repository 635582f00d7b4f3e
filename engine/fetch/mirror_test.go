package fetch

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMirrorsAreAskedInTurn(t *testing.T) {
	gone, refused, wrong, cut, good, unasked := serve(t, status(404)), serve(t), serve(t, whole([]byte("old"))), serve(t, cutAfter(content(), 1000)), serve(t, whole(content())), serve(t)
	refused.Close()
	bases := []string{gone.URL + "/d/", refused.URL, wrong.URL, cut.URL, good.URL + "/e", unasked.URL}
	f := quick(t, Config{Mirrors: map[string][]string{"m": bases}, Retries: -1})
	r := fetchOK(t, f, Request{URL: "mirror://m/a/b+c.tar", SHA256: sha(content())})
	holds(t, r, content())
	if r.From != good.URL+"/e/a/b+c.tar" || r.URL != "mirror://m/a/b+c.tar" || r.Name != "b+c.tar" {
		t.Errorf("%+v", r)
	}
	if path := gone.seen()[0].URL.Path; path != "/d/a/b+c.tar" || len(unasked.seen()) != 0 {
		t.Errorf("asked for %s; %d requests to the last", path, len(unasked.seen()))
	}
	if left := files(t, f, "partial"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	f = quick(t, Config{Mirrors: map[string][]string{"m": bases[:3]}})
	err := fetchFails(t, f, Request{URL: "mirror://m/x", SHA256: sha(content()), Position: "a.cfg:1"})
	says(t, err, "a.cfg:1: fetch mirror://m/x: no place has it\n",
		gone.URL+"/d/x: not found: 404", refused.URL+"/x: unavailable: ", "(from "+wrong.URL+"/x)", "(lock)")
}

func TestMirrorInAFolder(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "f"), content())
	f := quick(t, Config{Offline: true, Mirrors: map[string][]string{"m": {"http://h.example", "file://" + folder}}})
	holds(t, fetchOK(t, f, Request{URL: "mirror://m/f"}), content())
	for _, path := range []string{"../f", "a/../../f", "%2e%2e/f", "..%2ff", ""} {
		if err := fetchFails(t, f, Request{URL: "mirror://m/" + path, Name: "f"}); !errors.Is(err, ErrRequest) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestDebianMirrors(t *testing.T) {
	f := quick(t, Config{Mirrors: map[string][]string{"debian": {"http://mine.example/d"}}})
	f.apt = func() aptMirrors {
		return aptMirrors{debian: []string{"http://apt.example/debian"}, security: []string{"http://apt.example/debian-security"}}
	}
	for source, want := range map[string][]string{
		"mirror://debian/pool/x": {
			"http://mine.example/d/pool/x",
			"http://apt.example/debian/pool/x",
			"https://snapshot.debian.org/archive/debian/20261123T000000Z/pool/x",
		},
		"mirror://debian-security/pool/x": {
			"http://apt.example/debian-security/pool/x",
			"https://snapshot.debian.org/archive/debian-security/20261123T000000Z/pool/x",
		},
	} {
		got, err := f.candidates(source)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	}
	_, err := f.candidates("mirror://debain/x")
	says(t, err, `mirror "debain" is not known (debian, debian-security are)`)
}

func TestAptMirrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		want  aptMirrors
	}{
		{"none", nil, aptMirrors{}},
		{"one-line", map[string]string{"sources.list": `# deb http://comment.example/debian x main
deb http://a.example/debian/ bookworm main # deb http://b.example/debian
deb-src	[ arch=amd64  signed-by=/k.gpg ]  https://c.example/x/debian bookworm main
deb [trusted=yes] http://a.example/debian bookworm-updates main
deb http://s.example/debian-security bookworm-security main
deb http://other.example/ubuntu jammy main
deb cdrom:[Debian]/debian x main
deb file:/srv/debian x main
nonsense
deb
`}, aptMirrors{
			debian:   []string{"http://a.example/debian", "https://c.example/x/debian"},
			security: []string{"http://s.example/debian-security"},
		}},
		{"deb822", map[string]string{"sources.list.d/debian.sources": `# a comment
Types: deb deb-src
URIs: http://a.example/debian
# another
  https://b.example/debian/
	http://c.example/debian-security
Suites: bookworm

uris: http://d.example/debian
Enabled: no

Enabled: yes
Types: deb
URIs:
 http://e.example/debian`}, aptMirrors{
			debian:   []string{"http://a.example/debian", "https://b.example/debian", "http://e.example/debian"},
			security: []string{"http://c.example/debian-security"},
		}},
		{"security is derived", map[string]string{"sources.list": "deb http://a.example/x/debian y z\n"}, aptMirrors{
			debian:   []string{"http://a.example/x/debian"},
			security: []string{"http://a.example/x/debian-security"},
		}},
		{"order of files", map[string]string{
			"sources.list":               "deb http://1.example/debian x\n",
			"sources.list.d/b.list":      "deb http://3.example/debian x\n",
			"sources.list.d/a.sources":   "URIs: http://2.example/debian\n",
			"sources.list.d/c.list.save": "deb http://4.example/debian x\n",
		}, aptMirrors{
			debian:   []string{"http://1.example/debian", "http://2.example/debian", "http://3.example/debian"},
			security: []string{"http://1.example/debian-security", "http://2.example/debian-security", "http://3.example/debian-security"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.Mkdir(filepath.Join(folder, "sources.list.d"), 0o755); err != nil {
				t.Fatal(err)
			}
			for name, text := range test.files {
				write(t, filepath.Join(folder, name), []byte(text))
			}
			if diff := cmp.Diff(test.want, readApt(folder), cmp.AllowUnexported(aptMirrors{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllowedHosts(t *testing.T) {
	for _, test := range []struct {
		globs []string
		host  string
		want  bool
	}{
		{nil, "any.example", true},
		{[]string{"*.debian.org"}, "snapshot.debian.org", true},
		{[]string{"*.debian.org"}, "debian.org", false},
		{[]string{"*.debian.org"}, "debian.org.evil.example", false},
		{[]string{"a.example", "b.example"}, "B.example:8080", true},
		{[]string{"b.example:8080"}, "b.example:8080", true},
		{[]string{"b.example:8080"}, "b.example:80", false},
		{[]string{"[!a].example"}, "a.example", false},
		{[]string{"[!a].example"}, "b.example", true},
		{[]string{"[", "a.example"}, "a.example", false},
	} {
		err := allowed(test.globs, &url.URL{Scheme: "http", Host: test.host})
		if (err == nil) != test.want || (err != nil && !errors.Is(err, ErrHost)) {
			t.Errorf("%v, %s: %v", test.globs, test.host, err)
		}
	}
	s := serve(t, whole(content()))
	err := fetchFails(t, quick(t, Config{AllowHosts: []string{"h.example"}}), Request{URL: s.URL + "/f"})
	if !errors.Is(err, ErrHost) || len(s.seen()) != 0 {
		t.Errorf("%d requests: %v", len(s.seen()), err)
	}
}

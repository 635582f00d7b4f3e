package fetch

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseDigest(t *testing.T) {
	digits := func(n int) string { return strings.Repeat("0a", n/2) }
	for text, want := range map[string]Digest{
		digits(32):                            {"md5", digits(32)},
		" MD5=" + strings.ToUpper(digits(32)): {"md5", digits(32)},
		digits(40):                            {"sha1", digits(40)},
		"sha256:" + digits(64):                {"sha256", digits(64)},
		digits(96):                            {"sha384", digits(96)},
		"sha512 = " + digits(128) + "\n":      {"sha512", digits(128)},
	} {
		got, err := ParseDigest(text)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if weak := want.Algorithm == "md5" || want.Algorithm == "sha1"; got.Weak() != weak {
			t.Errorf("%v: weak %v", got, got.Weak())
		}
	}
	for _, text := range []string{"", "md5=", digits(30), "sha256=" + digits(32), "md5=" + digits(30) + "xy", "sha3=" + digits(64), "=" + digits(64)} {
		if d, err := ParseDigest(text); !errors.Is(err, ErrRequest) {
			t.Errorf("%q: %v, %v", text, d, err)
		}
	}
}

func TestSplitURL(t *testing.T) {
	m, s, commit := strings.Repeat("1", 32), strings.Repeat("2", 64), strings.Repeat("3", 40)
	md5, sha256 := Digest{"md5", m}, Digest{"sha256", s}
	for _, test := range []struct {
		url, source string
		digests     []Digest
	}{
		{"http://h/f", "http://h/f", nil},
		{"http://h/f#" + m, "http://h/f", []Digest{md5}},
		{"http://h/f#" + s, "http://h/f", []Digest{sha256}},
		{"http://h/f#md5=" + m, "http://h/f", []Digest{md5}},
		{"http://h/f?a=b#egg=x&MD5=" + m + "&sha256=" + s, "http://h/f?a=b#egg=x", []Digest{md5, sha256}},
		{"http://h/f#" + commit, "http://h/f#" + commit, nil},
		{"http://h/f#top", "http://h/f#top", nil},
		{"p/x#1.patch", "p/x#1.patch", nil},
		{"p/x#1.patch#" + m, "p/x#1.patch", []Digest{md5}},
	} {
		source, digests, err := SplitURL(test.url)
		if diff := cmp.Diff(test.digests, digests); err != nil || diff != "" || source != test.source {
			t.Errorf("%s: %s, %v\n%s", test.url, source, err, diff)
		}
	}
	for _, url := range []string{"f#md5=12", "f#sha256=" + m, "f#" + m[1:], "f#" + s + "2"} {
		if source, digests, err := SplitURL(url); !errors.Is(err, ErrRequest) {
			t.Errorf("%s: %s, %v, %v", url, source, digests, err)
		}
	}
}

func TestIsLocal(t *testing.T) {
	for url, want := range map[string]bool{
		"a/b": true, "/a": true, "file:///a": true, "FILE:///a": true, "./a://b": true,
		"http://h/a": false, "mirror://m/a": false, "git+https://h/a": false,
	} {
		if got := IsLocal(url); got != want {
			t.Errorf("%s: %v", url, got)
		}
	}
}

func TestBadRequests(t *testing.T) {
	for _, r := range []Request{
		{URL: ""},
		{URL: "http://h.example/%zz"},
		{URL: "http:///f"},
		{URL: "git://h.example/f"},
		{URL: "http://me:secret@h.example:port/f"},
		{URL: "mirror:///f"},
		{URL: "http://h.example/f", SHA256: "12"},
		{URL: "http://h.example/f", Digests: []Digest{{"md4", "12"}}},
		{URL: "http://h.example/f", Digests: []Digest{{"md5", strings.Repeat("A", 32)}}},
	} {
		r.Position = "a.cfg:5"
		err := fetchFails(t, quick(t, Config{Offline: true}), r)
		if !errors.Is(err, ErrRequest) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", r, err)
		}
		says(t, err, "a.cfg:5: fetch ")
	}
}

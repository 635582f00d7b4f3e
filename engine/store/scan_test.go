package store

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	hashA = "0123456789abcdef0123456789abcdef"
	hashB = "ffffffffffffffffffffffffffffffff"
	pathA = hashA + "-a"
	pathB = hashB + "-b"
)

func scanPieces(t *testing.T, pieces ...string) []string {
	t.Helper()
	s, err := newScanner(pathA, pathB)
	must(t, err)
	w := s.file("")
	for _, p := range pieces {
		buf := []byte(p)
		if n, err := w.Write(buf); n != len(p) || err != nil {
			t.Fatalf("write: %d, %v", n, err)
		}
		clear(buf) // the caller uses its buffer again
	}
	return s.found()
}

// A hash is found wherever the buffers end.
func TestScanOverBorders(t *testing.T) {
	text := "some text " + hashA + " and more"
	for i := range len(text) {
		for j := i; j < len(text); j++ {
			if got := scanPieces(t, text[:i], text[i:j], text[j:]); !slices.Equal(got, []string{pathA}) {
				t.Fatalf("cut at %d and %d: found %q", i, j, got)
			}
		}
	}
	if got := scanPieces(t, strings.Split(text, "")...); !slices.Equal(got, []string{pathA}) {
		t.Errorf("byte by byte: found %q", got)
	}
}

func TestScan(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"nothing":            {"", []string{}},
		"short":              {hashA[:31], []string{}},
		"exact":              {hashA, []string{pathA}},
		"within longer hex":  {"77" + hashA + "1", []string{pathA}},
		"both":               {hashB + hashA, []string{pathA, pathB}},
		"overlapping":        {hashB + hashB[:5], []string{pathB}},
		"upper case":         {strings.ToUpper(hashA), []string{}},
		"one digit off":      {hashA[:31] + "e", []string{}},
		"interrupted":        {hashA[:16] + "-" + hashA[16:], []string{}},
		"near miss then hit": {hashA[:20] + "x" + hashA, []string{pathA}},
		"in a store path":    {Logical + "/" + pathA + "/bin\x00", []string{pathA}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := scanPieces(t, tt.text); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// The jumping search agrees with the plain one on data made to be hard:
// mostly digits, cut anywhere, with hashes of few different digits.
func TestScanAgreesWithPlainSearch(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		data := make([]byte, random.IntN(300))
		for i := range data {
			data[i] = "ffffffffffffffffff0g"[random.IntN(20)]
		}
		if random.IntN(3) == 0 && len(data) > 40 {
			copy(data[random.IntN(len(data)-32):], hashA)
		}
		var pieces []string
		for rest := string(data); rest != ""; {
			n := 1 + random.IntN(len(rest))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		want := []string{}
		if bytes.Contains(data, []byte(hashA)) {
			want = append(want, pathA)
		}
		if bytes.Contains(data, []byte(hashB)) {
			want = append(want, pathB)
		}
		if got := scanPieces(t, pieces...); !slices.Equal(got, want) {
			t.Fatalf("%q: found %q, want %q", pieces, got, want)
		}
	}
}

func TestReferences(t *testing.T) {
	s := open(t)
	inFile, inLink, inName, absent := publish(t, s, keyOf(2), "2").Path, publish(t, s, keyOf(3), "3").Path,
		publish(t, s, keyOf(4), "4").Path, publish(t, s, keyOf(5), "5").Path
	g := stage(t, s, keyOf(1))
	padding := strings.Repeat("x", 256<<10-7)
	must(t, os.WriteFile(g.Path("out/file"), []byte(padding+inFile), 0o644))
	must(t, os.Symlink(Logical+"/"+inLink+"/bin/sh", g.Path("out/link")))
	must(t, os.WriteFile(g.Path("out/"+inName[:32]), nil, 0o644))
	must(t, os.WriteFile(g.Path("out/self"), []byte(keyOf(1)[:32]), 0o644))
	candidates := make([]string, 4, 8)
	copy(candidates, []string{absent, inName, inLink, inFile})
	r, err := g.Publish(context.Background(), PublishOptions{Candidates: candidates})
	must(t, err)
	want := []string{r.Path, inFile, inLink, inName}
	slices.Sort(want)
	if diff := cmp.Diff(want, r.References); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
	if extra := candidates[:5][4]; extra != "" {
		t.Errorf("the caller's slice was written to: %q", extra)
	}
}

func TestBadCandidates(t *testing.T) {
	for _, c := range []string{"", "short", hashA, hashA + "-", hashA + "-../x", hashA + "-a/b", strings.ToUpper(hashA) + "-a"} {
		if _, err := newScanner(c); err == nil {
			t.Errorf("%q was taken for a store path", c)
		}
	}
	if _, err := newScanner(hashA+"-a", hashA+"-b"); err == nil {
		t.Error("two paths with one hash were taken")
	}
}

// A whole store path that is no candidate's is found wherever the buffers end;
// a hash alone, or another folder, is nobody's reference.
func TestScanUndeclared(t *testing.T) {
	undeclared := func(pieces ...string) error {
		s, err := newScanner(pathA)
		must(t, err)
		w := s.file("lib/x.so")
		for _, p := range pieces {
			_, err := w.Write([]byte(p))
			must(t, err)
		}
		return s.undeclared()
	}
	text := "RUNPATH " + Logical + "/" + pathB + "/lib"
	for i := range len(text) {
		if err := undeclared(text[:i], text[i:]); !errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), "lib/x.so") || !strings.Contains(err.Error(), hashB) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if err := undeclared(strings.Split(text, "")...); err == nil {
		t.Error("byte by byte: not found")
	}
	for _, harmless := range []string{pathB, "/elsewhere/" + pathB, Logical + "/" + hashB + "/x", Logical + "/" + hashB, Logical + "/" + pathA} {
		if err := undeclared(harmless); err != nil {
			t.Errorf("%s: %v", harmless, err)
		}
	}
}

func TestPublishRefusesUndeclared(t *testing.T) {
	s := open(t)
	for _, place := range []func(out string) error{
		func(out string) error { return os.WriteFile(out+"/f", []byte(Logical+"/"+pathB), 0o644) },
		func(out string) error { return os.Symlink(Logical+"/"+pathB+"/bin", out+"/l") },
	} {
		g := stage(t, s, keyOf(1))
		must(t, place(g.Path("out")))
		_, err := g.Publish(context.Background(), PublishOptions{Action: []byte("{}"), Candidates: []string{pathA}})
		if !errors.Is(err, ErrUnfit) || lookup(t, s, keyOf(1)) {
			t.Errorf("published: %v", err)
		}
	}
}

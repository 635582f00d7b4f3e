package static

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"testing"
	"time"
)

func gzAt(seconds int64) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.ModTime = time.Unix(seconds, 0)
	w.Close()
	return b.String()
}

// pycOf is a header as Python writes it: 3.11 and 3.6.
func pycOf(magic uint16, words ...uint32) string {
	b := binary.LittleEndian.AppendUint16(nil, magic)
	b = append(b, "\r\n"...)
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return string(append(b, "code"...))
}

func TestTimes(t *testing.T) {
	const now = 1_790_000_000
	when := time.Unix(now, 0).UTC()
	for name, tt := range map[string]struct {
		file, data, want string
	}{
		"gzip":            {"f.gz", gzAt(now), "S22 f.gz gzip header"},
		"gzip, fixed":     {"f.gz", gzAt(testEpoch), ""},
		"gzip, none":      {"f.gz", gz(""), ""},
		"tar":             {"f.tar", tarOf("a", "", when), "S22 f.tar tar members"},
		"tar.gz":          {"f.tar.gz", gz(tarOf("a", "", when)), "S22 f.tar.gz tar members"},
		"tar, fixed":      {"f.tar", tarOf("a", "", old), ""},
		"zip":             {"f.zip", zipOf("a", "", when), "S22 f.zip zip entries"},
		"zip, fixed":      {"f.zip", zipOf("a", "", old), ""},
		"zip, none":       {"f.zip", zipOf("a", "", time.Time{}), ""},
		"ar":              {"f.a", arOf("a/", "", now), "S22 f.a ar members"},
		"ar, none":        {"f.a", arOf("a/", "", 0), ""},
		"gzip in tar":     {"f.tar", tarOf("a.gz", gzAt(now), old), "S22 f.tar!/a.gz gzip header"},
		"pyc":             {"f.pyc", pycOf(3495, 0, now, 4), "S22 f.pyc bytecode header"},
		"pyc, fixed":      {"f.pyc", pycOf(3495, 0, testEpoch, 4), ""},
		"pyc by hash":     {"f.pyc", pycOf(3495, 1, now, now), ""},
		"pyc of 3.6":      {"f.pyc", pycOf(3379, now, 4, 0), "S22 f.pyc bytecode header"},
		"pyc in a zip":    {"f.zip", zipOf("x/a.pyc", pycOf(3495, 0, now, 4), old), "S22 f.zip!/x/a.pyc bytecode header"},
		"no pyc":          {"f.txt", pycOf(3495, 0, now, 4), ""},
		"pyc, cut":        {"f.pyc", pycOf(3495), ""},
		"a second later":  {"f.gz", gzAt(testEpoch + 1), "S22 f.gz gzip header"},
		"zip, not packed": {"f.txt", "PK\x05\x06 and so on, which is no archive", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			s.file(s.Tree, tt.file, tt.data, 0o644)
			if tt.want == "" {
				s.want()
			} else {
				s.want(tt.want)
			}
		})
	}
}

// What is older than the build came with the source.
func TestTimesBeforeTheBuild(t *testing.T) {
	const then = 1_500_000_000
	for started, want := range map[int64]string{
		0:                         "S22 f.gz gzip header",
		then - 60:                 "S22 f.gz gzip header",
		then + clockSlack - 60:    "S22 f.gz gzip header", // a zone or a clock that differs
		then + 2*clockSlack:       "S22 note f.gz gzip header",
		then + 365*24*3600:        "S22 note f.gz gzip header",
		then - 10*365*24*3600 - 1: "S22 f.gz gzip header",
	} {
		s := newShelf(t)
		s.Started = started
		s.file(s.Tree, "f.gz", gzAt(then), 0o644)
		s.want(want)
	}
}

func TestEntryTimes(t *testing.T) {
	s := newShelf(t)
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		s.file(s.Tree, name, "", 0o644)
	}
	all := s.find("a", "b", "c", "d", "e", "f", "g")
	if len(all) != 1 || all[0].Subject != "mtime" || all[0].File != "" || len(all[0].Evidence) != 5 || all[0].Message[:1] != "7" {
		t.Errorf("found %+v", all)
	}
}

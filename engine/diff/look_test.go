package diff

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	hashA = "0123456789abcdef0123456789abcdef"
	hashB = "fedcba9876543210fedcba9876543210"
	dirA  = "/var/lib/belljar/store/" + hashA + "-zlib-1.3"
	dirB  = "/var/lib/belljar/store/" + hashB + "-zlib-1.3"
)

// causes looks into two contents and gives the causes, a line each: kind, place,
// detail, both values.
func causes(l *looker, name string, a, b []byte) []string {
	l.dates, l.left = datePattern(), maxUnpack
	l.content("", name, slices.Clone(a), slices.Clone(b), 0)
	var all []string
	for _, c := range l.finish() {
		all = append(all, fmt.Sprintf("%s|%s|%s|%s|%s", c.Kind, c.Where, c.Detail, c.Before, c.After))
	}
	return all
}

func TestCauses(t *testing.T) {
	text := func(word string) string { return "one\ntwo " + word + "\nthree\n" }
	code := strings.Repeat("\x90", 64)
	other := "\x90\x91" + code[2:]
	tests := []struct {
		name, file string
		a, b       []byte
		want       []string
	}{
		{
			"text", "x", []byte(text("a")), []byte(text("b")),
			[]string{"text||@@ -1,3 +1,3 @@\n one\n-two a\n+two b\n three\n||"},
		},
		{
			"text far down", "x", []byte(strings.Repeat("x\n", 99) + text("a")), []byte(strings.Repeat("x\n", 99) + text("b")),
			[]string{"text||@@ -98,5 +98,5 @@\n x\n x\n one\n-two a\n+two b\n three\n||"},
		},
		{
			"no line end", "x", []byte("a"), []byte("a\n"),
			[]string{"text||@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n||"},
		},
		{
			"from nothing", "x", nil, []byte("a\n"),
			[]string{"text||@@ -0,0 +1,1 @@\n+a\n||"},
		},
		{
			"order", "x", []byte("a\nb\n"), []byte("b\na\n"),
			[]string{"order||the same lines in another order||", "text||@@ -1,2 +1,2 @@\n-a\n b\n+a\n||"},
		},
		{
			"store path and date", "x", []byte("at " + dirA + "/lib on 2024-02-03 10:11:12\n"), []byte("at " + dirB + "/lib on 2024-02-04 10:11:12\n"),
			[]string{
				"store-path|||" + dirA[23:] + "|" + dirB[23:], "timestamp|||2024-02-03 10:11:12|2024-02-04 10:11:12",
				"text||@@ -1,1 +1,1 @@\n-at " + dirA + "/lib on 2024-02-03 10:11:12\n+at " + dirB + "/lib on 2024-02-04 10:11:12\n||",
			},
		},
		{
			"bytes", "x", []byte("\x00\x01\x02"), []byte("\x00\x01\x03\x04"),
			[]string{"bytes||first difference at offset 0x2, 2 bytes differ\n" +
				"- 00000000  00 01 02                                         |...|\n+ 00000000  00 01 03 04                                      |....|\n|3 bytes|4 bytes"},
		},
		{
			"format", "x", []byte("\x00\x01"), []byte("x\n"),
			[]string{
				"format|||data|text",
				"bytes||first difference at offset 0x0, 2 bytes differ\n- 00000000  00 01                                            |..|\n+ 00000000  78 0a                                            |x.|\n|2 bytes|2 bytes",
			},
		},
		{
			"elf", "x", library(dirA+"/lib", "inflate", "\x01\x02\x03\x04", code, "\x00built Jan  2 2024\x00same"), library(dirB+"/lib", "inflatE", "\x01\x02\x03\x05", other, "\x00built Jan  3 2024\x00same"),
			[]string{
				"build-id|||01020304|01020305",
				"runpath|||" + dirA + "/lib|" + dirB + "/lib",
				"dynamic-symbol||- inflate\n+ inflatE\n|1 removed|1 added",
				"elf-section|.dynstr|first difference at 0x22, 33 bytes differ|88 bytes|88 bytes",
				"elf-section|.text|first difference at 0x1, 1 bytes differ, in inflate|64 bytes|64 bytes",
				"timestamp|.rodata||Jan  2 2024|Jan  3 2024",
				"elf-section|.rodata|first difference at 0xc, 1 bytes differ\n- built Jan  2 2024\n+ built Jan  3 2024\n|23 bytes|23 bytes",
				"store-path|||" + dirA[23:] + "|" + dirB[23:],
			},
		},
		{
			"elf section", "x", elfOf(part{name: ".text", kind: 1, data: "x"}), elfOf(part{name: ".text", kind: 1, data: "x"}, part{name: ".debug", kind: 1, data: "yy"}),
			[]string{"elf-section|.debug|||2 bytes"},
		},
		{
			"ar", "libx.a", arOf(file{"a.o/", "x\n", 1700000000, 0o644}, file{"gone.o/", "", 0, 0}), arOf(file{"a.o/", "y\n", 1700000001, 0o600}, file{"new.o/", "", 0, 0}),
			[]string{
				"timestamp|a.o|mtime|2023-11-14T22:13:20Z|2023-11-14T22:13:21Z", "mode|a.o|mode|644|600",
				"text|a.o|@@ -1,1 +1,1 @@\n-x\n+y\n||",
				"archive-member|gone.o|removed|present|", "archive-member|new.o|added||present",
			},
		},
		{
			"ar, long names and order", "libx.a", arOf(file{"//", "a-name-that-is-long.o/\nb.o/\n", 0, 0}, file{"/0", "1", 0, 0}, file{"/23", "2", 0, 0}), arOf(file{"b.o/", "2", 0, 0}, file{"#1/21", "a-name-that-is-long.o1", 0, 0}),
			[]string{"order||the members come in another order|a-name-that-is-long.o first|b.o first"},
		},
		{
			"tar", "x.tar", tarOf(t, file{"d/x", "x\n", 5, 0o644}), tarOf(t, file{"d/x", "x\n", 6, 0o755}),
			[]string{"timestamp|d/x|mtime|1970-01-01T00:00:05Z|1970-01-01T00:00:06Z", "mode|d/x|mode|0644|0755"},
		},
		{
			"zip", "x.whl", zipOf(t, file{"x", text("a"), 1700000000, 0}), zipOf(t, file{"x", text("b"), 1700000002, 0}),
			[]string{"timestamp|x|modified|2023-11-14T22:13:20Z|2023-11-14T22:13:22Z", "text|x|@@ -1,3 +1,3 @@\n one\n-two a\n+two b\n three\n||"},
		},
		{
			"gzip header", "x.1.gz", gzipOf(t, "x.1", 1700000000, []byte("x\n"), 6), gzipOf(t, "y.1", 0, []byte("x\n"), 6),
			[]string{"timestamp||gzip header|2023-11-14T22:13:20Z|none", "archive-header||gzip file name|x.1|y.1"},
		},
		{
			"gzip level", "x.gz", gzipOf(t, "", 0, []byte(text("a")), 0), gzipOf(t, "", 0, []byte(text("a")), 9),
			[]string{"compression||the same gzip content, compressed differently||"},
		},
		{
			"archives in archives", "x.tar.xz", xzOf(t, tarOf(t, file{"lib.a", string(arOf(file{"a.o", "x\n", 0, 0})), 0, 0})), xzOf(t, tarOf(t, file{"lib.a", string(arOf(file{"a.o", "y\n", 0, 0})), 0, 0})),
			[]string{"text|x.tar!/lib.a!/a.o|@@ -1,1 +1,1 @@\n-x\n+y\n||"},
		},
		{
			"zstd", "x.zst", zstdOf(t, []byte("x\n")), zstdOf(t, []byte("y\n")),
			[]string{"text|x|@@ -1,1 +1,1 @@\n-x\n+y\n||"},
		},
		{
			"pyc time", "x.pyc", pycOf(0, 1700000000, 10, "c"), pycOf(0, 1700000001, 11, "c"),
			[]string{"timestamp||the source's mtime|2023-11-14T22:13:20Z|2023-11-14T22:13:21Z", "python||the source's size|10|11"},
		},
		{
			"pyc hash", "x.pyc", pycOf(1, 1, 10, "c"), pycOf(3, 2, 10, "\x00code"),
			[]string{
				"python||flags|1|3", "python||the source's hash|010000000a000000|020000000a000000",
				"python-code||first difference at 0x0 of the code, 5 bytes differ\n+ code\n|1 bytes|5 bytes",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := causes(&looker{}, tt.file, tt.a, tt.b)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got:\n%q\nwant:\n%q", got, tt.want)
			}
			if same := causes(&looker{}, tt.file, tt.a, tt.a); len(same) > 0 {
				t.Errorf("a file differs from itself: %q", same)
			}
		})
	}
}

// The place of a difference is that of the first byte; of a time, of its text.
func TestOffsets(t *testing.T) {
	a := arOf(file{"x.o/", string(library("", "f", "id", "code", "\x00built Jan  2 2024\x00same")), 0, 0})
	b := arOf(file{"x.o/", string(library("", "f", "id", "cope", "\x00built Jan  3 2024\x00same")), 0, 0})
	for _, tt := range []struct {
		name string
		a, b []byte
		want string
	}{
		{"x.a", a, b, "elf-section x.o .text 0x2, timestamp x.o .rodata 0x7, elf-section x.o .rodata 0xc, "},
		{"x", []byte("\x00\x01\x02"), []byte("\x00\x01\x03"), "bytes  0x2, "},
		{"x", []byte("\x00at 10:00:00"), []byte("\x00at 11:00:00"), "timestamp  0x4, bytes  0x5, "},
		{"x", []byte("at 10:00:00"), []byte("at 11:00:00"), "timestamp  , text  , "},
	} {
		l := &looker{}
		causes(l, tt.name, tt.a, tt.b)
		got := ""
		for _, c := range l.finish() {
			got += c.Kind + " " + c.Where + " " + c.Offset + ", "
		}
		if got != tt.want {
			t.Errorf("%q\n%q", got, tt.want)
		}
	}
}

// With the hashes ignored, an equal rest is equal; and what else differs is
// still there.
func TestIgnoreStoreHash(t *testing.T) {
	a, b := "prefix="+dirA+"\n", "prefix="+dirB+"\n"
	code := strings.Repeat("\x90", 64)
	for name, tt := range map[string]struct{ a, b []byte }{
		"x":      {[]byte(a), []byte(b)},
		"x.gz":   {gzipOf(t, "", 0, []byte(a), 6), gzipOf(t, "", 0, []byte(b), 6)},
		"x.tar":  {tarOf(t, file{"x", a, 0, 0}), tarOf(t, file{"x", b, 0, 0})},
		"x.zip":  {zipOf(t, file{"x", a, 0, 0}), zipOf(t, file{"x", b, 0, 0})},
		"x.txz":  {xzOf(t, tarOf(t, file{"x", a, 0, 0})), xzOf(t, tarOf(t, file{"x", b, 0, 0}))},
		"x.pyc":  {pycOf(0, 0, 0, a), pycOf(0, 0, 0, b)},
		"lib.so": {library(dirA, "f", "1234", code, "\x00"), library(dirB, "f", "5678", code, "\x00")},
	} {
		l := &looker{hash: [2]string{hashA, hashB}}
		if got := causes(l, name, tt.a, tt.b); len(got) > 0 || !l.masked {
			t.Errorf("%s: %q", name, got)
		}
		if got := causes(&looker{}, name, tt.a, tt.b); len(got) == 0 {
			t.Errorf("%s: without the option the difference is not seen", name)
		}
	}
	l := &looker{hash: [2]string{hashA, hashB}}
	got := causes(l, "lib.so", library(dirA, "f", "1234", code, "\x00old text"), library(dirB, "f", "5678", code, "\x00new text"))
	want := []string{"build-id|||31323334|35363738", "elf-section|.rodata|first difference at 0x1, 3 bytes differ\n- old text\n+ new text\n|9 bytes|9 bytes"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

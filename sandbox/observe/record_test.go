package observe

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestLines compares what is written with what encoding/json writes.
func TestLines(t *testing.T) {
	records := []Record{
		{Process: 1, Program: "/bin/sh", Argv: []string{"sh", "-c", "echo \"\n"}, Found: true},
		{Process: 2, Parent: 1, Program: "/x", Argv: nil, Found: true},
		{Process: 7, Op: Open, Path: "/usr/include/stdio.h", Found: true},
		{Process: 7, Op: Stat, Path: "/absent"},
		{Process: 7, Op: Open, Path: "/quo\"te\\back\nline\x00\xff<&>\u2028ä"},
		{Process: 0, Op: Connect, Path: "unix:@x"},
	}
	var got, want bytes.Buffer
	w := NewWriter(&got)
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	for _, r := range records {
		if err := w.write(r); err != nil {
			t.Fatal(err)
		}
		if err := e.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want.String())
	}
	if n := strings.Count(got.String(), "\n"); n != len(records) {
		t.Errorf("%d lines of %d records", n, len(records))
	}
	n := 0
	if err := Read(&got, func(r Record) error { n++; return nil }); err != nil || n != len(records) {
		t.Errorf("%d records were read, %v", n, err)
	}
}

package observe

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
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
}

// TestRead reads what was written, and holds the quick way against encoding/json.
func TestRead(t *testing.T) {
	var written bytes.Buffer
	w := NewWriter(&written)
	records := []Record{
		{Process: 1, Program: "/bin/sh", Argv: []string{"sh", "-c", strings.Repeat("\x01", maxArgBytes)}, Found: true},
		{Process: 7, Parent: 1, Program: "/x", Found: true},
		{Process: 7, Op: Open, Path: "/usr/include/stdio.h", Found: true},
		{Process: 7, Op: Stat, Path: "/absent"},
		{Process: 7, Op: Ask, Path: "uname", Found: true},
		{Process: 1234567890123, Op: Stat, Path: "/x"},
		{Process: 7, Op: Open, Path: "/quo\"te\\back\nline\x00<&>\u2028ä"},
		{Process: 7, Op: "new", Path: "/x"},
		{Process: 7, Op: Open, Path: `/x","found":true}`},
	}
	for _, r := range records {
		if err := w.write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(written.Bytes()) {
		var want Record
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		if got, ok := readPlain(bytes.TrimSuffix(line, []byte("\n"))); ok && !reflect.DeepEqual(got, want) {
			t.Errorf("%.100s: got %+v", line, got)
		}
	}
	var got []Record
	if err := Read(&written, func(r Record) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, records) {
		t.Errorf("read\n%.300v\nof\n%.300v", got, records)
	}
}

// TestReadBroken reads what nobody wrote.
func TestReadBroken(t *testing.T) {
	for _, text := range []string{"{", `{"process":7,"op":"open","path":"/x"`, `{"process":-,"op":"open","path":"/x","found":true}`, "\n", "[]"} {
		if err := Read(strings.NewReader(text), func(Record) error { return nil }); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	stop := errors.New("stop")
	if err := Read(strings.NewReader("{}\n{}\n"), func(Record) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
}

package step

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadDynamic(t *testing.T) {
	exe := elfFile{kind: elf.ET_EXEC, needed: []string{"libc.so.6"}, runpath: []string{"/a:/b"}}
	old := elfFile{kind: elf.ET_DYN, needed: []string{"libz.so.1"}, rpath: []string{"/a"}}
	tests := []struct {
		name string
		data []byte
		want string // "RUNPATH needed..."; "" for nil
	}{
		{"program", exe.bytes(), "/a:/b libc.so.6"},
		{"library with RPATH", old.bytes(), "RPATH /a libz.so.1"},
		{"both: the loader takes RUNPATH", elfFile{kind: elf.ET_DYN, runpath: []string{"/a"}, rpath: []string{"/b"}}.bytes(), "/a"},
		{"empty RUNPATH", elfFile{kind: elf.ET_DYN, runpath: []string{""}}.bytes(), "empty"},
		{"no search path", elfFile{kind: elf.ET_DYN, needed: []string{"libc.so.6"}}.bytes(), ""},
		{"object", elfFile{kind: elf.ET_REL, runpath: []string{"/a"}}.bytes(), ""},
		{"text", []byte("#!/bin/sh\n"), ""},
		{"empty", nil, ""},
		{"only the magic", []byte("\x7fELF"), ""},
		{"cut off in the header", exe.bytes()[:40], ""},
		{"cut off before the sections", exe.bytes()[:100], ""},
		{"dynamic section without strings", elfFile{kind: elf.ET_DYN, runpath: []string{"/a"}, badLink: true}.bytes(), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := readDynamic(filepath.Join(put(t, map[string][]byte{"f": tt.data}), "f"))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if d != nil {
				got = strings.Join(append([]string{d.runpath}, d.needed...), " ")
				if d.rpath {
					got = "RPATH " + got
				}
				if got == "" {
					got = "empty"
				}
			}
			equal(t, "dynamic", got, tt.want)
		})
	}
	if _, err := readDynamic(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing file gives no error")
	}
}

// The test's own program is a real one, static or not: it must be understood.
func TestReadDynamicOfARealProgram(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if d, err := readDynamic(exe); err != nil || d != nil && d.runpath == "" {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestRelocated(t *testing.T) {
	store := put(t, map[string][]byte{
		"1-zlib/lib/libz.so.1":        nil,
		"2-xml/lib/libxml2.so.2":      nil,
		"2-xml/lib/libz.so.1":         nil,
		"3-own/lib/libown.so":         nil,
		"3-own/lib/private/libown2":   nil,
		"3-own/bin/prog":              nil,
		"3-own/lib/libz.so.1/oops":    nil, // a folder of that name is found, too: the loader would fail on it first
		"elsewhere/lib/libother.so.3": nil,
	})
	own := store + "/3-own"
	tests := []struct {
		name, file, runpath string
		needed              []string
		want                string // STORE stands for the store's path
	}{
		{
			"another part", "bin/prog", "STORE/1-zlib/lib", []string{"libz.so.1", "libc.so.6"},
			"$ORIGIN/../../1-zlib/lib:STORE/1-zlib/lib",
		},
		{"unused entries go", "bin/prog", "STORE/2-xml/lib:STORE/1-zlib/lib", []string{"libc.so.6"}, ""},
		{
			"the first that has it", "bin/prog", "STORE/1-zlib/lib:STORE/2-xml/lib", []string{"libz.so.1"},
			"$ORIGIN/../../1-zlib/lib:STORE/1-zlib/lib",
		},
		{
			"the order is kept", "bin/prog", "STORE/2-xml/lib:STORE/1-zlib/lib", []string{"libxml2.so.2", "libz.so.1"},
			"$ORIGIN/../../2-xml/lib:STORE/2-xml/lib",
		},
		{
			"two parts", "bin/prog", "STORE/1-zlib/lib:STORE/2-xml/lib", []string{"libxml2.so.2", "libz.so.1"},
			"$ORIGIN/../../1-zlib/lib:STORE/1-zlib/lib:$ORIGIN/../../2-xml/lib:STORE/2-xml/lib",
		},
		{"own library", "bin/prog", "STORE/3-own/lib", []string{"libown.so"}, "$ORIGIN/../lib:STORE/3-own/lib"},
		{"beside itself", "lib/libown.so", "STORE/3-own/lib", []string{"libown.so"}, "$ORIGIN:STORE/3-own/lib"},
		{"$ORIGIN", "bin/prog", "$ORIGIN/../lib/private", []string{"libown2"}, "$ORIGIN/../lib/private:STORE/3-own/lib/private"},
		{"${ORIGIN}", "bin/prog", "${ORIGIN}/../lib", []string{"libown.so"}, "$ORIGIN/../lib:STORE/3-own/lib"},
		{"written twice", "bin/prog", "STORE/3-own/lib:$ORIGIN/../lib/.:STORE/3-own/bin/../lib", []string{"libown.so"}, "$ORIGIN/../lib:STORE/3-own/lib"},
		{"build folder", "bin/prog", "/build/x/.libs:STORE/3-own/lib", []string{"libown.so"}, "$ORIGIN/../lib:STORE/3-own/lib"},
		{"tools' own", "bin/prog", "/tc/priv", []string{"libz.so.1"}, ""},
		{"climbs out of the store", "bin/prog", "STORE/../tc/priv:STORE/1-zlib/../../lib", []string{"libz.so.1"}, ""},
		{"relative and empty", "bin/prog", ":lib:.:", []string{"libown.so"}, ""},
		{"the store itself", "bin/prog", "STORE", []string{"1-zlib"}, ""},
		{"store of the same beginning", "bin/prog", "STORE-2/1-zlib/lib", []string{"libz.so.1"}, ""},
		{"NEEDED with a path", "bin/prog", "STORE/1-zlib/lib", []string{"/build/libz.so.1"}, "$ORIGIN/../../1-zlib/lib:STORE/1-zlib/lib"},
		{"again", "bin/prog", "$ORIGIN/../../1-zlib/lib:STORE/1-zlib/lib", []string{"libz.so.1"}, "$ORIGIN/../../1-zlib/lib:STORE/1-zlib/lib"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &dynamic{needed: tt.needed, runpath: strings.ReplaceAll(tt.runpath, "STORE", store)}
			before := strings.Join(d.needed, " ")
			got := d.relocated(filepath.Join(own, tt.file), own)
			equal(t, "RUNPATH", strings.ReplaceAll(got, store, "STORE"), tt.want)
			equal(t, "needed is left alone", strings.Join(d.needed, " "), before)
		})
	}
}

func TestSearchDirs(t *testing.T) {
	for runpath, want := range map[string]string{
		"":                          "",
		"/a":                        "/a",
		"/a/:/a:/b/../a":            "/a",
		"$ORIGIN":                   "/o/bin",
		"${ORIGIN}/../lib:$ORIGIN/": "/o/lib /o/bin",
		":/a::":                     "/a",
		"x:.":                       "x .",
		"$LIB":                      "$LIB",
	} {
		equal(t, runpath, strings.Join(searchDirs(runpath, "/o/bin/prog"), " "), want)
	}
}

package static

import (
	"strings"
	"testing"

	"belljar.build/rootfs"
)

func TestShebang(t *testing.T) {
	store := rootfs.Logical + "/"
	for _, tt := range []struct {
		first, want, says string
	}{
		{"#!/bin/sh", "", ""},
		{"#! /bin/sh -e", "", ""},
		{"#!/usr/bin/env sh", "", ""},
		{"#!" + store + ownName + "/bin/mine", "", ""},
		{"#!" + store + seenName + "/bin/lang -w", "", ""},
		{"#!" + store + seenName + "/bin/language", "", ""}, // a link
		{"#!" + store + seenName + "/bin/none", "S07 bin/s " + store + seenName + "/bin/none", "not there"},
		{"#!" + store + seenName + "/share/data", "S07 bin/s " + store + seenName + "/share/data", "no executable"},
		{"#!" + store + seenName + "/bin", "S07 bin/s " + store + seenName + "/bin", "no executable"},
		{"#!" + store + otherName + "/bin/lang", "S07 bin/s " + store + otherName + "/bin/lang", "other, which is not declared"},
		{"#!/usr/bin/perl", "S07 bin/s /usr/bin/perl", "the machine's"},
		{"#!/bin/bash", "S07 bin/s /bin/bash", "the machine's"},
		{"#!/tc/bin/bash", "S07 bin/s /tc/bin/bash", "toolchain"},
		{"#!/build/x/bin/python", "S07 bin/s /build/x/bin/python", "work folder"},
		{"#!perl", "S07 bin/s perl", "current folder"},
		{"#!", "S07 bin/s #!", "no interpreter"},
		{"#!/bin/sh\r", "S07 bin/s /bin/sh", "carriage return"},
		{"#!" + store + seenName + "/bin/" + strings.Repeat("x", 127-2-len(store+seenName+"/bin/")), "S07 bin/s " + store + seenName + "/bin/" + strings.Repeat("x", 127-2-len(store+seenName+"/bin/")), "not there"},
		{"#!" + store + seenName + "/bin/" + strings.Repeat("x", 128-2-len(store+seenName+"/bin/")), "S07 bin/s #!", "127"},
		{"#!/usr/bin/env mine", "", ""},
		{"#!/usr/bin/env lang", "S07 note bin/s lang", "does not refer"},
		{"#!/usr/bin/env perl", "S07 bin/s perl", "no declared part"},
		{"#!/usr/bin/env -S perl -w", "S07 bin/s perl", "no declared part"},
		{"#!/usr/bin/env -S A=1 mine -w", "", ""},
		{"#!/usr/bin/env -Smine -w", "", ""},
		{"#!/usr/bin/env mine -w", "S07 bin/s mine -w", "one word"},
		{"#!/usr/bin/env", "S07 bin/s env", "no program"},
		{"#!/usr/bin/env /usr/bin/perl", "S07 bin/s /usr/bin/perl", "the machine's"},
		{"#!/usr/bin/env other", "S07 bin/s other", "no declared part"},
		{"import sys", "S07 bin/s", "no #! line"},
		{"# a comment\nset -e", "S07 bin/s", "no #! line"},
		{"/* GNU ld script */", "", ""},
		{"\xa7\r\r\n\x00\x00", "", ""},
		{"some text", "", ""},
		{"", "", ""},
	} {
		t.Run(tt.first, func(t *testing.T) {
			s := newShelf(t)
			s.file(s.Tree, "bin/mine", "#!/bin/sh\n", 0o755)
			s.file(s.Visible[0], "bin/lang", "", 0o755)
			s.link(s.Visible[0], "bin/language", "lang")
			s.file(s.Visible[0], "share/data", "", 0o644)
			s.file(s.Others[0], "bin/lang", "", 0o755)
			s.file(s.Others[0], "bin/other", "", 0o755)
			s.file(s.Tree, "bin/s", tt.first+"\n", 0o755)
			s.file(s.Tree, "share/s", strings.ReplaceAll(tt.first, otherName, "x")+"\n", 0o644) // never executed
			s.References = append(s.References, otherName)                                      // the key in it is not the matter here
			var want []string
			if tt.want != "" {
				want = append(want, tt.want)
			}
			all := s.find()
			kept := all[:0]
			for _, f := range all {
				if f.Rule == "S07" {
					kept = append(kept, f)
				}
			}
			if got := strings.Join(brief(kept), "\n"); got != strings.Join(want, "\n") {
				t.Fatalf("found %q, want %q", got, want)
			}
			if len(kept) == 1 && !strings.Contains(kept[0].Message, tt.says) {
				t.Errorf("the message is %q", kept[0].Message)
			}
		})
	}
}

func TestShebangByReference(t *testing.T) {
	s := newShelf(t)
	s.file(s.Visible[0], "bin/lang", "", 0o755)
	s.file(s.Tree, "bin/s", "#!/usr/bin/env lang\n", 0o755)
	s.References = append(s.References, seenName)
	s.want()
}

func TestNoShebangOnlyWhereProgramsAre(t *testing.T) {
	s := newShelf(t)
	s.file(s.Tree, "lib/x.py", "import sys\n", 0o755)
	s.file(s.Tree, "bin/x", "import sys\n", 0o644)
	s.want()
}

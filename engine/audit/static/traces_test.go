package static

import "testing"

func TestTraces(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want string // the subject, "" for none
	}{
		"work folder":        {"x /build/own-1/main.c", "/build"},
		"in a macro":         {"\x00/build/main.c\x00", "/build"},
		"include":            {"-I/build/own-1", "/build"},
		"map":                {"-ffile-prefix-map=/build=/usr/src", "/build"},
		"home":               {"HOME=/build\n", "/build"},
		"alone":              {"\x00/build\x00", "/build"},
		"longer":             {"/builder/x /build-x/y", ""},
		"inside":             {"x/build/y ./build/x ../build/x $top/build/x ${top}/build/x", ""},
		"address":            {"https://example.org/build/x", ""},
		"folder of a site":   {"\"/build\" (/build)", ""},
		"end":                {"see /build/", ""},
		"toolchain":          {"'/tc/bin/sed'", "/tc"},
		"search path":        {"PATH=/x:/tc/bin", "/tc"},
		"another":            {"/etc/tc/bin /tc/qdisc /tcl/bin", ""},
		"host":               {"built on farm-7.example", "host name"},
		"part of a host":     {"xfarm-7 farm-77", ""},
		"user":               {"by somebody.", "user"},
		"part of a user":     {"somebody2 somebody_x is-somebody", ""},
		"kernel":             {"Linux 6.1.0-9-amd64 #1", "kernel"},
		"part of a kernel":   {"6.1.0-9-amd64x", ""},
		"packed":             {gz("HOME=/build\n"), "/build"},
		"sandbox's":          {"Linux localhost 5.10.0", ""},
		"at the very end":    {"by somebody", "user"},
		"at the very begin":  {"somebody else", "user"},
		"work folder, begin": {"/build/x", "/build"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			s.Host, s.User, s.Kernel = "farm-7.example", "somebody", "6.1.0-9-amd64"
			s.file(s.Tree, "share/f", tt.text, 0o644)
			if tt.want == "" {
				s.want()
			} else {
				s.want("S21 share/f " + tt.want)
			}
		})
	}
}

// Names that say nothing are not looked for, short ones only where such names
// stand, and a bare version only behind the name of the kernel.
func TestOrdinaryNames(t *testing.T) {
	for _, tt := range []struct {
		host, user, kernel, text string
		want                     []string
	}{
		{"localhost", "root", "", "root@localhost", nil},
		{"vm", "build", "", "vm build", nil},
		{"", "sam", "", "sam and mark", nil},
		{"", "sam", "", "/home/sam/x", []string{"S21 f user"}},
		{"", "sam", "", "USER=sam\n", []string{"S21 f user"}},
		{"crate", "", "", "a crate of", nil},
		{"crate", "", "", "me@crate", []string{"S21 f host name"}},
		{"", "", "6.1.0", "libx 6.1.0", nil},
		{"", "", "6.1.0", "Linux 6.1.0 x", []string{"S21 f kernel"}},
		{"", "", "6.1.0", "linux-6.1.0", []string{"S21 f kernel"}},
		{"", "", "6.1.0", "6.1.0", nil},
		{"", "", "6.1.0", "Linux 6.1.01", nil},
		{"", "", "6.1.0", "Linux farm 6.1.0", nil},
		{"", "", "6.1.0", "Linux localhost 6.1.0", []string{"S21 f kernel"}},
		{"vm", "root", "", "by root@vm\n", []string{"S21 f host name"}},
		{"vm", "", "", "a@vm.example a@vmx vm @vm vm@a", nil},
		{"localhost.localdomain", "", "", "root@localhost", nil},
		{"vm.farm", "", "", "root@vm", []string{"S21 f host name"}},
	} {
		s := newShelf(t)
		s.Host, s.User, s.Kernel = tt.host, tt.user, tt.kernel
		s.file(s.Tree, "f", tt.text, 0o644)
		s.want(tt.want...)
	}
}

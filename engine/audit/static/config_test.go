package static

import (
	"fmt"
	"strings"
	"testing"
)

func TestHostPathFiles(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"lib/pkgconfig/x.pc", "prefix=/usr\nName: /usr/lib\n", []string{"S08 lib/pkgconfig/x.pc /usr"}},
		{"lib/libx.la", "dependency_libs=' -L/build/x/.libs'\n", []string{"S08 lib/libx.la /build/x/.libs"}}, // and no S21
		{"lib/cmake/x/x-config.cmake", "set(X /usr/include)\nmessage(\"/usr/lib/x\")\n", []string{"S08 lib/cmake/x/x-config.cmake /usr/include"}},
		{"lib/libx.prl", "QMAKE_PRL_LIBS = -L/tmp/x/lib\n", []string{"S08 lib/libx.prl /tmp/x/lib"}},
		{"bin/x-config", "#!/bin/sh\necho -L/usr/lib\n", []string{"S08 bin/x-config /usr/lib"}},
		{"lib/xConf.sh", "X_LIBDIR=-L/opt/x/lib\n", []string{"S08 lib/xConf.sh /opt/x/lib"}},
		{"lib/python3.11/config-3.11/Makefile", "CC=/tc/bin/gcc\nall:\n\t/usr/bin/x\n", []string{"S08 lib/python3.11/config-3.11/Makefile /tc/bin/gcc"}},
		{"lib/python3.11/config-3.11/Makefile", "a=/usr/src/x-1\nTZ=/usr/share/zoneinfo\n", []string{
			"S08 lib/python3.11/config-3.11/Makefile /usr/src/x-1", "S25 lib/python3.11/config-3.11/Makefile /usr/share/zoneinfo"}},
		{"share/doc/x/examples/Makefile", "CC=/usr/bin/gcc\n", nil},
		{"share/x.sh", "#!/bin/bash\n/usr/bin/x\n", []string{"S25 share/x.sh /usr/bin/x"}},
		{"share/doc/x.sh", "#!/bin/bash\n/usr/bin/x\n", nil},
		{"share/x.txt", "prefix=/usr\n", nil},
		{"lib/_sysconfigdata__linux.py", "v = {'CC': '/usr/bin/gcc'}\n", []string{"S25 lib/_sysconfigdata__linux.py /usr/bin/gcc"}},
		{"lib/perl5/Config.pm", "package Config;\n'/usr/lib/x',\n", []string{"S25 lib/perl5/Config.pm /usr/lib/x"}},
		{"lib/perl5/Net/Config.pm", "package Net::Config;\n'/usr/lib/x',\n", nil},
		{"lib/perl5/Config_heavy.pl", "x='/usr/lib/x'\n", []string{"S25 lib/perl5/Config_heavy.pl /usr/lib/x"}},
		{"lib/ruby/rbconfig.rb", "C['X'] = '/usr/bin/install'\n", []string{"S25 lib/ruby/rbconfig.rb /usr/bin/install"}},
		{"lib/pkgconfig/b.pc", "prefix=/usr\n\x00\x01", nil}, // no text
		{"bin/pkg-config", "\x7fELF/usr/lib/pkgconfig", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShelf(t)
			s.file(s.Tree, tt.name, tt.text, 0o644)
			s.want(tt.want...)
		})
	}
}

// Many paths are told by their first names, and very many not one by one.
func TestManyPaths(t *testing.T) {
	var some, many strings.Builder
	for i := range 20 {
		fmt.Fprintf(&some, "'/usr/lib/%d /usr/share/%d'\n", i, i)
		fmt.Fprintf(&many, "'/usr/x%02d/y'\n", i)
	}
	s := newShelf(t)
	s.file(s.Tree, "lib/a/Config_heavy.pl", some.String(), 0o644)
	all := s.want("S25 lib/a/Config_heavy.pl /usr/lib", "S25 lib/a/Config_heavy.pl /usr/share")
	if len(all) > 0 && (len(all[0].Evidence) != 5 || all[0].Evidence[1].Where != "line 2") {
		t.Errorf("the evidence is %v", all[0].Evidence)
	}
	s = newShelf(t)
	s.file(s.Tree, "lib/a/Config_heavy.pl", many.String(), 0o644)
	if all := s.find(); len(all) != maxGroups || all[len(all)-1].Subject != "more" {
		t.Errorf("found %q", brief(all))
	}
}

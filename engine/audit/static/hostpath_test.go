package static

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPathsOf(t *testing.T) {
	for _, tt := range []struct {
		language language
		line     string
		want     string // paths, separated by blanks
	}{
		{hash, "prefix=/usr", "/usr"},
		{hash, "libdir=${prefix}/lib", ""},
		{hash, "Libs: -L/usr/lib/x86_64-linux-gnu -lz", "/usr/lib/x86_64-linux-gnu"},
		{hash, "Cflags: -I/usr/include -isystem/opt/x/include", "/usr/include /opt/x/include"},
		{hash, "libdir=/var/lib/belljar/store/aaaa-x/lib", ""},
		{hash, "sysconfdir=/etc", ""},
		{hash, "# see /usr/share/doc", ""},
		{hash, "a = b # see /usr/share/doc", ""},
		{hash, "url: https://example.org/usr/lib", ""},
		{hash, "dependency_libs=' /build/x/libx.la -L/usr/local/lib'", "/build/x/libx.la /usr/local/lib"},
		{hash, "CC=/tc/bin/gcc", "/tc/bin/gcc"},
		{shell, "exec /usr/bin/perl -w", "/usr/bin/perl"},
		{shell, "exec /usr/bin/env perl", ""},
		{shell, "exec /bin/sh -c x >/dev/null", ""},
		{shell, "/bin/rm -f x; y=`/bin/date`", "/bin/rm /bin/date"},
		{shell, `PATH="/usr/bin:/bin:$PATH"`, "/usr/bin /bin"},
		{shell, `if test "$includedir" != "/usr/include"; then`, ""},
		{shell, `if [ "-L${libdir}" != "-L/usr/lib" -a x ]; then`, ""},
		{shell, `[ "$x" = /usr/lib ] && y`, ""},
		{shell, "\t/lib/x|/usr/lib/x|/lib64|/lib|/usr/lib) # skip", ""},
		{shell, "/usr/*) ;;", ""},
		{shell, `a) echo "-L/usr/lib" ;;`, "/usr/lib"},
		{shell, `dirs="/lib/x|/usr/lib"`, ""},
		{shell, `sed -e 's,/usr/local,$prefix,'`, ""},
		{shell, `sed 's/usr/x/'`, ""},
		{shell, `"$DESTDIR"/usr/lib`, ""},
		{shell, "x=$y/usr/bin", ""},
		{shell, "x=../usr/bin ~/bin/x ./lib/y", ""},
		{shell, "awk '/lib/ { print }'", ""},
		{shell, "cat <<X </lib>", ""},
		{python, "CC = '/usr/bin/gcc -pthread'", "/usr/bin/gcc"},
		{python, "if x == '/usr/lib':", ""},
		{python, "x = a / usr", ""},
		{perl, "scriptdir => '/usr/bin',", "/usr/bin"},
		{perl, "$x =~ m/^\\/usr/; $y =~ /bin/;", ""},
		{perl, "startperl='#!/usr/bin/perl'", "/usr/bin/perl"},
		{slashes, "app.get('/home', f) // see /usr/lib/x", ""},
		{slashes, "// see /usr/lib/x", ""},
		{slashes, "exec('/usr/bin/x')", "/usr/bin/x"},
		{dashes, "x = '/usr/bin/x' -- not /usr/bin/y", "/usr/bin/x"},
		{hash, "/", ""},
		{hash, "", ""},
		{hash, "-I/", ""},
		{shell, "s,/usr/x,y,", ""},
	} {
		c := comments{language: tt.language}
		code, _ := c.strip(tt.line)
		if got := strings.Join(pathsOf(code, dialect{language: tt.language}), " "); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.line, got, tt.want)
		}
	}
}

func TestPathsIn(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		dialect
		want []int // lines
	}{
		{"first line", "#!/usr/bin/perl\n/usr/bin/x\n", dialect{language: shell}, []int{2}},
		{"pod", "x('/usr/a/b');\n=head1 NAME\n/usr/a/b\n=cut\nx('/usr/a/b');\n__END__\n/usr/a/b\n", dialect{language: perl}, []int{1, 5}},
		{"docstring", "def f():\n  '''Runs\n  /usr/a/b\n  '''\n  x('/usr/a/b')\n  \"\"\"/usr/a/b\"\"\"\n", dialect{language: python}, []int{5}},
		{"ruby", "=begin\n/usr/a/b\n=end\nx '/usr/a/b'\n", dialect{language: ruby}, []int{4}},
		{"block", "/* /usr/a/b\n/usr/a/b\n*/\nx('/usr/a/b')\n", dialect{language: slashes}, []int{4}},
		{"recipe", "A=/usr/a\nall:\n\t/usr/a/b \\\n  /usr/a/c\nB = /usr/b\n", dialect{assignments: true}, []int{1, 5}},
		{"prose", "Description: /usr/lib\nLibs: /usr/lib/x\n", dialect{prose: []string{"description:"}}, []int{2}},
		{"tmp", "a=/tmp/x\n", dialect{}, nil},
		{"tmp in a configuration", "a=/tmp/x\n", dialect{temporary: true}, []int{1}},
		{"carriage returns", "a=/usr/x\r\n", dialect{}, []int{1}},
	} {
		var got []int
		for _, p := range pathsIn(tt.text, tt.dialect) {
			got = append(got, p.line)
			if strings.ContainsAny(p.path, "\r\n ") {
				t.Errorf("%s: the path is %q", tt.name, p.path)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: lines %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A line of megabytes costs no more than many short ones.
func TestLongLine(t *testing.T) {
	line := "x='" + strings.Repeat("/usr/lib/x # ' ", 200_000)
	began := time.Now()
	if found := pathsIn(line, dialect{language: shell}); len(found) == 0 {
		t.Error("nothing found")
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

func FuzzPathsIn(f *testing.F) {
	f.Add("prefix=/usr\n-L/usr/lib \"/usr\" s,/usr,x, /a|/usr|/b", 1)
	f.Fuzz(func(_ *testing.T, text string, l int) {
		pathsIn(text, dialect{language: language(l & 7), temporary: true})
	})
}

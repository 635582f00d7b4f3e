package toolchain

import (
	"path"
	"strings"
)

// A layout says which files of the packages an output holds, and where. What
// no rule names is left out: documentation, locales, gconv, /etc, /usr/sbin.
type layout struct {
	drop []string
	keep []rule // the first that matches decides
}

// A rule moves what matches from to the place to. Both are relative. A from
// that ends in a slash matches all that lies beneath; each of its elements is
// a path.Match pattern. A to that ends in a slash is a folder, else a name.
type rule struct{ from, to string }

const gccDir = "usr/lib/gcc/x86_64-linux-gnu/*/"

// dest gives the place of a package's file in the output, or "" when the
// output does not hold it.
func (l layout) dest(name string) string {
	for _, pattern := range l.drop {
		if _, ok := match(pattern, name); ok {
			return ""
		}
	}
	for _, r := range l.keep {
		if rest, ok := match(r.from, name); ok {
			if strings.HasSuffix(r.to, "/") {
				return r.to + rest
			}
			return r.to
		}
	}
	return ""
}

// match compares name with a pattern of a rule and gives the part of name that
// is kept below the rule's folder.
func match(pattern, name string) (rest string, ok bool) {
	for {
		want, morePattern, isTree := strings.Cut(pattern, "/")
		have, moreName, isDeep := strings.Cut(name, "/")
		if matched, _ := path.Match(want, have); !matched || isTree != isDeep {
			return "", false
		}
		switch {
		case !isTree:
			return have, true
		case morePattern == "":
			return moreName, true
		}
		pattern, name = morePattern, moreName
	}
}

// layouts is a function because a package-level map would be built at each of
// the many starts of the binary that never look at it.
func layouts(output string) (layout, bool) {
	switch output {
	case Base:
		return baseLayout(), true
	case Tools:
		return toolsLayout(), true
	case GCCLibs:
		return gccLibsLayout(), true
	case Perl:
		return perlLayout(), true
	}
	return layout{}, false
}

func baseLayout() layout {
	return layout{
		drop: []string{
			"usr/lib/x86_64-linux-gnu/gconv/",
			"usr/lib/x86_64-linux-gnu/audit/",
		},
		keep: []rule{
			{"lib64/", "lib64/"},
			{"lib/x86_64-linux-gnu/", "lib/x86_64-linux-gnu/"},
			{"usr/lib/x86_64-linux-gnu/", "usr/lib/x86_64-linux-gnu/"},
			{"usr/lib/locale/", "usr/lib/locale/"}, // C.UTF-8 in Debian 11, C.utf8 in 12
			{"usr/include/", "usr/include/"},
		},
	}
}

func toolsLayout() layout {
	return layout{
		drop: append(inGCCDir(runtimeLibs),
			// What needs files that the output does not hold, or perl.
			"usr/bin/bashbug", "usr/bin/gawkbug", "usr/bin/clear_console", "usr/bin/stdbuf",
			"usr/bin/make-first-existing-target", "usr/bin/*-gprofng", "usr/bin/*-gp-*",
			"usr/bin/lto-dump-*", "usr/bin/*-lto-dump-*",
			// Debian's links to the drivers: linkNames makes them, to the wrapper.
			"usr/bin/gcc-[0-9]*", "usr/bin/g++-[0-9]*", "usr/bin/cpp-[0-9]*",
			// Sanitizers, plugins, and libbacktrace, which a configure would find.
			gccDir+"plugin/", gccDir+"libcc1.so", gccDir+"libsanitizer.spec",
			gccDir+"lib?san*", gccDir+"libubsan*", gccDir+"libhwasan*", gccDir+"include/sanitizer/",
			gccDir+"libbacktrace.a", gccDir+"include/backtrace*.h",
		),
		keep: []rule{
			// The drivers lie beside bin, not in it: gcc finds lib/gcc from
			// any folder at that depth, and nothing on PATH goes around the
			// wrapper.
			{"usr/bin/x86_64-linux-gnu-gcc-[0-9]*", "driver/gcc"},
			{"usr/bin/x86_64-linux-gnu-g++-[0-9]*", "driver/g++"},
			{"usr/bin/x86_64-linux-gnu-cpp-[0-9]*", "driver/cpp"},
			{"bin/*", "bin/"},
			{"usr/bin/*", "bin/"},
			// No library in lib: gcc searches it.
			{"lib/x86_64-linux-gnu/*.so*", "priv/"},
			{"usr/lib/x86_64-linux-gnu/*.so*", "priv/"},
			{"usr/lib/gcc/", "lib/gcc/"},
			{"usr/include/c++/", "include/c++/"},
			{"usr/include/x86_64-linux-gnu/c++/", "include/x86_64-linux-gnu/c++/"},
		},
	}
}

// runtimeLibs are the libraries that compiled programs use at run time. One
// left in gcc's own folder would be linked without being declared, a .a even
// silently.
var runtimeLibs = []string{
	"libstdc++*.a", "libstdc++*.so", "libsupc++.a",
	"libgomp.a", "libgomp.so", "libitm.a", "libitm.so",
	"libatomic.a", "libatomic.so", "libquadmath.a", "libquadmath.so",
}

func inGCCDir(names []string) []string {
	var patterns []string
	for _, name := range names {
		patterns = append(patterns, gccDir+name)
	}
	return patterns
}

func gccLibsLayout() layout {
	l := layout{keep: []rule{{"usr/lib/x86_64-linux-gnu/*.so*", "lib/"}}}
	for _, pattern := range inGCCDir(runtimeLibs) {
		l.keep = append(l.keep, rule{pattern, "lib/"})
	}
	return l
}

func perlLayout() layout {
	const arch = "usr/lib/x86_64-linux-gnu/perl/5.*/"
	l := layout{
		drop: []string{arch + "CORE/"}, // headers of libperl, which is not held
		keep: []rule{
			{"usr/bin/perl", "bin/"},
			{"usr/lib/x86_64-linux-gnu/perl-base/", "lib/perl-base/"},
			{arch, "lib/perl-modules/"},
			{"usr/share/perl/5.*/", "lib/perl-modules/"},
		},
	}
	// These modules need libraries beyond the base.
	for _, module := range []string{"DB_File", "GDBM_File", "NDBM_File", "ODBM_File", "Compress/Raw/Bzip2", "Compress/Raw/Zlib"} {
		l.drop = append(l.drop, arch+module+".pm", arch+"auto/"+module+"/")
	}
	return l
}

package toolchain

import "testing"

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, name, rest string
		ok                  bool
	}{
		{"usr/bin/", "usr/bin/gcc", "gcc", true},
		{"usr/bin/", "usr/bin/a/b", "a/b", true},
		{"usr/bin/", "usr/bin", "", false},
		{"usr/bin/", "usr/binary/x", "", false},
		{"usr/bin/*", "usr/bin/gcc", "gcc", true},
		{"usr/bin/*", "usr/bin/a/b", "", false},
		{"usr/*/x/", "usr/10/x/y", "y", true},
		{"usr/*/x/", "usr/10/z/y", "", false},
		{"lib/*.so*", "lib/libz.so.1", "libz.so.1", true},
		{"lib/*.so*", "lib/libz.a", "", false},
		{"lib/*.so*", "lib/d.so/libz.so", "", false},
	}
	for _, tt := range tests {
		if rest, ok := match(tt.pattern, tt.name); rest != tt.rest || ok != tt.ok {
			t.Errorf("match(%q, %q) = %q, %v, want %q, %v", tt.pattern, tt.name, rest, ok, tt.rest, tt.ok)
		}
	}
}

func TestSplit(t *testing.T) {
	const (
		multi = "usr/lib/x86_64-linux-gnu/"
		gcc   = "usr/lib/gcc/x86_64-linux-gnu/10/"
	)
	tests := []struct{ output, name, want string }{
		{Base, "lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2"},
		{Base, "lib/x86_64-linux-gnu/libc.so.6", "lib/x86_64-linux-gnu/libc.so.6"},
		{Base, multi + "crt1.o", multi + "crt1.o"},
		{Base, multi + "pkgconfig/libcrypt.pc", multi + "pkgconfig/libcrypt.pc"},
		{Base, "usr/include/stdio.h", "usr/include/stdio.h"},
		{Base, "usr/lib/locale/C.UTF-8/LC_CTYPE", "usr/lib/locale/C.UTF-8/LC_CTYPE"},
		{Base, multi + "gconv/UTF-7.so", ""},
		{Base, multi + "audit/sotruss-lib.so", ""},
		{Base, "usr/bin/ldd", ""},
		{Base, "sbin/ldconfig", ""},
		{Base, "etc/ld.so.conf", ""},
		{Base, "usr/share/doc/libc6/copyright", ""},

		{Tools, "bin/bash", "bin/bash"},
		{Tools, "usr/bin/make", "bin/make"},
		{Tools, "usr/bin/make-first-existing-target", ""},
		{Tools, "usr/bin/x86_64-linux-gnu-gcc-10", "driver/gcc"},
		{Tools, "usr/bin/x86_64-linux-gnu-g++-10", "driver/g++"},
		{Tools, "usr/bin/x86_64-linux-gnu-cpp-12", "driver/cpp"},
		{Tools, "usr/bin/x86_64-linux-gnu-gcc-ar-10", "bin/x86_64-linux-gnu-gcc-ar-10"},
		{Tools, "usr/bin/gcc-10", ""},
		{Tools, "usr/bin/gcc-ar-10", "bin/gcc-ar-10"},
		{Tools, "usr/bin/x86_64-linux-gnu-lto-dump-10", ""},
		{Tools, "usr/bin/x86_64-linux-gnu-gp-archive", ""},
		{Tools, "usr/bin/x86_64-linux-gnu-gprof", "bin/x86_64-linux-gnu-gprof"},
		{Tools, "usr/sbin/chroot", ""},
		{Tools, "lib/x86_64-linux-gnu/libz.so.1", "priv/libz.so.1"},
		{Tools, multi + "libbfd-2.35.2-system.so", "priv/libbfd-2.35.2-system.so"},
		{Tools, multi + "gawk/time.so", ""},
		{Tools, multi + "bfd-plugins/libdep.so", ""},
		{Tools, gcc + "cc1", "lib/gcc/x86_64-linux-gnu/10/cc1"},
		{Tools, gcc + "libgcc.a", "lib/gcc/x86_64-linux-gnu/10/libgcc.a"},
		{Tools, gcc + "libgomp.spec", "lib/gcc/x86_64-linux-gnu/10/libgomp.spec"},
		{Tools, gcc + "include/omp.h", "lib/gcc/x86_64-linux-gnu/10/include/omp.h"},
		{Tools, gcc + "libssp_nonshared.a", "lib/gcc/x86_64-linux-gnu/10/libssp_nonshared.a"},
		{Tools, gcc + "libasan_preinit.o", ""},
		{Tools, gcc + "libtsan.so", ""},
		{Tools, gcc + "liblsan.a", ""},
		{Tools, gcc + "libubsan.a", ""},
		{Tools, gcc + "libsanitizer.spec", ""},
		{Tools, gcc + "include/sanitizer/asan_interface.h", ""},
		{Tools, gcc + "plugin/libcc1plugin.so", ""},
		{Tools, gcc + "libcc1.so", ""},
		{Tools, gcc + "libbacktrace.a", ""},
		{Tools, "usr/include/c++/10/vector", "include/c++/10/vector"},
		{Tools, "usr/include/x86_64-linux-gnu/c++/10/bits/os_defines.h", "include/x86_64-linux-gnu/c++/10/bits/os_defines.h"},
		{Tools, "usr/include/gnumake.h", ""},

		{GCCLibs, multi + "libstdc++.so.6", "lib/libstdc++.so.6"},
		{GCCLibs, gcc + "libstdc++fs.a", "lib/libstdc++fs.a"},
		{GCCLibs, gcc + "libquadmath.a", "lib/libquadmath.a"},
		{GCCLibs, gcc + "libgcc.a", ""},
		{GCCLibs, gcc + "libasan.a", ""},
		{GCCLibs, gcc + "crtbegin.o", ""},
		{GCCLibs, "usr/include/c++/10/vector", ""},

		{Perl, "usr/bin/perl", "bin/perl"},
		{Perl, "usr/bin/perl5.32.1", ""},
		{Perl, "usr/bin/cpan5.32-x86_64-linux-gnu", ""},
		{Perl, multi + "libperl.so.5.32", ""},
		{Perl, multi + "perl-base/POSIX.pm", "lib/perl-base/POSIX.pm"},
		{Perl, multi + "perl/5.32.1/auto/POSIX/POSIX.so", "lib/perl-modules/auto/POSIX/POSIX.so"},
		{Perl, multi + "perl/5.32.1/CORE/perl.h", ""},
		{Perl, multi + "perl/5.32.1/auto/DB_File/DB_File.so", ""},
		{Perl, multi + "perl/5.32.1/Compress/Raw/Zlib.pm", ""},
		{Perl, multi + "perl/5.32", ""},
		{Perl, multi + "perl/cross-config-5.32.1/Config.pm", ""},
		{Perl, "usr/share/perl/5.32.1/IPC/Cmd.pm", "lib/perl-modules/IPC/Cmd.pm"},
	}
	for _, tt := range tests {
		lay, known := layouts(tt.output)
		if !known {
			t.Fatalf("no layout of %s", tt.output)
		}
		if got := lay.dest(tt.name); got != tt.want {
			t.Errorf("%s: %s goes to %q, want %q", tt.output, tt.name, got, tt.want)
		}
	}
}

// What gcc-libs holds and what tools leaves out of gcc's own folder are one
// list: a runtime library is in exactly one of the two.
func TestRuntimeLibsAreInOneOutput(t *testing.T) {
	for _, name := range []string{
		"libstdc++.a", "libstdc++.so", "libstdc++fs.a", "libsupc++.a", "libgomp.a", "libgomp.so", "libitm.a",
		"libitm.so", "libatomic.a", "libatomic.so", "libquadmath.a", "libquadmath.so", "libgcc.a", "libgcov.a",
	} {
		place := "usr/lib/gcc/x86_64-linux-gnu/12/" + name
		tools, libs := toolsLayout().dest(place) != "", gccLibsLayout().dest(place) != ""
		if tools == libs {
			t.Errorf("%s: in tools %v, in gcc-libs %v", name, tools, libs)
		}
	}
}

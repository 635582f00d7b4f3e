package report

import "belljar.build/engine/audit"

func evidence(pairs ...string) (all []audit.Evidence) {
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, audit.Evidence{Where: pairs[i], Text: pairs[i+1]})
	}
	return all
}

// staticSamples are of the rules that look at outputs.
func staticSamples() []sample {
	return []sample{
		{audit.NeededUnresolved, 5, "bin/file", "liblzma.so.5", "needs liblzma.so.5, which no part has",
			evidence(".dynamic", "NEEDED liblzma.so.5", "RUNPATH", "$ORIGIN/../lib"), "add dependency xz, or pass --disable-xzlib"},
		{audit.NeededUndeclared, 4, "bin/xmllint", "libz.so.1", "needs libz.so.1, which only zlib has, and that is not declared",
			evidence(".dynamic", "NEEDED libz.so.1"), "add dependency zlib, or pass --without-zlib"},
		{audit.NeededUndeclared, 4, "lib/libxml2.so.2.9.14", "libz.so.1", "needs libz.so.1, which only zlib has, and that is not declared",
			evidence(".dynamic", "NEEDED libz.so.1"), "add dependency zlib, or pass --without-zlib"},
		{audit.BadRunPath, 2, "lib/engines-1.1/afalg.so", "/usr/lib/x86_64-linux-gnu", "RUNPATH entry /usr/lib/x86_64-linux-gnu is the machine's",
			evidence("RUNPATH", "$ORIGIN/../lib:/usr/lib/x86_64-linux-gnu"), "pass no -Wl,-rpath of the machine's folders"},
		{audit.BadInterpreter, 5, "bin/file", "/lib/ld-musl-x86_64.so.1", "is started by /lib/ld-musl-x86_64.so.1", evidence(".interp", "/lib/ld-musl-x86_64.so.1"), ""},
		{audit.SymbolVersion, 3, "bin/python3.11", "GLIBC_2.34", "needs GLIBC_2.34, which glibc 2.31 does not have",
			evidence(".gnu.version_r", "libc.so.6: GLIBC_2.34", "symbol", "pthread_create@GLIBC_2.34"), "build with toolchain debian-11, or raise glibc in [audit-policy]"},
		{audit.UndefinedSymbol, 2, "lib/libcrypto.so.1.1", "dlopen", "uses dlopen, which nothing that it needs provides", evidence(".dynsym", "dlopen, undefined"), "link with -ldl"},
		{audit.BadShebang, 2, "bin/c_rehash", "/usr/bin/env", "is started by /usr/bin/env, which the machine may lack", evidence("line 1", "#!/usr/bin/env perl"), "declare perl and write its path"},
		{audit.HostPathInConfig, 4, "bin/xml2-config", "/var/lib/belljar/store/" + zlibKey + "-zlib-1.2.13/lib", "names another part's folder",
			evidence("line 61", `libs="-lxml2 -L/var/lib/belljar/store/`+zlibKey+`-zlib-1.2.13/lib -lz`), ""},
		{audit.BadLink, 1, "bin/xzmore", "/usr/bin/more", "leads to /usr/bin/more", nil, "make the link relative, or leave it out"},
		{audit.BadMode, 2, "misc/tsget", "mode", "is writable for all", evidence("mode", "-rwxrwxrwx"), "chmod o-w after install"},
		{audit.WrongMachine, 3, "lib/python3.11/distutils/command/wininst.o", "aarch64", "is for aarch64", evidence("ELF header", "e_machine 183"), ""},
		{audit.HiddenReference, 3, "share/doc.tar.gz!/python.1", zlibKey + "-zlib-1.2.13", "names zlib, which is no reference", evidence("at byte 1570", "/"+zlibKey+"-zlib-1.2.13/"), ""},
		{audit.BuildTrace, 2, "lib/libcrypto.a!/cversion.o", "build", "tells of the build folder", evidence("at byte 9120", "/build/openssl-1.1.1w"), "compile with -ffile-prefix-map"},
		{audit.Timestamp, 1, "share/man/man1/xz.1.gz", "mtime", "its gzip header says 2024-05-01 10:33:07", evidence("at byte 4", "66321a93"), "compress with gzip -n"},
		{audit.DynamicOpen, 3, "lib/python3.11/lib-dynload/_ssl.so", "libnss_dns.so.2", "loads libnss_dns.so.2 at run time", evidence(".rodata", "libnss_dns.so.2"), ""},
		{audit.CPULevel, 0, "lib/libz.so.1.2.13", "v3", "has instructions of x86-64-v3 (AVX2), declared is v1", evidence("crc32_z+0x40", "vpxor ymm0, ymm1, ymm2"), "pass no -march"},
		{audit.HostPathInScript, 3, "lib/python3.11/_sysconfigdata__linux_.py", "/usr/bin/install", "names /usr/bin/install", evidence("line 412", "'INSTALL': '/usr/bin/install -c',"), ""},
		{audit.InheritedRunPath, 4, "lib/python3.11/site-packages/libxml2mod.so", "liblzma.so.5", "finds liblzma.so.5 only through libxml2.so.2", evidence("RUNPATH", "none"), "link with -Wl,-rpath"},
	}
}

// traceSamples are of the rules that look at what builds did.
func traceSamples() []sample {
	const ld = "process 812: ld -o conftest conftest.o -llzma"
	return []sample{
		{audit.OutsideInputs, 5, "", "/proc/1/maps", "opened /proc/1/maps", evidence("process 7: make", "/proc/1/maps"), ""},
		{audit.LibraryLookup, 5, "", "lzma", "ld looked for -llzma and did not find it", evidence(ld, "liblzma.so, liblzma.a", "configure:14213", "checking for lzma_stream_decoder in -llzma"), "add dependency xz, or pass --disable-xzlib"},
		{audit.HeaderLookup, 5, "", "bzlib.h", "the compiler looked for bzlib.h, which Debian has in libbz2-dev", evidence("process 640: cc1 conftest.c", "bzlib.h", "configure:13890", "checking for bzlib.h"), "add dependency bzip2, or pass --disable-bzlib"},
		{audit.ProgramLookup, 4, "", "gtkdoc-check", "a shell looked for gtkdoc-check in PATH", evidence("process 77: sh ./configure", "gtkdoc-check", "configure:5120", "checking for gtkdoc-check"), ""},
		{audit.Network, 3, "", "connect 127.0.0.53:53", "tried to reach 127.0.0.53, port 53", evidence("process 4100: python3 -m test", "connect"), ""},
		{audit.Machine, 2, "", "/proc/cpuinfo", "read /proc/cpuinfo", evidence("process 31: perl Configure", "/proc/cpuinfo"), ""},
		{audit.HostFlags, 2, "", "-march=native", "gcc was called with -march=native", evidence("process 96: gcc -O2 -march=native -c x.c", ""), "take -march=native out of CFLAGS"},
		{audit.UnreadInput, 4, "", "xz", "xz is declared and was never read", nil, "take xz out, when belljar audit --minimal libxml2 agrees"},
		{audit.IndirectInput, 4, "", "ncurses", "reads ncurses, which only readline brings", evidence("process 9: cc1", "include/curses.h"), "add dependency ncurses"},
		{audit.SystemFolderRead, 4, "", "/usr/share/aclocal", "listed /usr/share/aclocal", evidence("process 12: aclocal", "/usr/share/aclocal"), ""},
	}
}

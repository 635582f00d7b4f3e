package toolchain

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func basePackages() map[string][]tar.Header {
	return map[string][]tar.Header{
		"libc6": {
			{Typeflag: tar.TypeDir, Name: "./lib/x86_64-linux-gnu/", Mode: 0o700},
			program("./lib/x86_64-linux-gnu/ld-2.31.so", "ld"),
			file("./lib/x86_64-linux-gnu/libc.so.6", "libc"),
			symlink("./lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-2.31.so"),
			file("./etc/ld.so.conf", "dropped"),
		},
		"libc6-dev": {
			file("./usr/include/stdio.h", "stdio"),
			symlink("./usr/lib/x86_64-linux-gnu/libgone.so", "/lib/x86_64-linux-gnu/libgone.so.1"),
			symlink("./usr/lib/x86_64-linux-gnu/libgone2.so", "libgone.so"),
			symlink("./usr/lib/x86_64-linux-gnu/circle.so", "circle.so"),
			symlink("./usr/lib/x86_64-linux-gnu/libc2.so", "../../../lib/x86_64-linux-gnu/libc.so.6"),
			symlink("./usr/lib/x86_64-linux-gnu/libc3.so", "libc2.so"),
			{Typeflag: tar.TypeReg, Name: "./usr/lib/x86_64-linux-gnu/setid", Mode: 0o6750, Linkname: "s"},
			hardlink("./usr/lib/x86_64-linux-gnu/setid2", "./usr/lib/x86_64-linux-gnu/setid"),
		},
	}
}

func TestBuildBase(t *testing.T) {
	r, sources := sourcesOf(t, Base, basePackages())
	out := t.TempDir()
	var log bytes.Buffer
	if err := Build(context.Background(), BuildOptions{Release: r, Output: Base, Sources: sources, Out: out, Log: &log}); err != nil {
		t.Fatal(err)
	}
	want := `./ 755
lib/ 755
lib/x86_64-linux-gnu/ 755
lib/x86_64-linux-gnu/ld-2.31.so -rwxr-xr-x "ld"
lib/x86_64-linux-gnu/libc.so.6 -rw-r--r-- "libc"
lib64/ 755
lib64/ld-linux-x86-64.so.2 -> ../lib/x86_64-linux-gnu/ld-2.31.so
usr/ 755
usr/bin/ 755
usr/bin/env -> /tc/bin/env
usr/include/ 755
usr/include/stdio.h -rw-r--r-- "stdio"
usr/lib/ 755
usr/lib/x86_64-linux-gnu/ 755
usr/lib/x86_64-linux-gnu/libc2.so -> ../../../lib/x86_64-linux-gnu/libc.so.6
usr/lib/x86_64-linux-gnu/libc3.so -> libc2.so
usr/lib/x86_64-linux-gnu/setid -rwxr-xr-x "s"
usr/lib/x86_64-linux-gnu/setid2 -rwxr-xr-x "s"
usr/share/ 755
usr/share/misc/ 755
usr/share/misc/magic.mgc -> /tc/share/misc/magic.mgc
`
	if got := listing(t, out); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, name := range []string{"libgone.so", "libgone2.so", "circle.so"} {
		if !strings.Contains(log.String(), "left out: link usr/lib/x86_64-linux-gnu/"+name+" ") {
			t.Errorf("log does not tell of %s:\n%s", name, log.String())
		}
	}
}

func TestBuildDependsOnPackagesAlone(t *testing.T) {
	packages := basePackages()
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		packages["dev-"+name] = []tar.Header{
			file("usr/include/"+name+"/x.h", name),
			symlink("usr/include/"+name+".h", name+"/x.h"),
		}
	}
	r, sources := sourcesOf(t, Base, packages)
	build := func(umask, jobs int) string {
		defer syscall.Umask(syscall.Umask(umask))
		out := filepath.Join(t.TempDir(), "out")
		if err := Build(context.Background(), BuildOptions{Release: r, Output: Base, Sources: sources, Out: out, Jobs: jobs}); err != nil {
			t.Fatal(err)
		}
		return listing(t, out)
	}
	want := build(0o022, 1)
	for _, umask := range []int{0, 0o077} {
		for _, jobs := range []int{0, 2, 8} {
			if got := build(umask, jobs); got != want {
				t.Errorf("umask %o, %d jobs:\n%s\nwant\n%s", umask, jobs, got, want)
			}
		}
	}
}

func TestBuildGCCLibs(t *testing.T) {
	const gcc = "./usr/lib/gcc/x86_64-linux-gnu/10/"
	r, sources := sourcesOf(t, GCCLibs, map[string][]tar.Header{
		"libstdc++6":       {file("./usr/lib/x86_64-linux-gnu/libstdc++.so.6.0", "so"), symlink("./usr/lib/x86_64-linux-gnu/libstdc++.so.6", "libstdc++.so.6.0")},
		"libstdc++-10-dev": {symlink(gcc+"libstdc++.so", "../../../x86_64-linux-gnu/libstdc++.so.6"), file(gcc+"libstdc++.a", "a")},
		"libgcc-10-dev":    {symlink(gcc+"libgomp.so", "../../../x86_64-linux-gnu/libgomp.so.1"), file(gcc+"libgcc.a", "a")},
	})
	out := t.TempDir()
	if err := Build(context.Background(), BuildOptions{Release: r, Output: GCCLibs, Sources: sources, Out: out}); err != nil {
		t.Fatal(err)
	}
	want := `./ 755
lib/ 755
lib/libstdc++.a -rw-r--r-- "a"
lib/libstdc++.so -> libstdc++.so.6
lib/libstdc++.so.6 -> libstdc++.so.6.0
lib/libstdc++.so.6.0 -rw-r--r-- "so"
`
	if got := listing(t, out); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestBuildRefusesHostilePackages(t *testing.T) {
	one := func(entries ...tar.Header) map[string][]tar.Header {
		return map[string][]tar.Header{"evil": entries}
	}
	tests := map[string]struct {
		packages map[string][]tar.Header
		want     error
	}{
		"climbing path":          {one(file("../evil", "x")), ErrUnsafe},
		"climbing in the middle": {one(file("./usr/include/../../../evil", "x")), ErrUnsafe},
		"absolute path":          {one(file("/usr/include/evil.h", "x")), ErrUnsafe},
		"double slash":           {one(file("./usr//include/evil.h", "x")), ErrUnsafe},
		"climbing dropped file":  {one(file("./etc/../../evil", "x")), ErrUnsafe},
		"device":                 {one(tar.Header{Typeflag: tar.TypeBlock, Name: "usr/include/sda", Mode: 0o666}), ErrUnsafe},
		"dropped device":         {one(tar.Header{Typeflag: tar.TypeChar, Name: "dev/null", Mode: 0o666}), ErrUnsafe},
		"fifo":                   {one(tar.Header{Typeflag: tar.TypeFifo, Name: "usr/include/fifo", Mode: 0o666}), ErrUnsafe},
		"hard link out":          {one(hardlink("usr/include/passwd", "/etc/passwd")), ErrUnsafe},
		"hard link up":           {one(hardlink("usr/include/passwd", "../../etc/passwd")), ErrUnsafe},
		"hard link to nothing":   {one(hardlink("usr/include/a", "usr/include/b")), ErrUnsafe},
		"hard link to a link":    {one(symlink("usr/include/a", "/etc/passwd"), hardlink("usr/include/b", "usr/include/a")), os.ErrNotExist},
		"file through a link":    {one(symlink("usr/include/d", "/tmp"), file("usr/include/d/evil.h", "x")), ErrUnsafe},
		"link through a link":    {one(symlink("usr/include/d", "../lib"), symlink("usr/include/d/l", "../stdio.h")), ErrUnsafe},
		"through another's link": {map[string][]tar.Header{
			"a": {symlink("usr/include/d", "/tmp")},
			"b": {file("usr/include/d/evil.h", "x")},
		}, ErrUnsafe},
		"same file twice": {one(file("usr/include/a.h", "1"), file("./usr/include/a.h", "2")), ErrConflict},
		"same file of two": {map[string][]tar.Header{
			"a": {file("usr/include/a.h", "1")},
			"b": {file("usr/include/a.h", "1")},
		}, ErrConflict},
		"file and link": {map[string][]tar.Header{
			"a": {file("usr/include/a.h", "1")},
			"b": {symlink("usr/include/a.h", "b.h")},
		}, ErrConflict},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, sources := sourcesOf(t, Base, tt.packages)
			dir := t.TempDir()
			err := Build(context.Background(), BuildOptions{Release: r, Output: Base, Sources: sources, Out: filepath.Join(dir, "deep/out"), Jobs: 2})
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if _, err := os.Lstat(filepath.Join(dir, "evil")); err == nil {
				t.Error("wrote outside of the output")
			}
		})
	}
}

func TestBuildRefusesOtherBytes(t *testing.T) {
	r, sources := sourcesOf(t, Base, basePackages())
	name := filepath.Join(sources, r.Packages[0].File)
	deb, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	deb[len(deb)-1] ^= 1
	if err := os.WriteFile(name, deb, 0o644); err != nil {
		t.Fatal(err)
	}
	opts := BuildOptions{Release: r, Output: Base, Sources: sources, Out: t.TempDir()}
	if err := Build(context.Background(), opts); !errors.Is(err, ErrMismatch) {
		t.Errorf("got %v, want ErrMismatch", err)
	}
	opts.Output = "kernel"
	if err := Build(context.Background(), opts); !errors.Is(err, ErrUnknownOutput) {
		t.Errorf("got %v, want ErrUnknownOutput", err)
	}
}

func TestBuildStopsWhenCancelled(t *testing.T) {
	r, sources := sourcesOf(t, Base, basePackages())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := Build(ctx, BuildOptions{Release: r, Output: Base, Sources: sources, Out: t.TempDir()})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"belljar.build/engine/fetch"
)

// libraries are what the open root has besides what Debian builds the sources with:
// what machines of developers commonly have.
const libraries = "gcc g++ make pkg-config " +
	"libzstd-dev liblzma-dev libbz2-dev zlib1g-dev liblz4-dev liblzo2-dev liblz-dev libseccomp-dev libpcre2-dev libssl-dev libmbedtls-dev " +
	"nettle-dev libgnutls28-dev libacl1-dev libattr1-dev libcap-dev libselinux1-dev libxml2-dev libexpat1-dev libidn2-dev " +
	"libunistring-dev libpsl-dev libreadline-dev libncurses-dev libslang2-dev libgpm-dev libmpfr-dev libsigsegv-dev " +
	"libwrap0-dev libmagic-dev libgpgme-dev uuid-dev libc-ares-dev libev-dev libext2fs-dev"

// makeRoot makes the open root, unless it is there.
func (p *place) makeRoot(ctx context.Context, sources []*source) error {
	done := filepath.Join(p.dir, "root.done")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	mirrors := fetch.DebianMirrors()
	if len(mirrors) == 0 {
		return errors.New("/etc/apt names no mirror of Debian to make the open root from: add one to /etc/apt/sources.list (deb URL bookworm main)")
	}
	if err := os.RemoveAll(p.root); err != nil {
		return err
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	say("the open root: %s", p.root)
	var names []string
	for _, s := range sources {
		names = append(names, s.name)
	}
	parts := strings.Join(names, " ")
	return p.script(ctx, "root.log", `
		command -v mmdebstrap || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y mmdebstrap; }
		printf '%s\n' "deb $4 bookworm main" "deb-src $4 bookworm main" >"$1/open.list"
		mmdebstrap --mode=root --variant=apt --include="ca-certificates $(echo $2)" bookworm "$1/root" "$1/open.list"
		chroot "$1/root" apt-get update
		chroot "$1/root" env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends build-dep $3
		# Some of Debian's builds conflict with some of them.
		chroot "$1/root" env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends install $2
		mkdir -p "$1/root/src" "$1/root/build" "$1/root/out"
		chroot "$1/root" sh -ec 'cd /src && apt-get -y -o APT::Sandbox::User=root --download-only source "$@"' sh $3
		touch "$1/root.done"`, p.dir, libraries, parts, mirrors[0])
}

// open builds one source in the root, unless that was done.
func (p *place) open(ctx context.Context, s *source) error {
	out := filepath.Join(p.root, "out", s.name)
	if _, err := os.Stat(out + ".done"); err == nil {
		return nil
	}
	say("open build of %s", s.name)
	return p.script(ctx, s.name+".log", `
		cd "$1/root/src"
		echo "$3  $(echo "$2"_*.orig.tar.?z)" | sha256sum -c
		nice -n 3 chroot "$1/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 FORCE_UNSAFE_CONFIGURE=1 sh -ec '
			name=$1 before=$2; shift 2
			rm -rf /build/$name /out/$name
			mkdir /build/$name /out/$name
			cd /build/$name
			tar xf /src/"$name"_*.orig.tar.?z --strip-components=1
			./configure --prefix=/usr "$@"
			eval "$before"
			make
			make install DESTDIR=/out/$name
			touch /out/$name.done' sh "$2" "$5" $4`, p.dir, s.name, s.sha256, s.options, s.before)
}

// script runs one of sh; what it prints goes to a file.
func (p *place) script(ctx context.Context, log, text string, args ...string) (err error) {
	name := filepath.Join(p.dir, log)
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-exc", text, "sh"}, args...)...)
	cmd.Stdout, cmd.Stderr = f, f
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: see %s", err, name)
	}
	return nil
}

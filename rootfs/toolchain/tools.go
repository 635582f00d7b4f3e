package toolchain

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

const (
	triplet    = "x86_64-linux-gnu"
	gccFolder  = "lib/gcc/" + triplet
	wrapper    = "driver/wrapper"
	magicPlace = "share/misc/magic.mgc"
)

// finishTools turns the unpacked packages into tools that work at Prefix.
func (t *tree) finishTools(ctx context.Context, opts BuildOptions) error {
	version, err := t.gccVersion()
	if err != nil {
		return err
	}
	if err := t.compileMagic(ctx, opts); err != nil {
		return err
	}
	if err := t.compileWrapper(ctx, opts); err != nil {
		return err
	}
	if err := t.setRPaths(ctx, opts); err != nil {
		return err
	}
	if err := t.linkDrivers(version); err != nil {
		return err
	}
	if err := t.linkPlainNames(version); err != nil {
		return err
	}
	return t.linkNames(version)
}

// gccVersion names the one folder of gcc's own files: "10".
func (t *tree) gccVersion() (string, error) {
	entries, err := fs.ReadDir(t.root.FS(), gccFolder)
	if err != nil {
		return "", fmt.Errorf("find gcc: %w", err)
	}
	if len(entries) != 1 {
		return "", fmt.Errorf("find gcc: %d versions in %s", len(entries), gccFolder)
	}
	return entries[0].Name(), nil
}

// linkDrivers puts the wrapper at every name by which a compiler is called.
func (t *tree) linkDrivers(version string) error {
	names := []string{"cc", "c++"}
	for _, driver := range []string{"gcc", "g++", "cpp"} {
		names = append(names, driver, driver+"-"+version, triplet+"-"+driver, triplet+"-"+driver+"-"+version)
	}
	for _, name := range names {
		if err := t.alias(wrapper, "bin/"+name); err != nil {
			return err
		}
	}
	return nil
}

// linkPlainNames gives every program that is named for its target or version
// its plain names too: x86_64-linux-gnu-gcc-ar-10 is also gcc-ar-10,
// x86_64-linux-gnu-gcc-ar and gcc-ar.
func (t *tree) linkPlainNames(version string) error {
	for _, place := range t.places("bin/") {
		name := path.Base(place)
		short := strings.TrimPrefix(name, triplet+"-")
		for _, other := range []string{short, strings.TrimSuffix(name, "-"+version), strings.TrimSuffix(short, "-"+version)} {
			if err := t.alias(place, "bin/"+other); err != nil {
				return err
			}
		}
	}
	return nil
}

// linkNames makes the links that stand for a choice.
func (t *tree) linkNames(version string) error {
	links := map[string]string{
		"bin/sh":         "bin/bash", // the one shell among the packages; as sh it keeps to POSIX
		"bin/awk":        "bin/gawk", // the one awk that both releases have
		"bin/pkg-config": "bin/pkgconf",
	}
	// gcc takes these from its own folder; were they not there it would take
	// them from PATH, where a build may have put its own.
	for _, name := range []string{"as", "ld", "ld.bfd", "ld.gold", "ar", "nm", "ranlib", "strip", "objcopy"} {
		links[gccFolder+"/"+version+"/"+name] = "bin/" + triplet + "-" + name
	}
	for place, target := range links {
		if _, held := t.owner[target]; !held {
			return fmt.Errorf("link %s: no %s in the packages", place, target)
		}
		if err := t.alias(target, place); err != nil {
			return err
		}
	}
	return nil
}

// places lists the taken places whose name starts with prefix, sorted.
func (t *tree) places(prefix string) []string {
	var found []string
	for place := range t.owner {
		if strings.HasPrefix(place, prefix) {
			found = append(found, place)
		}
	}
	slices.Sort(found)
	return found
}

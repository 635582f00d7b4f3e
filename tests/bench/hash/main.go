// Command hash makes the manifest of a folder, with belljar's own code or with
// containerd/continuity's, and prints its hash and the wall seconds: nothing
// but that work, so that nix-hash can be compared with it.
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/containerd/continuity"

	"belljar.build/engine/manifest"
)

func main() {
	workers := flag.Int("workers", 0, "files hashed at a time (0: one for every processor)")
	theirs := flag.Bool("continuity", false, "continuity's BuildManifest instead")
	flag.Parse()
	if err := run(flag.Arg(0), *workers, *theirs); err != nil {
		fmt.Fprintln(os.Stderr, "hash:", err)
		os.Exit(1)
	}
}

func run(dir string, workers int, theirs bool) error {
	began := time.Now()
	hash := ours
	if theirs {
		hash = continuitys
	}
	sum, err := hash(dir, workers)
	if err != nil {
		return err
	}
	fmt.Printf("%.16s %.3f s\n", sum, time.Since(began).Seconds())
	return nil
}

func ours(dir string, workers int) (string, error) {
	m, err := manifest.Build(context.Background(), dir, manifest.Options{Workers: workers})
	if err != nil {
		return "", err
	}
	return m.Hash()
}

func continuitys(dir string, _ int) (string, error) {
	c, err := continuity.NewContext(dir)
	if err != nil {
		return "", err
	}
	m, err := continuity.BuildManifest(c)
	if err != nil {
		return "", err
	}
	data, err := continuity.Marshal(m)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sha256.Sum256(data)), nil
}

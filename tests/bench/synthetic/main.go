// Command synthetic writes a profile of many sections and ten times as many
// references, to measure how the time to resolve it grows.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

const (
	references = 10    // of a section
	perFile    = 5_000 // sections
)

func main() {
	sections := flag.Int("sections", 20_000, "how many sections")
	dir := flag.String("dir", ".", "the folder to write into")
	flag.Parse()
	log.SetFlags(0)
	if err := write(*dir, *sections); err != nil {
		log.Fatal(err)
	}
}

// write makes buildout.cfg and the files that it extends. Every part of a
// thousand is listed.
func write(dir string, sections int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.Create(filepath.Join(dir, "buildout.cfg"))
	if err != nil {
		return err
	}
	defer root.Close()
	fmt.Fprint(root, "[buildout]\nextends =\n")
	for from := 0; from < sections; from += perFile {
		name := fmt.Sprintf("sections-%d.cfg", from)
		fmt.Fprintf(root, "  %s\n", name)
		if err := writeFile(filepath.Join(dir, name), from, min(from+perFile, sections)); err != nil {
			return err
		}
	}
	fmt.Fprint(root, "parts =\n")
	for i := 0; i < sections; i += 1000 {
		fmt.Fprintf(root, "  s%d\n", i)
	}
	return root.Close()
}

// writeFile writes sections that refer to earlier ones, each to others; the same
// at every run.
func writeFile(path string, from, to int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	state := uint64(from + 1)
	for i := from; i < to; i++ {
		fmt.Fprintf(w, "[s%d]\nrecipe = plone.recipe.command\ncommand = true\n", i)
		for o := range references {
			state = state*6364136223846793005 + 1442695040888963407
			switch {
			case i == 0:
				fmt.Fprintf(w, "o%d = 1\n", o)
			default:
				fmt.Fprintf(w, "o%d = ${s%d:o%d}.\n", o, (state>>33)%uint64(i), o)
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

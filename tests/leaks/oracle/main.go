// Oracle measures what belljar audit predicts. It builds real sources twice: sealed,
// by belljar, with none of the libraries that their configure scripts would like, and
// open, by hand, in a Debian root that has them. Every library that only the open
// build links is a leak, which the audit of the sealed build must have predicted: by
// D02, that the linker looked for it, or by D03, that a header or .pc file of the
// package that has it was looked for.
//
// make oracle calls it. It needs root, and Debian's packages.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

// place is where everything is made, and with what.
type place struct {
	dir     string
	belljar string // the program
	project string // a copy of the profiles; what is built sealed
	root    string // Debian, with the libraries
}

func (p *place) profile() string {
	return filepath.Join(p.project, "tests", "leaks", "oracle", "oracle.cfg")
}

func main() {
	var p place
	var only string
	flag.StringVar(&p.dir, "dir", "/var/tmp/belljar-oracle", "where roots, stores and builds are kept")
	flag.StringVar(&p.belljar, "belljar", "bin/belljar", "the program to measure")
	flag.StringVar(&only, "only", "", "these sources, with blanks between (default: all)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := p.measure(ctx, strings.Fields(only)); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func (p *place) measure(ctx context.Context, only []string) (err error) {
	if os.Geteuid() != 0 {
		return errors.New("only root can make the open root: run it as root")
	}
	if p.belljar, err = filepath.Abs(p.belljar); err != nil {
		return err
	}
	p.project, p.root = filepath.Join(p.dir, "project"), filepath.Join(p.dir, "root")
	sources, err := p.prepare(ctx, only)
	if err != nil {
		return err
	}
	if err := p.makeRoot(ctx, sources); err != nil {
		return err
	}
	index, err := readIndex(p.root)
	if err != nil {
		return err
	}
	for _, s := range sources {
		if err := p.open(ctx, s); err != nil {
			return err
		}
	}
	findings, err := p.sealed(ctx, sources)
	if err != nil {
		return err
	}
	var all []*comparison
	for _, s := range sources {
		c, err := p.compare(s, index, findings[s.name])
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	fmt.Print(table(all))
	return nil
}

// Command slapos reads every profile of a checkout of SlapOS (or of any folder of
// profiles) and says how many parse, fold and resolve, with one line for each
// that does not: what it is about.
//
//	go run ./tests/slapos [-each] FOLDER [section:option=value...]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"belljar.build/engine/profile"
	"belljar.build/engine/project"
)

func main() {
	log.SetFlags(0)
	each := flag.Bool("each", false, "also name the profiles that resolve")
	flag.Parse()
	if flag.NArg() == 0 {
		log.Fatal("usage: slapos FOLDER [section:option=value...]")
	}
	s := &survey{each: *each}
	for _, arg := range flag.Args()[1:] {
		o, ok, err := profile.ParseOverride(arg)
		if err != nil || !ok {
			log.Fatalf("%s is no override", arg)
		}
		s.overrides = append(s.overrides, o)
	}
	if err := os.Chdir(flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
	if err := s.run(); err != nil {
		log.Fatal(err)
	}
}

type survey struct {
	each      bool
	overrides []profile.Override
}

func (s *survey) run() error {
	files, err := profiles()
	if err != nil {
		return err
	}
	unread := s.report("profiles parse", files, func(f string) []string { return s.parse(f) })
	s.report("of those fold with all that they extend", without(files, unread), s.fold)
	roots, err := rootProfiles()
	if err != nil {
		return err
	}
	s.report("of software/*/software.cfg and stack/*.cfg fold", roots, s.fold)
	s.report("of those resolve all parts' options", roots, s.resolve)
	return nil
}

// report counts the files without a reason not to count, and gives the others.
func (s *survey) report(what string, files []string, reasons func(string) []string) (failed []string) {
	var lines []string
	for _, f := range files {
		all := reasons(f)
		if len(all) > 0 {
			failed = append(failed, f)
		} else if s.each {
			lines = append(lines, fmt.Sprintf("  %s: yes", f))
		}
		for _, r := range all {
			lines = append(lines, fmt.Sprintf("  %s: %s", f, r))
		}
	}
	fmt.Printf("%d of %d %s\n", len(files)-len(failed), len(files), what)
	for _, l := range lines {
		fmt.Println(l)
	}
	return failed
}

func profiles() (files []string, err error) {
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".cfg") {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

func rootProfiles() ([]string, error) {
	software, err := filepath.Glob("software/*/software.cfg")
	if err != nil {
		return nil, err
	}
	stacks, err := filepath.Glob("stack/*.cfg")
	return append(software, stacks...), err
}

func without(files, some []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(f string) bool { return slices.Contains(some, f) })
}

// parse gives what is wrong with the file itself.
func (s *survey) parse(file string) []string {
	_, err := profile.Load(file, profile.LoadOptions{Overrides: s.overrides})
	var several profile.Errors
	if errors.As(err, &several) && several[0].File == file {
		return []string{fmt.Sprintf("%d lines: line %d: %s", len(several), several[0].Line, several[0].Msg)}
	}
	return nil
}

func (s *survey) fold(file string) []string {
	_, err := profile.Load(file, profile.LoadOptions{Overrides: s.overrides})
	return reason(err)
}

func (s *survey) resolve(file string) []string {
	p, err := project.Open(context.Background(), project.Config{Profile: file, Overrides: s.overrides, Offline: true, NoUserDefaults: true})
	if err != nil {
		return reason(err)
	}
	res, err := p.ResolveAll(nil)
	if err != nil {
		return reason(err)
	}
	var all []string
	for _, err := range res.Failures {
		all = append(all, reason(err)...)
	}
	return all
}

// reason is an error in one line.
func reason(err error) []string {
	if err == nil {
		return nil
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return []string{first}
}

package project

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/google/renameio/v2"

	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

// Link makes parts/<name> for every listed part and bin/<program> for its
// programs, as Buildout's users expect them: links into the store, which are
// also the garbage collector's roots. When whole is set, links of parts that
// the profile no longer lists go.
func (p *Project) Link(s *store.Store, g *plan.Graph, results map[*plan.Node]build.Result, whole bool) error {
	wanted := map[string]string{} // link -> target
	partsDir, err := p.folder("parts-directory", "parts")
	if err != nil {
		return err
	}
	binDir, err := p.folder("bin-directory", "bin")
	if err != nil {
		return err
	}
	for _, n := range g.Parts {
		if _, ok := results[n]; !ok || !n.Listed {
			continue
		}
		target := filepath.Join(s.Dir(), n.Path)
		wanted[filepath.Join(partsDir, n.Part)] = target
		if n.Programs {
			if err := programs(wanted, binDir, target); err != nil {
				return err
			}
		}
	}
	if whole {
		if err := errors.Join(prune(partsDir, wanted), prune(binDir, wanted)); err != nil {
			return err
		}
	}
	// Roots first: no link may be there that a collector does not know.
	roots := map[string]bool{}
	for link := range wanted {
		roots[filepath.Dir(link)] = true
	}
	for dir := range roots {
		if err := addRoot(s, dir); err != nil {
			return err
		}
	}
	for _, link := range slices.Sorted(maps.Keys(wanted)) {
		if err := replaceLink(link, wanted[link]); err != nil {
			return err
		}
	}
	return nil
}

func addRoot(s *store.Store, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make folder for links: %w", err)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find the folder for links: %w", err)
	}
	return s.AddRoot(dir)
}

func (p *Project) folder(option, fallback string) (string, error) {
	dir, err := p.Option(option)
	if dir == "" {
		dir = fallback
	}
	return inFolder(p.dir, dir), err
}

// programs lists what the output offers to run. The output is hostile: only
// names are taken from it, nothing is opened.
func programs(wanted map[string]string, binDir, output string) error {
	root, err := os.OpenRoot(output)
	if err != nil {
		return fmt.Errorf("list programs: %w", err)
	}
	defer root.Close()
	bin, err := root.Open("bin")
	if err != nil {
		return nil // no programs
	}
	defer bin.Close()
	entries, err := bin.ReadDir(-1)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.IsDir() || info.Mode()&fs.ModeSymlink == 0 && info.Mode()&0o111 == 0 {
			continue
		}
		wanted[filepath.Join(binDir, e.Name())] = filepath.Join(output, "bin", e.Name())
	}
	return nil
}

// storeTarget recognises links that belljar made: into some store's output.
func storeTarget(target string) bool {
	return regexp.MustCompile(`/[0-9a-f]{32}-[^/]+(/bin/[^/]+)?$`).MatchString(target)
}

// prune removes links of belljar's own that nothing wants; everything else in
// the folder is the user's.
func prune(dir string, wanted map[string]string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list links: %w", err)
	}
	for _, e := range entries {
		link := filepath.Join(dir, e.Name())
		target, err := os.Readlink(link)
		if err != nil || wanted[link] != "" || !storeTarget(target) {
			continue
		}
		if err := os.Remove(link); err != nil {
			return fmt.Errorf("remove link: %w", err)
		}
	}
	return nil
}

// replaceLink makes a link in one step. What is no link of belljar's is not
// touched.
func replaceLink(link, target string) error {
	old, err := os.Readlink(link)
	switch {
	case err == nil && old == target:
		return nil
	case err == nil && !storeTarget(old), err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("link %s: something that belljar did not make is in the way", link)
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return fmt.Errorf("make folder for links: %w", err)
	}
	if err := renameio.Symlink(target, link); err != nil {
		return fmt.Errorf("make link: %w", err)
	}
	return nil
}

package toolchain

import (
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// makeLinks makes the packages' links. A target is followed where the layout
// has put it and written relative, so that the output can be mounted anywhere;
// a link to what the output does not hold is left out, and log says so.
func (t *tree) makeLinks(lay layout, log io.Writer) error {
	if err := t.checkFolders(); err != nil {
		return err
	}
	targets := map[string]string{}
	for _, l := range t.links {
		targets[l.place] = lay.dest(debianTarget(l))
	}
	slices.SortFunc(t.links, func(a, b link) int { return strings.Compare(a.place, b.place) })
	for _, l := range t.links {
		if !t.held(targets, l.place) {
			delete(t.owner, l.place)
			fmt.Fprintf(log, "left out: link %s to %s\n", l.name, l.target)
			continue
		}
		if err := t.symlink(targets[l.place], l.place); err != nil {
			return err
		}
	}
	return nil
}

// held tells whether following a link ends at a file of the output.
func (t *tree) held(targets map[string]string, place string) bool {
	for range len(targets) + 1 { // more steps are a circle
		next, isLink := targets[place]
		if !isLink {
			_, isFile := t.owner[place]
			return isFile
		}
		place = next
	}
	return false
}

// debianTarget gives the path, relative to Debian's root, that a link leads to.
func debianTarget(l link) string {
	target := l.target
	if !path.IsAbs(target) {
		target = path.Join("/", path.Dir(l.name), target)
	}
	return strings.TrimPrefix(path.Clean(target), "/")
}

// symlink makes a relative link from one place of the output to another.
func (t *tree) symlink(target, place string) error {
	relative, err := filepath.Rel(path.Dir(place), target)
	if err != nil {
		return fmt.Errorf("make link: %w", err)
	}
	if err := t.root.MkdirAll(path.Dir(place), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := t.root.Symlink(relative, place); err != nil {
		return fmt.Errorf("make link: %w", err)
	}
	return nil
}

// alias makes a link that no package has. Where the place is taken, what the
// package put there is better.
func (t *tree) alias(target, place string) error {
	if _, taken := t.owner[place]; taken {
		return nil
	}
	if err := t.claim(place, "belljar"); err != nil {
		return err
	}
	return t.symlink(target, place)
}

// linkOut makes a link that leaves the output: target is an absolute path of
// the sandbox, and dangles outside of it.
func (t *tree) linkOut(target, place string) error {
	if err := t.claim(place, "belljar"); err != nil {
		return err
	}
	if err := t.root.MkdirAll(path.Dir(place), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := t.root.Symlink(target, place); err != nil {
		return fmt.Errorf("make link: %w", err)
	}
	return nil
}

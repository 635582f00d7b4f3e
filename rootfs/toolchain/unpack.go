package toolchain

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// unpack fills the tree from packages, jobs at a time.
func (t *tree) unpack(ctx context.Context, sources string, packages []Package, lay layout, jobs int) error {
	// The largest first: one that starts last would leave the other workers
	// idle.
	packages = slices.Clone(packages)
	slices.SortStableFunc(packages, func(a, b Package) int { return cmp.Compare(b.Size, a.Size) })
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(jobs, 1))
	for _, p := range packages {
		g.Go(func() error {
			if err := t.unpackPackage(ctx, sources, p, lay); err != nil {
				return fmt.Errorf("unpack %s: %w", p.File, err)
			}
			return nil
		})
	}
	return g.Wait()
}

func (t *tree) unpackPackage(ctx context.Context, sources string, p Package, lay layout) error {
	deb, err := readPinned(sources, p)
	if err != nil {
		return err
	}
	data, err := debData(deb)
	if err != nil {
		return err
	}
	defer data.Close()
	archive := tar.NewReader(data)
	for ctx.Err() == nil {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read data.tar: %w", err)
		}
		if err := t.addEntry(header, archive, p.Name, lay); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// readPinned reads a package and compares it with its pin. The bytes that were
// compared are the ones that are unpacked.
func readPinned(sources string, p Package) ([]byte, error) {
	deb, err := os.ReadFile(filepath.Join(sources, p.File))
	if err != nil {
		return nil, fmt.Errorf("read package: %w", err)
	}
	if sum := sha256.Sum256(deb); hex.EncodeToString(sum[:]) != p.SHA256 {
		return nil, fmt.Errorf("sha256 %x instead of %s: %w", sum, p.SHA256, ErrMismatch)
	}
	return deb, nil
}

// addEntry puts one entry of a package where the layout says. An unsafe entry
// is an error even where the layout leaves it out: no package of a toolchain
// has one.
func (t *tree) addEntry(h *tar.Header, content io.Reader, pkg string, lay layout) error {
	name, err := entryName(h.Name)
	if err != nil {
		return err
	}
	place := lay.dest(name)
	switch h.Typeflag {
	case tar.TypeDir:
		return nil // folders come with what they hold
	case tar.TypeReg:
		if place == "" {
			return nil
		}
		return t.addFile(place, pkg, h.Mode&0o111 != 0, content)
	case tar.TypeLink:
		source, err := entryName(h.Linkname)
		if err != nil || place == "" {
			return err
		}
		return t.addCopy(place, pkg, lay.dest(source))
	case tar.TypeSymlink:
		if place == "" {
			return nil
		}
		return t.addLink(link{place: place, name: name, target: h.Linkname}, pkg)
	}
	return fmt.Errorf("entry %q of type %q: %w", h.Name, h.Typeflag, ErrUnsafe)
}

// entryName gives the path of a tar entry without its leading "./", relative
// and without any "..".
func entryName(name string) (string, error) {
	clean := strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
	if clean == "" {
		clean = "."
	}
	if !fs.ValidPath(clean) || bytes.IndexByte([]byte(clean), 0) >= 0 {
		return "", fmt.Errorf("path %q: %w", name, ErrUnsafe)
	}
	return path.Clean(clean), nil
}

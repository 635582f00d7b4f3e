package toolchain

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// BuildOptions say what Build makes, and where.
type BuildOptions struct {
	Release *Release  // from Load
	Output  string    // Base, Tools, GCCLibs or Perl
	Sources string    // folder that holds the File of each of PackagesFor(Output)
	Out     string    // the output's folder; it may exist, empty
	Jobs    int       // packages and files handled at once; zero means 1
	Log     io.Writer // what the build's log keeps; nil means nothing
}

// Build makes one output of a release.
//
// For Tools it runs the patchelf and the compiler it has just unpacked: the
// base must be mounted at /lib, /lib64 and /usr, as Needs says, and the
// temporary folder must allow execution. The bytes of the output depend on the
// packages and on the base alone, not on Jobs, umask, user or Out.
//
// After an error Out holds rubbish.
func Build(ctx context.Context, opts BuildOptions) error {
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	if err := build(ctx, opts); err != nil {
		return fmt.Errorf("build %s of %s: %w", opts.Output, opts.Release.Name, err)
	}
	return nil
}

func build(ctx context.Context, opts BuildOptions) error {
	lay, known := layouts(opts.Output)
	if !known {
		return ErrUnknownOutput
	}
	if err := os.MkdirAll(opts.Out, 0o755); err != nil {
		return fmt.Errorf("make output: %w", err)
	}
	out, err := filepath.Abs(opts.Out) // the tools run in folders of their own
	if err != nil {
		return fmt.Errorf("find output: %w", err)
	}
	opts.Out = out
	root, err := os.OpenRoot(opts.Out)
	if err != nil {
		return fmt.Errorf("open output: %w", err)
	}
	defer root.Close()
	t := newTree(root)
	if err := t.unpack(ctx, opts.Sources, opts.Release.PackagesFor(opts.Output), lay, opts.Jobs); err != nil {
		return err
	}
	if err := t.makeLinks(lay, opts.Log); err != nil {
		return err
	}
	if err := t.finish(ctx, opts); err != nil {
		return err
	}
	return openFolders(root)
}

// finish adds what is in no package.
func (t *tree) finish(ctx context.Context, opts BuildOptions) error {
	switch opts.Output {
	case Base:
		// /usr is one mount of the base: these two lead from it into the tools.
		if err := t.linkOut(Prefix+"/bin/env", "usr/bin/env"); err != nil {
			return err
		}
		return t.linkOut(Prefix+"/"+magicPlace, "usr/"+magicPlace)
	case Tools:
		return t.finishTools(ctx, opts)
	}
	return nil
}

// openFolders gives every folder its mode, whatever the umask was.
func openFolders(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if err := root.Chmod(name, 0o755); err != nil {
			return fmt.Errorf("set mode of folder: %w", err)
		}
		return nil
	})
}

package toolchain

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed wrapper/wrapper.c
var wrapperSource []byte

// The magic of file(1): Debian keeps its own in a package that is not pinned;
// builds ask file for a handful of kinds.
//
//go:embed magic
var magicSource []byte

// compileWrapper builds the wrapper with the compiler that it will wrap.
func (t *tree) compileWrapper(ctx context.Context, opts BuildOptions) error {
	// gcc's own folder has no links to as and ld yet, so -B leads to them.
	prepare := func(scratch string) error {
		for _, name := range []string{"as", "ld"} {
			program := filepath.Join(opts.Out, "bin", triplet+"-"+name)
			if err := os.Symlink(program, filepath.Join(scratch, name)); err != nil {
				return fmt.Errorf("link %s: %w", name, err)
			}
		}
		return nil
	}
	return t.compile(ctx, opts, compilation{
		source: "wrapper.c", text: wrapperSource, prepare: prepare,
		program: "driver/gcc",
		args: []string{"-B.", "-Os", "-static", "-s", "-std=gnu11", "-Wall", "-Wextra", "-Werror",
			"-Wl,--build-id=none", `-DDRIVERS="` + Prefix + `/driver/"`, "wrapper.c", "-o", "wrapper"},
		result: "wrapper", place: wrapper, executable: true,
	})
}

// compileMagic spares file(1) the reading of its magic as text, of which it
// warns at each start.
func (t *tree) compileMagic(ctx context.Context, opts BuildOptions) error {
	return t.compile(ctx, opts, compilation{
		source: "magic", text: magicSource,
		program: "bin/file", args: []string{"-C", "-m", "magic"},
		result: "magic.mgc", place: magicPlace,
	})
}

// A compilation turns one source of this package into one file of the output,
// with one of the unpacked tools.
type compilation struct {
	source     string // name of the source in the scratch folder
	text       []byte
	prepare    func(scratch string) error // may be nil
	program    string                     // place of the tool
	args       []string
	result     string // name of what the tool makes in the scratch folder
	place      string // of the result in the output
	executable bool
}

func (t *tree) compile(ctx context.Context, opts BuildOptions, c compilation) error {
	scratch, err := os.MkdirTemp("", "belljar-toolchain-")
	if err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	defer os.RemoveAll(scratch)
	if err := os.WriteFile(filepath.Join(scratch, c.source), c.text, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", c.source, err)
	}
	if c.prepare != nil {
		if err := c.prepare(scratch); err != nil {
			return err
		}
	}
	if err := t.run(ctx, opts, scratch, filepath.Join(opts.Out, c.program), c.args...); err != nil {
		return fmt.Errorf("compile %s: %w", c.source, err)
	}
	f, err := os.Open(filepath.Join(scratch, c.result))
	if err != nil {
		return fmt.Errorf("compile %s: %w", c.source, err)
	}
	defer f.Close()
	return t.addFile(c.place, "belljar", c.executable, f)
}

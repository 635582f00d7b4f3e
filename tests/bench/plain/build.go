package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"belljar.build/engine/action"
	"belljar.build/engine/step"
	"belljar.build/rootfs"
)

// builder holds what parts share.
type builder struct {
	options
	outputs string            // the store that the plain builds make
	shown   []string          // imported outputs, taken from the finished store
	sources map[string]string // file by sha256
}

// prepare finds the sources: reading and hashing them is no part of a build.
func (b *builder) prepare(nodes []*node) error {
	b.outputs = filepath.Join(b.dir, "store")
	b.sources = map[string]string{}
	for _, n := range nodes {
		if n.imported() {
			b.shown = append(b.shown, n.path)
			continue
		}
		for _, s := range n.Sources {
			b.sources[s.SHA256] = ""
		}
	}
	for _, folder := range b.folders {
		if err := filepath.WalkDir(folder, b.hash); err != nil {
			return fmt.Errorf("look for sources: %w", err)
		}
	}
	for sum, file := range b.sources {
		if file == "" {
			return fmt.Errorf("no file with sha256 %s in %s", sum, strings.Join(b.folders, ", "))
		}
	}
	return os.MkdirAll(b.outputs, 0o755)
}

// hash notes a file when it is one of the sources.
func (b *builder) hash(file string, d fs.DirEntry, err error) error {
	if err != nil || !d.Type().IsRegular() || strings.HasSuffix(file, ".deb") {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); b.has(sum) {
		b.sources[sum] = file
	}
	return nil
}

func (b *builder) has(sum string) bool { _, ok := b.sources[sum]; return ok }

// build does one part and gives wall time from unpacking to the end, and the
// commands' CPU time.
func (b *builder) build(n *node) (wall, cpu time.Duration, err error) {
	work := filepath.Join(b.dir, "work")
	defer os.RemoveAll(work)
	for _, sub := range []string{work + "/build", work + "/tmp", filepath.Join(b.outputs, n.path)} {
		if err := os.MkdirAll(sub, 0o755); err != nil {
			return 0, 0, fmt.Errorf("make a folder: %w", err)
		}
	}
	log, err := os.Create(filepath.Join(b.dir, n.Name+".log"))
	if err != nil {
		return 0, 0, fmt.Errorf("create log: %w", err)
	}
	defer log.Close()
	began := time.Now()
	s, err := b.script(n, work+"/build")
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.Command("bwrap", append(b.arguments(n, work), "/tc/bin/sh", "-e", "-c", s)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("%w: see %s", err, log.Name())
	}
	wall = time.Since(began)
	cpu, err = shellTime(log.Name())
	return wall, cpu, err
}

// shellTime reads what the script's last command, times, printed: bubblewrap
// does not wait for its children, so the kernel adds nothing up for us.
func shellTime(log string) (time.Duration, error) {
	text, err := os.ReadFile(log)
	if err != nil {
		return 0, fmt.Errorf("read log: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	var total time.Duration
	for _, field := range strings.Fields(lines[len(lines)-1]) { // of the shell's children: user, system
		d, err := time.ParseDuration(field)
		if err != nil {
			return 0, fmt.Errorf("read CPU time: %w", err)
		}
		total += d
	}
	return total, nil
}

// script unpacks and turns the remaining steps into one shell script.
func (b *builder) script(n *node, build string) (string, error) {
	var s strings.Builder
	location := rootfs.Logical + "/" + n.path
	dir := step.WorkDir
	source := func(name string) string { return "/sources/" + name }
	for _, st := range n.Steps {
		switch {
		case st.Unpack != nil:
			top, err := unpack(b.file(n, st.Unpack.Source), build)
			if err != nil {
				return "", err
			}
			dir = path.Join(dir, top)
		case st.Directory != nil:
			dir = within(dir, strings.ReplaceAll(st.Directory.Path, action.Location, location))
		case st.Patch != nil:
			fmt.Fprintf(&s, "cd %s\npatch --batch %s <%s\n", quote(dir), strings.Join(st.Patch.Options, " "), quote(source(st.Patch.Source)))
		case st.Copy != nil:
			to := within(dir, strings.ReplaceAll(st.Copy.Path, action.Location, location))
			fmt.Fprintf(&s, "install -D -m %o %s %s\n", st.Copy.Mode, quote(source(st.Copy.Source)), quote(to))
		case st.Run != nil:
			if st.Run.Parallel {
				fmt.Fprintf(&s, "export MAKEFLAGS=-j%d\n", b.jobs)
			}
			fmt.Fprintf(&s, "cd %s\nsh -e -c %s\nunset MAKEFLAGS\n", quote(dir), quote(strings.ReplaceAll(st.Run.Script, action.Location, location)))
		}
	}
	s.WriteString("times\n")
	return s.String(), nil
}

func (b *builder) file(n *node, name string) string {
	for _, s := range n.Sources {
		if s.Name == name {
			return b.sources[s.SHA256]
		}
	}
	return ""
}

// unpack uses the machine's tar and names the archive's single top folder.
func unpack(file, to string) (string, error) {
	if out, err := exec.Command("tar", "--no-same-owner", "-xf", file, "-C", to).CombinedOutput(); err != nil {
		return "", fmt.Errorf("unpack %s: %w: %s", file, err, out)
	}
	entries, err := os.ReadDir(to)
	if err != nil {
		return "", fmt.Errorf("list what was unpacked: %w", err)
	}
	if len(entries) == 1 && entries[0].IsDir() {
		return entries[0].Name(), nil
	}
	return "", nil
}

func within(dir, p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(dir, p)
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// arguments are bwrap's: the toolchain, the sources, and one writable store.
func (b *builder) arguments(n *node, work string) []string {
	physical := func(p string) string { return filepath.Join(b.store, p) }
	args := []string{"--unshare-all", "--clearenv", "--die-with-parent"}
	for _, dir := range []string{"lib", "lib64", "usr"} {
		args = append(args, "--ro-bind", physical(n.Toolchain.Base.Path)+"/"+dir, "/"+dir)
	}
	args = append(args, "--ro-bind", physical(n.Toolchain.Tools.Path), "/tc", "--symlink", "/tc/bin/sh", "/bin/sh",
		"--bind", b.outputs, rootfs.Logical, "--bind", work+"/build", step.WorkDir, "--bind", work+"/tmp", "/tmp",
		"--proc", "/proc", "--dev", "/dev")
	for _, p := range b.shown {
		args = append(args, "--ro-bind", physical(p), rootfs.Logical+"/"+p)
	}
	for _, s := range n.Sources {
		args = append(args, "--ro-bind", b.sources[s.SHA256], "/sources/"+s.Name)
	}
	for name, value := range n.Env {
		args = append(args, "--setenv", name, strings.ReplaceAll(value, action.Location, rootfs.Logical+"/"+n.path))
	}
	return args
}

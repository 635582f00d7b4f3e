package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// children are the roles of the second process.
var children = map[string]func(args []string) error{
	"lock":    childLock,
	"staging": childStaging,
	"publish": childPublish,
	"limited": childLimited,
}

// childLock holds the lock of a key.
func childLock(args []string) error {
	s, err := Open(args[0])
	if err != nil {
		return err
	}
	unlock, err := s.Lock(context.Background(), args[1], nil)
	if err != nil {
		return err
	}
	say("locked")
	return errors.Join(unlock(), s.Close())
}

// childStaging is in the middle of a build.
func childStaging(args []string) error {
	s, err := Open(args[0])
	if err != nil {
		return err
	}
	g, err := s.NewStaging(args[1], "demo-1.0")
	if err != nil {
		return err
	}
	if err := os.WriteFile(g.Path("build/half"), []byte("done"), 0o600); err != nil {
		return err
	}
	if err := os.Chmod(g.Path("build"), 0); err != nil {
		return err
	}
	say(s.own)
	return nil
}

// childPublish publishes the sample under a umask and prints the hash.
func childPublish(args []string) error {
	umask, err := strconv.ParseUint(args[1], 8, 12)
	if err != nil {
		return err
	}
	unix.Umask(int(umask))
	s, err := Open(args[0])
	if err != nil {
		return err
	}
	g, err := s.NewStaging(keyOf(1), "demo-1.0")
	if err != nil {
		return err
	}
	if err := writeSample(g.Path("out")); err != nil {
		return err
	}
	r, err := g.Publish(context.Background(), PublishOptions{Action: []byte("{}")})
	if err != nil {
		return err
	}
	fmt.Println(r.Manifest)
	return errors.Join(g.Discard(), s.Close())
}

// childLimited publishes when no file may grow beyond a limit, which is how a
// full disk can be had without one: write fails half-way.
func childLimited(args []string) error {
	limit, err := strconv.ParseUint(args[1], 10, 64)
	if err != nil {
		return err
	}
	s, err := Open(args[0])
	if err != nil {
		return err
	}
	g, err := s.NewStaging(keyOf(1), "demo-1.0")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(g.Path("out"), "file"), []byte("content"), 0o644); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	full := unix.Rlimit{Cur: limit, Max: limit}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &full); err != nil {
		return err
	}
	_, err = g.Publish(context.Background(), PublishOptions{Action: []byte("{}")})
	if err := errors.Join(g.Discard(), s.Close()); err != nil {
		return fmt.Errorf("tidy up: %w", err)
	}
	if errors.Is(err, unix.EFBIG) {
		fmt.Println("full")
		return nil
	}
	if err == nil {
		fmt.Println("published")
	}
	return err
}

// writeSample makes a tree of every kind with modes of its own, as a build
// under the sandbox's umask does.
func writeSample(out string) error {
	for _, d := range []struct {
		path string
		mode os.FileMode
	}{{"bin", 0o755}, {"lib", 0o775}, {"locked", 0o555}} {
		if err := os.Mkdir(filepath.Join(out, d.path), 0o700); err != nil {
			return err
		}
		defer os.Chmod(filepath.Join(out, d.path), d.mode)
	}
	for _, f := range []struct {
		path string
		mode os.FileMode
	}{{"bin/tool", 0o755}, {"lib/data", 0o666}, {"locked/secret", 0o000}, {"locked/group", 0o040}} {
		path := filepath.Join(out, f.path)
		if err := os.WriteFile(path, []byte(f.path+"\n"), 0o600); err != nil {
			return err
		}
		if err := os.Chmod(path, f.mode); err != nil {
			return err
		}
	}
	if err := os.Link(filepath.Join(out, "bin/tool"), filepath.Join(out, "bin/same")); err != nil {
		return err
	}
	return os.Symlink("tool", filepath.Join(out, "bin/link"))
}

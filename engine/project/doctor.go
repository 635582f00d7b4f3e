package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"belljar.build/engine/store"
	"belljar.build/sandbox"
)

// Doctor examines the machine for the sandbox, beside the store at dir (""
// means the user's own). It makes no store.
func Doctor(ctx context.Context, dir string) (_ []sandbox.Feature, err error) {
	if dir == "" {
		dir = store.DefaultDir()
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("find the store: %w", err)
	}
	for { // where the store is or would be
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	work, err := os.MkdirTemp(dir, ".belljar-doctor-")
	if err != nil {
		return nil, fmt.Errorf("make a folder beside the store: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := os.Chmod(work, 0o755); err != nil { // a probe of root's runs as another
		return nil, fmt.Errorf("make a folder beside the store: %w", err)
	}
	return sandbox.Examine(ctx, work), nil
}

package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"belljar.build/engine/manifest"
)

// readAll checks the outputs, several at a time: the largest first, so that no
// worker ends up alone with it.
func (v *verification) readAll(ctx context.Context) error {
	slices.SortStableFunc(v.records, func(a, b *Record) int { return int(min(max(b.Size-a.Size, -1), 1)) })
	workers := v.options.Workers
	if workers <= 0 {
		workers = min(runtime.GOMAXPROCS(0), 8)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, r := range v.records {
		group.Go(func() error {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if err := v.check(ctx, r); err != nil {
				return err
			}
			v.tell(r)
			return nil
		})
	}
	return group.Wait()
}

func (v *verification) tell(r *Record) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done++
	if v.options.Progress != nil {
		v.options.Progress(v.done, len(v.records), r)
	}
}

// check compares one output with its record. What a collector deletes
// meanwhile, its record first, is not damaged.
func (v *verification) check(ctx context.Context, r *Record) error {
	found, err := v.compare(ctx, r)
	if err != nil || len(found) == 0 {
		return err
	}
	if _, err := v.store.read(r.Key[:hashLength]); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, d := range found {
		v.add(d)
	}
	return nil
}

func (v *verification) compare(ctx context.Context, r *Record) (all []Damage, _ error) {
	found := func(kind, detail string) {
		all = append(all, Damage{Path: r.Path, Kind: kind, Detail: detail, Key: r.Key, Expected: r.Manifest})
	}
	if detail := v.actionDamage(r); detail != "" {
		found(DamageAction, detail)
	}
	encoded, err := os.ReadFile(v.store.meta("manifest", r.Manifest))
	if err != nil || manifest.Sum(encoded) != r.Manifest {
		found(DamageManifest, fmt.Sprintf("the store's manifest %.16s is not what it was: %v", r.Manifest, err))
		encoded = nil
	}
	dir := filepath.Join(v.store.dir, r.Path)
	if info, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		found(DamageMissing, "there is a record of it and no tree")
		return all, nil
	}
	// One worker: several outputs are read at a time already.
	m, err := manifest.Build(ctx, dir, manifest.Options{Workers: 1})
	if err != nil {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		found(DamageChanged, err.Error())
		return all, nil
	}
	got, err := m.Hash()
	if err != nil || got != r.Manifest {
		all = append(all, changed(r, encoded, m, got))
	}
	return all, nil
}

// changed names the paths that differ, when the manifest is there to tell.
func changed(r *Record, encoded []byte, m *manifest.Manifest, got string) Damage {
	d := Damage{
		Path: r.Path, Kind: DamageChanged, Key: r.Key, Expected: r.Manifest,
		Detail: fmt.Sprintf("its manifest hash is %.16s, recorded is %.16s", got, r.Manifest),
	}
	before, err := manifest.Decode(encoded)
	if err != nil {
		return d
	}
	for _, c := range manifest.Compare(before, m) {
		d.Changes = append(d.Changes, Change{Path: c.Path, Kind: string(c.Kind), Fields: c.Fields})
	}
	return d
}

// actionDamage says what is wrong with the action's file: its hash is the key.
func (v *verification) actionDamage(r *Record) string {
	text, err := os.ReadFile(v.store.meta("action", r.Key[:hashLength]+".json"))
	if err != nil {
		return err.Error()
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != r.Key {
		return "the hash of the store's copy of the action is not the key"
	}
	return ""
}

package crash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCollectOnFullDisk wants belljar gc to work where there is room for
// nothing, not even for a folder of its own: that is when it is needed.
func TestCollectOnFullDisk(t *testing.T) {
	if !inNamespaces(t) {
		return
	}
	d := newDisk(t)
	d.copyToolchain(t)
	if err := d.write(strings.Replace(writer, "parts = part", "parts = part other\n[other]\n<= part", 1)); err != nil {
		t.Fatal(err)
	}
	want, err := d.build()
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []struct {
		pages, inodes int64
		rubbish       bool // of a process that was killed
	}{{0, ample, false}, {ample, 0, false}, {0, 0, false}, {0, 0, true}, {ample, 1, true}} {
		if err := d.collect(want, left.pages, left.inodes, left.rubbish); err != nil {
			t.Errorf("%+v: %v", left, err)
		}
	}
}

// collect makes garbage, fills the disk and wants the garbage gone, and
// nothing else.
func (d *disk) collect(want []row, pages, inodes int64, rubbish bool) error {
	if _, err := d.build("buildout:parts=part"); err != nil {
		return err
	}
	if rubbish {
		dead := meta(d.store, "staging", "DEAD")
		if err := errors.Join(os.Mkdir(dead, 0o700), os.WriteFile(dead+"/file", make([]byte, 9000), 0o600), os.WriteFile(dead+".lock", nil, 0o644)); err != nil {
			return err
		}
	}
	if err := d.leave(pages, inodes); err != nil {
		return err
	}
	var said [2]string
	for i, args := range [][]string{{"gc", "--dry-run"}, {"gc"}} {
		out, err := d.belljar(args...).CombinedOutput()
		if said[i] = string(out); err != nil || !strings.Contains(said[i], want[1].base()) {
			return fmt.Errorf("belljar %v: %w\n%s", args, err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(d.store, want[1].base())); err == nil {
		return fmt.Errorf("the garbage is still there\n%s", said[1])
	}
	if err := errors.Join(d.leave(ample, ample), d.tidy()); err != nil {
		return err
	}
	rows, err := d.build("buildout:parts=part")
	if err != nil || rows[0] != want[0] {
		return fmt.Errorf("what is needed is %v, want %v: %w", rows, want[:1], err)
	}
	return d.whole(want)
}

// TestImportOnFullDisk imports the toolchain where it does not fit, and again
// where it does.
func TestImportOnFullDisk(t *testing.T) {
	if !inNamespaces(t) {
		return
	}
	d := newDisk(t)
	if err := errors.Join(d.write(writer), d.leave(100<<8, ample)); err != nil {
		t.Fatal(err)
	}
	out, err := d.belljar().CombinedOutput()
	if t.Logf("%s", out); exitCode(err) != 1 || !strings.Contains(string(out), "\nbelljar: hint: the disk is full: ") {
		t.Errorf("on 100 MB: %v", err)
	}
	if rubbish := append(unrecorded(d.store), list(meta(d.store, "staging"))...); len(rubbish) > 0 {
		t.Errorf("rubbish in the store: %v", rubbish)
	}
	if err := d.leave(ample, ample); err != nil {
		t.Fatal(err)
	}
	rows, err := d.build()
	if err != nil {
		t.Fatal(err)
	}
	d.must(t, "store", "verify")
	if err := d.whole(rows); err != nil {
		t.Error(err)
	}
}

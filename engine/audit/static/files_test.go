package static

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"belljar.build/engine/audit"
	"belljar.build/rootfs"
)

const testEpoch = 315532800

// The trees of every test here, and the keys that begin their names.
var (
	ownKey, seenKey, otherKey = strings.Repeat("a", 32), strings.Repeat("c", 32), strings.Repeat("b", 32)

	ownName, seenName, otherName = ownKey + "-own-1", seenKey + "-seen-1", otherKey + "-other-2"
)

// shelf makes outputs in a temporary store.
type shelf struct {
	t *testing.T
	Subject
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	store := t.TempDir()
	s := &shelf{t: t}
	tree := func(name, part string) Tree {
		dir := filepath.Join(store, name)
		s.must(os.Mkdir(dir, 0o755))
		return Tree{Path: name, Part: part, Dir: dir}
	}
	s.Tree = tree(ownName, "own")
	s.Visible = []Tree{tree(seenName, "seen")}
	s.Others = []Tree{tree(otherName, "other")}
	s.References = []string{ownName}
	s.Epoch = testEpoch
	return s
}

func (s *shelf) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// file writes a file of a tree; the umask does not count.
func (s *shelf) file(tree Tree, name, text string, mode os.FileMode) {
	s.t.Helper()
	p := filepath.Join(tree.Dir, name)
	s.must(os.MkdirAll(filepath.Dir(p), 0o755))
	s.must(os.WriteFile(p, []byte(text), 0o644))
	s.must(os.Chmod(p, mode))
}

func (s *shelf) link(tree Tree, name, target string) {
	s.t.Helper()
	p := filepath.Join(tree.Dir, name)
	s.must(os.MkdirAll(filepath.Dir(p), 0o755))
	s.must(os.Symlink(target, p))
}

// find audits the output; every entry has the time of the store but for those
// that late names.
func (s *shelf) find(late ...string) []audit.Finding {
	s.t.Helper()
	s.must(filepath.WalkDir(s.Dir, func(p string, d os.DirEntry, err error) error {
		rel, _ := filepath.Rel(s.Dir, p)
		if err != nil || d.Type() == os.ModeSymlink || slices.Contains(late, rel) {
			return err
		}
		return os.Chtimes(p, time.Time{}, time.Unix(testEpoch, 0))
	}))
	all, err := New(audit.Settings{}).Audit(context.Background(), s.Subject)
	s.must(err)
	// A link's own time needs another call; these tests are not about it.
	return slices.DeleteFunc(all, func(f audit.Finding) bool { return f.Subject == "mtime" && len(late) == 0 })
}

// brief writes findings as "S07 bin/x python".
func brief(all []audit.Finding) (lines []string) {
	for _, f := range all {
		severity := ""
		if f.Severity == audit.Note {
			severity = " note"
		}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%s%s %s %s", f.Rule, severity, f.File, f.Subject), " "))
	}
	return lines
}

func (s *shelf) want(lines ...string) []audit.Finding {
	s.t.Helper()
	all := s.find()
	if got := brief(all); !slices.Equal(got, lines) {
		s.t.Errorf("found\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
	for _, f := range all {
		if f.Message == "" || f.Severity != audit.Note && f.Fix == "" || len(f.Evidence) > audit.MaxEvidence {
			s.t.Errorf("%s of %s: message %q, fix %q, %d pieces of evidence", f.Rule, f.File, f.Message, f.Fix, len(f.Evidence))
		}
	}
	return all
}

func TestStoreDepth(t *testing.T) {
	if storeDepth != strings.Count(rootfs.Logical, "/") {
		t.Errorf("the store is not %d folders deep", storeDepth)
	}
}

func TestModes(t *testing.T) {
	for mode, want := range map[os.FileMode][]string{
		0o755:                   nil,
		0o644:                   nil,
		0o4755 | os.ModeSetuid:  {"S10 bin/x set-user-id"},
		0o755 | os.ModeSetgid:   {"S10 bin/x set-group-id"},
		0o666:                   {"S10 bin/x world-writable"},
		0o777 | os.ModeSetuid:   {"S10 bin/x set-user-id", "S10 bin/x world-writable"},
		0o755 | os.ModeSticky:   nil,
		0o600:                   nil,
		0o762:                   {"S10 bin/x world-writable"},
		0o755 | os.ModeSetuid:   {"S10 bin/x set-user-id"},
		0o2755 &^ os.ModeSetgid: nil,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			s := newShelf(t)
			s.file(s.Tree, "bin/x", "text", mode)
			s.link(s.Tree, "bin/y", "x") // links are always 0777
			s.want(want...)
		})
	}
	t.Run("folder", func(t *testing.T) {
		s := newShelf(t)
		s.file(s.Tree, "var/x", "", 0o644)
		s.must(os.Chmod(filepath.Join(s.Dir, "var"), 0o777|os.ModeSticky))
		s.want("S10 var world-writable")
	})
}

func TestLinks(t *testing.T) {
	store := rootfs.Logical + "/"
	for _, tt := range []struct {
		target string
		bad    string // what the message says
	}{
		{"x", ""},
		{"../share/data", ""},
		{"../share/link", ""},
		{store + ownName + "/share/data", ""},
		{store + seenName + "/lib/libseen.so", ""},
		{"../../" + seenName + "/lib/libseen.so", ""},
		{"../folder/../data", ""}, // share/folder leads to share/deep: its parent has data
		{"../../" + seenName + "/up/data", ""},
		{"/dev/null", ""},
		{store + ownName, ""},
		{"", ""}, // none
		{"none", "not there"},
		{"x/none", "not there"},
		{store + ownName + "/none", "not there"},
		{store + seenName + "/none", "not there"},
		{store + otherName + "/bin/x", "other, which is not declared"},
		{"../../" + otherName + "/bin/x", "other, which is not declared"},
		{store + strings.Repeat("d", 32) + "-gone-1/x", "gone-1, which is not declared"},
		{"/usr/lib/libz.so", "out of the store"},
		{"../../../../../../../etc/passwd", "out of the store"},
		{"/var/lib/belljar", "out of the store"},
		{"/tc/bin/sh", "toolchain"},
		{"/build/own-1/x", "work folder"},
		{"loop", "leads to itself"},
		{store + seenName + "/out", "out of the store"},
		{"../share/dangling", "skip"},
	} {
		t.Run(tt.target, func(t *testing.T) {
			s := newShelf(t)
			s.file(s.Tree, "bin/x", "", 0o644)
			s.file(s.Tree, "share/data", "", 0o644)
			s.file(s.Tree, "data", "", 0o644)
			s.file(s.Tree, "share/deep/data", "", 0o644)
			s.link(s.Tree, "folder", "share/deep")
			s.link(s.Tree, "share/link", "data")
			s.file(s.Visible[0], "lib/libseen.so", "", 0o644)
			s.link(s.Visible[0], "up", "../"+ownName)
			s.link(s.Visible[0], "out", "/etc/passwd")
			s.file(s.Others[0], "bin/x", "", 0o644)
			switch tt.target {
			case "":
				s.want()
				return
			case "loop":
				s.link(s.Tree, "bin/loop", "l")
				s.link(s.Tree, "bin/l", "loop")
				s.want("S09 bin/l loop", "S09 bin/loop l")
				return
			case "../share/dangling":
				s.link(s.Tree, "share/dangling", "nowhere")
				s.link(s.Tree, "bin/l", tt.target)
				s.want("S09 share/dangling nowhere") // said once
				return
			}
			s.link(s.Tree, "bin/l", tt.target)
			if tt.bad == "" {
				s.want()
				return
			}
			all := s.want("S09 bin/l " + tt.target)
			if len(all) == 1 && !strings.Contains(all[0].Message, tt.bad) {
				t.Errorf("the message is %q", all[0].Message)
			}
		})
	}
}

// A tree that is not there as a folder can be judged by nobody.
func TestLinkIntoAbsentTree(t *testing.T) {
	s := newShelf(t)
	s.must(os.RemoveAll(s.Visible[0].Dir))
	s.link(s.Tree, "l", rootfs.Logical+"/"+seenName+"/x")
	s.want()
}

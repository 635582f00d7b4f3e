package crash

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// writer is a part that writes a log, an output of some pages and some inodes,
// and a program.
const writer = `[buildout]
parts = part
[part]
recipe = plone.recipe.command
command =
  for i in 1 2 3; do
    echo line $i of the log
    mkdir @@LOCATION@@/$i
    head -c 3000 /dev/zero >@@LOCATION@@/$i/file
  done
  mkdir @@LOCATION@@/bin
  cp @@LOCATION@@/1/file @@LOCATION@@/bin/program
  chmod 755 @@LOCATION@@/bin/program
`

// TestFullDisk builds with every amount of free space from nothing up to what
// is enough: bytes first, then inodes.
func TestFullDisk(t *testing.T) {
	if !inNamespaces(t) {
		return
	}
	d := newDisk(t)
	d.copyToolchain(t)
	if err := d.write(writer); err != nil {
		t.Fatal(err)
	}
	d.remember()
	want, err := d.build()
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"pages", "inodes"} {
		found := &struck{what: what}
		enough := false
		for free := int64(0); !enough && free < 200; free++ {
			if enough, err = d.tight(what, free, want, found); err != nil {
				t.Errorf("%d %s free: %v", free, what, err)
			}
		}
		if !enough {
			t.Errorf("200 %s are not enough", what)
		}
		t.Log(found.text())
	}
}

// tight builds with little room. It reports whether that was enough.
func (d *disk) tight(what string, free int64, want []row, found *struck) (bool, error) {
	pages, inodes := free, int64(ample)
	if what == "inodes" {
		pages, inodes = inodes, pages
	}
	if err := errors.Join(d.forget(), d.leave(pages, inodes)); err != nil {
		return false, err
	}
	cmd := d.belljar("build", "--json")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	code := exitCode(cmd.Run())
	if err := d.leave(ample, ample); err != nil {
		return false, err
	}
	if code == 0 {
		rows, err := table(out.Bytes())
		return err == nil && slices.Equal(rows, want), err
	}
	found.add(free, said.String())
	if err := complains(code, said.String()); err != nil {
		return false, err
	}
	if rubbish := append(unrecorded(d.store), list(meta(d.store, "staging"))...); len(rubbish) > 0 {
		return false, fmt.Errorf("rubbish in the store: %v\n%s", rubbish, said.String())
	}
	return false, d.whole(want)
}

// complains wants one line that says that a disk is full and where, or that the
// build failed for that, and what to do about it.
func complains(code int, said string) error {
	place := regexp.MustCompile(`(?m)^(belljar: error: .* \S+: no space left on device|buildout.cfg:4: part part failed in command: .*; the store's disk is full: .*)$`)
	errors := regexp.MustCompile(`(?m)^(belljar: error: |buildout.cfg:).*$`).FindAllString(said, -1)
	hint := strings.Contains(said, "\nbelljar: hint: the disk is full: belljar gc frees ")
	if code != 1 || len(errors) != 1 || !place.MatchString(errors[0]) || !hint {
		return fmt.Errorf("exit code %d\n%s", code, said)
	}
	return nil
}

// struck collects where the disk's end was met.
type struck struct {
	what     string
	messages []string
	from, to map[string]int64
}

func (s *struck) add(free int64, said string) {
	line := regexp.MustCompile(`(?m)^(belljar: error: |buildout.cfg:).*$`).FindString(said)
	line = regexp.MustCompile(`\S*/store/`).ReplaceAllString(line, "store/")
	line = regexp.MustCompile(`[0-9A-Z]{26}|[0-9a-f]{32,64}|\d{6,}`).ReplaceAllString(line, "*")
	if s.from == nil {
		s.from, s.to = map[string]int64{}, map[string]int64{}
	}
	if _, known := s.from[line]; !known {
		s.messages, s.from[line] = append(s.messages, line), free
	}
	s.to[line] = free
}

func (s *struck) text() string {
	var b strings.Builder
	for _, m := range s.messages {
		fmt.Fprintf(&b, "%d to %d %s free: %s\n", s.from[m], s.to[m], s.what, m)
	}
	return b.String()
}

package store

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"belljar.build/engine/action"
	"belljar.build/engine/manifest"
)

// sampleHash is the manifest hash of writeSample, for whoever publishes it;
// computed with the script of docs/manifest.md over a tree made by hand.
const sampleHash = "3d42f9e5d674cac3a22f1293b9e63b71f04441d1da304036b65aa4775f2bed88"

func TestPublish(t *testing.T) {
	s := open(t)
	k := keyOf(1)
	if lookup(t, s, k) {
		t.Error("an empty store has an output")
	}
	began := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	must(t, os.WriteFile(s.LogPath(k), []byte("made\n"), 0o644))
	g := stage(t, s, k)
	must(t, writeSample(g.Path("out")))
	must(t, os.WriteFile(g.Path("build/rubbish"), nil, 0o644))
	_, err := g.Publish(context.Background(), PublishOptions{
		Action: []byte(`{"a":1}`), Started: began, Seconds: 1.5, Epoch: 315532800,
	})
	must(t, err)
	got, ok, err := s.Lookup(k)
	if err != nil || !ok {
		t.Fatalf("looking up what was published: %v, %v", ok, err)
	}
	want := &Record{
		Version: 1, Key: k, Name: "demo-1.0", Path: action.PathName(k, "demo-1.0"), Manifest: sampleHash,
		References: []string{}, Size: 9 + 9 + 9 + 14 + 13, Started: began, Seconds: 1.5,
		Log: "log/" + k[:32] + ".log",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	for file, content := range map[string]string{"action/" + k[:32] + ".json": `{"a":1}`} {
		if text, err := os.ReadFile(s.meta(file)); err != nil || string(text) != content {
			t.Errorf("%s holds %q, %v", file, text, err)
		}
	}
	checkTree(t, filepath.Join(s.dir, got.Path), got.Manifest, s.meta("manifest", got.Manifest))
}

// checkTree compares the tree in the store with the manifest beside it, and
// looks at what a manifest leaves out.
func checkTree(t *testing.T, dir, hash, file string) {
	t.Helper()
	encoded, err := os.ReadFile(file)
	must(t, err)
	m, err := manifest.Build(context.Background(), dir, manifest.Options{})
	must(t, err)
	again, err := m.Encode()
	must(t, err)
	if diff := cmp.Diff(string(again), string(encoded)); diff != "" || manifest.Sum(encoded) != hash {
		t.Errorf("tree and manifest differ:\n%s", diff)
	}
	for _, e := range m.Entries {
		var st unix.Stat_t
		must(t, unix.Lstat(filepath.Join(dir, e.Path), &st))
		if st.Mtim.Sec != 315532800 || st.Mtim.Nsec != 0 {
			t.Errorf("%s has the time %d.%d", e.Path, st.Mtim.Sec, st.Mtim.Nsec)
		}
		if int(st.Uid) != os.Geteuid() {
			t.Errorf("%s belongs to %d", e.Path, st.Uid)
		}
	}
}

func TestPublishTwice(t *testing.T) {
	s := open(t)
	first := publish(t, s, keyOf(1), "one")
	g := stage(t, s, keyOf(1))
	if _, err := g.Publish(context.Background(), PublishOptions{}); !errors.Is(err, ErrExists) {
		t.Errorf("error is %v, want ErrExists", err)
	}
	text, err := os.ReadFile(filepath.Join(s.dir, first.Path, "file"))
	if err != nil || string(text) != "one" {
		t.Errorf("the first output holds %q, %v", text, err)
	}
}

// A default is a value too.
func TestPublishDefaults(t *testing.T) {
	s := open(t)
	r := publish(t, s, keyOf(1), "x")
	info, err := os.Stat(filepath.Join(s.dir, r.Path, "file"))
	must(t, err)
	if info.ModTime().Unix() != DefaultEpoch {
		t.Errorf("time is %v", info.ModTime())
	}
	if r.Started.IsZero() || r.Seconds <= 0 || r.Log != "" {
		t.Errorf("record is %+v", r)
	}
}

// What a killed process left: a tree without a record, or a record whose tree
// was removed.
func TestPublishOverOrphans(t *testing.T) {
	s := open(t)
	k := keyOf(1)
	orphan := filepath.Join(s.dir, action.PathName(k, "demo-1.0"))
	must(t, os.MkdirAll(filepath.Join(orphan, "old/er"), 0o755))
	must(t, os.Chmod(filepath.Join(orphan, "old"), 0o500))
	if lookup(t, s, k) {
		t.Error("a tree without a record was found")
	}
	publish(t, s, k, "new")
	if !lookup(t, s, k) || exists(filepath.Join(orphan, "old")) {
		t.Error("the orphan is still there")
	}
	must(t, RemoveTree(orphan))
	if lookup(t, s, k) {
		t.Error("a record without a tree was found")
	}
	// The record must go first: a kill may come right after the new tree.
	must(t, s.makeRoom(s.newRecord(k, "demo-1.0")))
	if exists(s.meta("record", k[:32]+".json")) {
		t.Error("the record of the old tree would vouch for the new one")
	}
	publish(t, s, k, "newer")
	if !lookup(t, s, k) {
		t.Error("the output is not there")
	}
}

func TestPublishRefuses(t *testing.T) {
	tests := map[string]func(out string) error{
		"odd (fifo)": func(out string) error { return unix.Mkfifo(out+"/odd", 0o644) },
		"odd (socket)": func(out string) error {
			// By a short name: the path of a socket is limited.
			dir, err := os.MkdirTemp("", "s")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dir + "/s"})
			if err != nil {
				return err
			}
			defer l.Close()
			return os.Rename(dir+"/s", out+"/odd")
		},
		"odd (setuid)": func(out string) error {
			return errors.Join(os.WriteFile(out+"/odd", nil, 0o755), os.Chmod(out+"/odd", 0o755|os.ModeSetuid))
		},
		"odd (setgid folder)": func(out string) error {
			return errors.Join(os.Mkdir(out+"/odd", 0o755), os.Chmod(out+"/odd", 0o755|os.ModeSetgid))
		},
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			g := stage(t, s, keyOf(1))
			must(t, spoil(g.Path("out")))
			_, err := g.Publish(context.Background(), PublishOptions{})
			if !errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), `"odd"`) {
				t.Errorf("error is %v, want ErrUnfit naming the path", err)
			}
			if lookup(t, s, keyOf(1)) || outputs(t, s) != nil {
				t.Errorf("the store holds %q", outputs(t, s))
			}
		})
	}
}

// The store's set-group-id bit must not reach the outputs.
func TestPublishInSetgidFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shared")
	must(t, os.Mkdir(dir, 0o755))
	must(t, os.Chmod(dir, 0o755|os.ModeSetgid))
	s, err := Open(dir)
	must(t, err)
	defer s.Close()
	g := stage(t, s, keyOf(1))
	must(t, os.Mkdir(g.Path("out/sub"), 0o755))
	if _, err := g.Publish(context.Background(), PublishOptions{}); err != nil {
		t.Error(err)
	}
}

func TestPublishCancelled(t *testing.T) {
	s := open(t)
	g := stage(t, s, keyOf(1))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.Publish(ctx, PublishOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	if lookup(t, s, keyOf(1)) || outputs(t, s) != nil {
		t.Errorf("the store holds %q", outputs(t, s))
	}
}

// One tree, one hash: whatever the umask, whoever builds.
func TestPublishSameForEverybody(t *testing.T) {
	users := []*syscall.Credential{nil}
	if os.Geteuid() == 0 {
		users = append(users, &syscall.Credential{Uid: 65534, Gid: 65534})
	}
	for _, user := range users {
		for _, umask := range []string{"022", "077", "000"} {
			dir, err := os.MkdirTemp("", "belljar-store-")
			must(t, err)
			defer RemoveTree(dir)
			cmd := child(t, "publish", filepath.Join(dir, "store"), umask)
			if user != nil {
				must(t, os.Chown(dir, int(user.Uid), int(user.Gid)))
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: user}
			}
			out, err := cmd.Output()
			if hash := strings.TrimSpace(string(out)); err != nil || hash != sampleHash {
				t.Errorf("umask %s, user %v: hash %s, %v", umask, user, hash, err)
			}
			checkModes(t, filepath.Join(dir, "store"))
		}
	}
}

// checkModes: others may read the store, whatever the umask that made it.
func checkModes(t *testing.T, dir string) {
	t.Helper()
	for path, want := range map[string]os.FileMode{
		"":                0o755,
		".belljar/record": 0o755,
		".belljar/record/" + keyOf(1)[:32] + ".json": 0o644,
		".belljar/manifest/" + sampleHash:            0o644,
	} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want mode %o", path, info, err, want)
		}
	}
}

// As root, what the build's own user made becomes root's.
func TestPublishForeignOwner(t *testing.T) {
	s := open(t)
	g := stage(t, s, keyOf(1))
	must(t, writeSample(g.Path("out")))
	if os.Geteuid() == 0 {
		must(t, filepath.WalkDir(g.Path("out"), func(path string, _ os.DirEntry, err error) error {
			return errors.Join(err, os.Lchown(path, 30001, 30001))
		}))
	}
	r, err := g.Publish(context.Background(), PublishOptions{Epoch: 315532800})
	must(t, err)
	if r.Manifest != sampleHash {
		t.Errorf("hash is %s", r.Manifest)
	}
	checkTree(t, filepath.Join(s.dir, r.Path), r.Manifest, s.meta("manifest", r.Manifest))
}

// A disk that is full at any moment leaves the whole output or nothing.
func TestPublishOnFullDisk(t *testing.T) {
	seen := map[string]int{}
	for limit := 0; limit <= 1000; limit += 50 {
		dir := filepath.Join(t.TempDir(), "store")
		out, err := child(t, "limited", dir, strconv.Itoa(limit)).Output()
		must(t, err)
		said := strings.TrimSpace(string(out))
		s, err := Open(dir)
		must(t, err)
		found, trees := lookup(t, s, keyOf(1)), len(outputs(t, s))
		if said == "published" && (!found || trees != 1) || said == "full" && (found || trees != 0) {
			t.Errorf("limit %d: %s, found %v, %d trees", limit, said, found, trees)
		}
		if exists(s.meta("record", keyOf(1)[:32]+".json")) != found {
			t.Errorf("limit %d: a record of nothing", limit)
		}
		stage := "nothing"
		if manifests, _ := os.ReadDir(s.meta("manifest")); len(manifests) > 0 {
			stage = "manifest"
		}
		seen[said+" after "+stage]++
		must(t, s.Close())
	}
	// The limits must have hit different steps, or this shows nothing.
	for _, want := range []string{"full after nothing", "full after manifest", "published after manifest"} {
		if seen[want] == 0 {
			t.Errorf("no limit led to %q: %v", want, seen)
		}
	}
}

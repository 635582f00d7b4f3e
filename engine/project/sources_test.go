package project

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/fetch"
	"belljar.build/engine/lock"
	"belljar.build/engine/profile"
	"belljar.build/rootfs/toolchain"
)

// planX plans the part x and gives its source's hash and the action's key.
func planX(t *testing.T, c Config) (sha256, key string, err error) {
	t.Helper()
	g, err := open(t, c).Plan(t.Context(), []string{"x"})
	if err != nil {
		return "", "", err
	}
	n := g.Part("x")
	return n.Action.Sources[0].SHA256, n.Key, nil
}

// section is a profile with one part and one source.
func section(options string) string {
	return "[buildout]\nparts = x\n[x]\nrecipe = slapos.recipe.cmmi\n" + options
}

// What the profile does not pin by sha256 is fetched and locked.
func TestPlanLocks(t *testing.T) {
	folder(t, map[string]string{"buildout.cfg": section("url = x.tar"), "x.tar": "one"})
	sum, key, err := planX(t, Config{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "hash", sum, sha256Of("one"))
	equal(t, "lock", fmt.Sprint(entries(t)), fmt.Sprintf("map[x.tar:{%s 3}]", sha256Of("one")))
	lockToolchain(t)
	_, again, err := planX(t, Config{Locked: true})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "key", again, key)
}

// A file on this machine is its owner's to edit: what it holds now counts, and
// --locked says that it is another than the lock's.
func TestEditedLocalSource(t *testing.T) {
	folder(t, map[string]string{"buildout.cfg": section("url = x.tar"), "x.tar": "one"})
	if _, _, err := planX(t, Config{}); err != nil {
		t.Fatal(err)
	}
	lockToolchain(t)
	write(t, "x.tar", "two")
	_, _, err := planX(t, Config{Locked: true})
	if !errors.Is(err, ErrNotLocked) || !strings.Contains(err.Error(), "the lock says sha256 "+sha256Of("one")) {
		t.Errorf("locked: error %v", err)
	}
	sum, _, err := planX(t, Config{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "hash", sum, sha256Of("two"))
	if _, _, err := planX(t, Config{Locked: true}); err != nil {
		t.Errorf("locked after the plan: %v", err)
	}
}

// lockToolchain locks the packages of the default toolchain, unseen: their
// hashes are known, and a network is not there.
func lockToolchain(t *testing.T) {
	t.Helper()
	release, err := toolchain.Load(toolchain.DefaultRelease)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lock.Load(LockName)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range release.Packages {
		l.Set(p.URL, lock.Entry{SHA256: p.SHA256, Size: p.Size})
	}
	if err := l.Save(); err != nil {
		t.Fatal(err)
	}
}

func TestLockedRefusesWhatIsUnknown(t *testing.T) {
	for _, options := range []string{"url = x.tar", "url = x.tar\nsha256sum = " + sha256Of("one"), "url = x.tar\nmd5sum = " + md5Of("one")} {
		folder(t, map[string]string{"buildout.cfg": section(options), "x.tar": "one"})
		lockToolchain(t)
		before, err := os.ReadFile(LockName)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = planX(t, Config{Locked: true})
		if !errors.Is(err, ErrNotLocked) || err.Error() != "buildout.cfg:5: x.tar: not in the lock" {
			t.Errorf("error %v", err)
		}
		if after, err := os.ReadFile(LockName); err != nil || string(after) != string(before) {
			t.Errorf("the lock was changed: %v", err)
		}
	}
}

func TestLockedRefusesAnotherToolchain(t *testing.T) {
	folder(t, map[string]string{"buildout.cfg": section("url = x.tar"), "x.tar": "one"})
	lockX(t, open(t, Config{}))
	_, _, err := planX(t, Config{Locked: true})
	if !errors.Is(err, ErrNotLocked) || !strings.HasPrefix(err.Error(), "toolchain debian-11: mirror://debian") {
		t.Errorf("error %v", err)
	}
}

// lockX locks what the profile in the current folder pins, without the network.
func lockX(t *testing.T, p *Project) {
	t.Helper()
	g, err := p.Plan(t.Context(), []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Fetch(t.Context(), g.Part("x").Sources); err != nil {
		t.Fatal(err)
	}
}

// The profile and the lock disagree: the profile is what the user wrote last.
// Locked, nothing is taken that the lock does not name as it is asked for.
func TestPinsAgainstTheLock(t *testing.T) {
	tests := []struct {
		name, before, after string // options; ONE and TWO stand for the two files' hashes
		want                string // the error when not locked, or ""
		locked              string
	}{
		{"sha256", "sha256sum = SHA-ONE", "sha256sum = SHA-TWO", "", "the lock says sha256 SHA-ONE, the profile SHA-TWO: not in the lock"},
		{"sha256 after none", "", "sha256sum = SHA-TWO", "", "the lock says sha256 SHA-ONE, the profile SHA-TWO: not in the lock"},
		{"md5", "md5sum = MD5-ONE", "md5sum = MD5-TWO", "", "x.tar: not in the lock"},
		{"md5 after none", "", "md5sum = MD5-TWO", "", "x.tar: not in the lock"},
		{"md5 in the URL", "", "url = x.tar#md5=MD5-TWO", "", "x.tar: not in the lock"},
		{"wrong md5", "", "md5sum = MD5-ONE", "hash mismatch: expected md5 MD5-ONE", ""},
	}
	hashes := strings.NewReplacer("SHA-ONE", sha256Of("one"), "SHA-TWO", sha256Of("two"), "MD5-ONE", md5Of("one"), "MD5-TWO", md5Of("two"))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder(t, map[string]string{"buildout.cfg": section(hashes.Replace("url = x.tar\n" + tt.before)), "x.tar": "one"})
			lockToolchain(t)
			lockX(t, open(t, Config{}))
			before, err := os.ReadFile(LockName)
			if err != nil {
				t.Fatal(err)
			}
			write(t, "x.tar", "two")
			write(t, "buildout.cfg", section(hashes.Replace("url = x.tar\n"+tt.after)))
			_, _, err = planX(t, Config{Locked: true})
			wanted := ErrNotLocked
			if tt.locked == "" { // the file itself is wrong, lock or no lock
				wanted = fetch.ErrMismatch
			}
			if !errors.Is(err, wanted) || !strings.HasSuffix(err.Error(), hashes.Replace(tt.locked)) {
				t.Errorf("locked: error %v", err)
			}
			p := open(t, Config{})
			g, err := p.Plan(t.Context(), []string{"x"})
			if tt.want != "" {
				if !errors.Is(err, fetch.ErrMismatch) || !strings.Contains(err.Error(), hashes.Replace(tt.want)) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "hash", g.Part("x").Action.Sources[0].SHA256, sha256Of("two"))
			if _, err := p.Fetch(t.Context(), g.Part("x").Sources); err != nil {
				t.Fatal(err)
			}
			after, err := os.ReadFile(LockName)
			if err != nil {
				t.Fatal(err)
			}
			if string(before) == string(after) || !strings.Contains(string(after), sha256Of("two")) {
				t.Errorf("the lock is not brought up to date: %s", after)
			}
		})
	}
}

// A source that was built earlier is locked from what is at hand, also when
// the lock has an older hash of it.
func TestComplete(t *testing.T) {
	for _, stale := range []bool{false, true} {
		folder(t, map[string]string{"buildout.cfg": section("url = x.tar\nsha256sum = " + sha256Of("one")), "x.tar": "one"})
		p := open(t, Config{})
		if stale {
			p.lock.Set("x.tar", lock.Entry{SHA256: sha256Of("zero"), Size: 4})
		}
		g, err := p.Plan(t.Context(), []string{"x"})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.complete(t.Context(), g); err != nil {
			t.Fatal(err)
		}
		equal(t, "lock", fmt.Sprint(entries(t)), fmt.Sprintf("map[x.tar:{%s 3}]", sha256Of("one")))
	}
}

func TestLockForgets(t *testing.T) {
	folder(t, map[string]string{"buildout.cfg": section("url = x.tar"), "x.tar": "one", "y.tar": "two"})
	lockX(t, open(t, Config{}))
	write(t, "buildout.cfg", section("url = y.tar"))
	p := open(t, Config{})
	g, err := p.Plan(t.Context(), []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	g.Sources = slices.DeleteFunc(g.Sources, func(r fetch.Request) bool { return !fetch.IsLocal(r.URL) }) // no network here
	if _, _, err := p.Lock(t.Context(), g, false); err != nil {
		t.Fatal(err)
	}
	equal(t, "a part's", names(t), "x.tar y.tar")
	if _, _, err := p.Lock(t.Context(), g, true); err != nil {
		t.Fatal(err)
	}
	equal(t, "the whole", names(t), "y.tar")
}

func names(t *testing.T) string {
	t.Helper()
	var all []string
	for name := range entries(t) {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// Two checkouts have the same lock, also where the profile writes out the
// folder it lies in.
func TestTheLockNamesNoFolderOfThisMachine(t *testing.T) {
	text := map[string]string{
		"project/buildout.cfg": "[buildout]\nextends = ../component/x.cfg\nparts = x\n[x]\npatches +=\n  ${buildout:directory}/own.patch\n  plain.patch",
		"component/x.cfg":      "[x]\nrecipe = slapos.recipe.cmmi\nurl = ${:_profile_base_location_}/x.tar\npatches = ${:_profile_base_location_}/sub/x.patch#md5=" + md5Of("p"),
		"component/x.tar":      "x", "component/sub/x.patch": "p", "project/own.patch": "o", "project/plain.patch": "q",
	}
	var locks [2]string
	for i := range locks {
		dir := folder(t, text)
		t.Chdir(filepath.Join(dir, "project"))
		if _, _, err := planX(t, Config{}); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(LockName)
		if err != nil {
			t.Fatal(err)
		}
		locks[i] = string(data)
		equal(t, "names", names(t), "../component/sub/x.patch#md5="+md5Of("p")+" ../component/x.tar own.patch plain.patch")
	}
	equal(t, "locks", locks[0], locks[1])
}

func TestLockKey(t *testing.T) {
	dir := folder(t, map[string]string{"buildout.cfg": "[buildout]"})
	p := open(t, Config{})
	sum := sha256Of("x")
	for _, tt := range []struct {
		request fetch.Request
		want    string
	}{
		{fetch.Request{URL: "http://h/x.tar"}, "http://h/x.tar"},
		{fetch.Request{URL: "http://h/x.tar", Digests: []fetch.Digest{{Algorithm: "md5", Hex: "aa"}}}, "http://h/x.tar#md5=aa"},
		{fetch.Request{URL: "http://h/x.tar#egg=x", Digests: []fetch.Digest{{Algorithm: "md5", Hex: "aa"}}}, "http://h/x.tar#egg=x&md5=aa"},
		{fetch.Request{URL: "http://h/x.tar", Digests: []fetch.Digest{{Algorithm: "md5", Hex: "aa"}, {Algorithm: "sha512", Hex: "bb"}, {Algorithm: "md5", Hex: "aa"}}}, "http://h/x.tar#md5=aa&sha512=bb"},
		{fetch.Request{URL: "http://h/x.tar", Digests: []fetch.Digest{{Algorithm: "md5", Hex: "aa"}, {Algorithm: "sha256", Hex: sum}}}, "http://h/x.tar"},
		{fetch.Request{URL: "x.tar"}, "x.tar"},
		{fetch.Request{URL: "../x.tar"}, "../x.tar"},
		{fetch.Request{URL: dir + "/x.tar"}, "x.tar"},
		{fetch.Request{URL: dir + "/sub/../x.tar"}, "x.tar"},
		{fetch.Request{URL: "file://" + dir + "/x.tar"}, "file:x.tar"},
		{fetch.Request{URL: "/srv/x.tar"}, "/srv/x.tar"},
		{fetch.Request{URL: "file:///srv/x.tar"}, "file:///srv/x.tar"},
		{fetch.Request{URL: dir + "-other/x.tar"}, dir + "-other/x.tar"},
	} {
		equal(t, tt.request.URL, p.lockKey(tt.request), tt.want)
	}
}

// A profile's error comes before anything is fetched.
func TestPlanErrors(t *testing.T) {
	folder(t, map[string]string{"buildout.cfg": section("url = x.tar\npatches = ${none:x}"), "x.tar": "one"})
	_, _, err := planX(t, Config{})
	var placed *profile.Error
	if !errors.As(err, &placed) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(LockName); err == nil {
		t.Error("a lock was written")
	}
}

package vary

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"belljar.build/engine/vary/locale"
	"belljar.build/rootfs"
	"belljar.build/sandbox/view"
)

// What a varied build sees.
const (
	otherUID     = 1234
	otherUser    = "checker"
	otherHost    = "elsewhere"
	otherDomain  = "example.org"
	otherRelease = "6.99.0-check"
	otherVersion = "#99 SMP PREEMPT_DYNAMIC check"
	otherMemory  = 96 << 30
	otherHome    = "/home/check"
	otherWork    = "/build-elsewhere/in/another/folder"
	otherUmask   = 0o077
)

// later is how far a varied clock is ahead: every field of a date differs.
const later = 400*24*time.Hour + 7*time.Hour + 13*time.Minute + 17*time.Second

// The times of controlled builds: after every source, so that nothing is made
// again because of its age.
var (
	usualTime = time.Date(2033, 5, 18, 3, 33, 20, 0, time.UTC)
	otherTime = usualTime.Add(later)
)

// pick is other where v is varied.
func pick[T any](s Set, v Variation, usual, other T) T {
	if s.Has(v) {
		return other
	}
	return usual
}

// View is what the sandbox shows of the machine and of the moment now.
func (c Circumstances) View(now time.Time) view.View {
	s := c.Varied
	v := view.View{
		UID:       pick(s, User, 0, otherUID),
		Host:      pick(s, Host, "", otherHost),
		Domain:    pick(s, Host, "", otherDomain),
		Release:   pick(s, Kernel, "", otherRelease),
		Version:   pick(s, Kernel, "", otherVersion),
		Memory:    pick(s, Memory, 0, uint64(otherMemory)),
		Randomize: s.Has(ASLR),
		Pids:      c.Pids(),
		Files:     c.files(),
	}
	switch {
	case c.Controlled:
		v.Clock = &view.Clock{Start: pick(s, Time, usualTime, otherTime).Unix(), Slow: true}
		v.Random = pick(s, Random, uint64(1), 2)
	case s.Has(Time):
		v.Clock = &view.Clock{Start: now.Add(later).Unix()}
	}
	return v
}

// files is nil where the truth is told.
func (c Circumstances) files() *view.Files {
	f := view.Files{
		Order:  pick(c.Varied, Order, "", view.OrderShuffled),
		Inodes: pick(c.Varied, Inodes, "", view.InodesFalling),
		Other:  c.Varied.Has(FileSystem),
	}
	if c.Controlled && f.Order == "" {
		f.Order = view.OrderSorted
	}
	if c.Controlled && f.Inodes == "" {
		f.Inodes = view.InodesRising
	}
	if f == (view.Files{}) {
		return nil
	}
	return &f
}

// Pids is how much above a multiple of 100 the first process of each step has its
// number; 0 leaves it to chance.
func (c Circumstances) Pids() int {
	switch {
	case c.Varied.Has(Pids):
		return 67
	case c.Controlled:
		return 17
	}
	return 0
}

// Umask is that of scripts; 0 is the usual one.
func (c Circumstances) Umask() int { return pick(c.Varied, Umask, 0, otherUmask) }

// Work is the folder to build in; "" is the usual one.
func (c Circumstances) Work() string { return pick(c.Varied, BuildPath, "", otherWork) }

// Jobs is how many processes the build may use, of jobs.
func (c Circumstances) Jobs(jobs int) int { return pick(c.Varied, CPUs, jobs, 1) }

// usualEnv is what every action says that its profile does not make say something
// else. What a profile sets is declared, and not varied.
func usualEnv() map[string]string {
	return map[string]string{
		"HOME": "/build", "TERM": "dumb", "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8",
		"PYTHONHASHSEED": "0", "PERL_HASH_SEED": "0",
	}
}

// otherEnv is what is said instead, by variation.
func otherEnv() map[Variation]map[string]string {
	return map[Variation]map[string]string{
		Environment: {
			"BELLJAR_CHECK": "1", "USER": otherUser, "LOGNAME": otherUser, "MAIL": "/var/mail/" + otherUser,
			"TERM": "xterm-256color", "EDITOR": "/usr/bin/vi",
		},
		Home:     {"HOME": otherHome},
		TimeZone: {"TZ": "<+14>-14"},
		Locale:   locale.Env(),
		CPUModel: {"BELLJAR_NATIVE": "x86-64"},
		HashSeed: {"PYTHONHASHSEED": "4242", "PERL_HASH_SEED": "4242"},
	}
}

// Env is what is different in the environment of an action, or joins it. work is
// the usual folder to build in.
func (c Circumstances) Env(action map[string]string, work string) map[string]string {
	env := map[string]string{}
	if c.Varied.Has(BuildPath) {
		for name, value := range action {
			if other := replacePath(value, work, otherWork); other != value {
				env[name] = other
			}
		}
	}
	usual := usualEnv()
	for v, other := range otherEnv() {
		for name, value := range other {
			if now, set := action[name]; c.Varied.Has(v) && (!set || now == usual[name]) {
				env[name] = value
			}
		}
	}
	if c.Varied.Has(Path) {
		env["PATH"] = otherPath(action["PATH"])
	}
	return env
}

// replacePath replaces old where it is a path, or begins one, in a list.
func replacePath(text, old, with string) string {
	const separators = "/:= "
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, old)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		begins := before == "" || strings.ContainsAny(before[len(before)-1:], separators[1:])
		if begins && (after == "" || strings.ContainsAny(after[:1], separators)) {
			b.WriteString(with)
		} else {
			b.WriteString(old)
		}
		text = after
	}
}

// otherPath has the declared parts the other way round, the toolchain still last,
// and a folder between that does not exist.
func otherPath(path string) string {
	dirs := strings.Split(path, ":")
	if n := len(dirs); n > 1 {
		slices.Reverse(dirs[:n-1])
	}
	return strings.Join(append([]string{"/nonexistent/bin"}, dirs...), ":")
}

// Arrange changes what the sandbox shows besides its mounts of outputs.
func (c Circumstances) Arrange(root *rootfs.Root) {
	s := c.Varied
	if s.Has(Home) {
		root.Tmpfs = append(root.Tmpfs, otherHome)
	}
	if s.Has(Locale) {
		root.Files = append(root.Files, locale.Files()...)
	}
	if c.Controlled {
		root.Pipes = append(root.Pipes, "/dev/random", "/dev/urandom")
		root.Binds = slices.DeleteFunc(root.Binds, func(b rootfs.Bind) bool { return slices.Contains(root.Pipes, b.Target) })
	}
	for i, f := range root.Files {
		switch text := f.Text; {
		case s.Has(User) && f.Path == "/etc/passwd":
			root.Files[i].Text = fmt.Sprintf("%s:x:%d:%d:check:%s:/bin/sh\n", otherUser, otherUID, otherUID, "/build")
		case s.Has(User) && f.Path == "/etc/group":
			root.Files[i].Text = fmt.Sprintf("%s:x:%d:\n", otherUser, otherUID)
		case s.Has(Host) && f.Path == "/etc/hosts":
			root.Files[i].Text = text + fmt.Sprintf("127.0.1.1 %[1]s.%[2]s %[1]s\n", otherHost, otherDomain)
		}
	}
}

// Leftovers are the files that others have left in /tmp.
func (c Circumstances) Leftovers() []rootfs.File {
	if !c.Varied.Has(Tmp) {
		return nil
	}
	return []rootfs.File{
		{Path: "leftover.txt", Text: "left by somebody else\n", Mode: 0o644},
		{Path: "conftest", Text: "#!/bin/sh\nexit 1\n", Mode: 0o755},
	}
}

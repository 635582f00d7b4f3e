package sandbox

import (
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// setting is a kernel switch that can forbid what a sandbox needs.
type setting struct {
	file string // below /proc/sys
	bad  func(value string) bool
	hint string
}

var settings = []setting{
	{"kernel/unprivileged_userns_clone", is("0"),
		"user namespaces are switched off for ordinary users; run: sysctl -w kernel.unprivileged_userns_clone=1"},
	{"user/max_user_namespaces", is("0"),
		"user namespaces are switched off; run: sysctl -w user.max_user_namespaces=15000"},
	{"kernel/apparmor_restrict_unprivileged_userns", is("1"),
		"AppArmor restricts user namespaces (Ubuntu 23.10 and later); run: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give belljar an AppArmor profile with the userns permission"},
	{"user/max_mnt_namespaces", is("0"),
		"mount namespaces are switched off; run: sysctl -w user.max_mnt_namespaces=15000"},
	{"user/max_time_namespaces", is("0"),
		"time namespaces are switched off; run: sysctl -w user.max_time_namespaces=15000"},
}

func is(want string) func(string) bool { return func(got string) bool { return got == want } }

// Hint names the settings of this machine that forbid the sandbox, and how to
// change them.
func Hint() string { return hintFrom(os.DirFS("/proc/sys"), kernelRelease()) }

func hintFrom(sys fs.FS, release string) string {
	var found []string
	for _, s := range settings {
		if text, err := fs.ReadFile(sys, s.file); err == nil && s.bad(strings.TrimSpace(string(text))) {
			found = append(found, s.hint)
		}
	}
	if tooOld(release) {
		found = append(found, "Linux "+release+" is too old: 5.12 is the first that will do")
	}
	if len(found) == 0 {
		found = append(found, "Linux 5.12 or later with user, mount, pid and time namespaces is needed (this is "+
			release+"); inside a container, /proc must not be masked and mounting must be allowed")
	}
	return strings.Join(found, "; ")
}

func kernelRelease() string {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

// tooOld compares the first two numbers of a release with 5.12, the first
// kernel that lets an ordinary user map its root into a nested namespace.
func tooOld(release string) bool {
	major, rest, _ := strings.Cut(release, ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, errA := strconv.Atoi(major)
	b, errB := strconv.Atoi(strings.TrimRight(minor, "+-abcdefghijklmnopqrstuvwxyz"))
	return errA == nil && errB == nil && (a < 5 || a == 5 && b < 12)
}

package sandbox

import (
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// setting is a kernel switch that can forbid what a sandbox needs.
type setting struct {
	file     string // below /proc/sys
	bad      string // value
	features string // that it forbids, as doctor names them
	hint     string
}

// forbids tells whether the setting, when it has this value, forbids a feature.
func (s setting) forbids(feature, value string) bool {
	return value == s.bad && strings.Contains(s.features, feature)
}

// settings is a function: a variable would be made at every start of a sandbox.
func settings() []setting {
	return []setting{
		{"kernel/unprivileged_userns_clone", "0", userNamespace,
			"user namespaces are switched off for ordinary users; run: sysctl -w kernel.unprivileged_userns_clone=1"},
		{"user/max_user_namespaces", "0", userNamespace + ", nested user namespace",
			"user namespaces are switched off; run: sysctl -w user.max_user_namespaces=15000"},
		{"kernel/apparmor_restrict_unprivileged_userns", "1", userNamespace + ", " + mountNamespace + ", private mounts",
			"AppArmor restricts user namespaces (Ubuntu 23.10 and later); run: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give belljar an AppArmor profile with the userns permission"},
		switchedOff("mnt", mountNamespace),
		switchedOff("pid", pidNamespace),
		switchedOff("ipc", "ipc namespace"),
		switchedOff("uts", "uts namespace"),
		switchedOff("net", "network namespace"),
		switchedOff("cgroup", "cgroup namespace"),
		switchedOff("time", "time namespace"),
	}
}

func switchedOff(kind, feature string) setting {
	file := "user/max_" + kind + "_namespaces"
	return setting{file, "0", feature, strings.TrimSuffix(feature, "s") + "s are switched off; run: sysctl -w " + strings.ReplaceAll(file, "/", ".") + "=15000"}
}

// Hint names the settings of this machine that forbid the sandbox, and how to
// change them.
func Hint() string { return hintFrom(os.DirFS("/proc/sys"), kernelRelease()) }

func hintFrom(sys fs.FS, release string) string {
	var found []string
	for _, s := range settings() {
		if text, err := fs.ReadFile(sys, s.file); err == nil && strings.TrimSpace(string(text)) == s.bad {
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
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(name.Release[:])
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

package profile

import (
	"cmp"
	"strconv"
	"strings"
)

// Target is the system that a profile is read for. It is declared, never
// sniffed: the same profile resolves alike on every machine. The zero value is
// linux, x86_64, cpython 3.11.
type Target struct {
	System         string // as sys.platform has it; "linux"
	Machine        string // as platform.machine() has it; "x86_64", "aarch64"
	Python         string // major.minor; "3.11"
	Implementation string // "cpython"
}

func (t Target) withDefaults() Target {
	t.System = cmp.Or(t.System, "linux")
	t.Machine = cmp.Or(t.Machine, "x86_64")
	t.Python = cmp.Or(t.Python, "3.11")
	t.Implementation = cmp.Or(t.Implementation, "cpython")
	return t
}

// lookup gives the value of a name in a condition: a bool, a string, a tuple
// or a version.
func (t Target) lookup(name string) (any, bool) {
	switch name {
	case "True":
		return true, true
	case "False":
		return false, true
	case "linux", "windows", "cygwin", "macosx", "solaris":
		return name == t.System, true
	case "posix":
		return t.System != "windows", true
	case "cpython", "pypy", "jython", "ironpython":
		return name == t.Implementation, true
	case "bits64":
		return t.is64(), true
	case "bits32":
		return !t.is64(), true
	case "big_endian":
		return t.isBigEndian(), true
	case "little_endian":
		return !t.isBigEndian(), true
	}
	if digits, ok := strings.CutPrefix(name, "python"); ok && isNumber(digits) {
		major, minor, _ := strings.Cut(t.Python, ".")
		return digits == major || digits == major+minor, true
	}
	return t.module(name)
}

// module gives what Python's own modules say about the system, and the
// environment markers that mean the same.
func (t Target) module(name string) (any, bool) {
	switch name {
	case "sys.platform", "sys_platform":
		return t.System, true
	case "sys.version_info":
		return t.versionInfo(), true
	case "sys.version_info.major":
		return t.versionInfo()[0], true
	case "sys.version_info.minor":
		return t.versionInfo()[1], true
	case "platform.machine()", "platform_machine":
		return t.Machine, true
	case "platform.system()", "platform_system":
		return strings.ToUpper(t.System[:1]) + t.System[1:], true
	case "python_version":
		return version(t.Python), true
	case "implementation_name":
		return t.Implementation, true
	case "os.name", "os_name":
		if t.System == "windows" {
			return "nt", true
		}
		return "posix", true
	}
	return nil, false
}

// versionInfo has all five items: with two, (3, 11) would not be below 3.11.0.
func (t Target) versionInfo() tuple {
	major, minor, _ := strings.Cut(t.Python, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return tuple{a, b, 0, "final", 0}
}

func (t Target) is64() bool {
	return strings.Contains(t.Machine, "64") || t.Machine == "s390x"
}

func (t Target) isBigEndian() bool {
	switch t.Machine {
	case "s390x", "ppc", "ppc64", "mips", "mips64", "sparc", "sparc64":
		return true
	}
	return false
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

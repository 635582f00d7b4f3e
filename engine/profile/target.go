package profile

import (
	"cmp"
	"strconv"
	"strings"
)

// Target is the system that a profile is read for. It is declared, never
// sniffed: the same profile resolves alike on every machine. The zero value is
// linux, x86_64, cpython 3.11, with nothing said of the rest.
type Target struct {
	System         string // as sys.platform has it; "linux"
	Machine        string // as platform.machine() has it; "x86_64", "aarch64"
	Python         string // "3.11", "3.11.7"
	Implementation string // "cpython"
	// What only a machine could tell; a condition that asks for one that is
	// not declared is [Undecided].
	Release string            // of the kernel, as platform.release() has it; "6.1.0"
	Distro  string            // ID and VERSION_ID of /etc/os-release; "debian 12"
	Files   map[string]string // path -> content, of all files that it is said to have; nil: not declared
}

// Options of the root profile's [buildout], or of the command line, that
// declare the target. They are read before any condition is evaluated.
const (
	targetSystem         = "target-system"
	targetMachine        = "target-machine"
	targetPython         = "target-python"
	targetImplementation = "target-implementation"
	targetRelease        = "target-release"
	targetDistro         = "target-distro"
	targetFiles          = "target-files"
)

// targetOption is one of them: what it may say, and an example.
type targetOption struct{ name, pattern, example string }

func targetOptions() []targetOption {
	return []targetOption{
		{targetSystem, `linux|windows|cygwin|macosx|solaris`, "linux"},
		{targetMachine, `[a-z0-9_]+`, "x86_64"},
		{targetPython, `[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,3})?`, "3.11"},
		{targetImplementation, `cpython|pypy|jython|ironpython`, "cpython"},
		{targetRelease, `[0-9]+\.[0-9]+\S*`, "6.1.0"},
		{targetDistro, `[a-z0-9._-]+( [a-z0-9._-]+)?`, "debian 12"},
		{targetFiles, `(?s).*`, "/proc/device-tree/model=Board 1"},
	}
}

func (t Target) withDefaults() Target {
	t.System = cmp.Or(t.System, "linux")
	t.Machine = cmp.Or(t.Machine, "x86_64")
	t.Python = cmp.Or(t.Python, "3.11")
	t.Implementation = cmp.Or(t.Implementation, "cpython")
	return t
}

// lookup gives the value of a name in a condition.
func (t *Target) lookup(name string) (any, bool) {
	switch name {
	case "True":
		return true, true
	case "False":
		return false, true
	case "None":
		return none{}, true
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
	case "sys", "os", "platform", "re":
		return dotted(name), true
	case "int", "str", "bool", "len", "any", "all", "tuple", "list", "open":
		return dotted(name), true
	}
	if digits, ok := strings.CutPrefix(name, "python"); ok && isNumber(digits) {
		v := t.versionInfo()
		major, minor := strconv.Itoa(v[0].(int)), strconv.Itoa(v[1].(int))
		return digits == major || digits == major+minor, true
	}
	return t.marker(name)
}

// marker gives the environment markers of PEP 508.
func (t *Target) marker(name string) (any, bool) {
	switch name {
	case "sys_platform":
		return t.platform(), true
	case "platform_machine":
		return t.Machine, true
	case "platform_system":
		return t.systemName(), true
	case "platform_release":
		return t.declared("platform_release", targetRelease, t.Release), true
	case "platform_version":
		return &machine{what: name}, true
	case "platform_python_implementation":
		return t.implementationName(), true
	case "python_version":
		v := t.versionInfo()
		return version(strconv.Itoa(v[0].(int)) + "." + strconv.Itoa(v[1].(int))), true
	case "python_full_version", "implementation_version":
		return version(t.fullVersion()), true
	case "implementation_name":
		return t.Implementation, true
	case "os_name":
		return t.osName(), true
	}
	return nil, false
}

// module gives what Python's own modules say about the system.
func (t *Target) module(name string) (any, bool) {
	switch name {
	case "sys.platform":
		return t.platform(), true
	case "sys.version_info":
		return t.versionInfo(), true
	case "sys.version":
		return t.fullVersion(), true
	case "sys.byteorder":
		if t.isBigEndian() {
			return "big", true
		}
		return "little", true
	case "sys.maxsize":
		if t.is64() {
			return 1<<63 - 1, true
		}
		return 1<<31 - 1, true
	case "sys.implementation", "os.path":
		return dotted(name), true
	case "sys.implementation.name":
		return t.Implementation, true
	case "os.name":
		return t.osName(), true
	case "os.sep":
		return "/", true
	case "os.F_OK", "os.R_OK", "os.W_OK", "os.X_OK":
		return map[string]int{"F": 0, "R": 4, "W": 2, "X": 1}[name[3:4]], true
	case "os.environ", "sys.executable", "sys.prefix", "sys.argv", "sys.path":
		return &machine{what: name}, true
	}
	module, _, _ := strings.Cut(name, ".")
	switch {
	case module == "re", module == "platform", module == "os":
		return dotted(name), true // a function
	}
	return nil, false
}

// platform is what sys.platform has.
func (t *Target) platform() string {
	switch {
	case t.System == "linux" && t.versionInfo()[0] == 2:
		return "linux2"
	case t.System == "windows":
		return "win32"
	case t.System == "macosx":
		return "darwin"
	case t.System == "solaris":
		return "sunos5"
	}
	return t.System
}

func (t *Target) systemName() string {
	switch t.System {
	case "macosx":
		return "Darwin"
	case "solaris":
		return "SunOS"
	}
	return strings.ToUpper(t.System[:1]) + t.System[1:]
}

func (t *Target) osName() string {
	if t.System == "windows" {
		return "nt"
	}
	return "posix"
}

func (t *Target) implementationName() string {
	switch t.Implementation {
	case "cpython":
		return "CPython"
	case "pypy":
		return "PyPy"
	case "jython":
		return "Jython"
	}
	return "IronPython"
}

// versionInfo has all five items: with two, (3, 11) would not be below 3.11.0.
func (t *Target) versionInfo() tuple {
	var n [3]int
	for i, digits := range strings.SplitN(t.Python, ".", 3) {
		n[i], _ = strconv.Atoi(digits)
	}
	return tuple{n[0], n[1], n[2], "final", 0}
}

func (t *Target) fullVersion() string {
	if strings.Count(t.Python, ".") < 2 {
		return t.Python + ".0"
	}
	return t.Python
}

func (t *Target) is64() bool {
	return strings.Contains(t.Machine, "64") || t.Machine == "s390x"
}

func (t *Target) isBigEndian() bool {
	switch t.Machine {
	case "s390x", "ppc", "ppc64", "mips", "mips64", "sparc", "sparc64":
		return true
	}
	return false
}

// declared is what the target says of a thing that only a machine could tell.
func (t *Target) declared(what, option, value string) any {
	if value == "" {
		return &machine{what, option}
	}
	return value
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

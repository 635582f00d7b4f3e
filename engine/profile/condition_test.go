package profile

import (
	"strings"
	"testing"
)

func TestConditionsForTheDefaultTarget(t *testing.T) {
	for _, c := range []string{
		"python3", "python311", "not python2", "not not python3", "True", "cpython", "linux", "posix",
		"bits64", "little_endian", "not bits32 and not big_endian",
		"python2 or python3", "python3 and (python2 or linux)", "not (python2 or windows)",
		"False and False or True", "True or False and False",
		"platform.machine() == 'x86_64'", `platform.machine() != "riscv64"`,
		"linux and platform.machine() in ('x86_64', 'aarch64')", "platform.machine() not in ['i386']",
		"platform.machine() in ('x86_64',)", "'86' in platform.machine()", "platform.system() == 'Linux'",
		"sys.platform == 'linux'", "sys.platform", "not ''", "1 < 2", "2 >= 2",
		"sys.version_info >= (3,)", "sys.version_info > (3, 11)", "sys.version_info < (3,12)",
		"sys.version_info[0] == 3", "sys.version_info[:2] == (3, 11)", "sys.version_info.minor <= 11",
		"pypy or sys.version_info >= (3, 9)", "os.name == 'posix'",
		`python_version < "4.0"`, `python_version >= "3.9"`, `"3.11" == python_version`,
		`python_version == "3.11.0"`, `sys_platform == "linux" and platform_machine == "x86_64"`,
		`platform_system != "msdos"`, `implementation_name == "cpython"`,
	} {
		if result, ok := holds(c, Target{}.withDefaults()); !ok || !result {
			t.Errorf("%s: %v, %v", c, result, ok)
		}
		if result, ok := holds("not ("+c+")", Target{}.withDefaults()); !ok || result {
			t.Errorf("not (%s): %v, %v", c, result, ok)
		}
	}
}

func TestConditionsFollowTheTarget(t *testing.T) {
	target := Target{System: "macosx", Machine: "ppc", Python: "2.7", Implementation: "pypy"}
	for _, c := range []string{
		"python2", "python27", "not python3", "macosx", "not linux", "posix", "bits32", "big_endian", "pypy",
		"platform.machine() == 'ppc'", "sys.version_info < (3, 0)", `python_version < "3"`,
	} {
		if result, ok := holds(c, target); !ok || !result {
			t.Errorf("%s: %v, %v", c, result, ok)
		}
	}
}

func TestConditionsThatAreNotSupported(t *testing.T) {
	deep := strings.Repeat("(", 1_000_000) + "True"
	for _, c := range []string{
		"", "(", ")", "()x", "python3 python2", "python3 and", "not", "unknown", "platform.release()",
		"os.path.isdir('/usr/lib')", "open('/proc/cpuinfo').read()", "1 == 1 == 1", "1 < 'a'", "'a' < (1,)",
		"1 in 2", "(1 2)", "(1 ')')", "'a", `'\n'`, "sys.version_info[9]", "sys.version_info['a']", "a = 1", "1 + 1",
		"True or platform.release()", "platform.machine() not 'x'", `python_version < "x"`, "99999999999999999999", deep,
	} {
		if result, ok := holds(c, Target{}.withDefaults()); ok {
			t.Errorf("%.40s: %v", c, result)
		}
	}
}

func TestConditionDropsTheSection(t *testing.T) {
	p := load(t, `
[a:python2]
x = 2
[b]
y = 1
[b:python2]
y = 2
[buildout:python2]
extends = missing.cfg
`)
	equal(t, "sections", strings.Join(p.Sections(), " "), "buildout b")
	equal(t, "y", raw(t, p, "b", "y"), "1")
}

func TestConditionErrorsAreReportedAtOnce(t *testing.T) {
	err := loadError(t, "[a: platform.release() > '4']\n[b]\n[c: os.path.exists('/x')]\n")
	equal(t, "error", err.Error(),
		"buildout.cfg:1: condition not supported: platform.release() > '4'\n"+
			"buildout.cfg:3: condition not supported: os.path.exists('/x')")
	wants(t, err, "buildout.cfg:1: condition not supported: platform.release() > '4'", "", ErrCondition)
}

package profile

import (
	"strings"
	"testing"
)

func decided(c string, t Target) (result, ok bool) {
	o, _ := evaluate(c, t)
	return o == isTrue, o == isTrue || o == isFalse
}

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
		"1 == 1 == 1", "1 < 2 < 3", "1 + 1 == 2", "True or platform.release()", "not (False and platform.release())",
		"platform.release() or True", "not (platform.release() and False)", "sys.maxsize > 2**32", "sys.byteorder == 'little'",
		"[int(q) for q in '4.19.0'.split('.')[:2]] < [5, 4]", "any(m in platform.machine() for m in ('86', 'arm'))",
		"[x for x in (1, 2, 3) if x > 1] == [2, 3]", "len(platform.machine()) == 6", "platform.machine()[-2:] == '64'",
		"platform.machine().startswith(('x86', 'i'))", `re.match(r'x\d+_', platform.machine())`, "sys.version.startswith('3.')",
		"platform.python_version_tuple()[0] == '3'", "platform.architecture()[0] == '64bit'", "sys.implementation.name == 'cpython'",
		"'yes' if python3 else 'no'", "None is None", "linux is not None", "unknown_name if python2 else True",
		"not (python2 and unknown_name)", `python_version ~= "3.9"`, `python_version == "3.*"`, `python_full_version >= "3.11.0"`,
		`"linux" in sys_platform`, `platform_python_implementation == 'CPython'`, `os_name == "posix"`, "'a' 'b' == 'ab'",
		`'it\'s' == "it's"`, "7 // 2 == 3 and 7 % 2 == 1", "-1 < 0",
	} {
		if result, ok := decided(c, Target{}.withDefaults()); !ok || !result {
			t.Errorf("%s: %v, %v", c, result, ok)
		}
		if result, ok := decided("not ("+c+")", Target{}.withDefaults()); !ok || result {
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
		if result, ok := decided(c, target.withDefaults()); !ok || !result {
			t.Errorf("%s: %v, %v", c, result, ok)
		}
	}
}

func TestConditionsThatAreNotSupported(t *testing.T) {
	deep := strings.Repeat("(", 1_000_000) + "True"
	for _, c := range []string{
		"", "(", ")", "()x", "python3 python2", "python3 and", "not", "unknown", "1 < 'a'", "'a' < (1,)",
		"1 in 2", "(1 2)", "(1 ')')", "'a", `'\n'`, "sys.version_info[9]", "sys.version_info['a']", "a = 1", "python3 and unknown", "lambda: 1", "sys.nothing",
		"[q for q in 3]", "'a' + 1", "2 ** 1000", "10 ** 9", "'a' * 3", "__import__('os').system('x')", "re.match('(?=a)', 'a')",
		"int('x')", "os.path.join('a', 'b')", "platform.release", "platform.machine() not 'x'", `python_version < "x"`, "99999999999999999999", deep,
	} {
		if result, _ := evaluate(c, Target{}.withDefaults()); result != unsupported {
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
	equal(t, "sections", strings.Join(p.Sections(), " "), "buildout b versions")
	equal(t, "y", raw(t, p, "b", "y"), "1")
}

func TestConditionErrorsAreReportedAtOnce(t *testing.T) {
	err := loadError(t, "[a: unknown > '4']\n[b]\n[c: os.path.join('/x')]\n")
	equal(t, "error", err.Error(),
		"buildout.cfg:1: condition not supported: unknown > '4'\n"+
			"buildout.cfg:3: condition not supported: os.path.join('/x')")
	wants(t, err, "buildout.cfg:1: condition not supported: unknown > '4'", "", ErrCondition)
}

func TestConditionsThatReadTheMachine(t *testing.T) {
	for c, reads := range map[string]string{
		"platform.release() > '4'":                                      "platform.release()",
		"python3 and platform.release()":                                "platform.release()",
		"[int(q) for q in platform.release().split('.')[:2]] < [4, 14]": "platform.release()",
		"os.path.isdir('/usr/lib')":                                     "os.path.isdir('/usr/lib')",
		"not os.access('/x', os.R_OK)":                                  "os.access('/x')",
		"'B' in open('/proc/cpuinfo').read()":                           "open('/proc/cpuinfo')",
		"os.environ.get('CC')":                                          "os.environ",
		"os.getenv('CC') == 'clang'":                                    "os.getenv()",
		"platform.freedesktop_os_release()['ID'] == 'debian'":           "platform.freedesktop_os_release()",
		"platform.uname()[2] == '5'":                                    "platform.uname()",
		"sys.executable == '/usr/bin/python3'":                          "sys.executable",
		"platform_release >= '5'":                                       "platform_release",
		"any(platform.node() == n for n in ('a', 'b'))":                 "platform.node()",
	} {
		result, reading := evaluate(c, Target{}.withDefaults())
		if result != undecided || reading == nil || reading.what != reads {
			t.Errorf("%s: %v, %+v", c, result, reading)
		}
	}
}

func TestDeclaredTargetDecidesWhatReadsTheMachine(t *testing.T) {
	target := Target{Release: "4.9.0-1", Distro: "debian 11", Files: map[string]string{"/proc/device-tree/model": "OLinuXino A20"}}.withDefaults()
	for _, c := range []string{
		"[int(q) for q in platform.release().split('.')[:2]] < [4, 14]",
		"platform.freedesktop_os_release()['ID'] == 'debian' and int(platform.freedesktop_os_release()['VERSION_ID']) < 12",
		"os.access('/proc/device-tree/model', os.R_OK) and 'OLinuXino' in open('/proc/device-tree/model').read()",
		"os.path.isdir('/proc/device-tree')", "not os.path.exists('/usr/lib')", "os.path.isfile('/proc/device-tree/model')",
		"not os.path.isfile('/proc')", "platform_release == '4.9.0-1'",
	} {
		if result, ok := decided(c, target); !ok || !result {
			t.Errorf("%s: %v, %v", c, result, ok)
		}
	}
}

func TestUndecidedSectionsDoNotCount(t *testing.T) {
	p := load(t, `
[buildout]
parts = a c
[a]
recipe = r
x = 1
y = 1
[a: platform.release() < '5']
x = 2
[b: os.path.exists('/x')]
z = 1
[c]
<= a
recipe = r
x = 3
`)
	equal(t, "x", raw(t, p, "a", "x"), "1")
	equal(t, "undecided", len(p.Undecided()), 2)
	equal(t, "message", p.Undecided()[0].Message(), "[a] depends on the machine: its condition reads platform.release()")
	if _, ok, _ := p.Raw("b", "z"); ok || !p.Empty("b") || p.Empty("a") {
		t.Error("an option that does not count is there")
	}
	none := func(*Part) (map[string]string, error) { return nil, nil }
	_, err := p.Resolve([]string{"a"}, none)
	wants(t, err, "buildout.cfg:8: [a] depends on the machine: its condition reads platform.release()",
		"declare it in the root profile's [buildout] or on the command line: target-release = 6.1.0", ErrMachine)
	if _, err = p.Resolve([]string{"c"}, none); err != nil {
		t.Error("overridden for good:", err)
	}
	if _, _, err := p.Value("a", "y"); err != nil {
		t.Error("not touched by the condition:", err)
	}
}

func TestUndecidedExtendsIsAnError(t *testing.T) {
	err := loadError(t, "[buildout: platform.release() > '4']\nextends = a.cfg\n")
	wants(t, err, "buildout.cfg:1: [buildout] depends on the machine: its condition reads platform.release()", "", ErrMachine)
}

func TestTargetIsDeclaredInTheRootProfileOnly(t *testing.T) {
	text := `
[buildout]
extends = base.cfg
target-machine = aarch64
target-files =
-- base.cfg --
[s: platform.machine() == 'aarch64']
x = 1
[s: os.path.exists('/x')]
x = 2
`
	p := load(t, text)
	equal(t, "x", raw(t, p, "s", "x"), "1")
	equal(t, "machine", p.Target().Machine, "aarch64")
	p = load(t, text, "target-machine=x86_64", "target-files=/x")
	equal(t, "x", raw(t, p, "s", "x"), "2")
	wants(t, loadError(t, "[buildout]\nextends = base.cfg\n-- base.cfg --\n[buildout]\ntarget-python = 2.7"),
		"base.cfg:2: target-python declares the target in a file that others extend", "", ErrSyntax)
	wants(t, loadError(t, "[buildout]\ntarget-python = three"), `buildout.cfg:2: target-python: "three" has another form than 3.11`,
		"write it as in target-python = 3.11", ErrSyntax)
}

package recipe

import (
	"strconv"
	"strings"

	"belljar.build/engine/action"
)

// baseEnvironment is what every build is given: the same on every machine,
// and what autoconf, gcc and pkg-config need to find the declared parts and
// nothing else. Search paths that would be empty are left out: an empty entry
// means the current folder to gcc.
func baseEnvironment(name string, declared []Output) map[string]string {
	env := map[string]string{
		"HOME":              "/build",
		"TMPDIR":            "/tmp",
		"SHELL":             "/bin/sh",
		"CONFIG_SHELL":      "/bin/sh",
		"TZ":                "UTC",
		"LC_ALL":            "C.UTF-8",
		"LANG":              "C.UTF-8",
		"TERM":              "dumb",
		"SOURCE_DATE_EPOCH": strconv.Itoa(action.Epoch),
		// Hashes of strings are the same in every run, and with them the order
		// in which Python and Perl go through their tables.
		"PYTHONHASHSEED": "0",
		"PERL_HASH_SEED": "0",
		// Nothing of these two paths may show in an output.
		"BELLJAR_PREFIX_MAP": "/build=/usr/src/" + name + " /tc=/usr",
		"PATH":               searchPath(declared, "/tc/bin", "bin"),
		// The own lib folder too: programs find their own libraries.
		"BELLJAR_RPATH": searchPath(declared, action.Location+"/lib", "lib"),
	}
	if len(declared) > 0 {
		env["CPATH"] = searchPath(declared, "", "include")
		env["LIBRARY_PATH"] = searchPath(declared, "", "lib")
		env["PKG_CONFIG_LIBDIR"] = searchPath(declared, "", "lib/pkgconfig", "share/pkgconfig")
	} else {
		env["PKG_CONFIG_LIBDIR"] = "/nonexistent"
	}
	for _, o := range declared {
		for k, v := range o.Exports {
			env[k] = v
		}
	}
	return env
}

// searchPath joins subfolders of the declared outputs, and last when it is
// not empty.
func searchPath(declared []Output, last string, subs ...string) string {
	var dirs []string
	for _, o := range declared {
		for _, sub := range subs {
			dirs = append(dirs, o.Location+"/"+sub)
		}
	}
	if last != "" {
		dirs = append(dirs, last)
	}
	return strings.Join(dirs, ":")
}

package trace

import (
	"slices"
	"strings"
)

// modules are those that pkg-config is asked for. They stand among versions, in
// one argument or in several: --exists "glib-2.0 >= 2.40" zlib.
func modules(argv []string) (names []string) {
	skip := false // what follows is the value of an option, or a version
	for _, arg := range argv[min(1, len(argv)):] {
		if strings.HasPrefix(arg, "-") {
			skip = slices.Contains(valued, arg)
			continue
		}
		for _, word := range strings.FieldsFunc(arg, func(r rune) bool { return strings.ContainsRune(" ,\t\n", r) }) {
			switch {
			case strings.Trim(word, "<>=!") == "":
				skip = true
			case skip:
				skip = false
			case !strings.Contains(word, "/"):
				names = append(names, word)
			}
		}
	}
	return names
}

// valued are the options of pkg-config whose value may be the next argument.
var valued = []string{
	"--atleast-pkgconfig-version", "--atleast-version", "--exact-version", "--max-version", "--variable",
	"--define-variable", "--with-path", "--personality", "--prefix-variable", "--maximum-traverse-depth",
}

package static

import (
	"slices"
	"strings"
)

// ceiling is what a machine has whose glibc is that of a policy: the last of each
// series of versions.
//
// The pairs are those of the manylinux policies of the same names (PEP 600). What
// a series lacks, lacks there too: no GLIBC_2.19 was ever defined for x86-64. No
// policy promises libgomp, libquadmath or libitm; a file that needs them without
// declaring gcc-libs has S01.
type ceiling struct{ glibc, glibcxx, cxxabi, gcc, atomic string }

var ceilings = [...]ceiling{
	{"2.17", "3.4.19", "1.3.7", "4.8.0", ""},
	{"2.28", "3.4.24", "1.3.11", "7.0.0", "1.2"},
	{"2.31", "3.4.28", "1.3.12", "7.0.0", "1.2"},
	{"2.34", "3.4.29", "1.3.13", "7.0.0", "1.2"},
	{"2.36", "3.4.30", "1.3.13", "12.0.0", "1.2"},
}

// The series, oldest first, as the libraries for x86-64 define them.
const (
	seriesGLibC = "2.2.5 2.2.6 2.3 2.3.2 2.3.3 2.3.4 2.4 2.5 2.6 2.7 2.8 2.9 2.10 2.11 2.12 2.13 2.14 2.15 2.16 2.17 2.18 " +
		"2.22 2.23 2.24 2.25 2.26 2.27 2.28 2.29 2.30 2.31 2.32 2.33 2.34 2.35 2.36"
	seriesGLibCXX = "3.4 3.4.1 3.4.2 3.4.3 3.4.4 3.4.5 3.4.6 3.4.7 3.4.8 3.4.9 3.4.10 3.4.11 3.4.12 3.4.13 3.4.14 3.4.15 3.4.16 " +
		"3.4.17 3.4.18 3.4.19 3.4.20 3.4.21 3.4.22 3.4.23 3.4.24 3.4.25 3.4.26 3.4.27 3.4.28 3.4.29 3.4.30"
	seriesCXXABI = "1.3 1.3.1 1.3.2 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.3.12 1.3.13"
	seriesGCC    = "3.0 3.3 3.3.1 3.4 3.4.2 3.4.4 4.0.0 4.2.0 4.3.0 4.7.0 4.8.0 7.0.0 12.0.0"
	seriesAtomic = "1.0 1.1 1.2"
)

// allows tells whether a version is in the policy of a glibc, and which policy that
// is. A version of no series is its library's own, and allowed. A policy that is
// not known is the newest.
func allows(glibc, version string) (policy string, ok bool) {
	if glibc == "" {
		glibc = defaultGLibC
	}
	i := slices.IndexFunc(ceilings[:], func(c ceiling) bool { return c.glibc == glibc })
	if i < 0 {
		i = len(ceilings) - 1
	}
	c := ceilings[i]
	series, number, ok := strings.Cut(version, "_")
	if !ok {
		return c.glibc, true
	}
	switch series {
	case "GLIBC":
		return c.glibc, upTo(seriesGLibC, c.glibc, number) || number == "ABI_DT_RELR" && i == len(ceilings)-1
	case "GLIBCXX":
		return c.glibc, upTo(seriesGLibCXX, c.glibcxx, number)
	case "CXXABI":
		return c.glibc, upTo(seriesCXXABI, c.cxxabi, number) || number == "TM_1" || number == "FLOAT128" && i > 0
	case "GCC":
		return c.glibc, upTo(seriesGCC, c.gcc, number)
	case "LIBATOMIC":
		return c.glibc, upTo(seriesAtomic, c.atomic, number)
	}
	return c.glibc, true
}

// upTo tells whether a number is of a series and not after its last.
func upTo(series, last, number string) bool {
	for n := range strings.FieldsSeq(series) {
		switch {
		case last == "":
			return false
		case n == number:
			return true
		case n == last:
			return false
		}
	}
	return false
}

// defaultGLibC is that of the default toolchain.
const defaultGLibC = "2.31"

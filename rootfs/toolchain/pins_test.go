package toolchain

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestShippedPins(t *testing.T) {
	if !slices.Contains(Releases(), DefaultRelease) {
		t.Errorf("no %s among %v", DefaultRelease, Releases())
	}
	url := regexp.MustCompile(`^mirror://(debian/pool|debian-security/pool/updates)/main/(lib)?[a-z]/[^/]+/[^/]+_(amd64|all)\.deb$`)
	for _, name := range Releases() {
		r, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Packages {
			_, version, hasEpoch := strings.Cut(p.Version, ":")
			if !hasEpoch {
				version = p.Version
			}
			if !url.MatchString(p.URL) || !strings.HasPrefix(p.File, p.Name+"_"+version+"_") {
				t.Errorf("%s: %s %s from %s", name, p.Name, p.Version, p.URL)
			}
		}
		for _, output := range r.Outputs() {
			if len(r.PackagesFor(output)) == 0 {
				t.Errorf("%s: no package for %s", name, output)
			}
			if _, known := layouts(output); !known {
				t.Errorf("%s: no layout for %s", name, output)
			}
		}
	}
}

// A change of perl must not change the key of the base, nor one of make that
// of gcc-libs.
func TestPackagesFor(t *testing.T) {
	tests := map[string]struct{ in, out []string }{
		Base:    {in: []string{"libc6", "libc6-dev", "libgcc-s1", "linux-libc-dev"}, out: []string{"perl-base", "make", "libstdc++6"}},
		Tools:   {in: []string{"make", "gcc-10", "libstdc++6", "libgcc-10-dev"}, out: []string{"libc6", "perl-base", "libgomp1"}},
		GCCLibs: {in: []string{"libstdc++6", "libgomp1", "libgcc-10-dev"}, out: []string{"gcc-10", "libc6", "perl-base"}},
		Perl:    {in: []string{"perl-base", "libperl5.32", "perl-modules-5.32"}, out: []string{"libc6", "libcrypt1", "make"}},
	}
	r, err := Load("debian-11")
	if err != nil {
		t.Fatal(err)
	}
	for output, tt := range tests {
		var names []string
		for _, p := range r.PackagesFor(output) {
			names = append(names, p.Name)
		}
		for _, name := range tt.in {
			if !slices.Contains(names, name) {
				t.Errorf("%s lacks %s", output, name)
			}
		}
		for _, name := range tt.out {
			if slices.Contains(names, name) {
				t.Errorf("%s has %s", output, name)
			}
		}
	}
}

func TestLoadUnknown(t *testing.T) {
	for _, name := range []string{"", "debian-9", "../profiles/toolchain/debian-11", "debian-11.tsv"} {
		if _, err := Load(name); !errors.Is(err, ErrUnknownRelease) {
			t.Errorf("Load(%q) = %v", name, err)
		}
	}
}

func TestParsePins(t *testing.T) {
	sum := strings.Repeat("0a", 32)
	line := func(fields ...string) string { return strings.Join(fields, "\t") }
	good := line("b", "1:2", sum, "3", "mirror://debian/pool/b_2_all.deb", "base,tools")
	packages, err := parsePins("# comment\n\n" + good + "\n")
	if err != nil || len(packages) != 1 {
		t.Fatalf("got %v, %v", packages, err)
	}
	if p := packages[0]; p.File != "b_2_all.deb" || p.Size != 3 || !slices.Equal(p.Outputs, []string{"base", "tools"}) {
		t.Errorf("got %+v", p)
	}
	bad := map[string]string{
		"five fields":     line("a", "1", sum, "3", "mirror://d/a.deb"),
		"seven fields":    good + "\tx",
		"no name":         line("", "1", sum, "3", "mirror://d/a.deb", "base"),
		"no version":      line("a", "", sum, "3", "mirror://d/a.deb", "base"),
		"short sha256":    line("a", "1", sum[2:], "3", "mirror://d/a.deb", "base"),
		"upper sha256":    line("a", "1", strings.ToUpper(sum), "3", "mirror://d/a.deb", "base"),
		"no size":         line("a", "1", sum, "0", "mirror://d/a.deb", "base"),
		"size in words":   line("a", "1", sum, "three", "mirror://d/a.deb", "base"),
		"another scheme":  line("a", "1", sum, "3", "http://d/a.deb", "base"),
		"no package":      line("a", "1", sum, "3", "mirror://d/a.tar", "base"),
		"climbing name":   line("a", "1", sum, "3", "mirror://d/..", "base"),
		"unknown output":  line("a", "1", sum, "3", "mirror://d/a.deb", "kernel"),
		"no output":       line("a", "1", sum, "3", "mirror://d/a.deb", ""),
		"twice":           good + "\n" + good,
		"not in order":    good + "\n" + strings.Replace(good, "b", "a", 1),
		"carriage return": good + "\r",
	}
	for name, text := range bad {
		if _, err := parsePins(text); !errors.Is(err, ErrPins) {
			t.Errorf("%s: got %v, want ErrPins", name, err)
		}
	}
}

func TestPerlEnv(t *testing.T) {
	got := (&Release{}).PerlEnv("/store/k-perl")
	want := []string{"PERL5LIB=/store/k-perl/lib/perl-base:/store/k-perl/lib/perl-modules"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

package debian

import (
	"slices"
	"testing"
)

// TestNames asks for what everybody knows.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		find func(string) []string
		name string
		want string // the first; "" for none
	}{
		{Library, "libz", "zlib1g-dev"},
		{Library, "z", "zlib1g-dev"},
		{Library, "liblzma", "liblzma-dev"},
		{Library, "libbz2", "libbz2-dev"},
		{Library, "libseccomp", "libseccomp-dev"},
		{Library, "libncurses", "libncurses-dev"},
		{Library, "libsocket", ""},
		{Header, "zlib.h", "zlib1g-dev"},
		{Header, "openssl/ssl.h", "libssl-dev"},
		{Header, "sys/types.h", "libc6-dev"},
		{Header, "linux/version.h", "linux-libc-dev"},
		{Header, "windows.h", ""},
		{Header, "sys/byteorder.h", ""},
		{Header, "", ""},
		{PC, "libxml-2.0", "libxml2-dev"},
		{PC, "zlib", "zlib1g-dev"},
		{PC, "no such", ""},
		{Program, "bison", "bison"},
		{Program, "xml2-config", "libxml2-dev"},
		{Program, "ldd", "libc-bin"},
		{Program, "ginstall", ""},
	} {
		got := c.find(c.name)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) == 0 || got[0] != c.want) {
			t.Errorf("%s: %v, not %q", c.name, got, c.want)
		}
	}
	if got := Source("liblzma-dev"); got != "xz-utils" {
		t.Errorf("liblzma-dev is of %s", got)
	}
	if got := Source("bison"); got != "bison" {
		t.Errorf("bison is of %s", got)
	}
}

// TestSeveral: a name that several packages have.
func TestSeveral(t *testing.T) {
	got := Library("libcurl")
	for _, want := range []string{"libcurl4-openssl-dev", "libcurl4-gnutls-dev"} {
		if !slices.Contains(got, want) {
			t.Errorf("libcurl is in %v, not in %s", got, want)
		}
	}
}

// TestSize holds what every belljar carries with it.
func TestSize(t *testing.T) {
	if len(compressed) > 500_000 {
		t.Errorf("the table takes %d bytes", len(compressed))
	}
	if n := len(table().packages); n < 60_000 {
		t.Errorf("the table has %d names", n)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		load()
	}
}

package manifest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	root := Entry{Path: ".", Kind: Dir, Mode: 0o755}
	open := Entry{Path: ".", Kind: Dir, Mode: 0o777}
	early := Entry{Path: "!early", Kind: Dir, Mode: 0o755}
	file := Entry{Path: "a", Kind: File, Mode: 0o644, Size: 6, Digest: helloDigest}
	empty := Entry{Path: "a", Kind: File, Mode: 0o600, Digest: emptyDigest}
	link := Entry{Path: "a", Kind: Symlink, Mode: 0o777, Target: "b"}
	late := Entry{Path: "z", Kind: Dir, Mode: 0o755}
	tests := map[string]struct {
		a, b []Entry
		want []Change
	}{
		"equal":   {[]Entry{root, file}, []Entry{root, file}, nil},
		"root":    {[]Entry{root}, []Entry{open}, []Change{{".", Changed, []string{"mode"}, &root, &open}}},
		"added":   {[]Entry{root}, []Entry{root, early, late}, []Change{{"!early", Added, nil, nil, &early}, {"z", Added, nil, nil, &late}}},
		"removed": {[]Entry{root, early, late}, []Entry{root}, []Change{{"!early", Removed, nil, &early, nil}, {"z", Removed, nil, &late, nil}}},
		"content": {[]Entry{root, file}, []Entry{root, empty}, []Change{{"a", Changed, []string{"mode", "size", "digest"}, &file, &empty}}},
		"kind":    {[]Entry{root, empty, late}, []Entry{root, link, late}, []Change{{"a", Changed, []string{"kind", "mode", "digest", "target"}, &empty, &link}}},
		"mixed":   {[]Entry{root, early}, []Entry{root, late}, []Change{{"!early", Removed, nil, &early, nil}, {"z", Added, nil, nil, &late}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := Compare(&Manifest{tt.a}, &Manifest{tt.b})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

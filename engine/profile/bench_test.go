package profile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// layered is a profile of sections in ten layers, each option a reference into the
// layer below: twice the sections are twice the work.
func layered(sections int) string {
	var b strings.Builder
	b.WriteString("[buildout]\nparts = s9\n")
	for i := range sections {
		fmt.Fprintf(&b, "[s%d]\nrecipe = r\n", i)
		for o := range 10 {
			if i%10 == 0 {
				fmt.Fprintf(&b, "o%d = %d\n", o, i)
			} else {
				fmt.Fprintf(&b, "o%d = ${s%d:o%d}\n", o, (i*7+o*10)/10*10%sections+i%10-1, o)
			}
		}
	}
	return b.String()
}

func BenchmarkProfile(b *testing.B) {
	for _, sections := range []int{1_000, 4_000, 16_000} {
		file := filepath.Join(b.TempDir(), "buildout.cfg")
		if err := os.WriteFile(file, []byte(layered(sections)), 0o644); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("load-%d", sections), func(b *testing.B) {
			for b.Loop() {
				if _, err := Load(file, LoadOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("resolve-%d", sections), func(b *testing.B) {
			for b.Loop() {
				p, err := Load(file, LoadOptions{})
				if err != nil {
					b.Fatal(err)
				}
				res, err := p.ResolveAll(nil, located)
				if err != nil || len(res.Failures) > 0 {
					b.Fatal(err, res.Failures)
				}
				for _, s := range p.Sections() {
					res.Options(s)
				}
			}
		})
	}
}

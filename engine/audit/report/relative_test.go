package report

import (
	"testing"

	"belljar.build/engine/audit"
)

func TestRelativeTo(t *testing.T) {
	shared := &audit.Place{File: "/srv/app/profiles/zlib.cfg", Line: 3}
	except := &audit.Exception{Place: audit.Place{File: "/srv/app/buildout.cfg", Line: 9}}
	d := &Document{
		Parts:    []Part{{Place: shared}, {Place: nil}, {Place: &audit.Place{File: "/srv/apple/x.cfg"}}, {Place: &audit.Place{File: "https://example.org/x.cfg"}}},
		Findings: []audit.Finding{{Place: shared, Excepted: except}, {Place: shared, Excepted: except}, {}},
		Stale:    []audit.Exception{*except},
	}
	d.RelativeTo("/srv/app")
	equal(t, "part", *d.Parts[0].Place, audit.Place{File: "profiles/zlib.cfg", Line: 3})
	equal(t, "elsewhere", d.Parts[2].Place.File, "/srv/apple/x.cfg")
	equal(t, "a URL", d.Parts[3].Place.File, "https://example.org/x.cfg")
	for _, f := range d.Findings[:2] {
		equal(t, "finding", f.Place.File, "profiles/zlib.cfg")
		equal(t, "excepted", f.Excepted.Place.File, "buildout.cfg")
	}
	equal(t, "stale", d.Stale[0].Place.File, "buildout.cfg")
	equal(t, "what was given", shared.File+except.Place.File, "/srv/app/profiles/zlib.cfg/srv/app/buildout.cfg")
}

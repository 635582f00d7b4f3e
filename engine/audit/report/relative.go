package report

import (
	"path/filepath"

	"belljar.build/engine/audit"
)

// RelativeTo names the places of profiles beneath a folder from there, as one
// who reads the report elsewhere knows them; SARIF's viewers find no others. The
// others stay.
func (d *Document) RelativeTo(folder string) {
	move := func(p audit.Place) audit.Place {
		if !filepath.IsAbs(p.File) {
			return p
		}
		if name, err := filepath.Rel(folder, p.File); err == nil && filepath.IsLocal(name) {
			p.File = filepath.ToSlash(name)
		}
		return p
	}
	// Findings share places and exceptions: each gets its own.
	moved := func(p *audit.Place) *audit.Place {
		if p == nil {
			return nil
		}
		q := move(*p)
		return &q
	}
	for i := range d.Parts {
		d.Parts[i].Place = moved(d.Parts[i].Place)
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		f.Place = moved(f.Place)
		if f.Excepted != nil {
			e := *f.Excepted
			e.Place = move(e.Place)
			f.Excepted = &e
		}
	}
	for i := range d.Stale {
		d.Stale[i].Place = move(d.Stale[i].Place)
	}
}

package report

import (
	"fmt"

	"belljar.build/engine/audit"
)

const (
	zlibKey    = "58e9b1f6c2d34a07b8e1c5d9f0a2b3c4"
	libxml2Key = "1597aa20c4de4f6b9a8e7d6c5b4a3f21"
)

// parts are those of the fixture, some clean.
func parts() []Part {
	all := []Part{
		{Part: "zlib", Output: zlibKey + "-zlib-1.2.13"},
		{Part: "xz", Output: "a1c27b3e4d5f60718293a4b5c6d7e8f9-xz-5.2.5"},
		{Part: "openssl", Output: "0f1e2d3c4b5a69788796a5b4c3d2e1f0-openssl-1.1.1w", Truncated: true},
		{Part: "python3.11", Output: "77aa88bb99cc00dd11ee22ff33445566-python3.11-3.11.2"},
		{Part: "libxml2", Output: libxml2Key + "-libxml2-2.9.14"},
		{Part: "file", Output: "c0ffee00c0ffee00c0ffee00c0ffee00-file-5.44"},
	}
	for i := range all {
		p := &all[i]
		p.Manifest = fmt.Sprintf("sha256:%064x", 0xbe11+i)
		p.Static, p.Seconds = true, 0.25*float64(i+1)
		p.Traced, p.Events, p.Programs, p.Misses = i%2 == 0, 1200*i, 40*i, 300*i
		p.Place = &audit.Place{File: "profiles/component/" + p.Part + ".cfg", Line: 5 + i}
	}
	all[5].Place = nil // not of a profile
	return all
}

// sample is one finding of a rule, as belljar's rules tell of it.
type sample struct {
	rule          audit.ID
	part          int
	file, subject string
	message       string
	evidence      []audit.Evidence
	fix           string
}

// document is an audit in which every rule found something.
func document() *Document {
	d := &Document{
		Profile: "buildout.cfg", Version: "0.1", Settings: audit.Settings{GLibC: "2.31", CPU: "v1"},
		Parts: parts(), Baseline: "audit-baseline.json", Gone: 2,
		Stale: []audit.Exception{{
			Rule: audit.BadLink, Part: "zlib", What: "lib/libz.so", Reason: "gone since 1.2.13",
			Place: audit.Place{File: "buildout.cfg", Line: 31},
		}},
	}
	for _, s := range append(staticSamples(), traceSamples()...) {
		d.add(s)
	}
	except(d)
	audit.Sort(d.Findings)
	return d
}

// add enters a finding of the sample's part.
func (d *Document) add(s sample) {
	f := audit.New(s.rule, s.file, s.subject, s.message)
	p := d.Parts[s.part]
	f.Part, f.Output, f.Place, f.Evidence, f.Fix = p.Part, p.Output, p.Place, s.evidence, s.fix
	d.Findings = append(d.Findings, f)
}

// except lets one finding be excepted and two be known, one a note.
func except(d *Document) {
	for i := range d.Findings {
		switch f := &d.Findings[i]; f.Rule {
		case audit.HostPathInConfig:
			f.Excepted = &audit.Exception{
				Rule: f.Rule, Part: f.Part, What: f.File, Reason: "names the part's own zlib, which is declared",
				Place: audit.Place{File: "buildout.cfg", Line: 30},
			}
		case audit.HostFlags: // the option at fault is known
			f.Place = &audit.Place{File: "profiles/component/openssl.cfg", Line: 19}
		case audit.Timestamp, audit.SystemFolderRead:
			f.Known = true
		}
	}
}

// hostile is an audit of outputs that attack whoever reads of them.
func hostile() *Document {
	const attack = "<script>alert(1)</script></style></svg>\"'><img src=x onerror=alert(2)> \x1b[31m \u202egpj.exe \u2066 \xff \u2028 {{.}} `${x}` -->]]>"
	d := &Document{Profile: attack, Version: attack, Settings: audit.Settings{GLibC: attack, CPU: attack}, Baseline: attack}
	d.Parts = []Part{{Part: attack, Output: attack, Manifest: attack, Static: true, Place: &audit.Place{File: attack, Line: 1}}}
	e := audit.Exception{Rule: attack, Part: attack, What: attack, Reason: attack, Place: audit.Place{File: attack, Line: 2}}
	d.Stale = []audit.Exception{e}
	for i := range 4 {
		d.add(sample{rule: audit.BadLink, file: fmt.Sprint(attack, i), subject: attack, message: attack, fix: attack, evidence: []audit.Evidence{{Where: attack, Text: attack}}})
	}
	d.Findings[1].Excepted, d.Findings[2].Known, d.Findings[3].Rule = &e, true, attack
	return d
}

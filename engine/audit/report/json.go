package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"belljar.build/engine/audit"
)

// jsonFinding is a finding as programs read it.
type jsonFinding struct {
	Fingerprint string `json:"fingerprint"`
	audit.Finding
}

// JSON writes the report for programs: one object on one line, its fields as
// Document's and Finding's tags say, with "summary" (Tally) and "failing", the
// number of findings for which the audit fails. Findings keep their order.
func JSON(w io.Writer, d *Document) error {
	findings := make([]jsonFinding, len(d.Findings))
	for i, f := range d.Findings {
		findings[i] = jsonFinding{f.Fingerprint(), f}
	}
	plain := *d
	plain.FailOn = d.failOn()
	if plain.Parts == nil {
		plain.Parts = []Part{}
	}
	if plain.Stale == nil {
		plain.Stale = []audit.Exception{}
	}
	return encode(w, struct {
		Document
		Findings []jsonFinding `json:"findings"` // hides the document's
		Summary  Tally         `json:"summary"`
		Failing  int           `json:"failing"`
	}{plain, findings, Count(d.Findings), d.Failing()}, "")
}

// encode writes JSON in which nothing steers a terminal: what is not printable
// is escaped, which means the same to a program.
func encode(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err := w.Write(escapeJSON(b.Bytes()))
	return err
}

// escapeJSON escapes what is neither printable nor white space. Only strings
// hold such.
func escapeJSON(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '\n' || strconv.IsPrint(r):
			out = append(out, text[:size]...)
		case r > 0xffff:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[size:]
	}
	return out
}

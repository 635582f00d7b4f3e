package graph

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// SizeText is a number of bytes for people, in powers of 1024.
func SizeText(n int64) string {
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	f := float64(n) / 1024
	for _, unit := range [...]string{"KiB", "MiB", "GiB"} {
		if f < 999.95 {
			return fmt.Sprintf("%.1f %s", f, unit)
		}
		f /= 1024
	}
	return fmt.Sprintf("%.1f TiB", f)
}

// textWidth guesses how wide a text is in a sans-serif face, rather too wide
// than too narrow: which one there will be is not known.
func textWidth(s string, size float64) float64 {
	width := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljtfI.,:;'|!()[] ", r):
			width += 0.38
		case strings.ContainsRune("mwMW@%…", r):
			width += 0.95
		case r >= 'A' && r <= 'Z' || r > 0x2e80:
			width += 0.76
		default:
			width += 0.64
		}
	}
	return width * size
}

// Measures of the legend.
const (
	legendHeight = 30
	legendWidth  = 560
)

// legend explains the colours, in one line below the drawing.
func legend(w io.Writer, y float64) {
	x := float64(margin)
	for _, item := range [...]struct{ class, text string }{
		{"listed", "asked for"}, {"", "needed"}, {"absent", "not built"}, {"tools", "toolchain"},
	} {
		fmt.Fprintf(w, `<g class="%s"><rect x="%.1f" y="%.1f" width="20" height="12" rx="3"/></g>`, item.class, x, y-10)
		fmt.Fprintf(w, `<text class="l" x="%.1f" y="%.1f">%s</text>`+"\n", x+26, y, item.text)
		x += 100
	}
	for _, item := range [...]struct{ class, text string }{{"e", "build"}, {"e r", "run time"}} {
		fmt.Fprintf(w, `<path class="%s" d="M%.1f %.1fh22"/>`, item.class, x, y-4)
		fmt.Fprintf(w, `<text class="l" x="%.1f" y="%.1f">%s</text>`+"\n", x+28, y, item.text)
		x += 74
	}
}

// escape makes any text one that XML can hold and in which nothing hides or turns
// the direction of letters. (Package encoding/xml could, but
// takes its time at every start of the program.)
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff ||
			r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Cf, r) {
			return unicode.ReplacementChar
		}
		return r // of what is no UTF-8, this is a replacement character already
	}, s)
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(s)
}

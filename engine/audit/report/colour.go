package report

import "belljar.build/engine/audit"

// What a terminal understands.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "32"
	yellow = "33"
)

func severityColour(s audit.Severity) string {
	switch s {
	case audit.Error:
		return red
	case audit.Warning:
		return yellow
	}
	return dim
}

// paint colours a text that is printable.
func (t *texter) paint(colour, text string) string {
	if !t.options.Colour || colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

package main

import (
	"fmt"
	"strings"
)

// table is Markdown: a row a source, and the sums.
func table(all []*comparison) string {
	var b strings.Builder
	b.WriteString("| source | linked by the open build only | predicted by | of a declared part | D02 right | D02 wrong | D02 not in the root | D03 |\n|---|---|---|---|---|---|---|---|\n")
	var leaks, linker, either, right, wrong, untested int
	for _, c := range all {
		var sonames, by []string
		for _, l := range c.leaks {
			sonames, by = append(sonames, l.soname), append(by, l.by())
			leaks++
			if l.byLinker {
				linker++
			}
			if l.byLinker || l.byHeader != "" {
				either++
			}
		}
		right, wrong, untested = right+len(c.right), wrong+len(c.wrong), untested+len(c.untested)
		fmt.Fprintf(&b, "| %s %s | %s | %s | %s | %s | %s | %s | %d |\n", c.source.name, c.source.version,
			strings.Join(sonames, "<br>"), strings.Join(by, "<br>"), strings.Join(c.declared, "<br>"), strings.Join(c.right, " "), strings.Join(c.wrong, " "), strings.Join(c.untested, " "), c.headers)
	}
	fmt.Fprintf(&b, "\nRecall of D02 alone: %s of the libraries that only open builds link. Recall of D02 and D03: %s. Precision of D02: %s of the libraries that the root has; %d are not in the root.\n",
		rate(linker, leaks), rate(either, leaks), rate(right, right+wrong), untested)
	return b.String()
}

func (l leak) by() string {
	switch {
	case l.byLinker && l.byHeader != "":
		return "D02, D03 " + l.byHeader
	case l.byLinker:
		return "D02"
	case l.byHeader != "":
		return "D03 " + l.byHeader
	}
	return "**missed**"
}

func rate(n, of int) string {
	if of == 0 {
		return "none of 0"
	}
	return fmt.Sprintf("%d of %d (%.2f)", n, of, float64(n)/float64(of))
}

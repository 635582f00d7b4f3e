package report

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"belljar.build/engine/audit"
)

// What a user reads has every rule, with the severity that it has.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../../docs/audit.md")
	must(t, err)
	for _, r := range audit.Rules() {
		if row := fmt.Sprintf("| %s | %s | %s | ", r.ID, r.Name, r.Severity); !strings.Contains(string(text), row) {
			t.Errorf("docs/audit.md has no row %q", row)
		}
	}
	equal(t, "rows", strings.Count(string(text), "\n| S")+strings.Count(string(text), "\n| D"), len(audit.Rules()))
}

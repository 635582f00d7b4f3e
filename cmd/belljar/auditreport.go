package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/google/renameio/v2"

	"belljar.build/engine/audit"
	auditreport "belljar.build/engine/audit/report"
	"belljar.build/engine/terminal"
)

// report writes the document in every way that was asked for.
func (o *auditOptions) report(g *globals, d *auditreport.Document) error {
	d.Version, d.FailOn, d.Baseline = version(), audit.Severity(o.failOn), o.baseline
	folder, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the current folder: %w", err)
	}
	d.RelativeTo(folder)
	for _, file := range []struct {
		name  string
		write func(io.Writer, *auditreport.Document) error
	}{{o.sarif, auditreport.SARIF}, {o.html, auditreport.HTML}, {o.writeBaseline, auditreport.WriteBaseline}} {
		if err := writeReport(file.name, d, file.write); err != nil {
			return err
		}
	}
	if err := o.print(g, d); err != nil {
		return err
	}
	if d.Failing() > 0 {
		return &ended{exitFindings}
	}
	return nil
}

func (o *auditOptions) print(g *globals, d *auditreport.Document) error {
	if o.json {
		return auditreport.JSON(os.Stdout, d)
	}
	return auditreport.Text(os.Stdout, d, auditreport.TextOptions{
		Verbose: g.verbose > g.quiet,
		Colour:  terminal.Is(os.Stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	})
}

// writable tells of what is wrong with a report's place before an audit, which may
// take hours, is made for it.
func writable(flag, name string) error {
	if name == "" {
		return nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("%w: --%s: %s is a folder: name a file in it", errUsage, flag, name)
	}
	if _, err := os.Stat(filepath.Dir(name)); err != nil {
		return &hinted{fmt.Errorf("%w: --%s %s: %w", errUsage, flag, name, err), "make the folder first"}
	}
	return nil
}

// writeReport replaces a file in one step; "" is none.
func writeReport(name string, d *auditreport.Document, write func(io.Writer, *auditreport.Document) error) error {
	if name == "" {
		return nil
	}
	f, err := renameio.NewPendingFile(name, renameio.WithPermissions(0o644), renameio.WithExistingPermissions())
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer f.Cleanup()
	if err := write(f, d); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// printRules lists what is looked for.
func printRules(w io.Writer, json bool) error {
	if json {
		return printJSON(w, map[string]any{"rules": audit.Rules()})
	}
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tNAME\tSEVERITY\tWHAT IS WRONG")
	for _, r := range audit.Rules() {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.ID, r.Name, r.Severity, r.Title)
	}
	_ = t.Flush()
	return writeTable(w, text.String())
}

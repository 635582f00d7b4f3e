//go:build man

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manCommand writes the manual pages. It is compiled in by `make man` alone: the
// program, which every sandbox starts again, is no larger for it.
func manCommand() []*cobra.Command {
	return []*cobra.Command{{
		Use: "man FOLDER", Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("%w: belljar man FOLDER", errUsage)
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			date, err := sourceDate()
			if err != nil {
				return err
			}
			return writeMan(cmd.Root(), args[0], date)
		},
	}}
}

// writeMan writes one page a command. The date is in them, the version not: the
// same sources give the same pages.
func writeMan(root *cobra.Command, folder string, date time.Time) error {
	root.DisableAutoGenTag = true
	root.InitDefaultCompletionCmd()
	header := &doc.GenManHeader{Section: "1", Source: "belljar", Manual: "belljar manual", Date: &date}
	if err := doc.GenManTree(root, header, folder); err != nil {
		return fmt.Errorf("write manual pages: %w", err)
	}
	pages, err := filepath.Glob(filepath.Join(folder, "belljar-*.1"))
	if err != nil {
		return err
	}
	for _, p := range pages { // of the shells' completion there is one page
		if strings.HasPrefix(filepath.Base(p), "belljar-completion-") {
			if err := os.Remove(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// sourceDate is SOURCE_DATE_EPOCH, or today.
func sourceDate() (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return time.Now().UTC(), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

//go:build !man

package main

import "github.com/spf13/cobra"

// manCommand is there with the tag man, see man.go.
func manCommand() []*cobra.Command { return nil }

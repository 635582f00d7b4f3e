// Package profile reads Buildout profiles: sections and options out of files
// that extend one another, macros, substitution, and the parts in the order in
// which they have to be built. Every value knows the file and line it came from.
//
// It does not know what a recipe does: the caller's [Initialise] turns a part
// into the options that other parts may refer to. It fetches nothing, builds
// nothing and never asks the machine what it is: conditions are decided by the
// declared [Target].
//
// The rules are those of zc.buildout as its documentation and doctests give
// them, and those of slapos.buildout where the two differ.
//
// # From text to parts
//
//   - parse.go: one file into blocks of options
//   - condition.go, expression.go, evaluate.go, builtin.go: which blocks hold for
//     the target (target.go, machine.go, declare.go)
//   - early.go: what has to be known before any other file is read
//   - crawl.go, find.go: files, read ahead
//   - extends.go: all files, each once, in the order in which they are folded
//   - fold.go: the contributions of all files into one value
//   - macro.go: sections that start from other sections
//   - template.go, resolve.go, initialise.go: ${section:option}, and the parts
//   - view.go, resolution.go, warn.go: for those who look at a profile
package profile

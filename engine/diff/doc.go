// Package diff says what differs between two trees of files, and why: it looks
// into the files that differ, by what they are (text, ELF, archives, compressed
// files, Python's bytecode), and names the causes that make builds differ, such
// as timestamps, store paths and build ids.
//
// It starts from two manifests, so equal files are never opened. It neither
// builds nor changes anything, and it prints nothing: see [Report].
//
// Trees are hostile. Files are opened beneath their root only, every size that
// a file claims is checked against what is there, and what is unpacked is
// bounded: see limits.go. Formats are read from bytes in memory; where the
// standard library's reader trusts its input too far, there is a small one here.
package diff

// Package manifest says what a tree of files is: for every folder, file and
// symbolic link its path, mode, digest and target, and nothing that differs
// from machine to machine. Owners count as 0:0; times, extended attributes and
// which names are hard links of each other are not part of it.
//
// A manifest has one canonical encoding, a text file described in
// docs/manifest.md; the manifest hash is the SHA-256 of that file. The rules
// are belljar's own because the format it exchanges with others (containerd's
// continuity, see the folder interchange) is a protobuf message, and protobuf
// promises no canonical bytes.
//
// The package reads trees and never changes one: bringing an output into its
// canonical form is the store's business.
package manifest

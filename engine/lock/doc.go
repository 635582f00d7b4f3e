// Package lock holds belljar.lock, the file beside a profile that records what
// every URL gave when it was first fetched: its SHA-256 and its size.
//
// It does not fetch, and it does not decide what is to be locked: it reads,
// answers, records and writes. The file is JSON with a version number; fields
// it does not know are refused, so that an older belljar never drops what a
// newer one recorded. The rules come from "Lock" in the design.
package lock

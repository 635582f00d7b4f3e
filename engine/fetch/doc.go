// Package fetch brings sources in: from a cache, from the user's folders, from
// local paths, from mirrors and from the network, and checks every hash on the
// way. What it hands back is an immutable file in the cache, named by its
// SHA-256.
//
// It does not unpack, it does not write the lock, and it prints nothing. It is
// the only part of belljar that talks to a network, and it does so before any
// build starts. The rules come from "Lock" in the design.
//
// The cache folder holds
//
//	sha256/HEX    complete files, read-only, renamed into place when checked
//	url/HASH      the SHA-256 that a URL gave last (HASH is that of the URL)
//	partial/HASH  downloads under way (.part) and their validators (.mark)
//	lock/HASH     one lock for each place that something is fetched from
package fetch

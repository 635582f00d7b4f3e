// Package tree walks and removes folders that nobody vouches for: what a build
// left behind, what an archive held. Every access goes through descriptors
// beneath one open root and no symbolic link is ever followed, so nothing
// inside the tree can point the caller outside it.
//
// It decides nothing about the entries it meets: what a manifest holds is
// engine/manifest's business, what an output may hold is engine/store's.
//
// It needs openat2 (Linux 5.6) and a mounted /proc.
package tree

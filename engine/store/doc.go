// Package store keeps outputs: one folder each, named by the first 32
// characters of the action's key and the output's name, with a record that
// ties the key to the manifest hash and the references.
//
// There is no database. Below the store's folder:
//
//	<key,32>-<name>/               a finished output; nothing else stands there
//	.belljar/record/<key,32>.json  its record, written last
//	.belljar/manifest/<hash>       its manifest, in the encoding that is hashed
//	.belljar/action/<key,32>.json  the action (canonical JSON)
//	.belljar/log/<key,32>.log      what the last build of it printed
//	.belljar/lock/<key,32>.lock    held while somebody builds it
//	.belljar/staging/<process>/    unfinished work of one process
//	.belljar/failed/<key,32>-<name>/  the work folder of a failed build
//	.belljar/observed/<key,32>.jsonl.zst  what a build named
//	.belljar/history/<part>.jsonl  the builds of a part, for people and guesses
//	.belljar/roots/<hash>          a link to a folder whose links are roots
//	.belljar/pin/<key,32>-<name>   an output that stays
//
// An output exists when its record and its tree do. Publishing places manifest,
// action and the complete tree, flushes the file system once (syncfs, so that
// no file needs an fsync of its own), then writes, flushes and renames the
// record: after a kill or a power cut there is either a finished output or
// rubbish. A tree without a record is removed when its key is published, or by
// [Store.GC]; the staging folder of a dead process, known by its free lock, by
// [Open]. History and logs are not flushed.
//
// Locks, in the order in which they are taken: a key's, held by who builds it;
// the collector's, shared by who names outputs or publishes one, alone by the
// collector while it makes outputs absent.
//
// The package knows keys and names, not what an action does. Trees come from
// builds and are hostile: they are reached beneath an open root only, see
// package tree.
package store

// Package profiles holds the files that belljar ships with itself: the pins of
// the toolchains. It holds data only; rootfs/toolchain gives the pins their
// meaning.
package profiles

import "embed"

// FS holds toolchain/<release>.tsv, one file a toolchain release.
//
//go:embed toolchain/*.tsv
var FS embed.FS

package manifest

import "errors"

// The errors that callers tell apart. All others are of the file system.
var (
	// ErrSpecial: the tree holds a socket, a fifo or a device.
	ErrSpecial = errors.New("a manifest holds only folders, files and symbolic links")
	// ErrChanged: the tree was changed while it was being read.
	ErrChanged = errors.New("the file changed while it was read")
	// ErrVersion: the first line is not that of a manifest this program reads.
	ErrVersion = errors.New("not a manifest of a known version")
	// ErrInvalid: the manifest is malformed, contradicts itself, or is not in
	// its canonical form.
	ErrInvalid = errors.New("invalid manifest")
)

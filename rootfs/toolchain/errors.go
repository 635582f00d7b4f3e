package toolchain

import "errors"

// Errors that callers can test for with errors.Is.
var (
	// ErrUnknownRelease: there are no pins for a release of that name.
	ErrUnknownRelease = errors.New("unknown toolchain release")
	// ErrUnknownOutput: a release has no output of that name.
	ErrUnknownOutput = errors.New("unknown toolchain output")
	// ErrPins: a line of a pins file is not well formed.
	ErrPins = errors.New("malformed pins")
	// ErrMismatch: a package's bytes are not the pinned ones.
	ErrMismatch = errors.New("package differs from its pin")
	// ErrFormat: a file is no Debian package, or one of an unknown kind.
	ErrFormat = errors.New("not a Debian package")
	// ErrUnsafe: a package holds an entry that no honest package of a
	// toolchain has: a path that climbs, a device, a file below a link.
	ErrUnsafe = errors.New("unsafe entry in package")
	// ErrConflict: two packages hold the same file.
	ErrConflict = errors.New("file in two packages")
)

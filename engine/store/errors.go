package store

import "errors"

var (
	// ErrKey says that a key is not 64 lower-case hexadecimal digits.
	ErrKey = errors.New("not a key")
	// ErrPath says that a text is not the base name of an output.
	ErrPath = errors.New("not a store path")
	// ErrCollision says that two keys share their first 32 characters.
	ErrCollision = errors.New("two keys share one store path")
	// ErrDamaged says that the store holds something that belljar never
	// writes.
	ErrDamaged = errors.New("the store is damaged")
	// ErrAbsent says that a store path has no record.
	ErrAbsent = errors.New("not in the store")
	// ErrExists says that the key has a finished output already.
	ErrExists = errors.New("the output is in the store already")
	// ErrNotKept says that no failed build was kept.
	ErrNotKept = errors.New("no failed build is kept")
	// ErrUnfit says that a build's output cannot be kept as it is.
	ErrUnfit = errors.New("unfit for the store")
)

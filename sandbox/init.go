package sandbox

// cgo compiles init.c, which is PID 1, because of this import.

import "C"

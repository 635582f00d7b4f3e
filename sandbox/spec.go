package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"belljar.build/rootfs"
	"belljar.build/sandbox/view"
)

var (
	// ErrUnsupported says that this machine cannot make the sandbox. It is
	// never answered by a weaker one. [Hint] tells which setting to change.
	ErrUnsupported = errors.New("this machine cannot make the sandbox")
	// ErrDied says that the sandbox ended without reporting: it was killed
	// from outside, or by the kernel for want of memory.
	ErrDied = errors.New("the sandbox died without a result")
	// ErrMemory says that everything inside together took more memory than
	// [Limits.Memory], and was killed for it.
	ErrMemory = errors.New("it took more memory than it may")
)

// Spec says what one sandbox shows and what its executor is told.
type Spec struct {
	// Root is everything visible inside.
	Root rootfs.Root `json:"root"`
	// Task is handed to the [Payload] as it is. Without one the sandbox ends
	// as soon as it stands, and its status is the kernel release that it saw.
	Task json.RawMessage `json:"task,omitempty"`
	// Work is a folder of the host that nobody else uses during the run;
	// the composed root is mounted over it, in the supervisor's view alone.
	Work string `json:"work"`
	// Owned are host folders that the build must be able to write: their
	// owner becomes the build's host uid (root only: an ordinary user's
	// builds already run as that user).
	Owned []string `json:"owned"`
	// CPUs restricts the build to so many CPUs; 0 leaves all.
	CPUs int `json:"cpus,omitempty"`
	// Limits end what takes too much.
	Limits Limits `json:"limits"`
	// View is what is shown of the machine and the moment.
	View view.View `json:"view,omitzero"`
	// Terminal mounts a devpts, for the payload to make a terminal with.
	Terminal bool `json:"terminal,omitempty"`
	// Observe records every path and address that a process inside names;
	// [Files.Observations] receives them.
	Observe bool `json:"observe,omitempty"`
}

// Limits are what one sandbox may take of the machine. Zero means no limit of
// ours. They turn a success into a failure and nothing else, so they are no
// input of a build; but getrlimit(2) tells a process about FileSize.
type Limits struct {
	// Memory is for everything inside together, in bytes.
	Memory int64 `json:"memory,omitempty"`
	// Processes counts threads too; zero means [DefaultProcesses].
	Processes int `json:"processes,omitempty"`
	// FileSize is for each file, in bytes.
	FileSize int64 `json:"fileSize,omitempty"`
}

// Files are the open files that a run is given. The caller keeps and closes
// its own descriptors.
type Files struct {
	// Output receives stdout and stderr of everything inside.
	Output *os.File
	// Sources become [Task.Files], in order; at most 200.
	Sources []*os.File
	// Observations receives what [Spec.Observe] asks for, in the form that
	// package observe reads.
	Observations *os.File
}

// Result tells how a run ended.
type Result struct {
	// Status is what the payload reported, nil when it died before.
	Status json.RawMessage
	// CPU is user and system time of everything that ran inside.
	CPU time.Duration
	// MaxRSS is the largest resident set of one process inside, in bytes.
	MaxRSS int64
	// Processes is the largest number of processes, threads counted, that was
	// seen at a time: short crowds may go unseen.
	Processes int64
}

// Task is what a [Payload] works on, inside the sandbox.
type Task struct {
	Data  []byte     // Spec.Task
	Files []*os.File // Files.Sources, read-only, at offset 0 when handed over

	alone bool // in a sandbox, where all other processes are the build's
}

// Payload runs inside the sandbox as uid 1000. What it returns is encoded as
// JSON into [Result.Status]. It is called on the main thread, locked: child
// processes must be started from the calling goroutine, for they inherit
// that thread's personality and CPU mask.
type Payload func(t Task, out io.Writer) any

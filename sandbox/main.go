package sandbox

import (
	"fmt"
	"os"
	"runtime"

	"github.com/moby/sys/capability"
	"github.com/opencontainers/runc/libcontainer"
	_ "github.com/opencontainers/runc/libcontainer/nsenter" // its C constructor enters the namespaces
)

// roleVar tells a re-executed copy of the program which part it plays.
const roleVar = "_BELLJAR_SANDBOX"

const (
	roleSupervisor = "supervisor"
	roleInit       = "init" // played by init.c, which becomes PID 1 and the executor
	roleExecutor   = "executor"
)

// What init.c does otherwise than for every build, see [view.View].
const (
	uidVar       = "_BELLJAR_UID"
	randomizeVar = "_BELLJAR_RANDOMIZE"
	pidsVar      = "_BELLJAR_PIDS"
)

// Descriptors of init and executor, in step with init.c. The spec is sealed,
// the status pipe is write-only, the socket takes the seccomp listener to the
// supervisor, sources follow.
const (
	fdExe = 3 + iota
	fdSpec
	fdStatus
	fdSupervisor
	fdSources
)

// init is libcontainer's part of a sandbox's start, as early as can be: the
// packages that this one does not need are not initialised yet, which takes
// longer than anything that libcontainer does.
func init() {
	if os.Getenv(roleVar) == roleSupervisor {
		// Other goroutines end with their threads (see networks), which the
		// process's first thread cannot: it keeps to this one.
		runtime.LockOSThread()
	}
	if len(os.Args) > 1 && os.Args[1] == "init" && os.Getenv("_LIBCONTAINER_INITPIPE") != "" {
		// Read and remembered before the sandbox's own /proc, which has no
		// sys, covers it: libcontainer asks later.
		_, _ = capability.LastCap()
		libcontainer.Init() // never returns
	}
}

// Main plays the part that this process was re-executed for and does not
// return then; in a process started by a person it returns at once. It must
// be the first call of main() of every program, test binaries included, that
// calls [Start].
func Main(payload Payload) {
	role := os.Getenv(roleVar)
	if role == "" {
		return
	}
	os.Unsetenv(roleVar)
	var err error
	switch role {
	case roleSupervisor:
		err = supervise()
	case roleNative:
		err = runNative()
	case roleProbe:
		err = runProbe()
	case roleExecutor:
		err = refused(execute(payload))
	default:
		err = fmt.Errorf("unknown part %q", role)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "belljar: %s: %v\n", role, err)
		os.Exit(126)
	}
	os.Exit(0)
}

// refusal is what init or executor report when the kernel did not let them
// make the sandbox: the payload was not called.
type refusal struct {
	Refused string `json:"belljar_sandbox_refused"`
}

// refused tells the caller of the sandbox why there is none.
func refused(err error) error {
	if err != nil {
		_ = writeJSON(os.NewFile(fdStatus, "status"), refusal{err.Error()})
	}
	return err
}

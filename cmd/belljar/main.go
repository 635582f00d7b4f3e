// Command belljar builds Buildout profiles in sealed sandboxes.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"belljar.build/engine/step"
	"belljar.build/sandbox"
)

func main() {
	sandbox.Main(step.Perform) // does not return in the sandbox's processes
	os.Exit(run())
}

// run gives deferred calls their chance before the exit code is used.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // a command is short: reading a large profile takes a tenth less time
	}
	cmd := rootCommand()
	cmd.SetArgs(buildoutArgs(os.Args[1:]))
	return report(os.Stderr, cmd.ExecuteContext(ctx))
}

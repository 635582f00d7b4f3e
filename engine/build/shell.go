package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"belljar.build/engine/plan"
	"belljar.build/engine/step"
	"belljar.build/engine/terminal"
	"belljar.build/sandbox"
)

// ErrNoShell says that an action's sandbox has no shell to show: it sees no
// toolchain.
var ErrNoShell = errors.New("its sandbox holds no shell")

// ShellOptions say what a person gets.
type ShellOptions struct {
	// Failed opens the folders that a failed build left, in place.
	Failed bool
	// Command is run instead of reading commands: one word is a script,
	// several are a command and its arguments.
	Command []string
	// When Stdin and Stdout are terminals, so are they inside.
	Stdin, Stdout, Stderr *os.File
}

// Shell opens a shell in the sandbox of n's build: what n declares is realised
// first, sources are unpacked, and each step is a function to call. Nothing of
// it gets into the store. It returns the shell's exit status.
func Shell(ctx context.Context, g *plan.Graph, n *plan.Node, o Options, s ShellOptions) (status int, err error) {
	if t := n.Action.Toolchain; t == nil || t.Tools == nil {
		return 0, fmt.Errorf("%s: %w", n.Action.Name, ErrNoShell)
	}
	r := newRealiser(g, o)
	if err := r.protect(); err != nil {
		return 0, err
	}
	folders, release, err := r.shellFolders(ctx, n, s.Failed)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, release()) }()
	closeSupervisor, err := r.prepare(ctx, []*plan.Node{n}, !s.Failed)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, closeSupervisor()) }()
	return r.shell(ctx, n, folders, s)
}

// shellFolders are a fresh staging area, or the folders of a failed build
// with a staging area's /tmp.
func (r *realiser) shellFolders(ctx context.Context, n *plan.Node, failed bool) (_ folders, release func() error, err error) {
	unlock := func() error { return nil }
	kept := ""
	if failed {
		if unlock, err = r.lockNow(ctx, n); err != nil {
			return folders{}, nil, err
		}
		if kept, err = r.options.Store.Kept(n.Key, n.Action.Name); err != nil {
			return folders{}, nil, errors.Join(err, unlock())
		}
	}
	staging, err := r.options.Store.NewStaging(n.Key, n.Action.Name)
	if err != nil {
		return folders{}, nil, errors.Join(err, unlock())
	}
	f := stagingFolders(staging)
	if failed {
		f.build, f.out, f.mapped = kept+"/build", kept+"/out", true
	}
	return f, func() error { return errors.Join(staging.Discard(), unlock()) }, nil
}

// ErrInUse says that a failed build is open in another shell, or being built
// again.
var ErrInUse = errors.New("in use")

// lockNow takes n's lock or says who has it.
func (r *realiser) lockNow(ctx context.Context, n *plan.Node) (func() error, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	return r.options.Store.Lock(ctx, n.Key, func(holder string) {
		cancel(fmt.Errorf("the failed build of %s is %w by %s: it is being built again, or open in another shell", n.Action.Name, ErrInUse, holder))
	})
}

// prepare realises what nodes declare, fetches their own sources too if asked to,
// and starts a supervisor.
func (r *realiser) prepare(ctx context.Context, nodes []*plan.Node, sources bool) (func() error, error) {
	wanted := map[*plan.Node]bool{}
	for _, n := range nodes {
		for _, d := range n.Depends {
			wanted[d] = true
		}
	}
	todo, err := r.missing(wanted)
	if err != nil {
		return nil, err
	}
	fetched := r.absent(todo)
	if sources {
		fetched = append(fetched, nodes...)
	}
	if err := r.fetch(ctx, fetched); err != nil {
		return nil, err
	}
	closeSupervisor, err := r.startSupervisor()
	if err != nil {
		return nil, err
	}
	if err := r.buildAll(ctx, todo); err != nil {
		return nil, errors.Join(err, closeSupervisor())
	}
	return closeSupervisor, nil
}

func (r *realiser) shell(ctx context.Context, n *plan.Node, f folders, s ShellOptions) (status int, err error) {
	visible, err := r.visible(n)
	if err != nil {
		return 0, err
	}
	tty := terminal.Is(s.Stdin) && terminal.Is(s.Stdout)
	order := step.Order{
		Action: n.Action, Output: n.Location(), Jobs: r.options.Jobs,
		Shell: &step.ShellOrder{Kept: s.Failed, Command: s.Command, Terminal: tty},
	}
	files, err := r.openSources(n, &order)
	defer func() { closeFiles(files) }()
	if err != nil {
		return 0, err
	}
	p, err := newPerson(s, tty)
	if err != nil {
		return 0, err
	}
	spec, err := r.spec(n, f, visible, order)
	if err != nil {
		return 0, errors.Join(err, p.close())
	}
	if spec.Terminal = tty; tty {
		spec.Root.AddTerminal()
	}
	result, err := r.supervisor.Run(ctx, spec, sandbox.Files{Output: p.messages, Sources: append(files, p.inside...)})
	if err := errors.Join(err, p.close()); err != nil {
		return 0, fmt.Errorf("shell of %s: %w", n.Action.Name, err)
	}
	var report step.ShellReport
	if err := json.Unmarshal(result.Status, &report); err != nil {
		return 0, fmt.Errorf("read the sandbox's report: %w", err)
	}
	if report.Error != "" {
		return 0, fmt.Errorf("shell of %s: %s", n.Action.Name, report.Error)
	}
	return report.Exit, nil
}

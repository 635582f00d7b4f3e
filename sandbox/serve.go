package sandbox

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"belljar.build/sandbox/observe"
	"belljar.build/sandbox/view"
	"belljar.build/seccomp"
)

// serve runs the started sandbox to its end. observations may be nil.
func (c *container) serve(observations *os.File) (*answer, error) {
	root, err := rootOf(c.pid)
	if err != nil {
		c.kill()
	}
	if root == nil { // its exit status says why
		a, waitErr := c.wait()
		return a, errors.Join(err, waitErr, c.listener.Close())
	}
	defer root.Close()
	viewer, err := view.NewViewer(root, c.view)
	if err != nil {
		c.kill()
		_, waitErr := c.wait()
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrUnsupported, err), waitErr, c.listener.Close())
	}
	return c.accompany(root, viewer, observations)
}

// accompany answers, observes and watches a sandbox until it ends.
func (c *container) accompany(root *os.File, viewer *view.Viewer, observations *os.File) (*answer, error) {
	var o *observe.Observer
	if observations != nil {
		o = observe.New(root, observe.NewWriter(observations))
	}
	g := c.bound()
	done := make(chan struct{})
	w, err := startWatch(root, c.limits, c.limits.Memory > 0 && g == nil, done, c.kill)
	if err != nil {
		c.kill()
	}
	answered := make(chan error, 1)
	go func() { answered <- c.answer(viewer, o, g) }()
	a, waitErr := c.wait()
	err = errors.Join(err, waitErr, <-answered)
	if close(done); w != nil {
		<-w.ended
	}
	if a != nil && w != nil {
		a.Processes, a.Memory = w.peak.Load(), w.over.Load() || g != nil && g.exceeded()
	}
	if g != nil {
		err = errors.Join(err, g.remove())
	}
	if o != nil {
		err = errors.Join(err, o.Close())
	}
	return a, err
}

// bound makes the cgroup that a memory limit asks for, nil where this user may
// make none.
func (c *container) bound() *group {
	if c.limits.Memory == 0 {
		return nil
	}
	g, err := newGroup(c.groups, c.id, c.limits.Memory)
	if err != nil {
		return nil // the executor and the watch make do
	}
	return g
}

// answer serves the system calls that the filter leaves to the supervisor,
// until nobody is left inside. When that fails, nobody may go on with calls
// that were not answered.
func (c *container) answer(viewer *view.Viewer, o *observe.Observer, g *group) error {
	defer c.listener.Close()
	files, executor, err := receiveFrom(c.listener)
	if err != nil || len(files) != 1 {
		closeAll(files)
		return nil // it died before: its exit status says so
	}
	if c.limits.Memory > 0 {
		if err := c.letGo(g, executor); err != nil {
			c.kill()
			return errors.Join(err, files[0].Close())
		}
	}
	err = seccomp.Serve(files[0], func(call *seccomp.Call) seccomp.Answer {
		a, shown := viewer.Answer(call)
		switch {
		case o == nil:
			return a
		case shown:
			return o.Note(call, a)
		}
		return o.Answer(call)
	})
	if err != nil {
		c.kill()
	}
	if refused := viewer.Err(); refused != nil {
		err = errors.Join(err, fmt.Errorf("%w: %w", ErrUnsupported, refused))
	}
	return err
}

// letGo tells the executor how its memory is bounded.
func (c *container) letGo(g *group, executor int) error {
	word := byte(noGroup)
	if g != nil {
		if err := g.add(executor); err != nil {
			return err
		}
		word = inGroup
	}
	_, err := unix.Write(int(c.listener.Fd()), []byte{word})
	return err
}

package build

import (
	"errors"
	"fmt"
	"io"
	"os"

	"belljar.build/engine/plan"
)

// observation takes what is observed of one build to the store.
type observation struct {
	pipe *os.File // the supervisor's end; nil when nothing is observed
	done chan error
}

func (r *realiser) startObservation(n *plan.Node) (*observation, error) {
	if !r.options.Observe {
		return &observation{}, nil
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for the observation: %w", err)
	}
	o := &observation{pipe: write, done: make(chan error, 1)}
	go func() {
		err := r.options.Store.WriteObservation(n.Key, read)
		if err != nil {
			_, _ = io.Copy(io.Discard, read) // a full disk must not block the build
		}
		o.done <- errors.Join(err, read.Close())
	}()
	return o, nil
}

// close waits until everything is in the store.
func (o *observation) close() error {
	if o.pipe == nil {
		return nil
	}
	return errors.Join(o.pipe.Close(), <-o.done)
}

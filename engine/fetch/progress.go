package fetch

import "io"

// Progress is called when the bytes of a file start to come over the network;
// total is their number, -1 when the server does not tell. It is called from
// several goroutines at once. What is read from the cache or from a folder is
// not reported. nil reports nothing.
type Progress func(name string, total int64) Transfer

// Transfer is how one download goes on. Its functions may be nil.
type Transfer struct {
	// Advance is called with the bytes that arrived or were resumed; with a
	// negative number when bytes are thrown away to start again.
	Advance func(bytes int64)
	// Done is called once, with nil when the file is complete and checked.
	Done func(err error)
}

// report drives one Transfer, and starts it when the first answer has come.
type report struct {
	progress Progress
	name     string
	started  bool
	transfer Transfer
	shown    int64
}

func (r *report) start(total int64) {
	if r.progress != nil && !r.started {
		r.started, r.transfer = true, r.progress(r.name, total)
	}
}

// reach says that the file is size bytes long by now.
func (r *report) reach(size int64) {
	if r.transfer.Advance != nil && size != r.shown {
		r.transfer.Advance(size - r.shown)
	}
	r.shown = size
}

func (r *report) done(err error) {
	if r.transfer.Done != nil {
		r.transfer.Done(err)
	}
}

// meter calls each after every read, before the bytes are used, and remembers
// the error that ended them: io.Copy does not tell a failing reader from a
// failing writer.
type meter struct {
	from io.Reader
	each func(bytes int) error
	err  error
}

func (m *meter) Read(buffer []byte) (int, error) {
	n, err := m.from.Read(buffer)
	if stop := m.each(n); stop != nil {
		err = stop
	}
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

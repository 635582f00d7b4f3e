package profile

import (
	"slices"
	"strings"
	"sync"
)

// Bounds on reading ahead; the loader itself goes on without.
const (
	maxAhead = 10_000 // files
	slots    = 8      // files read or fetched at a time
)

// crawler reads the files that a file extends, and those that they extend, while
// the loader folds them in their order: a file from the network takes a while, and
// a machine has more than one processor. What it reads the loader would read too,
// so that all that changes is when.
type crawler struct {
	finder *finder
	target Target
	text   func(location) (string, error)
	slots  chan struct{}
	first  map[string]string // texts that were read before all others, by identity

	mu    sync.Mutex
	files map[string]*readAhead // by identity
	over  bool
}

// readAhead is a file that is being read.
type readAhead struct {
	ready chan struct{} // closed when the rest is there
	file  *file
	err   error
}

// file is a file as written, and which of its sections count.
type file struct {
	display   string
	folder    string // absolute, or a URL
	text      string
	blocks    []*block
	kept      []*block
	undecided []Undecided
	errs      Errors // about conditions
}

func newCrawler(f *finder, text func(location) (string, error)) *crawler {
	return &crawler{finder: f, text: text, slots: make(chan struct{}, slots), files: map[string]*readAhead{}, first: map[string]string{}}
}

// get reads a file, or waits until it is read.
func (c *crawler) get(loc location) (*file, error) {
	r := c.start(loc, 0)
	<-r.ready
	return r.file, r.err
}

// start begins to read a file, unless that was done before. Depth says how many
// files lead to it from one that the loader asked for.
func (c *crawler) start(loc location, depth int) *readAhead {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.files[loc.identity]
	if r != nil || depth > 0 && (c.over || depth > maxFiles || len(c.files) > maxAhead) {
		return r
	}
	r = &readAhead{ready: make(chan struct{})}
	c.files[loc.identity] = r
	go c.read(loc, r, depth)
	return r
}

func (c *crawler) read(loc location, r *readAhead, depth int) {
	c.slots <- struct{}{}
	if r.file, r.err = c.parse(loc); r.err == nil {
		r.file.decide(c.target)
	}
	<-c.slots
	close(r.ready)
	if r.err != nil {
		return
	}
	for _, name := range r.file.extends() {
		if child, err := c.finder.find(r.file.folder, name); err == nil {
			c.start(child, depth+1)
		}
	}
}

// stop ends the reading ahead: the loader has failed.
func (c *crawler) stop() {
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
}

// parse reads and parses a file, without looking at conditions.
func (c *crawler) parse(loc location) (*file, error) {
	text, ok := c.first[loc.identity]
	if !ok {
		var err error
		if text, err = c.text(loc); err != nil {
			return nil, err
		}
	}
	f := &file{display: c.finder.display(loc), folder: loc.folder(), text: text}
	blocks, errs := parse(f.display, text)
	if len(errs) > 0 {
		return f, errs
	}
	f.blocks = blocks
	return f, nil
}

// decide drops the sections whose condition does not hold, and notes those that
// hang on the machine.
func (f *file) decide(t Target) {
	for _, b := range f.blocks {
		keep, why, err := b.decide(t)
		if err != nil {
			f.errs = append(f.errs, err)
		}
		if why != nil {
			f.undecided = append(f.undecided, *why)
		}
		if keep {
			f.kept = append(f.kept, b)
		}
	}
}

// extends are the names of the files that a file extends.
func (f *file) extends() []string {
	var own []*block
	for _, b := range f.kept {
		if b.name == rootSection {
			own = append(own, b)
		}
	}
	var names []string
	for _, s := range gather(own, f.folder) {
		for _, option := range [...]string{extendsOption, optionalExtendsOption} {
			names = append(names, strings.Fields(fold(s.options[option]))...)
		}
	}
	return slices.DeleteFunc(names, func(n string) bool { return strings.Contains(n, "${") })
}

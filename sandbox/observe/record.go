// Package observe records what the processes of a sandbox name: every path
// that they open, ask about, execute, list or link, found or not, and every
// address that they connect to, each with the process's arguments.
//
// It reads the calls that the seccomp listener brings and lets all of them go
// on. What it reads is the process's memory, which may change before the
// kernel reads it again: a build that means to deceive the record can, so the
// record tells of honest builds and enforces nothing. It does not see what the
// kernel opens by itself (the ELF loader), nor most calls that name nothing
// (fstat, mmap), nor those that the policy refuses, nor the clocks, which are
// read through the vDSO without a call.
package observe

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
)

// Record is one line of an observation, a JSON object: either a program that
// was started, or something that one named. Equal lines of one program are
// written once.
type Record struct {
	// Process numbers the programs that ran, from 1 in order of their start;
	// 0 is belljar itself. A process that executes another program gets a new
	// number; threads and forked children keep their parent's.
	Process int `json:"process"`

	// Program is set in the line that tells of a start: the path that was
	// executed, with its arguments. Parent is the number of who did so.
	Program string   `json:"program,omitempty"`
	Argv    []string `json:"argv,omitempty"`
	Parent  int      `json:"parent,omitempty"`

	// Op is what was done otherwise.
	Op Op `json:"op,omitempty"`
	// Path is absolute inside the sandbox, as it was named: "..", "//" and
	// links are not resolved. For [Connect] it is an address, such as
	// "unix:/run/x", "unix:@name" or "inet:127.0.0.1:80"; for [Ask] it is "uname",
	// "sysinfo", "getrandom" or "sched_getaffinity".
	Path string `json:"path,omitempty"`
	// Found tells whether the path was there when it was named. It is true of
	// what was started, and false of addresses other than paths.
	Found bool `json:"found"`

	// Truncated is set in the last line when there was more to tell than fits.
	Truncated bool `json:"truncated,omitempty"`
}

// Op is a kind of access.
type Op string

// The kinds of access.
const (
	Open    Op = "open"    // to read
	Write   Op = "write"   // to write, create or truncate
	Stat    Op = "stat"    // stat, access, statfs, chdir, inotify
	List    Op = "list"    // the entries of a folder
	Exec    Op = "exec"    // execution that did not take place: the file is absent or no program
	Link    Op = "link"    // the target of a symbolic link that is read, or the source of a new hard link or name
	Create  Op = "create"  // the name of a new link, or a new name
	Connect Op = "connect" // a socket's peer
	Ask     Op = "ask"     // a call that tells of the machine or makes a random number; Path is its name
)

// maxRecords and maxBytes are how much of one sandbox is recorded, and with it
// how much memory a build can make the supervisor take: some 400 MB. A build of
// five minutes has a few hundred thousand records, a few ten MiB.
const (
	maxRecords = 2 << 20
	maxBytes   = 512 << 20
)

// Writer writes records as lines. It is not safe for concurrent use.
type Writer struct {
	buffer    *bufio.Writer
	encoder   *json.Encoder
	counter   counter
	truncated bool
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// NewWriter writes to w; Close flushes.
func NewWriter(w io.Writer) *Writer {
	o := &Writer{counter: counter{w: w}}
	o.buffer = bufio.NewWriterSize(&o.counter, 1<<16)
	o.encoder = json.NewEncoder(o.buffer)
	o.encoder.SetEscapeHTML(false)
	return o
}

func (o *Writer) write(r Record) error {
	if o.counter.n >= maxBytes {
		o.truncated = true
		return nil
	}
	if r.Op == "" || !plain(r.Path) {
		return o.encoder.Encode(r)
	}
	// What nearly all lines are, as encoding/json would write it.
	b := append(o.buffer.AvailableBuffer(), `{"process":`...)
	b = strconv.AppendInt(b, int64(r.Process), 10)
	b = append(append(b, `,"op":"`...), r.Op...)
	b = append(append(b, `","path":"`...), r.Path...)
	b = append(b, `","found":`...)
	b = append(strconv.AppendBool(b, r.Found), "}\n"...)
	_, err := o.buffer.Write(b)
	return err
}

// plain tells whether JSON shows the text as it is.
func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return text != ""
}

// Close writes what is left, not closing the underlying writer.
func (o *Writer) Close() error {
	if o.truncated {
		_ = o.encoder.Encode(Record{Truncated: true})
	}
	return o.buffer.Flush()
}

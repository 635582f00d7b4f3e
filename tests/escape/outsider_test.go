package escape

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// outsider is somebody on the machine who would help an attack: he listens on
// every kind of socket, hands a folder to whoever calls, and takes what he is
// given. Beside him lie files that anybody may write, the canary.
type outsider struct {
	dir      string
	abstract string
	port     int
	before   listing
	ends     []net.Listener

	mu     sync.Mutex
	visits []string
}

func newOutsider(dir string) (*outsider, error) {
	o := &outsider{dir: dir, abstract: "belljar-escape-" + shared.nonce}
	if err := errors.Join(os.Mkdir(dir, 0o777), os.Chmod(dir, 0o777), o.fill(), o.listen()); err != nil {
		return nil, err
	}
	var err error
	o.before, err = list(dir, exactly)
	return o, err
}

func (o *outsider) fill() error {
	for name, mode := range map[string]os.FileMode{"secret": 0o666, "program": 0o777} {
		file := filepath.Join(o.dir, name)
		if err := errors.Join(os.WriteFile(file, []byte("of the machine\n"), mode), os.Chmod(file, mode)); err != nil {
			return err
		}
	}
	folder := filepath.Join(o.dir, "folder")
	return errors.Join(os.Mkdir(folder, 0o777), os.Chmod(folder, 0o777), os.WriteFile(folder+"/file", nil, 0o644))
}

func (o *outsider) path() string { return filepath.Join(o.dir, "socket") }

func (o *outsider) listen() error {
	for _, at := range [][2]string{{"unix", "@" + o.abstract}, {"unix", o.path()}, {"tcp4", "127.0.0.1:0"}} {
		l, err := net.Listen(at[0], at[1])
		if err != nil {
			return err
		}
		if tcp, ok := l.Addr().(*net.TCPAddr); ok {
			o.port = tcp.Port
		}
		o.ends = append(o.ends, l)
		go o.serve(l)
	}
	return os.Chmod(o.path(), 0o777)
}

func (o *outsider) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		o.note("somebody called at " + l.Addr().String())
		if c, ok := conn.(*net.UnixConn); ok {
			o.swap(c)
		}
		conn.Close()
	}
}

// note remembers a visit.
func (o *outsider) note(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.visits = append(o.visits, what)
}

// check says who came and what changed; each visit is told once.
func (o *outsider) check() []string {
	o.mu.Lock()
	visits := o.visits
	o.visits = nil
	o.mu.Unlock()
	return append(visits, o.before.compare(o.dir, exactly)...)
}

func (o *outsider) close() {
	for _, l := range o.ends {
		_ = l.Close()
	}
}

// wait gives a visitor time to arrive; the harness's own tests need it.
func (o *outsider) wait(visits int) error {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		o.mu.Lock()
		n := len(o.visits)
		o.mu.Unlock()
		if n >= visits {
			return nil
		}
	}
	return fmt.Errorf("waited in vain for %d visits", visits)
}

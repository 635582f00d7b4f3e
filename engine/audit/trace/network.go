package trace

import (
	"net/netip"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/sandbox/observe"
)

// network is D05: sockets of others, addresses, and names that are looked up.
//
// Of the socket of nscd it only notes: glibc asks there for every user's name
// before it reads /etc/passwd. It also only notes loopback addresses, which are
// mostly a test's own servers.
type network struct{ tried, noted table }

func newNetwork() *network { return &network{newTable(), newTable()} }

func (n *network) started(*process, []string) {}

func (n *network) did(e event) {
	switch {
	case e.op == observe.Connect:
		n.connect(e)
	case e.path == "/etc/resolv.conf" && (e.op == observe.Open || e.op == observe.Stat):
		n.tried.add("names of hosts", e.by, e.path)
	}
}

func (n *network) connect(e event) {
	kind, address, _ := strings.Cut(e.path, ":")
	address, _, _ = strings.Cut(address, "\x00") // the rest of a UNIX socket's 108 bytes
	switch {
	case kind == "inet":
		n.inet(e, address)
	case strings.HasSuffix(address, "/nscd/socket"):
		n.noted.add("nscd", e.by, address)
	case kind != "unix" || mine(address):
	default:
		n.tried.add("unix:"+cut(address, 108), e.by, "")
	}
}

func (n *network) inet(e event, address string) {
	a, err := netip.ParseAddrPort(address)
	switch {
	case err == nil && a.Port() == 53:
		n.tried.add("names of hosts", e.by, "connect to "+address)
	case err == nil && (a.Addr().IsLoopback() || a.Addr().IsUnspecified()):
		n.noted.add("loopback", e.by, "connect to "+address)
	default:
		n.tried.add(cut(address, 64), e.by, "")
	}
}

// mine tells sockets in folders that are the build's own.
func mine(path string) bool {
	for _, folder := range []string{"/build", "/tmp"} {
		if _, ok := below(path, folder); ok {
			return true
		}
	}
	return false
}

func (n *network) findings() []audit.Finding {
	all := n.tried.findings(audit.Network, func(what string, s *seen) string {
		if what == "names of hosts" {
			return "names of hosts were looked up " + s.by()
		}
		return "there was a try to connect to " + what + ", " + s.by()
	})
	noted := n.noted.findings(audit.Network, func(what string, s *seen) string {
		if what == "nscd" {
			return "the machine's cache of user names was asked " + s.by()
		}
		return "an address of this machine itself was connected to " + s.by()
	})
	for i := range noted {
		noted[i].Severity = audit.Note
	}
	return append(all, noted...)
}

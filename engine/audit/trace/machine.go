package trace

import (
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/sandbox/observe"
)

// machine is D06: what asks which machine, kernel, distribution, time zone or
// random number this is, whether there is an answer in the sandbox or not.
//
// The clocks are read through the vDSO, without a system call, and CPUID is an
// instruction: neither is observed.
type machine struct{ table }

func newMachine() *machine { return &machine{newTable()} }

func (m *machine) started(*process, []string) {}

func (m *machine) did(e event) {
	if e.by.number == 0 {
		return
	}
	switch e.op {
	case observe.Ask:
		if !habit(e.by, e.path) {
			m.add(e.path, e.by, "")
		}
	case observe.Open, observe.Stat, observe.Link, observe.List:
		if what := asks(e); what != "" {
			m.add(what, e.by, e.path)
		}
	}
}

// habit is what programs ask for whatever they are told to do: uname at the start
// of bash and of what is linked statically, such as the compiler's front door,
// sysinfo where glibc sorts and gcc sizes its heap.
func habit(p *process, call string) bool {
	shell := p.name == "sh" || p.name == "bash" || p.name == "dash" || p.shell
	switch call {
	case "uname":
		return shell || p.kind == driver
	case "sysinfo":
		return shell || p.kind != other
	}
	return false
}

// asks tells what of the machine a path tells, "" when nothing.
func asks(e event) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(e.path, "/"), "/")
	switch first {
	case "proc":
		return ofProc(e, rest)
	case "sys":
		if rest == "fs/selinux" {
			return security
		}
		return "/sys"
	case "selinux":
		return security
	case "etc":
		return ofEtc(rest)
	case "usr":
		if rest == "lib/os-release" || rest == "bin/lsb_release" {
			return distribution
		}
	case "dev":
		if (rest == "urandom" || rest == "random") && e.op == observe.Open {
			return e.path
		}
	}
	return ""
}

// What several paths tell.
const (
	security     = "SELinux" // libselinux asks at the start of sed, ls, cp, ...
	distribution = "distribution"
	timeZone     = "time zone"
)

func ofProc(e event, rest string) string {
	switch {
	case rest == "filesystems" || rest == "mounts":
		return security
	case e.at != outside || rest == "":
		return ""
	case strings.HasPrefix(rest, "sys/kernel/"):
		return "/proc/sys/kernel"
	}
	return e.path
}

func ofEtc(rest string) string {
	switch rest {
	case "hostname", "machine-id":
		return "/etc/" + rest
	case "selinux", "selinux/config":
		return security
	case "localtime", "timezone":
		return timeZone
	case "os-release", "lsb-release", "debian_version", "issue", "redhat-release":
		return distribution
	}
	return ""
}

func (m *machine) findings() []audit.Finding {
	return m.table.findings(audit.Machine, func(what string, s *seen) string {
		switch what {
		case security:
			return "whether SELinux is in force was asked " + s.by()
		case distribution, timeZone:
			return "the machine's " + what + " was asked for " + s.by()
		}
		return what + " was asked " + s.by()
	})
}

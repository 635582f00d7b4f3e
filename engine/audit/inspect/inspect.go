// Package inspect brings the static audit to the outputs of a plan: it tells the
// rules what each build declared, keeps their verdicts in the store, and says
// which outputs the policy refuses.
//
// It decides nothing about files, which is package static's business.
package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"belljar.build/engine/action"
	"belljar.build/engine/audit"
	"belljar.build/engine/audit/policy"
	"belljar.build/engine/audit/static"
	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
	"belljar.build/rootfs/toolchain"
)

// Inspector looks at outputs of one plan. Several goroutines may use it.
type Inspector struct {
	store *store.Store
	graph *plan.Graph
	rules *audit.Policy
	// Warn is told of errors that the policy lets pass as warnings. Default:
	// nobody.
	Warn func(n *plan.Node, text string)

	parts   map[string]string // by path
	machine func() machine

	mu      sync.Mutex
	auditor *static.Auditor
}

// New is an inspector of the plan's outputs in a store.
func New(s *store.Store, g *plan.Graph, p *audit.Policy) *Inspector {
	i := &Inspector{
		store: s, graph: g, rules: p, parts: map[string]string{},
		machine: sync.OnceValue(thisMachine), auditor: static.New(p.Settings),
	}
	for _, n := range g.Nodes {
		if n.Part != "" {
			i.parts[n.Path] = n.Part
		}
	}
	return i
}

// machine names this machine, for what must not show in outputs. A run that
// audits nothing does not ask.
type machine struct{ host, user, kernel string }

func thisMachine() (m machine) {
	m.host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		m.user = u.Username
	}
	var uts unix.Utsname
	if unix.Uname(&uts) == nil {
		m.kernel = unix.ByteSliceToString(uts.Release[:])
	}
	return m
}

// Parts are the nodes that are audited, each output once: those with a name in
// the profile, wanted or, with all, needed.
func Parts(g *plan.Graph, all bool) (nodes []*plan.Node) {
	seen := map[string]bool{}
	for _, n := range g.Parts {
		if (n.Listed || all) && !seen[n.Key] {
			seen[n.Key] = true
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// Find looks at the tree of one output, published or not, with this record.
func (i *Inspector) Find(ctx context.Context, n *plan.Node, dir string, r *store.Record) ([]audit.Finding, error) {
	subject, err := i.subject(n, dir, r)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.auditor.Audit(ctx, *subject)
}

// Before is for [build.Options].Inspect: it looks at what was built, and refuses
// errors that the policy does not except.
func (i *Inspector) Before(ctx context.Context, n *plan.Node, dir string, r *store.Record) (json.RawMessage, error) {
	if imported(n) {
		return nil, nil
	}
	found, err := i.Find(ctx, n, dir, r)
	if err != nil {
		return nil, err
	}
	v := audit.NewVerdict(i.rules.Settings, found)
	if refusal := i.refusal(n, v); refusal != nil {
		return nil, refusal
	}
	return v.Encode()
}

// imported tells of the outputs of the toolchain, those among them that are parts
// too (gcc-libs, perl): Debian built them, they are what others are held against, and
// the base that they would be held against may not be there yet.
func imported(n *plan.Node) bool {
	return n.Part == "" || n.Action.Toolchain == nil || n.Action.Toolchain.Tools == nil
}

// refusal is why the policy does not accept an output; nil if it does.
func (i *Inspector) refusal(n *plan.Node, v *audit.Verdict) *build.Refusal {
	// The part's name is that of today: another profile's may have built it.
	for j := range v.Errors {
		v.Errors[j].Part = n.Part
	}
	i.rules.Apply(v.Errors, nil)
	var lines []string
	for _, f := range v.Errors {
		if f.Counts() {
			lines = append(lines, Line(&f))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	if i.rules.Build != policy.Fail {
		for _, line := range lines {
			if i.Warn != nil && i.rules.Build == policy.Warn {
				i.Warn(n, line)
			}
		}
		return nil
	}
	return &build.Refusal{Phase: audit.Phase, Message: fmt.Sprintf("%s in the finished output", count(len(lines))), Lines: lines}
}

// Line is one finding in short.
func Line(f *audit.Finding) string {
	line := string(f.Rule) + " "
	if f.File != "" {
		line += f.File + ": "
	}
	line += f.Message
	if f.Fix != "" {
		line += " (" + f.Fix + ")"
	}
	return line
}

// Settle looks at what a run reused: an output without a verdict that holds for
// this policy is audited now. The error is the [build.Failures] of those that the
// policy refuses.
func (i *Inspector) Settle(ctx context.Context, results map[*plan.Node]build.Result) error {
	refused := map[*plan.Node]*build.Refusal{}
	for _, n := range Parts(i.graph, true) {
		r, ok := results[n]
		if !ok || imported(n) {
			continue
		}
		v := audit.ReadVerdict(r.Record.Audit, i.rules.Settings)
		if v == nil {
			var err error
			if v, err = i.look(ctx, n, r.Record); err != nil {
				return err
			}
		}
		if len(v.Errors) == 0 {
			continue
		}
		if refusal := i.refusal(n, v); refusal != nil {
			refused[n] = refusal
		}
	}
	return build.Refused(refused, i.graph.Parts)
}

// look audits a finished output and keeps the verdict, unless the output is
// another one meanwhile.
func (i *Inspector) look(ctx context.Context, n *plan.Node, r *store.Record) (*audit.Verdict, error) {
	found, err := i.Find(ctx, n, filepath.Join(i.store.Dir(), r.Path), r)
	if err != nil {
		return nil, err
	}
	v := audit.NewVerdict(i.rules.Settings, found)
	text, err := v.Encode()
	if err != nil {
		return nil, err
	}
	if err := i.store.SetAudit(r.Key, r.Manifest, text); err != nil && !errors.Is(err, store.ErrOther) {
		return nil, err
	}
	return v, nil
}

// subject is what the rules are told of one output.
func (i *Inspector) subject(n *plan.Node, dir string, r *store.Record) (*static.Subject, error) {
	// Of an output that was built long ago the inputs may be gone, but not what
	// it refers to.
	known := slices.DeleteFunc(slices.Clone(r.References), func(path string) bool { return path == n.Path })
	for _, input := range n.Action.Inputs {
		known = append(known, input.Path)
	}
	visible, err := i.store.Surviving(known)
	if err != nil {
		return nil, fmt.Errorf("audit %s: %w", n.Action.Name, err)
	}
	m := i.machine()
	s := &static.Subject{
		Tree: static.Tree{Path: n.Path, Part: n.Part, Dir: dir}, References: r.References, Epoch: action.Epoch,
		Started: r.Started.Unix(),
		Host:    m.host, User: m.user, Kernel: m.kernel, Source: "/usr/src/" + n.Action.Name,
	}
	seen := map[string]bool{n.Path: true}
	for _, path := range visible {
		s.Visible = append(s.Visible, i.tree(path))
		seen[path] = true
	}
	for _, o := range i.graph.Nodes {
		switch {
		case o.Part == "" && strings.HasPrefix(o.Action.Name, toolchain.Base+"-"):
			s.Base = i.tree(o.Path)
		case o.Part == "" && strings.HasPrefix(o.Action.Name, toolchain.Tools+"-"):
			s.Tools = i.tree(o.Path)
		case !seen[o.Path]:
			seen[o.Path] = true
			if _, err := os.Stat(i.tree(o.Path).Dir); err == nil {
				s.Others = append(s.Others, i.tree(o.Path))
			}
		}
	}
	return s, nil
}

// tree is where an output of the store is.
func (i *Inspector) tree(path string) static.Tree {
	return static.Tree{Path: path, Part: i.parts[path], Dir: filepath.Join(i.store.Dir(), path)}
}

func count(n int) string {
	if n == 1 {
		return "1 error"
	}
	return fmt.Sprintf("%d errors", n)
}

package build

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/engine/plan"
	"belljar.build/engine/recipe"
)

// nodes makes a graph from lines such as "a b c": a depends on b and c, which
// stand above it.
func nodes(t *testing.T, lines ...string) (all []*plan.Node) {
	t.Helper()
	byName := map[string]*plan.Node{}
	for _, l := range lines {
		words := strings.Fields(l)
		n := &plan.Node{Part: words[0], Draft: recipe.Draft{Action: &action.Action{Name: words[0]}}}
		for _, d := range words[1:] {
			if byName[d] == nil {
				t.Fatalf("%s is not there", d)
			}
			n.Depends = append(n.Depends, byName[d])
		}
		byName[n.Part] = n
		all = append(all, n)
	}
	return all
}

func names(all []*plan.Node) string {
	var s []string
	for _, n := range all {
		s = append(s, n.Part)
	}
	return strings.Join(s, " ")
}

func TestSchedule(t *testing.T) {
	all := nodes(t, "there", "a there", "b", "c a a b", "d c", "e b")
	took := map[string]float64{"a": 1, "b": 2, "c": 30, "e": 100}
	s := newSchedule(all[1:], func(n *plan.Node) float64 { return took[n.Part] })
	for name, want := range map[string]float64{"a": 41, "b": 102, "c": 40, "d": 10, "e": 100} {
		i := slices.IndexFunc(all, func(n *plan.Node) bool { return n.Part == name })
		if got := s.chain[all[i]]; got != want {
			t.Errorf("the chain of %s is %v, want %v", name, got, want)
		}
	}
	if got := names(s.ready()); got != "a b" {
		t.Errorf("ready at first: %s", got)
	}
	if got := names(s.dependants(all[1])); got != "c d" {
		t.Errorf("dependants of a: %s", got)
	}
	var order []string
	for todo := s.ready(); len(todo) > 0; todo = todo[1:] {
		order = append(order, todo[0].Part)
		todo = append(todo, s.finish(todo[0])...)
	}
	if got := strings.Join(order, " "); got != "a b c e d" {
		t.Errorf("order %s", got)
	}
}

func TestFailures(t *testing.T) {
	all := nodes(t, "a", "b a", "c", "d c", "e")
	var f Failures
	failure := &Failure{Node: all[0], Phase: "make", Message: "exit status 2"}
	f.add(failure, all[1:2], with(failure, context.DeadlineExceeded))
	err := f.result(all, map[*plan.Node]Result{all[2]: {}})
	if got := names(f.Left); got != "d e" {
		t.Errorf("left: %s", got)
	}
	if fmt.Sprint(err) != "build part a: make: exit status 2" || len(f.Also) != 1 || names(failure.Blocked) != "b" {
		t.Errorf("%v, also %v, blocked %s", err, f.Also, names(failure.Blocked))
	}
	if err := (&Failures{}).result(all, nil); err != nil {
		t.Errorf("nothing failed: %v", err)
	}
}

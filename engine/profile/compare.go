package profile

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

type (
	tuple []any
	dict  map[string]any
	// version is a string that compares as a dotted number.
	version string
)

// truth is Python's, true or false: what is empty or zero is false. That of a
// *machine is itself.
func truth(v any) any {
	switch v := v.(type) {
	case *machine:
		return v
	case bool:
		return v
	case int:
		return v != 0
	case string:
		return v != ""
	case version:
		return v != ""
	case tuple:
		return len(v) > 0
	case dict:
		return len(v) > 0
	case none, nil:
		return false
	}
	return true
}

// compare applies an operator; ok is false where Python would raise an error,
// and for the comparisons that no profile makes.
func compare(op string, a, b any) (result, ok bool) {
	switch op {
	case "in":
		return contains(b, a)
	case "not in":
		result, ok = contains(b, a)
		return !result, ok
	case "~=":
		return compatible(a, b)
	}
	order, comparable := orderOf(a, b)
	switch op {
	case "==", "is", "===":
		return comparable && order == 0 || a == any(none{}) && b == any(none{}), true
	case "!=", "is not":
		return !(comparable && order == 0 || a == any(none{}) && b == any(none{})), true
	case "<":
		return order < 0, comparable
	case "<=":
		return order <= 0, comparable
	case ">":
		return order > 0, comparable
	}
	return order >= 0, comparable
}

func contains(container, item any) (result, ok bool) {
	switch c := container.(type) {
	case string:
		switch item := item.(type) {
		case string:
			return strings.Contains(c, item), true
		case version:
			return strings.Contains(c, string(item)), true
		}
		return false, false
	case version:
		s, ok := item.(string)
		return strings.Contains(string(c), s), ok
	case dict:
		s, ok := item.(string)
		_, has := c[s]
		return has, ok
	case tuple:
		return slices.ContainsFunc(c, func(v any) bool {
			order, comparable := orderOf(v, item)
			return comparable && order == 0
		}), true
	}
	return false, false
}

// orderOf is negative, 0 or positive; comparable is false for values of
// different kinds.
func orderOf(a, b any) (order int, comparable bool) {
	_, versionA := a.(version)
	_, versionB := b.(version)
	if versionA || versionB {
		return orderOfVersions(a, b)
	}
	switch a := a.(type) {
	case int:
		b, ok := b.(int)
		return cmp.Compare(a, b), ok
	case string:
		b, ok := b.(string)
		return cmp.Compare(a, b), ok
	case bool:
		b, ok := b.(bool)
		if a == b {
			return 0, ok
		}
		return 1, ok
	case tuple:
		b, ok := b.(tuple)
		return orderOfTuples(a, b, ok)
	}
	return 0, false
}

func orderOfTuples(a, b tuple, ok bool) (int, bool) {
	for i := range min(len(a), len(b)) {
		order, comparable := orderOf(a[i], b[i])
		if !comparable || order != 0 {
			return order, ok && comparable
		}
	}
	return cmp.Compare(len(a), len(b)), ok
}

// compatible is ~= of PEP 440: at least b, and alike up to b's last number.
func compatible(a, b any) (result, ok bool) {
	_, isVersion := a.(version)
	x, okX := numbers(a)
	y, okY := numbers(b)
	if !isVersion || !okX || !okY || len(y) < 2 {
		return false, false
	}
	for len(x) < len(y) {
		x = append(x, 0)
	}
	return slices.Compare(x, y) >= 0 && slices.Equal(x[:len(y)-1], y[:len(y)-1]), true
}

// orderOfVersions compares number by number; missing numbers are 0. A version
// 3.* is equal to all that start with its numbers.
func orderOfVersions(a, b any) (int, bool) {
	if text, ok := b.(string); ok && strings.HasSuffix(text, ".*") {
		x, okX := numbers(a)
		y, okY := numbers(strings.TrimSuffix(text, ".*"))
		return slices.Compare(x[:min(len(x), len(y))], y), okX && okY
	}
	x, okX := numbers(a)
	y, okY := numbers(b)
	for len(x) < len(y) {
		x = append(x, 0)
	}
	for len(y) < len(x) {
		y = append(y, 0)
	}
	return slices.Compare(x, y), okX && okY
}

func numbers(v any) ([]int, bool) {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case version:
		text = string(v)
	default:
		return nil, false
	}
	var ns []int
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, false
		}
		ns = append(ns, n)
	}
	return ns, true
}

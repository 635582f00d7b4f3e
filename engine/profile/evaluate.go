package profile

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// Bounds on what a condition may compute.
const (
	maxItems = 10_000  // of a sequence
	maxText  = 1 << 20 // bytes of a string
	maxPower = 62      // exponent

	maxPattern = 200     // bytes of a regular expression
	maxMatched = 1000    // bytes of what it is held against
	matchSteps = 1000    // that a match counts for
	maxSteps   = 100_000 // expressions evaluated
)

// scope evaluates expressions. Values are bool, int, string, tuple, dict,
// version, dotted (a module or a function), method, none and *machine. ok is
// false where Python would raise an error, and for what is not known here.
type scope struct {
	target *Target
	locals map[string]any // of comprehensions
	steps  *int           // still allowed
}

func (s *scope) value(e node) (v any, ok bool) {
	v, ok = s.compute(e)
	*s.steps -= 1 + sizeOf(v)/64
	return v, ok && *s.steps >= 0
}

func sizeOf(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case tuple:
		return len(v)
	}
	return 0
}

func (s *scope) compute(e node) (v any, ok bool) {
	if *s.steps < 0 {
		return nil, false
	}
	switch e := e.(type) {
	case literal:
		return e.value, true
	case name:
		if v, ok := s.locals[e.text]; ok {
			return v, true
		}
		return s.target.lookup(e.text)
	case attribute:
		return s.attribute(e)
	case call:
		return s.call(e)
	case index:
		return s.index(e)
	case slice:
		return s.slice(e)
	case sequence:
		return s.sequence(e.items)
	case comprehension:
		return s.comprehension(e)
	case logic:
		return s.logic(e)
	case negation:
		return s.negation(e)
	case comparison:
		return s.comparison(e)
	case arithmetic:
		return s.arithmetic(e)
	case choice:
		return s.choice(e)
	}
	return nil, false
}

// logic is Python's "and" and "or", which give one of their operands. Where the
// left one hangs on the machine, the right one may still decide alone.
func (s *scope) logic(e logic) (any, bool) {
	left, ok := s.value(e.left)
	if !ok {
		return nil, false
	}
	decides := e.op == "or" // the truth that decides
	t := truth(left)
	if t == decides {
		return left, true
	}
	right, ok := s.value(e.right)
	if _, isMachine := t.(*machine); !isMachine || !ok || truth(right) == decides {
		return right, ok
	}
	return t, true
}

func (s *scope) negation(e negation) (any, bool) {
	v, ok := s.value(e.of)
	switch t := truth(v).(type) {
	case bool:
		return !t, ok
	default:
		return t, ok
	}
}

func (s *scope) choice(e choice) (any, bool) {
	c, ok := s.value(e.condition)
	if !ok {
		return nil, false
	}
	switch t := truth(c).(type) {
	case *machine:
		return t, true
	case bool:
		if t {
			return s.value(e.then)
		}
	}
	return s.value(e.otherwise)
}

// comparison holds when every link of the chain does.
func (s *scope) comparison(e comparison) (any, bool) {
	left, ok := s.value(e.first)
	var hangs *machine
	for i := 0; ok && i < len(e.ops); i++ {
		var right any
		if right, ok = s.value(e.rest[i]); !ok {
			break
		}
		if m := machineOf(left, right); m != nil {
			hangs, left = m, right
			continue
		}
		var holds bool
		if holds, ok = compare(e.ops[i], left, right); ok && !holds {
			return false, true
		}
		left = right
	}
	if hangs != nil {
		return hangs, ok
	}
	return true, ok
}

func (s *scope) sequence(items []node) (any, bool) {
	values := tuple{}
	for _, item := range items {
		if c, ok := item.(comprehension); ok { // a generator among arguments
			return s.comprehension(c)
		}
		v, ok := s.value(item)
		if !ok || len(values) == maxItems {
			return nil, false
		}
		values = append(values, v)
	}
	return values, true
}

func (s *scope) comprehension(e comprehension) (any, bool) {
	of, ok := s.value(e.of)
	if m := machineOf(of); m != nil {
		return m, true
	}
	items, isSequence := elements(of)
	if !ok || !isSequence {
		return nil, false
	}
	inner := &scope{s.target, maps.Clone(s.locals), s.steps}
	if inner.locals == nil {
		inner.locals = map[string]any{}
	}
	values := tuple{}
	for _, item := range items {
		inner.locals[e.variable] = item
		keep := any(true)
		if e.condition != nil {
			if keep, ok = inner.value(e.condition); !ok {
				return nil, false
			}
		}
		if m := machineOf(keep); m != nil {
			return m, true
		}
		if truth(keep) != true {
			continue
		}
		v, ok := inner.value(e.each)
		if !ok || len(values) == maxItems {
			return nil, false
		}
		values = append(values, v)
	}
	return values, true
}

// elements are what a loop goes through.
func elements(v any) (items tuple, ok bool) {
	switch v := v.(type) {
	case tuple:
		return v, true
	case dict:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			items = append(items, k)
		}
		return items, true
	case string:
		if len(v) > maxItems {
			return nil, false
		}
		for _, r := range v {
			items = append(items, string(r))
		}
		return items, true
	}
	return nil, false
}

func (s *scope) index(e index) (any, bool) {
	of, ok := s.value(e.of)
	at, okAt := s.value(e.at)
	if m := machineOf(of, at); m != nil {
		return m, ok && okAt
	}
	if !ok || !okAt {
		return nil, false
	}
	if d, isDict := of.(dict); isDict {
		key, isText := at.(string)
		v, known := d[key]
		return v, isText && known
	}
	n, isNumber := at.(int)
	items, isSequence := elements(of)
	if n < 0 {
		n += len(items)
	}
	if !isNumber || !isSequence || n < 0 || n >= len(items) {
		return nil, false
	}
	return items[n], true
}

func (s *scope) slice(e slice) (any, bool) {
	of, ok := s.value(e.of)
	if m := machineOf(of); m != nil {
		return m, ok
	}
	items, isSequence := elements(of)
	if !ok || !isSequence {
		return nil, false
	}
	from, okFrom := s.bound(e.from, 0, len(items))
	to, okTo := s.bound(e.to, len(items), len(items))
	if !okFrom || !okTo {
		return nil, false
	}
	part := items[from:max(from, to)]
	if _, isText := of.(string); !isText {
		return part, true
	}
	var b strings.Builder
	for _, item := range part {
		b.WriteString(item.(string))
	}
	return b.String(), true
}

// bound is an end of a slice, kept within the sequence as Python does.
func (s *scope) bound(e node, missing, length int) (int, bool) {
	if e == nil {
		return missing, true
	}
	v, ok := s.value(e)
	n, isNumber := v.(int)
	if n < 0 {
		n += length
	}
	return min(max(n, 0), length), ok && isNumber
}

func (s *scope) arithmetic(e arithmetic) (any, bool) {
	left, ok := s.value(e.left)
	right, okRight := s.value(e.right)
	if !ok || !okRight {
		return nil, false
	}
	if m := machineOf(left, right); m != nil {
		return m, true
	}
	switch a := left.(type) {
	case int:
		b, isNumber := right.(int)
		if !isNumber {
			return nil, false
		}
		return calculate(e.op, a, b)
	case string:
		b, isText := right.(string)
		return a + b, isText && e.op == "+" && len(a)+len(b) <= maxText
	case tuple:
		b, isTuple := right.(tuple)
		return append(slices.Clip(a), b...), isTuple && e.op == "+" && len(a)+len(b) <= maxItems
	}
	return nil, false
}

// calculate refuses what would not fit, rather than giving a wrong number.
func calculate(op string, a, b int) (any, bool) {
	small := a > math.MinInt32 && a < math.MaxInt32 && b > math.MinInt32 && b < math.MaxInt32
	switch op {
	case "+":
		return a + b, small
	case "-":
		return a - b, small
	case "*":
		return a * b, small
	case "**":
		if a != 2 || b < 0 || b > maxPower {
			return nil, false
		}
		return 1 << b, true
	}
	if b <= 0 || a < 0 { // Python rounds the others down, Go towards zero
		return nil, false
	}
	if op == "%" {
		return a % b, true
	}
	return a / b, true
}

package profile

import (
	"slices"
	"strconv"
)

// maxNesting bounds the brackets and "not"s of a condition.
const maxNesting = 100

// holds evaluates the condition of a section header for a target. ok is false
// when the condition is beyond the small part of Python that profiles use: it
// must then be an error, because guessing would change what is built.
func holds(condition string, t Target) (result, ok bool) {
	tokens, ok := tokenize(condition)
	if !ok {
		return false, false
	}
	e := &evaluator{tokens: tokens, target: t}
	v := e.or()
	if e.failed || len(e.tokens) > 0 {
		return false, false
	}
	return truth(v), true
}

// evaluator computes while it parses. Both sides of "and" and "or" are always
// computed: a condition is supported or not whatever the target is.
type evaluator struct {
	tokens []token
	target Target
	depth  int
	failed bool
}

func (e *evaluator) fail() any {
	e.failed, e.tokens = true, nil
	return nil
}

func (e *evaluator) peek() token {
	if len(e.tokens) == 0 {
		return token{}
	}
	return e.tokens[0]
}

func (e *evaluator) next() token {
	t := e.peek()
	if len(e.tokens) > 0 {
		e.tokens = e.tokens[1:]
	}
	return t
}

// accept takes the next token if it is the given word or symbol.
func (e *evaluator) accept(text string) bool {
	t := e.peek()
	if (t.kind == tokenName || t.kind == tokenSymbol) && t.text == text {
		e.next()
		return true
	}
	return false
}

func (e *evaluator) or() any {
	v := e.and()
	for e.accept("or") {
		if w := e.and(); !truth(v) {
			v = w
		}
	}
	return v
}

func (e *evaluator) and() any {
	v := e.not()
	for e.accept("and") {
		if w := e.not(); truth(v) {
			v = w
		}
	}
	return v
}

func (e *evaluator) not() any {
	negate, is := false, false
	for e.accept("not") {
		negate, is = !negate, true
	}
	v := e.comparison()
	if is {
		return truth(v) != negate
	}
	return v
}

func (e *evaluator) comparison() any {
	v := e.primary()
	op := e.operator()
	if op == "" {
		return v
	}
	result, ok := compare(op, v, e.primary())
	// Python chains comparisons; nobody's profile does.
	if !ok || e.operator() != "" {
		return e.fail()
	}
	return result
}

// operator takes a comparison operator, "" if there is none.
func (e *evaluator) operator() string {
	for _, op := range [...]string{"==", "!=", "<=", ">=", "<", ">", "in"} {
		if e.accept(op) {
			return op
		}
	}
	if e.accept("not") {
		if e.accept("in") {
			return "not in"
		}
		e.fail()
	}
	return ""
}

func (e *evaluator) primary() any {
	switch t := e.next(); {
	case t.kind == tokenString:
		return t.text
	case t.kind == tokenNumber:
		n, err := strconv.Atoi(t.text)
		if err != nil {
			return e.fail()
		}
		return n
	case t.kind == tokenName:
		v, ok := e.target.lookup(t.text)
		if !ok {
			return e.fail()
		}
		return e.index(v)
	case t.text == "(":
		return e.bracket(")")
	case t.text == "[":
		v := e.bracket("]")
		if _, ok := v.(tuple); !ok {
			return tuple{v}
		}
		return v
	}
	return e.fail()
}

// bracket is what stands between brackets: one value, or several with commas.
func (e *evaluator) bracket(closing string) any {
	e.depth++
	defer func() { e.depth-- }()
	if e.depth > maxNesting {
		return e.fail()
	}
	items, isTuple := tuple{}, false
	for !e.accept(closing) {
		items = append(items, e.or())
		if e.accept(",") {
			isTuple = true
			continue
		}
		if !e.accept(closing) {
			return e.fail()
		}
		break
	}
	if len(items) == 1 && !isTuple {
		return items[0]
	}
	return items
}

// index is [n] or [:n] behind a tuple.
func (e *evaluator) index(v any) any {
	items, ok := v.(tuple)
	if !ok || !e.accept("[") {
		return v
	}
	slice := e.accept(":")
	n, err := strconv.Atoi(e.next().text)
	if err != nil || !e.accept("]") || n >= len(items) && !slice || n > len(items) {
		return e.fail()
	}
	if slice {
		return slices.Clone(items[:n])
	}
	return items[n]
}

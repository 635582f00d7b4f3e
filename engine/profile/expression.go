package profile

import (
	"slices"
	"strconv"
	"strings"
)

// maxNesting bounds how deep a condition's expressions stand in one another.
const maxNesting = 100

// node is an expression of a condition.
type node interface{}

type (
	// literal is a string or a number.
	literal struct{ value any }
	// name is a name alone; dotted names are attributes.
	name struct{ text string }
	// attribute is of.text.
	attribute struct {
		of   node
		text string
	}
	// call is of(arguments).
	call struct {
		of        node
		arguments []node
	}
	// index is of[at].
	index struct{ of, at node }
	// slice is of[from:to]; nil for an end left out.
	slice struct{ of, from, to node }
	// sequence is a tuple or a list.
	sequence struct{ items []node }
	// comprehension is [each for variable in of if condition].
	comprehension struct {
		each, of, condition node
		variable            string
	}
	// logic is "and" or "or".
	logic struct {
		op          string
		left, right node
	}
	// negation is "not".
	negation struct{ of node }
	// comparison is a chain: first op[0] rest[0] op[1] rest[1]...
	comparison struct {
		first node
		ops   []string
		rest  []node
	}
	// arithmetic is + - * // % **.
	arithmetic struct {
		op          string
		left, right node
	}
	// choice is then if condition else otherwise.
	choice struct{ condition, then, otherwise node }
)

// parseExpression reads the part of Python that conditions are written in, and
// the environment markers of PEP 508, which look the same.
func parseExpression(text string) (node, bool) {
	tokens, ok := tokenize(text)
	if !ok {
		return nil, false
	}
	p := &expressionParser{tokens: tokens}
	e := p.ternary()
	return e, !p.failed && len(p.tokens) == 0
}

type expressionParser struct {
	tokens []token
	depth  int
	failed bool
}

func (p *expressionParser) fail() node {
	p.failed, p.tokens = true, nil
	return nil
}

func (p *expressionParser) peek(n int) token {
	if n >= len(p.tokens) {
		return token{}
	}
	return p.tokens[n]
}

func (p *expressionParser) next() token {
	t := p.peek(0)
	if len(p.tokens) > 0 {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *expressionParser) sees(n int, text string) bool {
	t := p.peek(n)
	return (t.kind == tokenName || t.kind == tokenSymbol) && t.text == text
}

// accept takes the next token if it is the given word or symbol.
func (p *expressionParser) accept(text string) bool {
	if !p.sees(0, text) {
		return false
	}
	p.next()
	return true
}

func (p *expressionParser) expect(text string) {
	if !p.accept(text) {
		p.fail()
	}
}

func (p *expressionParser) ternary() node {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxNesting {
		return p.fail()
	}
	then := p.or()
	if !p.accept("if") {
		return then
	}
	condition := p.or()
	p.expect("else")
	return choice{condition, then, p.ternary()}
}

func (p *expressionParser) or() node {
	e := p.and()
	for p.accept("or") {
		e = logic{"or", e, p.and()}
	}
	return e
}

func (p *expressionParser) and() node {
	e := p.not()
	for p.accept("and") {
		e = logic{"and", e, p.not()}
	}
	return e
}

func (p *expressionParser) not() node {
	count := 0
	for p.accept("not") {
		count++
	}
	e := p.comparison()
	switch {
	case count == 0:
		return e
	case count%2 == 0:
		return negation{negation{e}}
	}
	return negation{e}
}

func (p *expressionParser) comparison() node {
	c := comparison{first: p.sum()}
	for op := p.operator(); op != ""; op = p.operator() {
		c.ops = append(c.ops, op)
		c.rest = append(c.rest, p.sum())
	}
	if len(c.ops) == 0 {
		return c.first
	}
	return c
}

// operator takes a comparison operator, "" if there is none.
func (p *expressionParser) operator() string {
	for _, op := range [...]string{"===", "==", "!=", "<=", ">=", "~=", "<", ">", "in"} {
		if p.accept(op) {
			return op
		}
	}
	switch {
	case p.sees(0, "not") && p.sees(1, "in"):
		p.next()
		p.next()
		return "not in"
	case p.accept("is"):
		if p.accept("not") {
			return "is not"
		}
		return "is"
	}
	return ""
}

func (p *expressionParser) sum() node { return p.binary(p.product, "+", "-") }

func (p *expressionParser) product() node { return p.binary(p.power, "*", "//", "%") }

func (p *expressionParser) binary(operand func() node, ops ...string) node {
	e := operand()
	for {
		i := slices.IndexFunc(ops, p.accept)
		if i < 0 {
			return e
		}
		e = arithmetic{ops[i], e, operand()}
	}
}

func (p *expressionParser) power() node {
	if p.accept("-") {
		return arithmetic{"-", literal{0}, p.postfix()}
	}
	e := p.postfix()
	if p.accept("**") {
		return arithmetic{"**", e, p.postfix()}
	}
	return e
}

// postfix is a primary with the attributes, calls and indices behind it.
func (p *expressionParser) postfix() node {
	e := p.primary()
	for !p.failed {
		switch {
		case p.accept("."):
			if p.peek(0).kind != tokenName {
				return p.fail()
			}
			e = attribute{e, p.next().text}
		case p.accept("("):
			e = call{e, p.list(")")}
		case p.accept("["):
			e = p.subscript(e)
		default:
			return e
		}
	}
	return e
}

func (p *expressionParser) subscript(of node) node {
	var from, to node
	if !p.sees(0, ":") {
		from = p.ternary()
	}
	if !p.accept(":") {
		p.expect("]")
		return index{of, from}
	}
	if !p.sees(0, "]") {
		to = p.ternary()
	}
	p.expect("]")
	return slice{of, from, to}
}

func (p *expressionParser) primary() node {
	switch t := p.next(); {
	case t.kind == tokenString:
		texts := []string{t.text}
		for p.peek(0).kind == tokenString { // side by side, strings are one
			texts = append(texts, p.next().text)
		}
		return literal{strings.Join(texts, "")}
	case t.kind == tokenNumber:
		n, err := strconv.Atoi(t.text)
		if err != nil {
			return p.fail()
		}
		return literal{n}
	case t.kind == tokenName && !slices.Contains([]string{"and", "or", "not", "in", "is", "if", "else", "for", "lambda"}, t.text):
		return name{t.text}
	case t.kind == tokenSymbol && t.text == "(":
		return p.parenthesis()
	case t.kind == tokenSymbol && t.text == "[":
		items := p.list("]")
		if len(items) == 1 {
			if c, ok := items[0].(comprehension); ok {
				return c
			}
		}
		return sequence{items}
	}
	return p.fail()
}

// parenthesis is a value in brackets, or a tuple.
func (p *expressionParser) parenthesis() node {
	if p.accept(")") {
		return sequence{}
	}
	e := p.element()
	if p.accept(")") {
		return e
	}
	p.expect(",")
	return sequence{append([]node{e}, p.list(")")...)}
}

// list reads values up to the closing bracket.
func (p *expressionParser) list(closing string) []node {
	var items []node
	for !p.failed && !p.accept(closing) {
		items = append(items, p.element())
		if !p.accept(",") {
			p.expect(closing)
			break
		}
	}
	return items
}

// element is a value, or a comprehension over one.
func (p *expressionParser) element() node {
	e := p.ternary()
	if !p.accept("for") {
		return e
	}
	c := comprehension{each: e, variable: p.next().text}
	p.expect("in")
	c.of = p.or()
	if p.accept("if") {
		c.condition = p.or()
	}
	return c
}

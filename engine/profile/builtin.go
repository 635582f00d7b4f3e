package profile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// dotted is a module or a function by its name: "os.path", "open".
type dotted string

// method is a function of a value.
type method struct {
	of   any
	name string
}

// opened is a file that a condition opened.
type opened struct{ text string }

// none is Python's None.
type none struct{}

func (s *scope) attribute(e attribute) (any, bool) {
	of, ok := s.value(e.of)
	if !ok {
		return nil, false
	}
	switch of := of.(type) {
	case dotted:
		return s.target.module(string(of) + "." + e.text)
	case *machine:
		return of, true
	case tuple:
		i := slices.Index([]string{"major", "minor", "micro", "releaselevel", "serial"}, e.text)
		if i >= 0 && i < len(of) {
			return of[i], true
		}
	case string, dict, opened:
		return method{of, e.text}, true
	}
	return nil, false
}

// call calls a function of Python's own, of its modules, or of a value.
func (s *scope) call(e call) (any, bool) {
	f, ok := s.value(e.of)
	if !ok {
		return nil, false
	}
	values, ok := s.sequence(e.arguments)
	if !ok {
		return nil, false
	}
	if m := machineOf(f, values); m != nil {
		return m, true
	}
	arguments := values.(tuple)
	if len(e.arguments) == 1 {
		if _, generator := e.arguments[0].(comprehension); generator {
			arguments = tuple{arguments}
		}
	}
	if m := machineOf(arguments...); m != nil {
		return m, true
	}
	switch f := f.(type) {
	case dotted:
		if strings.HasPrefix(string(f), "re.") {
			*s.steps -= matchSteps
		}
		if v, ok := pythonFunction(string(f), arguments); ok {
			return v, true
		}
		return s.target.function(string(f), arguments)
	case method:
		return f.call(arguments)
	}
	return nil, false
}

// pythonFunction calls Python's own functions of one argument, and re's of two.
func pythonFunction(name string, arguments tuple) (any, bool) {
	if name == "re.match" || name == "re.search" || name == "re.fullmatch" {
		return matchPattern(name, arguments)
	}
	if len(arguments) != 1 {
		return nil, false
	}
	items, isSequence := elements(arguments[0])
	switch name {
	case "int":
		return toInt(arguments[0])
	case "str":
		return toString(arguments[0])
	case "bool":
		return truth(arguments[0]), true
	case "len":
		return len(items), isSequence
	case "tuple", "list":
		return items, isSequence
	case "any", "all":
		return anyOrAll(name, items), isSequence
	}
	return nil, false
}

func anyOrAll(name string, items tuple) any {
	decides := name == "any"
	var hangs *machine
	for _, item := range items {
		switch t := truth(item).(type) {
		case bool:
			if t == decides {
				return decides
			}
		case *machine:
			hangs = t
		}
	}
	if hangs != nil {
		return hangs
	}
	return !decides
}

func toInt(v any) (any, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		n, err := strconv.Atoi(trimSpace(v))
		return n, err == nil
	}
	return nil, false
}

func toString(v any) (any, bool) {
	switch v := v.(type) {
	case int:
		return strconv.Itoa(v), true
	case string:
		return v, true
	case version:
		return string(v), true
	}
	return nil, false
}

// matchPattern finds a regular expression. Go's are those of Python but for
// look-around and back-references, which are refused.
func matchPattern(name string, arguments tuple) (any, bool) {
	texts := textsOf(arguments)
	if len(texts) != 2 {
		return nil, false
	}
	pattern := texts[0]
	if len(pattern) > maxPattern || len(texts[1]) > maxMatched {
		return nil, false
	}
	switch name {
	case "re.match":
		pattern = `\A(?:` + pattern + `)`
	case "re.fullmatch":
		pattern = `\A(?:` + pattern + `)\z`
	}
	re, err := regexp.Compile(pattern)
	return err == nil && re.MatchString(texts[1]), err == nil
}

// call is a method of a string, a dictionary or a file.
func (m method) call(arguments tuple) (any, bool) {
	texts := textsOf(arguments)
	if texts == nil && len(arguments) > 0 {
		return m.callWithTuple(arguments)
	}
	switch of := m.of.(type) {
	case string:
		return stringMethod(of, m.name, texts)
	case opened:
		return of.text, m.name == "read" && len(texts) == 0
	case dict:
		if m.name != "get" || len(texts) == 0 || len(texts) > 2 {
			return nil, false
		}
		if v, ok := of[texts[0]]; ok {
			return v, true
		}
		if len(texts) == 2 {
			return texts[1], true
		}
		return none{}, true
	}
	return nil, false
}

// callWithTuple is s.startswith((a, b)) or s.split(sep, n).
func (m method) callWithTuple(arguments tuple) (any, bool) {
	of, isText := m.of.(string)
	if !isText {
		return nil, false
	}
	if choices, ok := arguments[0].(tuple); ok && len(arguments) == 1 {
		texts := textsOf(choices)
		if len(texts) != len(choices) {
			return nil, false
		}
		switch m.name {
		case "startswith":
			return slices.ContainsFunc(texts, func(t string) bool { return strings.HasPrefix(of, t) }), true
		case "endswith":
			return slices.ContainsFunc(texts, func(t string) bool { return strings.HasSuffix(of, t) }), true
		}
		return nil, false
	}
	separator, isText := arguments[0].(string)
	if n, isNumber := arguments[len(arguments)-1].(int); isText && isNumber && m.name == "split" && len(arguments) == 2 && n >= 0 && separator != "" {
		return tupleOf(strings.SplitN(of, separator, n+1)), true
	}
	return nil, false
}

func stringMethod(of, name string, arguments []string) (any, bool) {
	switch len(arguments) {
	case 0:
		switch name {
		case "lower":
			return strings.ToLower(of), true
		case "upper":
			return strings.ToUpper(of), true
		case "strip":
			return trimSpace(of), true
		case "split":
			return tupleOf(strings.FieldsFunc(of, isSpace)), true
		case "isdigit":
			return isNumber(of), true
		}
	case 1:
		switch name {
		case "startswith":
			return strings.HasPrefix(of, arguments[0]), true
		case "endswith":
			return strings.HasSuffix(of, arguments[0]), true
		case "split":
			return tupleOf(strings.Split(of, arguments[0])), arguments[0] != ""
		case "count":
			return strings.Count(of, arguments[0]), arguments[0] != ""
		case "find":
			return strings.Index(of, arguments[0]), true
		}
	case 2:
		replaced := strings.Count(of, arguments[0])*len(arguments[1]) + len(of)
		if name == "replace" && replaced <= maxText {
			return strings.ReplaceAll(of, arguments[0], arguments[1]), true
		}
	}
	return nil, false
}

// textsOf gives arguments that are all strings, else nil.
func textsOf(arguments tuple) []string {
	texts := make([]string, 0, len(arguments))
	for _, a := range arguments {
		switch a := a.(type) {
		case string:
			texts = append(texts, a)
		case version:
			texts = append(texts, string(a))
		default:
			return nil
		}
	}
	return texts
}

func tupleOf(texts []string) tuple {
	items := make(tuple, len(texts))
	for i, t := range texts {
		items[i] = t
	}
	return items
}

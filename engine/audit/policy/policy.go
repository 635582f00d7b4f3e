// Package policy reads an audit's policy from a profile: the section
// [audit-policy], which profiles extend and add to as they do with any other, so
// that the exceptions of a component come with the component.
//
//	[audit-policy]
//	glibc = 2.31
//	cpu = v1
//	build = error
//	except +=
//	  S08 libxml2 bin/xml2-config: it names its own zlib, which is declared
//
// To Buildout it is a section without a recipe, which does nothing.
package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/profile"
)

// Section is the section's name.
const Section = profile.AuditPolicy

// What errors do to a build, the values of the option "build".
const (
	Fail = "error"   // the build fails, and nothing of it gets into the store
	Warn = "warning" // the build warns
	Off  = "off"     // nothing is looked at
)

// Read gives the policy of a profile for parts built with a toolchain whose
// glibc has the given version, "2.31": what it does not say is the default. Errors
// are *profile.Error.
func Read(p *profile.Profile, glibc string) (*audit.Policy, error) {
	o := &audit.Policy{Settings: audit.Settings{GLibC: glibc, CPU: "v1"}, Build: Fail}
	if _, ok := p.Header(Section); !ok {
		return o, nil
	}
	options, err := p.Options(Section)
	if err != nil {
		return nil, err
	}
	for _, option := range options {
		if err := set(p, o, option); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func set(p *profile.Profile, o *audit.Policy, option profile.Option) (err error) {
	switch option.Name {
	case "glibc":
		o.GLibC, err = choice(option, audit.Ceilings())
	case "cpu":
		o.CPU, err = choice(option, []string{"v1", "v2", "v3", "v4"})
	case "build":
		o.Build, err = choice(option, []string{Fail, Warn, Off})
	case "except":
		o.Exceptions, err = exceptions(p, option)
	case "<":
	default:
		err = &profile.Error{
			Position: option.Position(), Msg: fmt.Sprintf("unknown option %q in [%s]", option.Name, Section),
			Hint: "the options are: glibc, cpu, build, except",
		}
	}
	return err
}

func choice(option profile.Option, all []string) (string, error) {
	value := strings.TrimSpace(option.Value)
	if !slices.Contains(all, value) {
		return "", &profile.Error{
			Position: option.Position(), Msg: fmt.Sprintf("[%s] %s: there is no %q", Section, option.Name, value),
			Hint: "it is one of: " + strings.Join(all, ", "),
		}
	}
	return value, nil
}

// exceptions reads what every file adds, so that each knows its line. A later
// "=" replaces what was before; "-=" takes equal lines away.
func exceptions(p *profile.Profile, option profile.Option) (all []audit.Exception, err error) {
	for _, c := range option.From {
		if c.Op == "=" {
			all = nil
		}
		for line := range strings.Lines(c.Text) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			e, err := exception(line, p.Where(c, line))
			if err != nil {
				return nil, err
			}
			if c.Op != "-=" {
				all = append(all, e)
				continue
			}
			all = slices.DeleteFunc(all, func(o audit.Exception) bool {
				return o.Rule == e.Rule && o.Part == e.Part && o.What == e.What
			})
		}
	}
	return all, nil
}

// exception reads "RULE PART WHAT: reason".
func exception(line string, at profile.Position) (audit.Exception, error) {
	bad := func(what string) error {
		return &profile.Error{
			Position: at, Msg: fmt.Sprintf("[%s] except: %s: %q", Section, what, line),
			Hint: "an exception is RULE PART WHAT: reason, such as S08 libxml2 bin/xml2-config: it names its own zlib",
		}
	}
	head, reason, ok := strings.Cut(line, ": ")
	words := strings.Fields(head)
	if reason = strings.TrimSpace(reason); !ok || reason == "" {
		return audit.Exception{}, bad("the reason is missing")
	}
	if len(words) != 3 {
		return audit.Exception{}, bad("not a rule, a part and what it is about")
	}
	e := audit.Exception{Rule: audit.ID(words[0]), Part: words[1], What: words[2], Reason: reason, Place: audit.Place{File: at.File, Line: at.Line}}
	if _, ok := audit.Find(e.Rule); !ok {
		return e, bad(fmt.Sprintf("there is no rule %q", words[0]))
	}
	for _, pattern := range words[1:] {
		if _, err := path.Match(pattern, ""); err != nil {
			return e, bad(fmt.Sprintf("bad pattern %q", pattern))
		}
	}
	return e, nil
}

package profile

import (
	"fmt"
	"regexp"
	"strings"
)

// Pin is what the versions section says of one distribution.
type Pin struct {
	Name    string // as written: "zc.buildout"
	Version string // exact: "3.0.1+slapos010"; or, behind an operator, a constraint: ">=2.0"
	Wheel   bool   // ":whl": only a wheel will do
	Position
}

// pinPattern is loose on purpose: whether a version is one of PEP 440 is for who
// looks for it. What it refuses can be no version at all.
const pinPattern = `^(([0-9A-Za-z][0-9A-Za-z.!+_*-]*)(:whl)?|(([<>]=?|[!=~]=)\s*[0-9A-Za-z.!+_*-]+\s*(,\s*|$))+)$`

// Pins are the pins of the section that buildout:versions names, in the order of
// their names. It is an error of the profile when one of them is no version.
func (p *Profile) Pins() ([]Pin, error) {
	name := trimSpace(fold(p.sections[rootSection].options["versions"]))
	options, err := p.Options(name)
	if err != nil {
		return nil, err
	}
	var pins []Pin
	pattern := regexp.MustCompile(pinPattern)
	for _, o := range options {
		text := trimSpace(o.Value)
		if text == "" || strings.Contains(text, "${") {
			continue
		}
		if !pattern.MatchString(text) {
			return nil, &Error{
				Position: o.Position(), Msg: fmt.Sprintf("[%s] %s: %q is no version", name, o.Name, text),
				Hint: "a pin is a version (1.2.3), a version that must be a wheel (1.2.3:whl), or a constraint (>=1.2)", Err: ErrSyntax,
			}
		}
		version, isWheel := strings.CutSuffix(text, ":whl")
		pins = append(pins, Pin{o.Name, version, isWheel, o.Position()})
	}
	return pins, nil
}

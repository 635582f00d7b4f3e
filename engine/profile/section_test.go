package profile

import (
	"fmt"
	"strings"
	"testing"
)

// reading is a recipe that reads the section which the option "env" names.
func reading(seen map[string]string) Initialise {
	return func(pt *Part) (map[string]string, error) {
		if name := pt.Options["env"]; name != "" {
			options, err := pt.Section("env", name)
			if err != nil {
				return nil, err
			}
			for _, o := range options {
				seen[pt.Name] += fmt.Sprintf("%s=%s (%s) ", o.Name, o.Value, o.Position())
			}
		}
		return located(pt)
	}
}

func TestSection(t *testing.T) {
	tests := []struct{ name, text, order, want string }{
		{
			"plain", "[a]\nrecipe = r\nenv = e\n[e]\nB = 2\nA = 1", "a()",
			"A=1 (buildout.cfg:6) B=2 (buildout.cfg:5) ",
		},
		{
			"parts that the values come from", "[a]\nrecipe = r\nenv = e\nx = ${b:location}\n[b]\nrecipe = r\n[c]\nrecipe = r\n[e]\nA = ${c:location}\nB = ${b:location}",
			"b() c() a(b,c)", "A=/store/c (buildout.cfg:10) B=/store/b (buildout.cfg:11) ",
		},
		{
			"through further sections and macros", "[a]\nrecipe = r\nenv = e\n[c]\nrecipe = r\n[e]\n<= m\n[m]\nA = ${n:x}\n[n]\nx = ${c:location}",
			"c() a(c)", "A=/store/c (buildout.cfg:9) ",
		},
		{
			"refers back to the part", "[a]\nrecipe = r\nenv = e\ny = 1\n[e]\nA = ${a:y}", "a()",
			"A=1 (buildout.cfg:6) ",
		},
		{
			"a part", "[a]\nrecipe = r\nenv = c\n[c]\nrecipe = r\n=> d\n[d]\nrecipe = r", "d() c(d) a(c)",
			"recipe=r (buildout.cfg:5) ",
		},
		{
			"a part's location is what its recipe set", "[a]\nrecipe = r\nenv = c\n[c]\nlocation = x\nrecipe = r", "c() a(c)",
			"location=/store/c (buildout.cfg:5) recipe=r (buildout.cfg:6) ",
		},
		{
			"of the own part", "[a]\nrecipe = r\nenv = a", "a()", "env=a (buildout.cfg:3) recipe=r (buildout.cfg:2) ",
		},
		{"empty", "[a]\nrecipe = r\nenv = e\n[e]", "a()", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := map[string]string{}
			order, _ := resolve(t, tt.text, reading(seen), "a")
			equal(t, "order", order, tt.order)
			equal(t, "options", seen["a"], tt.want)
		})
	}
}

func TestSectionErrors(t *testing.T) {
	tests := []struct {
		name, text, want, hint string
		cause                  error
	}{
		{
			"unknown", "[a]\nrecipe = r\nenv = evn\n[env]",
			"buildout.cfg:3: unknown section [evn]", `did you mean "env"?`, ErrUnknown,
		},
		{
			"a bad reference within", "[a]\nrecipe = r\nenv = e\n[e]\nA = ${b:locatoin}\n[b]\nrecipe = r",
			`buildout.cfg:5: [b] has no option "locatoin"`, `did you mean "location"?`, ErrUnknown,
		},
		{
			"needs the part itself", "[a]\nrecipe = r\nenv = e\n[e]\nA = ${b:location}\n[b]\nrecipe = r\nx = ${a:location}",
			"buildout.cfg:8: parts need each other: a -> b -> a", "", ErrCircular,
		},
		{
			"macros in a loop", "[a]\nrecipe = r\nenv = e\n[e]\n<= e",
			"buildout.cfg:5: sections start from each other: e <= e", "", ErrCircular,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, tt.text).Resolve([]string{"a"}, reading(map[string]string{}))
			wants(t, err, tt.want, tt.hint, tt.cause)
		})
	}
}

func TestSectionOnlyWhileThePartIsInitialised(t *testing.T) {
	_, parts := resolve(t, "[a]\nrecipe = r\n[e]\nA = 1", located, "a")
	if _, err := parts["a"].Section("env", "e"); err == nil || !strings.Contains(err.Error(), "not being initialised") {
		t.Errorf("error %v", err)
	}
}

func TestListed(t *testing.T) {
	const text = "[buildout]\nparts = ${list:of}\n[list]\nof = ${b:names}\n[a]\nrecipe = r\nx = ${c:location}\n[b]\nrecipe = r\nnames = a\n[c]\nrecipe = r"
	for _, tt := range []struct {
		name  string
		asked []string
		want  string
	}{
		{"by the profile, through a part", nil, "a"},
		{"by name", []string{"c", "b"}, "c b"},
		{"by name, also needed", []string{"a", "c"}, "c a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts, err := load(t, text).Resolve(tt.asked, located)
			if err != nil {
				t.Fatal(err)
			}
			var listed []string
			for _, pt := range parts {
				if pt.Listed {
					listed = append(listed, pt.Name)
				}
			}
			equal(t, "listed", strings.Join(listed, " "), tt.want)
		})
	}
}

package profile

import (
	"fmt"
	"strings"
	"testing"
)

func TestMentions(t *testing.T) {
	p := load(t, `[buildout]
[macro]
shared = ${c:location}
[a]
<= macro
=> d
options =
  ${:own} ${a:own} $${no:reference}
# ${comment:x}
  ${b:location} ${b:location}/lib
own = 1
[b]
[c]
[d]
`)
	all, err := p.Mentions("a")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		got = append(got, fmt.Sprintf("%d %s %s>%s", m.Line, m.Option, m.Section, m.To))
	}
	const want = "6 => a>d, 10 options a>b, 10 options a>b, 3 shared a>c"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("mentions\n got  %s\n want %s", s, want)
	}
	if all, err := p.Mentions("none"); len(all) != 0 || err != nil {
		t.Errorf("of no section: %v, %v", all, err)
	}
}

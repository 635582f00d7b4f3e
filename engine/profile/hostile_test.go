package profile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const mebibyte = 1 << 20

// TestOneMiBOfAnything reads profiles that are nothing but one thing, a MiB of it:
// each comes to an end, if by an error, and takes memory in proportion.
func TestOneMiBOfAnything(t *testing.T) {
	fill := func(before, each string) string { return before + strings.Repeat(each, mebibyte/len(each)) }
	count := func(before, format string) string {
		var b strings.Builder
		b.WriteString(before)
		for i := 0; b.Len() < mebibyte; i++ {
			b.WriteString(strings.ReplaceAll(strings.ReplaceAll(format, "#N", fmt.Sprint(i+1)), "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"zeros":               fill("", "\x00"),
		"not UTF-8":           fill("", "\xff"),
		"brackets":            fill("", "["),
		"no sections":         fill("", "a\n"),
		"a long line":         fill("[s]\na = ", "x"),
		"a long name":         fill("[s]\n", "x") + " = 1",
		"blank lines":         fill("[s]\na =\n", "\n"),
		"comments":            fill("[s]\na = 1\n", "#\n"),
		"deep indentation":    fill("[s]\na =\n", " "),
		"headers":             fill("", "[s]\n"),
		"sections":            count("", "[s#]\n"),
		"options":             count("[s]\n", "o# = 1\n"),
		"additions":           fill("[s]\n", "o += x\n"),
		"removals":            count("[s]\no = x\n", "o += #\no -= #\n"),
		"removals of blocks":  fill("[s]\n", "o -=\n  x\n"),
		"assignments":         fill("[s]\n", "o = x\n"),
		"opened references":   fill("[s]\no = ", "${"),
		"dollars":             fill("[s]\no = ", "$"),
		"references":          fill("[s]\np = 1\no = ", "${:p}"),
		"itself":              fill("[s]\no = ", "${:o}"),
		"a chain":             count("[s]\no0 = 1\n", "o#N = ${:o#}\n"),
		"a chain of sections": count("[s0]\no = 1\n", "[s#N]\no = ${s#:o}\n"),
		"a chain of parts":    count("[s0]\nrecipe = r\no = 1\n", "[s#N]\nrecipe = r\no = ${s#:o}\n"),
		"a loop of parts":     count("[s0]\nrecipe = r\no = ${s1:o}\n", "[s#N]\nrecipe = r\no = ${s#:o}\n"),
		"doubling":            count("[s]\no0 = 1\n", "o#N = ${:o#}${:o#}\n"),
		"doubling lines":      count("[s]\no0 = 1\n", "o#N =\n  ${:o#}\n  ${:o#}\n"),
		"macros":              count("[m0]\nx = 1\n", "[m#N]\n<= m#\n"),
		"two macros each":     count("[m0]\nx = 1\n", "[m#N]\n<= m#\n  m#\n"),
		"macro of all":        count("[m]\nx = 1\n", "[s#]\n<= m\nx += 1\n"),
		"unknown macros":      count("", "[m#]\n<= n#\n"),
		"unknown references":  count("", "[m#]\nx = ${n#:y}\n"),
		"long unknown name":   fill("[s]\no = ${", "x") + ":y}",
		"parts":               count("[buildout]\nparts =", " p#"),
		"dependencies":        count("[a]\nrecipe = r\n=>", " p#"),
		"extends":             count("[buildout]\nextends =", " f#.cfg"),
		"optional extends":    count("[buildout]\noptional-extends =", " f#.cfg"),
		"itself many times":   fill("[buildout]\noptional-extends =", " x/../none.cfg"),
		"conditions":          count("", "[s: python3 and # == #]\n"),
		"a deep condition":    fill("[s:", "(") + "]",
		"nots":                fill("[s:", "not ") + "True]",
		"a long condition":    fill("[s: True", " and True") + "]",
		"loops in conditions": fill("[s: [[[c for c in 'x' + y] for b in 'xx'] for a in '", "x") + "']]",
		"a pattern":           fill("[s: re.match('", "(a*)*") + "', 'a')]",
		"a pattern each":      fill("[s: any([re.match('(a?){500}b', 'aaaaaaaaaaaaaaaaaaaa') for x in '", "x") + "'])]",
		"texts that grow":     fill("[s: ['"+strings.Repeat("a", 9000)+"'.replace('a', '"+strings.Repeat("b", 100)+"') for x in '", "x") + "']]",
		"texts side by side":  fill("[s: ", "'a'") + "]",
		"macros of many":      count(count("[a]\n", "o# =\n")[:mebibyte/2]+"\n", "[b#]\n<=a\n"),
		"macros that add":     count("[m0]\nx = 1\n", "[m#N]\n<= m#\no# = 1\n"),
		"lent values":         fill(fill("[buildout]\nparts = b\n[b]\nrecipe = r\nx = ${a:location}\nbig =\n", "  l\n")[:mebibyte/4]+"\nbig -= l\n[a]\nrecipe = r\ny = ", "${b:big}"),
		"a path":              fill("[buildout]\nextends = ", "./"),
		"one failure for all": count(fill("[v]\nv = a\n", " a\n")[:mebibyte/2]+"\n ${none:x}\n[s]\n", "o# = ${v:v}\n"),
		"versions":            count("[versions]\n", "p# = #.#\n"),
		"a bad version":       fill("[versions]\np = ", "1 "),
		"target files":        count("[buildout]\ntarget-files =\n", "  /f#\n"),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			exhaust(t, text)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 6<<30 {
				t.Errorf("%d MiB allocated", took/mebibyte)
			}
		})
	}
}

// exhaust does with a profile all that this package can do.
func exhaust(t *testing.T, text string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "buildout.cfg")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := Load(file, LoadOptions{})
	if err != nil {
		checkMessage(t, err)
		return
	}
	res, err := p.ResolveAll(nil, func(*Part) (map[string]string, error) { return map[string]string{"location": "/l"}, nil })
	if err != nil {
		checkMessage(t, err)
		return
	}
	for _, err := range res.Failures {
		checkMessage(t, err)
	}
	for _, section := range p.Sections() {
		p.Held(section)
		for _, o := range res.Options(section) {
			if o.Err != nil {
				checkMessage(t, o.Err)
			}
			if len(o.Value) > maxValue {
				t.Fatalf("%s:%s has %d bytes", section, o.Name, len(o.Value))
			}
		}
	}
}

// checkMessage says whether an error is one of a profile.
func checkMessage(t *testing.T, err error) {
	t.Helper()
	var one *Error
	var several Errors
	if !errors.As(err, &one) && !errors.As(err, &several) {
		t.Fatalf("%T: %v", err, err)
	}
}

// FuzzProfile checks what must hold for any profile at all: it is read, resolved
// and shown, or an error of the profile says why not.
func FuzzProfile(f *testing.F) {
	f.Add("[buildout]\nparts = a\n[a]\nrecipe = r\nx = ${b:y} $${c} ${:x\n[b]\n<= c\ny += 1\n[c]\ny = ${buildout:directory}\n")
	f.Add("[buildout]\nparts = ${a:b}\nextends = x\n[a]\n=> b\nb = ${a:b}\n[b]\nrecipe =\n<= b\n")
	f.Add("[a]\nx = ${:y}${:y}\ny = ${:z}${:z}\nz = ${a:_profile_base_location_}\n")
	f.Add("[a: platform.release() < '5']\nx = 1\n[b]\n<= a\nx -= 1\nx += ${a:x}\n")
	f.Add("[buildout]\ntarget-files = /x=1\nversions = v\noffline = ${v:p}\n[v]\np = true\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		exhaust(t, text)
	})
}

// FuzzSubstitute checks that a value is taken apart and put together again: what
// is between the references is kept, but for $${.
func FuzzSubstitute(f *testing.F) {
	for _, seed := range []string{"", "$", "$$", "$${", "${a:b}", "x${:y}z", "$$${a:b}$${c}", "${", "${a", "${a:b}}", "$${a:b}", "${a:b}{c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pieces, fault := splitTemplate(text)
		if fault != nil {
			if !strings.Contains(text, "${") || fault.Msg == "" || len(fault.Chain) != 1 || !strings.Contains(text, fault.Chain[0]) {
				t.Fatalf("%q: %+v", text, fault)
			}
			return
		}
		var whole strings.Builder
		for _, p := range pieces {
			if p.to.option != "" && (!strings.HasPrefix(p.text, "${") || !strings.HasSuffix(p.text, "}")) {
				t.Fatalf("%q: reference %q", text, p.text)
			}
			whole.WriteString(p.text)
		}
		if got, want := len(whole.String()), len(text); got > want || got < want-strings.Count(text, "$${") {
			t.Fatalf("%q comes out as %q", text, whole.String())
		}
	})
}

// FuzzCondition checks that any text is decided one way for a target, or refused.
func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		"python3", "not python2 and (bits64 or linux)", "sys.version_info[:2] < (3, 12)", "platform.release() < '4'",
		"[int(q) for q in platform.release().split('.')[:2]] < [4, 14]", "re.match(r'\\d', '1')", "python_version ~= '3.9'",
		"'a' if True else 1", "2**31 < sys.maxsize", "open('/x').read()", "{'a': 1}", "x(", "'\\",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target := Target{Release: "5.1", Distro: "debian 11", Files: map[string]string{"/x": "1"}}.withDefaults()
		first, reads := evaluate(text, target)
		if second, _ := evaluate(text, target); second != first {
			t.Fatalf("%q: %v, then %v", text, first, second)
		}
		if (first == undecided) != (reads != nil) {
			t.Fatalf("%q: %v reads %v", text, first, reads)
		}
		if first == isTrue || first == isFalse {
			if negated, _ := evaluate("not ("+text+")", target); negated == first {
				t.Fatalf("%q: %v, and so is its negation", text, first)
			}
		}
	})
}

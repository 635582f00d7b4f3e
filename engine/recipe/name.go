package recipe

import (
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
)

// outputName is the part's name and version, made safe for a path. Of the
// version, which is for people, anything may be replaced; of the name only
// what profiles are known to use.
func outputName(p *profile.Part, version string) (string, error) {
	name := replace(p.Name, func(r rune) bool { return strings.ContainsRune("~@", r) })
	if version != "" {
		name += "-" + replace(version, func(r rune) bool { return !action.NameCharacter(r) })
	}
	if err := action.CheckName(name); err != nil {
		return "", optionError(p, "", "a part's name becomes part of a path: use letters, digits and + - . _", "%v", err)
	}
	return name, nil
}

func replace(text string, bad func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return '_'
		}
		return r
	}, text)
}

// versionOf is the part's version option, or what the name of its source
// says.
func versionOf(p *profile.Part) string {
	if v := strings.TrimSpace(p.Options["version"]); v != "" {
		return v
	}
	r, err := fetch.NewRequest(strings.TrimSpace(p.Options["url"]))
	if err != nil {
		return "" // is reported where the source is declared
	}
	return versionInName(r.Name)
}

// versionInName finds the version in an archive's name: "boost_1_71_0.tar.gz",
// "zlib_1.2.13.dfsg.orig.tar.bz2", "v2.1.zip"; "" when none is recognised.
func versionInName(file string) string {
	stem, ok := cutArchive(file)
	if !ok {
		return ""
	}
	for i := range len(stem) {
		first := i == 0
		if !first && stem[i-1] != '-' && stem[i-1] != '_' {
			continue
		}
		text := stem[i:]
		rest, marked := strings.CutPrefix(text, "v")
		// A name may start with a digit (7zip): alone, a version has a dot.
		if first && !marked && !strings.HasPrefix(strings.TrimLeft(rest, digitSet), ".") {
			continue
		}
		if isVersion(rest) {
			return rest
		}
	}
	return ""
}

const digitSet = "0123456789"

// isVersion wants a digit at the start and behind every - and _: what follows
// one of them and starts with a letter is a word ("x86_64-linux").
func isVersion(text string) bool {
	wantDigit := true
	for _, r := range text {
		isDigit := r >= '0' && r <= '9'
		if wantDigit && !isDigit || !action.NameCharacter(r) && r != '~' {
			return false
		}
		wantDigit = r == '-' || r == '_'
	}
	return !wantDigit
}

// cutArchive takes the endings off an archive's name; ok is false when it has
// none.
func cutArchive(file string) (stem string, ok bool) {
	for _, ending := range []string{".gz", ".bz2", ".xz", ".zst", ".lz", ".lzma", ".Z"} {
		if stem, ok = strings.CutSuffix(file, ".tar"+ending); ok {
			break
		}
	}
	for _, ending := range []string{".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".zip", ".7z"} {
		if ok {
			break
		}
		stem, ok = strings.CutSuffix(file, ending)
	}
	for _, ending := range []string{".orig", "-src", ".src", "-source"} {
		stem = strings.TrimSuffix(stem, ending)
	}
	return stem, ok
}

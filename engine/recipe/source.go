package recipe

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"belljar.build/engine/action"
	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
)

// digests are the checksums that a part's options give for its url.
func digests(p *profile.Part) ([]fetch.Digest, error) {
	var all []fetch.Digest
	for _, algorithm := range []string{"md5", "sha1", "sha256", "sha384", "sha512"} {
		option := algorithm + "sum"
		hex := strings.TrimSpace(p.Options[option])
		if hex == "" {
			continue
		}
		d, err := fetch.ParseDigest(algorithm + "=" + hex)
		if err != nil {
			return nil, optionError(p, option, "", "%s: %v", option, err)
		}
		all = append(all, d)
	}
	return all, nil
}

// addSource declares what option's url names as a source of the draft, and
// gives the name under which steps find it. Of the url only that name gets
// into the action: where the file comes from is no input of the build.
func addSource(p *profile.Part, c Context, d *Draft, option, url string, pins []fetch.Digest) (string, error) {
	r, err := fetch.NewRequest(url)
	if err != nil {
		return "", optionError(p, option, "", "%s: %v", option, err)
	}
	if !utf8.ValidString(r.Name) {
		return "", optionError(p, option, "", "%s: the name of the file, %q, is not UTF-8", option, r.Name)
	}
	r.Digests = append(r.Digests, pins...)
	if one, other, ok := contradiction(r.Digests); ok {
		return "", optionError(p, option, "keep the right one", "%s: two checksums contradict each other: %s and %s", option, one, other)
	}
	for _, s := range d.Sources {
		if s.URL == r.URL && slices.Equal(s.Digests, r.Digests) {
			return s.Name, nil
		}
	}
	r.Name = freeName(d, r.Name)
	r.Position = p.Position(option).String()
	r.SHA256 = c.Digest(r)
	d.Sources = append(d.Sources, r)
	d.Action.Sources = append(d.Action.Sources, action.Source{Name: r.Name, SHA256: r.SHA256})
	return r.Name, nil
}

func contradiction(all []fetch.Digest) (one, other fetch.Digest, ok bool) {
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.Algorithm == b.Algorithm && a.Hex != b.Hex {
				return a, b, true
			}
		}
	}
	return fetch.Digest{}, fetch.Digest{}, false
}

// freeName numbers a source whose name another source of the draft has.
func freeName(d *Draft, name string) string {
	free := name
	for n := len(d.Sources); taken(d, free); n++ {
		free = fmt.Sprintf("%d-%s", n, name)
	}
	return free
}

func taken(d *Draft, name string) bool {
	return slices.ContainsFunc(d.Sources, func(s fetch.Request) bool { return s.Name == name })
}

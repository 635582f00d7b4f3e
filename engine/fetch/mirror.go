package fetch

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// snapshotTime is the moment of the Debian archive that pins are known to be
// found at: later than every pin that belljar ships.
const snapshotTime = "20261123T000000Z"

const snapshotArchive = "https://snapshot.debian.org/archive/"

// candidates are the URLs and paths that source stands for, in the order of
// asking. An error wraps ErrRequest.
func (f *Fetcher) candidates(source string) ([]string, error) {
	scheme, rest, _ := strings.Cut(source, "://")
	switch {
	case IsLocal(source):
		return []string{source}, nil
	case strings.EqualFold(scheme, "http"), strings.EqualFold(scheme, "https"):
		u, err := parseURL(source)
		if err == nil {
			err = checkWeb(u)
		}
		return []string{source}, err
	case scheme != "mirror":
		return nil, fmt.Errorf("%w: scheme %q is not supported (http, https, file, mirror)", ErrRequest, scheme)
	}
	name, path, _ := strings.Cut(rest, "/")
	bases := f.mirrors(name)
	if len(bases) == 0 {
		known := slices.AppendSeq([]string{"debian", "debian-security"}, maps.Keys(f.config.Mirrors))
		slices.Sort(known)
		known = slices.Compact(known)
		return nil, fmt.Errorf("%w: mirror %q is not known (%s are)", ErrRequest, name, strings.Join(known, ", "))
	}
	if err := checkMirrorPath(path); err != nil {
		return nil, err
	}
	var all []string
	for _, base := range bases {
		all = append(all, strings.TrimRight(base, "/")+"/"+path)
	}
	return all, nil
}

// checkMirrorPath keeps path beneath the mirror, which may be a local folder.
func checkMirrorPath(path string) error {
	plain, err := url.PathUnescape(path)
	if err != nil {
		return fmt.Errorf("%w: decode %q: %v", ErrRequest, path, err)
	}
	if path == "" || slices.Contains(strings.Split(plain, "/"), "..") {
		return fmt.Errorf("%w: %q is no path in a mirror", ErrRequest, path)
	}
	return nil
}

// mirrors are the base URLs of a mirror's name: the configured ones, then those
// that every machine has for Debian.
func (f *Fetcher) mirrors(name string) []string {
	bases := slices.Clone(f.config.Mirrors[name])
	switch name {
	case "debian":
		bases = append(bases, f.apt().debian...)
	case "debian-security":
		bases = append(bases, f.apt().security...)
	default:
		return bases
	}
	return append(bases, snapshotArchive+name+"/"+snapshotTime)
}

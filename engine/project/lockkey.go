package project

import (
	"path/filepath"
	"slices"
	"strings"

	"belljar.build/engine/fetch"
)

// lockKey is what the lock calls a source: its URL, with the weaker checksums
// of the profile. Two things hang on it:
//   - a file beside the profile has the same name in every checkout, also when
//     the profile writes ${:_profile_base_location_}/x.patch;
//   - an entry holds only as long as the profile asks for the same file: with
//     another md5sum it is another entry, not the old file. A sha256 is
//     compared with the entry itself.
func (p *Project) lockKey(r fetch.Request) string {
	key := p.portable(r.URL)
	separator := "#"
	if strings.Contains(key, "#") {
		separator = "&"
	}
	var weaker []string
	for _, d := range r.Digests {
		if d.Algorithm == "sha256" {
			return key
		}
		if text := d.Algorithm + "=" + d.Hex; !slices.Contains(weaker, text) {
			weaker = append(weaker, text)
		}
	}
	if len(weaker) == 0 {
		return key
	}
	return key + separator + strings.Join(weaker, "&")
}

// portable writes a file in one of the profile's own folders relative to the
// project's; any other URL is as the profile has it.
func (p *Project) portable(url string) string {
	path, scheme := url, ""
	if rest, ok := strings.CutPrefix(url, "file://"); ok {
		path, scheme = rest, "file:"
	}
	if !filepath.IsAbs(path) {
		return url
	}
	for _, folder := range p.folders {
		if inside, err := filepath.Rel(folder, path); err != nil || !filepath.IsLocal(inside) {
			continue
		}
		if relative, err := filepath.Rel(p.folders[0], path); err == nil {
			return scheme + relative
		}
	}
	return url
}

// findFolders lists the folders of the profile's files, the project's first.
func (p *Project) findFolders() error {
	for _, file := range append([]string{filepath.Join(p.dir, LockName)}, p.Profile.Files()...) {
		if strings.Contains(file, "://") {
			continue
		}
		folder, err := filepath.Abs(filepath.Dir(file))
		if err != nil {
			return err
		}
		if !slices.Contains(p.folders, folder) {
			p.folders = append(p.folders, folder)
		}
	}
	return nil
}

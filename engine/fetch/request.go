package fetch

import "fmt"

// Request asks for one file.
type Request struct {
	// URL is http://, https://, file://, mirror://NAME/path, or a path relative
	// to Config.Base. A fragment such as #md5=HEX or #HEX is a digest too.
	URL string
	// Name is the file name that folders are searched for. Default: the last
	// element of the URL's path, percent-decoded. Example: "zlib-1.3.tar.gz".
	Name string
	// Title is what progress calls the file. Default: Name.
	Title string
	// Digests are the profile's pins; the file must have them all.
	Digests []Digest
	// SHA256 is the lock's pin, "" when the lock has none.
	SHA256 string
	// Position is the option that asks, for errors. Example: "zlib.cfg:3".
	Position string
}

// Result is a request that was met. Its Request is completed: URL has lost its
// digest fragment (as SplitURL gives it: the lock's key), Digests holds that
// fragment's digest, Name is filled in.
type Result struct {
	Request
	Path   string // the file in the cache: read-only, complete, checked
	SHA256 string // of the file, 64 hex digits
	Size   int64  // bytes
	From   string // where the bytes came from: FromCache, a path, or a URL
	Weak   bool   // only MD5 or SHA-1 pinned it: no strong digest and no lock
}

// FromCache is the From of a file that nothing had to be asked for.
const FromCache = "cache"

// pin is a digest and who asks for it.
type pin struct {
	Digest
	by string
}

// pins are all digests that the file must have. The profile's come first: a
// file that fails them is wrong, one that fails the lock alone may be new.
func (r Request) pins() []pin {
	var all []pin
	by := "profile"
	if r.Position != "" {
		by += ", " + r.Position
	}
	for _, d := range r.Digests {
		all = append(all, pin{d, by})
	}
	if r.SHA256 != "" {
		all = append(all, pin{Digest{"sha256", r.SHA256}, "lock"})
	}
	return all
}

// sha256 is the pinned SHA-256, or "".
func (r Request) sha256() string {
	for _, p := range r.pins() {
		if p.Algorithm == "sha256" {
			return p.Hex
		}
	}
	return ""
}

// weak says that r is pinned, but by weak digests only.
func (r Request) weak() bool {
	for _, p := range r.pins() {
		if !p.Weak() {
			return false
		}
	}
	return len(r.pins()) > 0
}

// complete gives r as it stands in a Result, or an error that wraps ErrRequest.
func (r Request) complete() (Request, error) {
	source, digests, err := SplitURL(r.URL)
	if err != nil {
		return r, err
	}
	r.URL = source
	r.Digests = append(append([]Digest(nil), r.Digests...), digests...)
	for _, p := range r.pins() {
		if err := p.check(); err != nil {
			return r, err
		}
	}
	if r.Name == "" {
		if r.Name, err = nameOf(source); err != nil {
			return r, err
		}
	}
	if !isFileName(r.Name) {
		return r, fmt.Errorf("%w: %q is no file name: give one", ErrRequest, r.Name)
	}
	return r, nil
}

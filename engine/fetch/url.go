package fetch

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// IsLocal says whether rawURL is a path or a file:// URL: something that is read
// from the machine itself on every fetch, and that a lock need not record.
func IsLocal(rawURL string) bool {
	scheme, _, ok := strings.Cut(rawURL, "://")
	return !ok || strings.EqualFold(scheme, "file") || strings.ContainsAny(scheme, "/#?")
}

// SplitURL takes the digests out of rawURL's fragment: source is the URL without
// them, and the key under which a lock holds it. Of #md5=HEX&egg=NAME only the
// digest is taken; a lone #HEX is a digest, unless it has the 40 digits of a git
// commit. Errors wrap ErrRequest.
func SplitURL(rawURL string) (source string, digests []Digest, err error) {
	at := strings.LastIndexByte(rawURL, '#')
	if at < 0 {
		return rawURL, nil, nil
	}
	source, fragment := rawURL[:at], rawURL[at+1:]
	var rest []string
	for _, piece := range strings.Split(fragment, "&") {
		if !looksLikeDigest(piece) {
			rest = append(rest, piece)
			continue
		}
		d, err := ParseDigest(piece)
		if err != nil {
			return "", nil, err
		}
		digests = append(digests, d)
	}
	if len(rest) > 0 {
		source += "#" + strings.Join(rest, "&")
	}
	return source, digests, nil
}

// looksLikeDigest decides by the algorithm's name, so that a digest with a digit
// too few is an error and not a fragment that means nothing.
func looksLikeDigest(piece string) bool {
	if algorithm, _, ok := strings.Cut(piece, "="); ok {
		return newHash(strings.ToLower(algorithm)) != nil
	}
	return len(piece) > 24 && len(piece) != 40 && strings.Trim(strings.ToLower(piece), "0123456789abcdef") == ""
}

// nameOf is the last element of source's path.
func nameOf(source string) (string, error) {
	if !strings.Contains(source, "://") {
		return path.Base(source), nil
	}
	u, err := parseURL(source)
	if err != nil {
		return "", err
	}
	last := u.EscapedPath()
	name, err := url.PathUnescape(last[strings.LastIndexByte(last, '/')+1:])
	if err != nil {
		return "", fmt.Errorf("%w: decode %q: %v", ErrRequest, last, err)
	}
	return name, nil
}

func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err == nil {
		return u, nil
	}
	// url.Error repeats the whole URL, with its password.
	if inner, ok := err.(*url.Error); ok {
		err = inner.Err
	}
	return nil, fmt.Errorf("%w: parse URL: %v", ErrRequest, err)
}

// isFileName says whether name is one element of a path and nothing else: it
// comes from a profile or a server and is looked up in the user's folders.
func isFileName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\x00")
}

// redact takes a password out of text, so that it can be shown.
func redact(text string) string {
	if !strings.Contains(text, "@") || !strings.Contains(text, "://") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		scheme, rest, _ := strings.Cut(text, "://")
		return scheme + "://..." + rest[strings.LastIndexByte(rest, '@'):]
	}
	return u.Redacted()
}

package fetch

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// Digest is a hash that a file must have.
type Digest struct {
	Algorithm string // md5, sha1, sha256, sha384 or sha512
	Hex       string // lower case
}

// ParseDigest reads "sha256=HEX", "sha256:HEX", or HEX alone, whose length then
// tells the algorithm. Upper case is accepted. An error wraps ErrRequest.
func ParseDigest(text string) (Digest, error) {
	d := Digest{Hex: strings.ToLower(strings.TrimSpace(text))}
	if i := strings.IndexAny(d.Hex, "=:"); i >= 0 {
		d.Algorithm, d.Hex = strings.TrimSpace(d.Hex[:i]), strings.TrimSpace(d.Hex[i+1:])
	} else {
		d.Algorithm = algorithmOfLength(len(d.Hex))
	}
	if err := d.check(); err != nil {
		return Digest{}, err
	}
	return d, nil
}

// Weak says that the algorithm no longer keeps a determined person from making
// another file with this hash.
func (d Digest) Weak() bool { return d.Algorithm == "md5" || d.Algorithm == "sha1" }

func (d Digest) String() string { return d.Algorithm + ":" + d.Hex }

func (d Digest) check() error {
	h := newHash(d.Algorithm)
	if h == nil {
		return fmt.Errorf("%w: %q is no digest that is known (md5, sha1, sha256, sha384, sha512)", ErrRequest, d.String())
	}
	raw, err := hex.DecodeString(d.Hex)
	if err != nil || len(raw) != h.Size() || strings.ToLower(d.Hex) != d.Hex {
		return fmt.Errorf("%w: %q is no %s digest: that is %d lower-case hex digits", ErrRequest, d.Hex, d.Algorithm, 2*h.Size())
	}
	return nil
}

func algorithmOfLength(digits int) string {
	switch digits {
	case 32:
		return "md5"
	case 40:
		return "sha1"
	case 64:
		return "sha256"
	case 96:
		return "sha384"
	case 128:
		return "sha512"
	}
	return ""
}

func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return nil
}

// sums is what one reading of a file gave: hex digests by algorithm, and bytes.
type sums struct {
	hex  map[string]string
	size int64
}

// measure reads r once and gives its SHA-256 and the digests that pins ask for.
func measure(r io.Reader, pins []pin) (sums, error) {
	hashes := map[string]hash.Hash{"sha256": newHash("sha256")}
	for _, p := range pins {
		if hashes[p.Algorithm] == nil {
			hashes[p.Algorithm] = newHash(p.Algorithm)
		}
	}
	var writers []io.Writer
	for _, h := range hashes {
		writers = append(writers, h)
	}
	n, err := io.Copy(io.MultiWriter(writers...), r)
	s := sums{hex: map[string]string{}, size: n}
	for algorithm, h := range hashes {
		s.hex[algorithm] = hex.EncodeToString(h.Sum(nil))
	}
	return s, err
}

// match gives an error that wraps ErrMismatch for the first pin that s misses.
func (s sums) match(pins []pin, place string) error {
	for _, p := range pins {
		if got := s.hex[p.Algorithm]; got != p.Hex {
			return &Mismatch{Want: p.Digest, By: p.by, Got: got, From: place}
		}
	}
	return nil
}

package lock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// parser walks the tokens of a lock. Unmarshalling into a struct would be
// shorter, but it takes a repeated key silently (what a badly merged lock
// holds) and cannot say where an unknown field stands.
type parser struct {
	path    string
	text    []byte
	decoder *json.Decoder
	at      int // where the token read last starts, in bytes
}

// parse reads the text of the lock at path.
func parse(path string, text []byte) (map[string]Entry, error) {
	p := &parser{path: path, text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	p.decoder.UseNumber()
	version, sources := false, map[string]Entry{}
	err := p.object("the lock", func(key string) error {
		if key == "version" {
			version = true
			return p.version()
		}
		// The version is asked for first: what follows may mean something
		// else in another one.
		if !version {
			return p.fail(ErrMalformed, "%q comes before \"version\"", key)
		}
		if key == "sources" {
			return p.sources(sources)
		}
		return p.fail(ErrMalformed, "unknown field %q", key)
	})
	if err != nil {
		return nil, err
	}
	if !version {
		return nil, p.fail(ErrMalformed, "no \"version\"")
	}
	if p.skip(); p.at < len(text) {
		return nil, p.fail(ErrMalformed, "text after the end of the lock")
	}
	return sources, nil
}

func (p *parser) version() error {
	n, err := p.number("version")
	if err == nil && n != Version {
		err = p.fail(ErrVersion, "version %d, and this belljar knows version %d only", n, Version)
	}
	return err
}

func (p *parser) sources(into map[string]Entry) error {
	return p.object("sources", func(url string) error {
		e, err := p.entry(url)
		into[url] = e
		return err
	})
}

func (p *parser) entry(url string) (Entry, error) {
	e := Entry{}
	seen := 0
	err := p.object(fmt.Sprintf("the entry of %q", url), func(key string) (err error) {
		reason := ""
		switch key {
		case "sha256":
			e.SHA256, err = p.str("sha256")
			reason = invalidSHA256(e.SHA256)
		case "size":
			e.Size, err = p.number("size")
			reason = invalidSize(e.Size)
		default:
			reason = fmt.Sprintf("unknown field %q", key)
		}
		if err == nil && reason != "" {
			err = p.fail(ErrMalformed, "%q: %s", url, reason)
		}
		seen++
		return err
	})
	if err == nil && seen < 2 {
		err = p.fail(ErrMalformed, "%q lacks sha256 or size", url)
	}
	return e, err
}

// object reads { key: value ... }; each reads one value.
func (p *parser) object(what string, each func(key string) error) error {
	if token, err := p.token(); err != nil {
		return err
	} else if token != json.Delim('{') {
		return p.fail(ErrMalformed, "%s is no object", what)
	}
	seen := map[string]bool{}
	for p.decoder.More() {
		token, err := p.token()
		if err != nil {
			return err
		}
		key, _ := token.(string) // in this place the decoder takes strings only
		if seen[key] {
			return p.fail(ErrMalformed, "%q stands twice in %s", key, what)
		}
		seen[key] = true
		if err := each(key); err != nil {
			return err
		}
	}
	_, err := p.token()
	return err
}

func (p *parser) number(what string) (int64, error) {
	token, err := p.token()
	if err != nil {
		return 0, err
	}
	number, ok := token.(json.Number)
	if ok {
		if n, err := number.Int64(); err == nil {
			return n, nil
		}
	}
	return 0, p.fail(ErrMalformed, "%s is no whole number", what)
}

func (p *parser) str(what string) (string, error) {
	token, err := p.token()
	if err != nil {
		return "", err
	}
	text, ok := token.(string)
	if !ok {
		return "", p.fail(ErrMalformed, "%s is no string", what)
	}
	return text, nil
}

// token reads the next token and remembers where it starts.
func (p *parser) token() (json.Token, error) {
	p.skip()
	token, err := p.decoder.Token()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		p.at = len(p.text)
		return nil, p.fail(ErrMalformed, "the file ends too early")
	}
	if err != nil {
		return nil, p.fail(ErrMalformed, "%v", err)
	}
	return token, nil
}

// skip moves to the first byte of what is read next.
func (p *parser) skip() {
	p.at = int(p.decoder.InputOffset())
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[p.at]) >= 0 {
		p.at++
	}
}

// fail reports a problem with the token read last.
func (p *parser) fail(sentinel error, format string, args ...any) error {
	before := p.text[:p.at]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	advice := "restore it from version control, or remove it and run belljar lock"
	if errors.Is(sentinel, ErrVersion) {
		advice = "use the belljar that wrote it"
	}
	return fmt.Errorf("%s:%d:%d: %w: %s; %s", p.path, line, column, sentinel, fmt.Sprintf(format, args...), advice)
}

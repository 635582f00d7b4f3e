package fetch

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// aptMirrors are the machine's own Debian mirrors: base URLs in apt's order.
type aptMirrors struct {
	debian   []string
	security []string
}

// DebianMirrors are this machine's own mirrors of Debian, base URLs without a slash
// at the end, as /etc/apt has them; none on a machine without apt.
func DebianMirrors() []string { return readApt(aptFolder).debian }

// aptFolder is where apt's configuration is.
const aptFolder = "/etc/apt"

// readApt reads sources.list and sources.list.d of apt's configuration folder.
// A machine without them, or that does not let them be read, has no mirrors.
func readApt(folder string) aptMirrors {
	var uris []string
	if text, err := os.ReadFile(filepath.Join(folder, "sources.list")); err == nil {
		uris = oneLineURIs(string(text))
	}
	entries, _ := os.ReadDir(filepath.Join(folder, "sources.list.d"))
	for _, entry := range entries {
		parse := map[string]func(string) []string{".list": oneLineURIs, ".sources": deb822URIs}[filepath.Ext(entry.Name())]
		if parse == nil {
			continue
		}
		if text, err := os.ReadFile(filepath.Join(folder, "sources.list.d", entry.Name())); err == nil {
			uris = append(uris, parse(string(text))...)
		}
	}
	return sortMirrors(uris)
}

func sortMirrors(uris []string) aptMirrors {
	var m aptMirrors
	for _, uri := range uris {
		uri = strings.TrimRight(uri, "/")
		u, err := url.Parse(uri)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
			continue
		}
		if strings.HasSuffix(u.Path, "/debian") && !slices.Contains(m.debian, uri) {
			m.debian = append(m.debian, uri)
		}
		if strings.HasSuffix(u.Path, "/debian-security") && !slices.Contains(m.security, uri) {
			m.security = append(m.security, uri)
		}
	}
	if len(m.security) == 0 {
		// A mirror of the one most often carries the other beside it.
		for _, uri := range m.debian {
			m.security = append(m.security, strings.TrimSuffix(uri, "/debian")+"/debian-security")
		}
	}
	return m
}

// oneLineURIs reads "deb [option=value ...] URI suite component..." lines.
func oneLineURIs(text string) []string {
	var uris []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		kind, rest, _ := strings.Cut(strings.Join(strings.Fields(line), " "), " ")
		if kind != "deb" && kind != "deb-src" {
			continue
		}
		if strings.HasPrefix(rest, "[") {
			_, rest, _ = strings.Cut(rest, "]")
		}
		if fields := strings.Fields(rest); len(fields) > 0 {
			uris = append(uris, fields[0])
		}
	}
	return uris
}

// deb822URIs reads stanzas of "Field: value" lines; a line that starts with a
// space continues the field above it.
func deb822URIs(text string) []string {
	var uris, stanza []string
	enabled, field := true, ""
	flush := func() {
		if enabled {
			uris = append(uris, stanza...)
		}
		stanza, enabled, field = nil, true, ""
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line == "" {
			flush()
			continue
		}
		value := line
		if line[0] != ' ' && line[0] != '\t' {
			field, value, _ = strings.Cut(line, ":")
			field = strings.ToLower(strings.TrimSpace(field))
		}
		switch value = strings.TrimSpace(value); field {
		case "uris":
			stanza = append(stanza, strings.Fields(value)...)
		case "enabled":
			// The words that apt takes for no.
			enabled = !slices.Contains([]string{"no", "false", "without", "off", "disable", "0"}, strings.ToLower(value))
		}
	}
	flush()
	return uris
}

package project

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
)

func (p *Project) openFetcher() error {
	c := fetch.Config{
		Cache: p.config.Cache, Folders: p.config.Folders, Offline: p.config.Offline,
		Base: filepath.Dir(p.config.Profile), Progress: p.config.Progress,
	}
	if c.Cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("find the cache folder: %w", err)
		}
		c.Cache = filepath.Join(dir, "belljar", "sources")
	}
	p.cache = c.Cache
	hosts, err := p.Option("allow-hosts")
	if err != nil {
		return err
	}
	if hosts != "*" {
		c.AllowHosts = strings.Fields(hosts)
	}
	if c.Mirrors, err = p.mirrors(); err != nil {
		return err
	}
	folder, err := p.Option("download-cache")
	if err != nil {
		return err
	}
	if folder != "" {
		c.Folders = append(c.Folders, p.absolute(folder))
	}
	offline, err := p.boolean("offline")
	if err != nil {
		return err
	}
	c.Offline = c.Offline || offline
	p.fetcher = fetch.New(c)
	return nil
}

// mirrors reads [buildout] mirrors: a name and a base URL a line, asked in
// this order for mirror://NAME/... before the built-in ones.
func (p *Project) mirrors() (map[string][]string, error) {
	text, err := p.Option("mirrors")
	if err != nil || text == "" {
		return nil, err
	}
	all := map[string][]string{}
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return nil, p.optionError("mirrors", fmt.Sprintf("%q is no mirror", line),
				"write a name and a base URL a line: debian https://mirror.example/debian")
		}
		all[fields[0]] = append(all[fields[0]], fields[1])
	}
	return all, nil
}

// Option is a substituted option of [buildout], "" when it is not set.
func (p *Project) Option(name string) (string, error) {
	text, _, err := p.Profile.Value("buildout", name)
	return strings.TrimSpace(text), err
}

// boolean is an option of [buildout] that is true or false, and false when it
// is not set or empty.
func (p *Project) boolean(name string) (bool, error) {
	text, err := p.Option(name)
	switch {
	case err != nil:
		return false, err
	case text == "true":
		return true, nil
	case text == "false" || text == "":
		return false, nil
	}
	return false, p.optionError(name, fmt.Sprintf("%q is neither true nor false", text), "write true or false, in lower case")
}

// optionError blames an option of [buildout].
func (p *Project) optionError(name, msg, hint string) error {
	at := profile.Position{}
	if o, ok, err := p.Profile.Raw("buildout", name); ok && err == nil {
		at = o.Position()
	}
	return &profile.Error{Position: at, Msg: name + ": " + msg, Hint: hint}
}

// absolute resolves a path of the profile against the project's folder.
func (p *Project) absolute(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(p.config.Profile), path)
}

package project

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
)

// cacheDir is the folder of everything that was ever fetched.
func cacheDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(dir, "belljar", "sources"), nil
}

func (p *Project) openFetcher() error {
	c := fetch.Config{
		Cache: p.config.Cache, Folders: p.config.Folders, Offline: p.config.Offline,
		Base: p.dir, Progress: p.config.Progress,
	}
	p.cache = c.Cache
	hosts, err := p.Option("allow-hosts")
	if err != nil {
		return err
	}
	c.AllowHosts = allowedHosts(hosts)
	mirrors, err := p.Option("mirrors")
	if err != nil {
		return err
	}
	if c.Mirrors, err = parseMirrors(mirrors, p.position("mirrors")); err != nil {
		return err
	}
	folder, err := p.Option("download-cache")
	if err != nil {
		return err
	}
	if folder != "" {
		c.Folders = append(c.Folders, inFolder(p.dir, folder))
	}
	offline, err := p.Profile.Bool("offline")
	if err != nil {
		return err
	}
	c.Offline = c.Offline || offline
	timeout, err := p.Option("socket-timeout")
	if err != nil {
		return err
	}
	if c.Timeout, err = parseTimeout(timeout, p.position("socket-timeout")); err != nil {
		return err
	}
	p.fetcher = fetch.New(c)
	return nil
}

// parseMirrors reads [buildout] mirrors: a name and a base URL a line, asked in
// this order for mirror://NAME/... before the built-in ones.
func parseMirrors(text string, at profile.Position) (map[string][]string, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	all := map[string][]string{}
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return nil, &profile.Error{
				Position: at, Msg: fmt.Sprintf("mirrors: %q is no mirror", line),
				Hint: "write a name and a base URL a line: debian https://mirror.example/debian",
			}
		}
		all[fields[0]] = append(all[fields[0]], fields[1])
	}
	return all, nil
}

// parseTimeout reads socket-timeout: whole seconds, 0 when it is empty.
func parseTimeout(text string, at profile.Position) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n == 0 {
		return 0, &profile.Error{Position: at, Msg: fmt.Sprintf("socket-timeout: %q is no number of seconds", text), Hint: "write whole seconds, as in socket-timeout = 30"}
	}
	return time.Duration(n) * time.Second, nil
}

// Option is a substituted option of [buildout], "" when it is not set.
func (p *Project) Option(name string) (string, error) {
	text, _, err := p.Profile.Value("buildout", name)
	return strings.TrimSpace(text), err
}

// position is where an option of [buildout] was last set.
func (p *Project) position(name string) profile.Position {
	if o, ok, err := p.Profile.Raw("buildout", name); ok && err == nil {
		return o.Position()
	}
	return profile.Position{}
}

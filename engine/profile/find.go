package profile

import (
	"errors"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// maxPath bounds the name of a profile; Linux has no longer path.
const maxPath = 4096

var (
	errLocalFromRemote = errors.New("a profile from the network cannot extend a file of this machine")
	errLongName        = errors.New("the name is longer than any path")
	errNoURL           = errors.New("this is no URL")
)

// cutFileScheme takes file:// off, in whatever case it is written.
func cutFileScheme(name string) (path string, isFile bool) {
	scheme, path, found := strings.Cut(name, "://")
	if !found || !strings.EqualFold(scheme, "file") {
		return name, false
	}
	return path, true
}

// shown is a name for people: a URL without its password.
func shown(name string) string {
	scheme, rest, found := strings.Cut(name, "://")
	if !found {
		return name
	}
	host, path, slash := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, _, _ := strings.Cut(host[:at], ":")
		host = user + ":xxxxx@" + host[at+1:]
	}
	if slash {
		path = "/" + path
	}
	return scheme + "://" + host + path
}

// isURL says whether a name starts with a scheme.
func isURL(name string) bool {
	scheme, _, found := strings.Cut(name, "://")
	return found && scheme != "" && strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+.-") == ""
}

// finder turns the names that profiles use into places.
type finder struct {
	cwd string

	mu       sync.Mutex
	folders  map[string]string // folder as written -> the same without symbolic links
	followed map[string]string // folder in a physical one -> the same without symbolic links
}

func newFinder(cwd string) *finder {
	return &finder{cwd: cwd, folders: map[string]string{}, followed: map[string]string{}}
}

// location is where a profile file is.
type location struct {
	path     string // absolute, as short as it can be written; or a URL
	identity string // equal for equal files
	remote   bool
}

// folder is what relative names in the file are relative to.
func (loc location) folder() string {
	if !loc.remote {
		return filepath.Dir(loc.path)
	}
	address, _ := cutQuery(loc.path)
	return address[:strings.LastIndexByte(address, '/')]
}

// find resolves a name against the folder, or the URL, of the file that
// mentions it. As for the kernel, ".." after a symbolic link leads out of the
// link's target: a shared folder that is linked into a project extends its own
// neighbours.
func (f *finder) find(folder, name string) (location, error) {
	if len(name) > maxPath {
		return location{}, errLongName
	}
	local, isFile := cutFileScheme(name)
	switch {
	case isURL(name) && !isFile:
		return remoteLocation(name)
	case isURL(folder) && (isFile || filepath.IsAbs(name) || strings.HasPrefix(name, "~/")):
		return location{}, errLocalFromRemote
	case isURL(folder):
		return remoteLocation(folder + "/" + name)
	case isFile:
		name = local
	}
	path := expandHome(name)
	if !filepath.IsAbs(path) {
		path = folder + "/" + path
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, base := filepath.Split(path)
	physical, err := f.physical(dir)
	if err != nil {
		return location{}, err
	}
	clean := filepath.Clean(dir)
	if same, err := f.physical(clean); err != nil || same != physical {
		clean = physical
	}
	return location{path: filepath.Join(clean, base), identity: filepath.Join(physical, neighbour(physical, base))}, nil
}

// neighbour is the name of a file, or of the one in the same folder that it is a
// link to. One that leads elsewhere is a file of its own: the names that it extends
// are relative to where the link lies.
func neighbour(folder, name string) string {
	for range 10 {
		target, err := os.Readlink(folder + "/" + name)
		if err != nil || strings.Contains(target, "/") {
			break
		}
		name = target
	}
	return name
}

// physical is a folder without symbolic links, as the kernel would find it. Most
// folders of a profile share their beginning: each is looked at once.
func (f *finder) physical(dir string) (string, error) {
	if p, ok := f.folders[dir]; ok {
		return p, nil
	}
	parent, name := filepath.Split(strings.TrimRight(dir, "/"))
	if parent == "" || name == "" {
		return "/", nil
	}
	p, err := f.physical(parent)
	if err != nil {
		return "", err
	}
	switch name {
	case "", ".":
	case "..":
		p = filepath.Dir(p)
	default:
		if p, err = f.follow(p + "/" + name); err != nil {
			return "", err
		}
	}
	f.folders[dir] = p
	return p, nil
}

// follow gives a folder in a physical one, or what it is a link to.
func (f *finder) follow(dir string) (string, error) {
	dir = filepath.Clean(dir)
	if p, ok := f.followed[dir]; ok {
		return p, nil
	}
	p := dir
	info, err := os.Lstat(dir)
	if err == nil && info.Mode()&os.ModeSymlink != 0 {
		p, err = filepath.EvalSymlinks(dir)
	}
	if err == nil {
		f.followed[dir] = p
	}
	return p, err
}

// remoteLocation writes a URL as short as it can be: each file is read once,
// whatever way leads to it.
func remoteLocation(name string) (location, error) {
	u, err := url.Parse(name)
	if err != nil || u.Host == "" {
		return location{}, errNoURL
	}
	address, query := cutQuery(name)
	scheme, rest, _ := strings.Cut(address, "://")
	host, file, _ := strings.Cut(rest, "/")
	short := strings.ToLower(scheme) + "://" + host + path.Clean("/"+file) + query
	return location{path: short, identity: short, remote: true}, nil
}

func cutQuery(address string) (before, query string) {
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		return address[:i], address[i:]
	}
	return address, ""
}

// display is the path as the user would type it, or the URL without a password.
func (f *finder) display(loc location) string {
	if loc.remote {
		return shown(loc.path)
	}
	if rel, err := filepath.Rel(f.cwd, loc.path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return loc.path
}

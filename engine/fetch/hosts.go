package fetch

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// allowed gives an error that wraps ErrHost unless one of the globs fits u's
// host. No globs allow every host. A glob with a port is held against host:port.
func allowed(globs []string, u *url.URL) error {
	if len(globs) == 0 {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	for _, glob := range globs {
		// The shell writes [!x] where path.Match writes [^x].
		pattern := strings.ReplaceAll(strings.ToLower(glob), "[!", "[^")
		fits, err := path.Match(pattern, host)
		if err != nil {
			return fmt.Errorf("%w: pattern %q: %v", ErrHost, glob, err)
		}
		withPort, _ := path.Match(pattern, strings.ToLower(u.Host))
		if fits || withPort {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrHost, host)
}

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
	// A zone, as in [fe80::1%eth0], is no part of a host's name: who writes the
	// URL could write anything there.
	host, _, zone := strings.Cut(strings.ToLower(u.Hostname()), "%")
	for _, glob := range globs {
		// The shell writes [!x] where path.Match writes [^x].
		pattern := strings.ReplaceAll(strings.ToLower(glob), "[!", "[^")
		fits, err := path.Match(pattern, host)
		if err != nil {
			return fmt.Errorf("%w: pattern %q: %v", ErrHost, glob, err)
		}
		withPort, _ := path.Match(pattern, strings.ToLower(u.Host))
		if fits || withPort && !zone {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrHost, host)
}

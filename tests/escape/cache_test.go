package escape

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
)

// checkCache looks at the sources that belljar keeps. Builds get them as open
// descriptors; for an ordinary user's builds they are files of the same owner.
func checkCache(cache string) []string {
	var found []string
	files, _ := filepath.Glob(cache + "/belljar/sources/sha256/*")
	for _, name := range files {
		data, err := os.ReadFile(name)
		info, err2 := os.Lstat(name)
		if os.IsNotExist(err) {
			continue // another case's, just being moved
		}
		if err != nil || err2 != nil {
			found = append(found, fmt.Sprintf("look at the cached source %s: %v, %v", name, err, err2))
			continue
		}
		if info.Mode() != 0o444 {
			found = append(found, fmt.Sprintf("the cached source %s has the mode %v", name, info.Mode()))
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(data)); sum != filepath.Base(name) {
			found = append(found, fmt.Sprintf("the cached source %s holds other bytes", name))
		}
	}
	return found
}

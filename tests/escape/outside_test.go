package escape

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// checkMarkers looks for the file that an attack leaves where it got to. In a
// staging folder an attack of a neighbouring case may just be at work.
func checkMarkers(dir, name string) []string {
	var found []string
	for _, top := range []string{"/dev/shm", "/tmp", "/var/tmp", "/run", "/", "/etc", "/root", "/home"} {
		hits, _ := filepath.Glob(top + "/" + name)
		found = append(found, hits...)
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if strings.HasSuffix(path, "/.belljar/staging") {
			return fs.SkipDir
		}
		if d.Name() == name {
			found = append(found, path)
		}
		return nil
	})
	for i, path := range found {
		found[i] = "an attack wrote " + path
	}
	return found
}

// checkProcesses looks for a process that has the variable in its environment
// after the build has ended. The kernel needs a moment to take the last away.
func checkProcesses(variable string) []string {
	var found []string
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if found = processesWith(variable); len(found) == 0 {
			return nil
		}
	}
	return found
}

func processesWith(variable string) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(append([]byte{0}, text...), []byte("\x00"+variable+"\x00")) {
			continue
		}
		what, _ := os.ReadFile(filepath.Dir(name) + "/cmdline")
		found = append(found, fmt.Sprintf("process %s is left over: %q", filepath.Base(filepath.Dir(name)), what))
	}
	return found
}

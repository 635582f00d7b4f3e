package escape

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// start is the profile of a case that brings none of its own.
const start = "[buildout]\nextends = escape.cfg\nparts = attack\n[attack]\n<= escape\n"

// layout gives the files of the project's folder: the profile, the source of
// the attack, and the archives that a case describes in files *.hostile.
func (c *attackCase) layout() (map[string][]byte, error) {
	source, err := c.source()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"buildout.cfg": []byte(start), "escape.cfg": []byte(c.macro()), "attack.tar": source}
	for _, f := range c.files {
		switch stem, hostile := strings.CutSuffix(f.Name, ".hostile"); {
		case hostile:
			pack := hostileArchive
			if strings.HasSuffix(stem, ".zip") {
				pack = hostileZip
			}
			data, err := pack(string(f.Data))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
			files[stem] = data
		default:
			files[f.Name] = []byte(fill(string(f.Data)))
		}
	}
	return files, nil
}

// macro is what the case's parts start from (<= escape). The audit looks at what
// attacks leave, too, but would keep most of it from what comes after.
func (c *attackCase) macro() string {
	var b strings.Builder
	b.WriteString("[escape]\nrecipe = slapos.recipe.cmmi\nurl = attack.tar\nconfigure-command = true\nmake-binary =\n" +
		"make-targets = sh ./start.sh @@LOCATION@@\nenvironment =\n")
	for _, v := range []string{
		c.id(), "ESCAPE_MARK=" + marker(), "ESCAPE_CANARY=" + shared.outside.dir, "ESCAPE_STORE=" + shared.store,
		"ESCAPE_SOCKET=" + shared.outside.path(), "ESCAPE_ABSTRACT=" + shared.outside.abstract,
		fmt.Sprintf("ESCAPE_PORT=%d", shared.outside.port),
	} {
		b.WriteString("  " + strings.ReplaceAll(v, "%", "%%") + "\n")
	}
	b.WriteString("[audit-policy]\nbuild = warning\n")
	return b.String()
}

// fill puts this run's paths into a case's files.
func fill(text string) string {
	return strings.NewReplacer("@CANARY@", shared.outside.dir, "@STORE@", shared.store, "@MARK@", marker()).Replace(text)
}

// source packs the case's programs with the guard that they all share.
func (c *attackCase) source() ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	libs, err := filepath.Glob("lib/*")
	if err != nil {
		return nil, err
	}
	for _, name := range libs {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := pack(w, filepath.Base(name), data); err != nil {
			return nil, err
		}
	}
	for _, f := range c.files {
		if err := pack(w, f.Name, []byte(fill(string(f.Data)))); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return b.Bytes(), err
}

func pack(w *tar.Writer, name string, data []byte) error {
	h := &tar.Header{Name: "attack/" + name, Mode: 0o644, Size: int64(len(data)), Typeflag: tar.TypeReg}
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

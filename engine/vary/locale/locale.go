// Package locale holds a locale whose collation, decimal point, dates and names
// of days differ from those of C.UTF-8: what a check shows a build whose output
// must not depend on the locale.
//
// It is belljar's own text, source/fr_FR, compiled once with
//
//	localedef -c --no-archive -i source/fr_FR -f source/charmap compiled
//
// by the localedef of debian-11; glibc reads it since 2.31 at least. What the
// characters are is the base's own C.UTF-8 to say: LC_CTYPE is a link to it. A
// test compiles it again. No catalogue of messages comes with it; a part that
// has one of its own speaks French.
package locale

import (
	"embed"
	"io/fs"
	"path"

	"belljar.build/rootfs"
)

const (
	// Name is that of the locale: "LC_ALL=fr_FR.UTF-8".
	Name = "fr_FR.UTF-8"
	// Folder is where the sandbox must show it: /usr is the base's.
	Folder = "/etc/check-locale"
)

//go:embed compiled
var compiled embed.FS

// characters are where a base has its LC_CTYPE, by the names of the locale
// under which glibc looks for it, in this order. A link that dangles sends it
// on to the next.
var characters = [][2]string{
	{"fr_FR.UTF-8", "/usr/lib/locale/C.UTF-8/LC_CTYPE"}, // debian-11
	{"fr_FR.utf8", "/usr/lib/locale/C.utf8/LC_CTYPE"},   // debian-12
}

// Files are what a sandbox must show so that programs find the locale: 13
// entries, 18 kB.
func Files() []rootfs.File {
	var files []rootfs.File
	err := fs.WalkDir(compiled, "compiled", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(compiled, name)
		place := path.Join(Folder, Name, name[len("compiled/"):])
		files = append(files, rootfs.File{Path: place, Data: data, Mode: 0o644})
		return err
	})
	if err != nil {
		panic(err) // cannot be: the files are compiled in
	}
	for _, c := range characters {
		files = append(files, rootfs.File{Path: path.Join(Folder, c[0], "LC_CTYPE"), Link: c[1]})
	}
	return files
}

// Env is what the environment says then.
func Env() map[string]string {
	return map[string]string{"LOCPATH": Folder, "LC_ALL": Name, "LANG": Name, "LANGUAGE": "fr"}
}

// Package debian tells which Debian package has a library, a header, a .pc file
// or a program, so that an audit can name what a build looked for.
//
// The table is made by generate.go from the public index of what the packages of
// Debian 12 (bookworm), main, amd64, contain. It has only what the compiler, the
// linker, pkg-config and a shell find without being told: headers in
// /usr/include and one folder beneath it, libraries in /usr/lib and its folder
// for amd64, programs in bin and sbin but for those of games, desktops, sound and
// the like.
package debian

import (
	"cmp"
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

//go:generate go run generate.go -out table.zst CONTENTS-amd64 CONTENTS-all PACKAGES

//go:embed table.zst
var compressed []byte

// The kinds of names, each the first letter of its lines in the table.
const (
	library = 'L'
	header  = 'H'
	module  = 'P'
	program = 'B'
)

// names says who has what.
type names struct {
	sources map[string]string // package: its source, where that is called otherwise
	// packages are by kind and name, separated by spaces.
	packages map[string]string
	folders  map[string]string // of headers, of which one package has all
}

var table = sync.OnceValue(load)

func load() *names {
	d, err := zstd.NewReader(nil)
	if err != nil {
		return &names{}
	}
	defer d.Close()
	text, err := d.DecodeAll(compressed, nil)
	if err != nil {
		return &names{} // the tests hold that it is whole
	}
	return parse(string(text))
}

// parse reads the table. "@ SOURCE" starts a source, and the package of its
// name; "= PACKAGE" starts another package of it. Then come lines with a kind's
// letter and names; of headers the first word, right after the letter, is the
// folder of the others, "." for none, and "*" alone is all in it.
func parse(text string) *names {
	n := &names{map[string]string{}, make(map[string]string, 1<<17), map[string]string{}}
	source, name := "", ""
	for line := range strings.Lines(text) {
		words := strings.Fields(line[1:])
		switch line[0] {
		case '@':
			source, name = words[0], words[0]
		case '=':
			name = words[0]
			n.sources[name] = source
		case header:
			n.headers(name, words[0], words[1:])
		default:
			for _, w := range words {
				n.add(line[:1]+w, name)
			}
		}
	}
	return n
}

func (n *names) headers(name, folder string, files []string) {
	prefix := "H" + folder + "/"
	if folder == "." {
		prefix = "H"
	}
	for _, f := range files {
		if f == "*" {
			n.folders[folder] = name
			continue
		}
		n.add(prefix+f, name)
	}
}

func (n *names) add(key, name string) {
	if have, ok := n.packages[key]; ok {
		name = have + " " + name
	}
	n.packages[key] = name
}

// Library are the packages that let one link a library, by its name without an
// end: "libz".
func Library(name string) []string { return find(library, strings.TrimPrefix(name, "lib")) }

// Header are the packages that have a header, as it would be included: "zlib.h",
// "openssl/ssl.h". Of folders with very many, all names are taken for headers.
func Header(name string) []string {
	if found := find(header, name); found != nil {
		return found
	}
	for folder := name; ; {
		i := strings.LastIndexByte(folder, '/')
		if i < 0 {
			return nil
		}
		folder = folder[:i]
		if one := table().folders[folder]; one != "" {
			return []string{one}
		}
	}
}

// PC are the packages that have a .pc file, by its name without the end:
// "libxml-2.0".
func PC(name string) []string { return find(module, name) }

// Program are the packages that have a program in bin or sbin.
func Program(name string) []string { return find(program, name) }

// Source is the source of a package: "xz-utils" of liblzma-dev.
func Source(name string) string {
	if source := table().sources[name]; source != "" {
		return source
	}
	return name
}

// find puts first what a person more likely means: packages to develop with,
// then the shorter name.
func find(kind byte, name string) []string {
	have, ok := table().packages[string(kind)+name]
	if !ok {
		return nil
	}
	found := strings.Fields(have)
	slices.SortFunc(found, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return found
}

func rank(name string) int {
	if strings.HasSuffix(name, "-dev") {
		return 0
	}
	return 1
}

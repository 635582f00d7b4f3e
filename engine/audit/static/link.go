package static

import (
	"path"
	"strings"

	"belljar.build/engine/audit"
)

// link is S09. A link that leads to another link of the output is judged by
// what that one leads to when its turn comes.
func (r *run) link(name, target string) error {
	if strings.HasPrefix(target, "/dev/") || strings.HasPrefix(target, "/proc/self/") {
		return nil // the kernel's own, the same everywhere
	}
	full := target
	if !path.IsAbs(target) {
		// Not cleaned: ".." behind a link is above what the link leads to.
		full = location(r.subject.Path, path.Dir(name)) + "/" + target
	}
	o := r.files.world.resolve(full)
	if o.fate == present || (o.own && o.fate != circular) {
		return nil
	}
	message, fix := r.linkFault(o)
	f := audit.New(audit.BadLink, name, target, message)
	f.Evidence = []audit.Evidence{{Where: "symbolic link", Text: cut(target)}}
	f.Fix = fix
	r.add(f)
	return nil
}

func (r *run) linkFault(o outcome) (message, fix string) {
	switch o.fate {
	case missing:
		return "leads to " + cut(audit.Mask(o.path)) + ", which is not there", "install what it leads to, or remove the link"
	case circular:
		return "leads to itself", "remove the link"
	case undeclared:
		part := r.files.world.called(o.tree)
		return "leads into " + cut(part) + ", which is not declared", "add dependency " + cut(part) + ", or remove the link"
	}
	if root, why := buildOnly(o.path); root != "" {
		return "leads to " + cut(o.path) + ": " + why, "copy what it leads to, or remove the link"
	}
	return "leads out of the store, to " + cut(o.path) + " of the machine", "let it lead to a declared part, or remove the link"
}

// buildOnly tells whether a path is one that only builds have: the work
// folder or the toolchain.
func buildOnly(p string) (root, why string) {
	for _, b := range []struct{ root, why string }{
		{"/build", "the work folder of the build, which is gone"},
		{"/tc", "the toolchain, which only builds have"},
	} {
		if p == b.root || strings.HasPrefix(p, b.root+"/") {
			return b.root, b.why
		}
	}
	return "", ""
}

// maxShown is how much of a text from an output one message or evidence shows.
const maxShown = 160

// cut shortens a text for a message.
func cut(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown], "") + "..."
}

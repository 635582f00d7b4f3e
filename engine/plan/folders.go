package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/profile"
)

// A profile can write out where it lies: ${buildout:directory} and
// ${:_profile_base_location_} are folders of this machine. In the address of a
// source that is right, and stays out of the action. In a command or a
// variable it makes the key depend on the folder, and names nothing inside the
// sandbox: Buildout's users are warned.

// foldersOf lists the folders of this machine that the profile's options can
// name, each without a slash at its end, those inside another before it.
func foldersOf(p *profile.Profile) []string {
	found := map[string]bool{}
	add := func(section, option string) {
		// One that cannot be told without building a part is no folder of
		// this machine.
		folder, ok, err := p.Value(section, option)
		folder = strings.TrimRight(folder, "/")
		if ok && err == nil && strings.HasPrefix(folder, "/") && !inSandbox(folder) {
			found[folder] = true
		}
	}
	for _, option := range []string{
		"directory", "bin-directory", "parts-directory", "develop-eggs-directory", "eggs-directory", "download-cache", "extends-cache",
	} {
		add("buildout", option)
	}
	for _, section := range p.Sections() {
		add(section, "_profile_base_location_")
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b)) // a folder comes after those inside it
	})
}

// inSandbox says of folders that mean something inside: a profile that lies in
// /tmp itself must not make every mention of /tmp suspicious.
func inSandbox(folder string) bool {
	return slices.Contains([]string{
		"", "/bin", "/build", "/dev", "/dev/shm", "/etc", "/lib", "/lib64", "/proc", "/tc", "/tmp", "/usr",
		"/usr/bin", "/usr/include", "/usr/lib", "/var", "/var/lib", "/var/lib/belljar", "/var/lib/belljar/store",
	}, folder)
}

// folderWarnings says which options bring one of the folders into the action,
// each once: folders come with those inside them first.
func folderWarnings(p *profile.Part, a *action.Action, folders []string) []string {
	var warnings []string
	warned := map[string]bool{}
	for _, folder := range folders {
		texts := textsWith(a, folder)
		if len(texts) == 0 {
			continue
		}
		options := blamed(p, folder, texts)
		for _, option := range options {
			if !warned[option] {
				warned[option] = true
				warnings = append(warnings, folderWarning(p, option, "option "+option, folder))
			}
		}
		if len(options) == 0 && len(warned) == 0 {
			warned[""] = true
			warnings = append(warnings, folderWarning(p, "recipe", "a section that it reads", folder))
		}
	}
	return warnings
}

func folderWarning(p *profile.Part, option, who, folder string) string {
	return fmt.Sprintf("%s: part %s: %s brings the folder %s of this machine into the build, where it does not exist, and into the key: "+
		"name another part as ${part:location}, this one as %s, a file as a source", p.Position(option), p.Name, who, folder, action.Location)
}

// textsWith lists the texts of the action that name a path in folder.
func textsWith(a *action.Action, folder string) []string {
	var found []string
	for _, s := range a.Steps {
		for _, text := range s.Texts() {
			if mentions(text, folder) {
				found = append(found, text)
			}
		}
	}
	var values []string
	for _, value := range a.Env {
		if mentions(value, folder) {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	return append(found, values...)
}

// blamed lists the options of the part that hold a path in folder which one of
// the texts holds too. An option that only says where a source is, is none.
func blamed(p *profile.Part, folder string, texts []string) []string {
	var options []string
	for _, option := range slices.Sorted(maps.Keys(p.Options)) {
		for _, word := range strings.Fields(p.Options[option]) {
			if !mentions(word, folder) {
				continue
			}
			path := word[strings.Index(word, folder):] // without -I, NAME= or a quote
			if slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, path) }) {
				options = append(options, option)
				break
			}
		}
	}
	return options
}

// mentions says whether text names folder or what is in it, and not merely a
// path that starts with the same letters.
func mentions(text, folder string) bool {
	for {
		_, after, found := strings.Cut(text, folder)
		if !found {
			return false
		}
		if after == "" || !action.NameCharacter(rune(after[0])) {
			return true
		}
		text = after
	}
}

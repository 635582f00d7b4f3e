package recipe

import (
	"maps"
	"slices"
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/profile"
	"belljar.build/engine/step"
)

// cmmi is slapos.recipe.cmmi and its ancestor hexagonit.recipe.cmmi:
// configure, make, make install.
func cmmi(p *profile.Part, c Context) (*Draft, error) {
	if err := refuse(p, "pre-configure-hook", "pre-make-hook", "post-make-hook"); err != nil {
		return nil, err
	}
	b := cmmiBuild{part: p, context: c, draft: &Draft{Programs: true, Warnings: misspelt(p, cmmiOptions())}}
	for _, stage := range []func() error{b.start, b.source, b.patches, b.commands} {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	if text := p.Options["promises"]; text != "" {
		b.add(action.Step{Promise: &action.Promise{Paths: lines(text)}})
	}
	b.add(action.Step{Fixup: &action.Fixup{Rules: step.FixupRules}})
	return b.draft, nil
}

// cmmiOptions are the options that the recipe acts on.
func cmmiOptions() []string {
	return []string{
		"recipe", "url", "path", "md5sum", "sha1sum", "sha256sum", "sha384sum", "sha512sum", "prefix", "shared",
		"location", "environment", "environment-section", "configure-command", "configure-options", "make-binary",
		"make-options", "make-targets", "patch-binary", "patch-options", "patches", "pre-configure", "pre-build",
		"pre-install", "post-install", "keep-compile-dir", "promises", "dependencies", "depends",
		"pre-configure-hook", "pre-make-hook", "post-make-hook", "version", "strip-top-level-dir",
	}
}

// cmmiBuild collects the steps of one part.
type cmmiBuild struct {
	part    *profile.Part
	context Context
	draft   *Draft
}

func (b *cmmiBuild) add(s action.Step) { b.draft.Action.Steps = append(b.draft.Action.Steps, s) }

func (b *cmmiBuild) start() error {
	p := b.part
	own, err := variables(p) // first: it may add to the part's dependencies
	if err != nil {
		return err
	}
	outputs, err := inputs(p, b.context)
	if err != nil {
		return err
	}
	b.draft.Version = versionOf(p)
	name, err := outputName(p, b.draft.Version)
	if err != nil {
		return err
	}
	b.draft.Action = newAction(name, b.context, outputs)
	return apply(b.draft.Action.Env, p, own)
}

// source unpacks url, or copies the folder named by path, which must be the
// output of another part: a folder of the host is no pinned source.
func (b *cmmiBuild) source() error {
	p := b.part
	url, path := strings.TrimSpace(p.Options["url"]), strings.TrimSpace(p.Options["path"])
	switch {
	case url != "" && path != "":
		return optionError(p, "path", "keep one of them", "both url and path are given")
	case url != "":
		return b.unpack(url)
	case strings.HasPrefix(path, storePrefix):
		b.add(action.Step{Run: &action.Run{Phase: "copy source", Script: "cp -R -H --preserve=mode,timestamps " + quote(path) + " source\nchmod -R u+w source\n"}})
		b.add(action.Step{Directory: &action.Directory{Path: "source"}})
		return nil
	case path != "":
		return optionError(p, "path", "pack the folder and name it with url, or name a part: path = ${part:location}",
			"path %q is a folder of this machine, not of a part", path)
	}
	return optionError(p, "recipe", "add url = ... (and md5sum or sha256sum)", "neither url nor path is given")
}

func (b *cmmiBuild) unpack(url string) error {
	pins, err := digests(b.part)
	if err != nil {
		return err
	}
	name, err := addSource(b.part, b.context, b.draft, "url", url, pins)
	b.add(action.Step{Unpack: &action.Unpack{Source: name}})
	return err
}

// quote makes one word of sh out of text.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// patches: one URL a line, each with an optional #md5.
func (b *cmmiBuild) patches() error {
	options := strings.Fields(b.part.Options["patch-options"])
	if len(options) == 0 {
		options = []string{"-p0"}
	}
	binary := strings.TrimSpace(b.part.Options["patch-binary"])
	if binary == "patch" {
		binary = "" // the toolchain's, as without the option
	}
	for _, url := range strings.Fields(b.part.Options["patches"]) {
		name, err := addSource(b.part, b.context, b.draft, "patches", url, nil)
		if err != nil {
			return err
		}
		b.add(action.Step{Patch: &action.Patch{Source: name, Options: options, Binary: binary}})
	}
	return nil
}

// commands adds what runs, in the recipe's order.
func (b *cmmiBuild) commands() error {
	p := b.part
	makeBinary := given(p, "make-binary", "make")
	makeTargets := given(p, "make-targets", "install")
	prefix := option(p, "prefix", action.Location)
	makeCommand := strings.TrimSpace(makeBinary + " " + strings.Join(strings.Fields(p.Options["make-options"]), " "))
	configure := p.Options["configure-command"]
	configureOptions := strings.Join(strings.Fields(p.Options["configure-options"]), " ")
	switch {
	case strings.TrimSpace(configure) == "":
		configure = "./configure"
		if !strings.Contains(configureOptions, "--prefix") {
			configureOptions = strings.TrimSpace(`--prefix="` + prefix + `" ` + configureOptions)
		}
	case makeBinary == "make" && makeTargets == "install":
		makeTargets += ` prefix="` + prefix + `"`
	}
	for _, r := range []struct {
		phase, script string
		options       []string // that the script comes from
	}{
		{"pre-configure", p.Options["pre-configure"], []string{"pre-configure"}},
		{"configure", strings.TrimSpace(configure + " " + configureOptions), []string{"configure-command", "configure-options", "prefix"}},
		{"pre-build", p.Options["pre-build"], []string{"pre-build"}},
		{phaseMake, makeCommand, []string{"make-binary", "make-options"}},
		{"pre-install", p.Options["pre-install"], []string{"pre-install"}},
		{"install", makeCommand + " " + strings.Join(strings.Fields(makeTargets), " "), []string{"make-targets", "make-binary", "make-options", "prefix"}},
		{"post-install", p.Options["post-install"], []string{"post-install"}},
	} {
		if err := b.run(r.phase, r.script, r.options); err != nil {
			return err
		}
	}
	return nil
}

// phaseMake is the one phase that may run in parallel: installing in parallel
// is what makefiles get wrong most often.
const phaseMake = "make"

// run adds a command, %-expanded over the part's options.
func (b *cmmiBuild) run(phase, script string, options []string) error {
	if strings.TrimSpace(script) == "" {
		return nil
	}
	values := maps.Clone(b.part.Options)
	values["location"] = action.Location
	if values["prefix"] == "" {
		values["prefix"] = action.Location
	}
	expanded, err := expandPercent(script, values)
	if err != nil {
		at := options[max(0, slices.IndexFunc(options, func(o string) bool { return strings.Contains(b.part.Options[o], "%") }))]
		return optionError(b.part, at, percentHint, "%s: %v", at, err)
	}
	b.add(action.Step{Run: &action.Run{Phase: phase, Script: expanded, Parallel: phase == phaseMake}})
	return nil
}

package recipe

import (
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
	"belljar.build/rootfs/toolchain"
)

// Toolchain drafts one of a release's outputs. so is what is planned of the
// toolchain by then.
func Toolchain(r *toolchain.Release, output string, so action.Toolchain) (*Draft, error) {
	a := &action.Action{
		Format: action.Format, Name: output + "-" + r.Name, System: action.Linux,
		Inputs: []action.Input{}, Sources: []action.Source{}, Env: map[string]string{},
		Steps: []action.Step{{Toolchain: &action.Toolset{Release: r.Name, Output: output, Rules: toolchain.Revision}}},
	}
	if len(r.Needs(output)) > 0 {
		a.Toolchain = &action.Toolchain{Base: so.Base}
	}
	d := &Draft{Action: a}
	for _, p := range r.PackagesFor(output) {
		a.Sources = append(a.Sources, action.Source{Name: p.File, SHA256: p.SHA256})
		d.Sources = append(d.Sources, fetch.Request{
			URL: p.URL, Name: p.File, SHA256: p.SHA256, Position: "toolchain " + r.Name,
		})
	}
	return d, nil
}

// toolchainPart makes a part of one of the release's further outputs: what a
// part that declares it may link with or run.
func toolchainPart(output string) maker {
	return func(p *profile.Part, c Context) (*Draft, error) {
		d, err := Toolchain(c.Release, output, c.Toolchain)
		if err != nil {
			return nil, err
		}
		if output == toolchain.Perl {
			d.Exports = map[string]string{}
			for _, v := range c.Release.PerlEnv(action.Location) {
				name, value, _ := strings.Cut(v, "=")
				d.Exports[name] = value
			}
		}
		return d, nil
	}
}

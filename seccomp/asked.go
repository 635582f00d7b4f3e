package seccomp

import (
	"fmt"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Asked is p with the calls that match rules left to the supervisor, who answers
// them himself or lets them go on. Only what p permits whatever the arguments can
// be left to him: to let a call go on must not undo a refusal.
func Asked(p *specs.LinuxSeccomp, rules []specs.LinuxSyscall) (*specs.LinuxSeccomp, error) {
	for _, r := range rules {
		for _, name := range r.Names {
			if !permitted(p, name) {
				return nil, fmt.Errorf("%w: %s is not permitted whatever its arguments, so nobody can be asked about it", ErrPolicy, name)
			}
		}
	}
	asked := *p
	asked.Syscalls = slices.Concat(rules, p.Syscalls)
	return &asked, nil
}

func permitted(p *specs.LinuxSeccomp, name string) bool {
	for _, r := range p.Syscalls {
		if slices.Contains(r.Names, name) {
			return r.Action == specs.ActAllow && len(r.Args) == 0
		}
	}
	return false
}

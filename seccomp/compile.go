package seccomp

import (
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// ErrPolicy says that a policy holds what [Compile] does not know.
var ErrPolicy = errors.New("the system call policy cannot be compiled")

// Offsets in the kernel's struct seccomp_data.
const (
	offsetNumber = 0
	offsetArch   = 4
	offsetArgs   = 16
)

// Compile turns a policy into the program that the kernel runs at each system
// call. The kernel allows 4096 instructions. Rules are tried in the policy's
// order; the program finds a call's rules by halving the range of numbers.
func Compile(p *specs.LinuxSeccomp) ([]bpf.RawInstruction, error) {
	if !slices.Equal(p.Architectures, []specs.Arch{specs.ArchX86_64}) {
		return nil, fmt.Errorf("%w: architectures %v: only %s is known", ErrPolicy, p.Architectures, specs.ArchX86_64)
	}
	spans, err := spans(p)
	if err != nil {
		return nil, err
	}
	program := append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: offsetArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.AUDIT_ARCH_X86_64, SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS},
		bpf.LoadAbsolute{Off: offsetNumber, Size: 4},
	}, search(spans)...)
	raw, err := bpf.Assemble(program)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	return raw, nil
}

// span is a range of call numbers, from first to the next span's, that one
// piece of code decides.
type span struct {
	first uint32
	code  []bpf.Instruction
}

// spans orders the calls by number; neighbours with the same code are one.
func spans(p *specs.LinuxSeccomp) ([]span, error) {
	rules, err := byNumber(p)
	if err != nil {
		return nil, err
	}
	otherwise, err := verdict(p.DefaultAction, p.DefaultErrnoRet)
	if err != nil {
		return nil, err
	}
	last := uint32(0)
	for n := range rules {
		last = max(last, n)
	}
	var all []span
	for n := uint32(0); n <= last+1; n++ { // one more: what lies behind all known calls
		code, err := decide(rules[n], otherwise)
		if err != nil {
			return nil, err
		}
		if len(all) == 0 || !slices.Equal(all[len(all)-1].code, code) {
			all = append(all, span{n, code})
		}
	}
	return all, nil
}

func byNumber(p *specs.LinuxSeccomp) (map[uint32][]specs.LinuxSyscall, error) {
	known, rules := numbers(), map[uint32][]specs.LinuxSyscall{}
	for _, rule := range p.Syscalls {
		for _, name := range rule.Names {
			n, ok := known[name]
			if !ok {
				return nil, fmt.Errorf("%w: there is no system call %q", ErrPolicy, name)
			}
			rules[n] = append(rules[n], rule)
		}
	}
	return rules, nil
}

// search halves the spans until one is left.
func search(spans []span) []bpf.Instruction {
	if len(spans) == 1 {
		return spans[0].code
	}
	half := len(spans) / 2
	low, high := search(spans[:half]), search(spans[half:])
	jump := []bpf.Instruction{bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: spans[half].first, SkipTrue: uint8(len(low))}}
	if len(low) > 255 { // further than a conditional jump reaches
		jump = []bpf.Instruction{
			bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: spans[half].first, SkipFalse: 1},
			bpf.Jump{Skip: uint32(len(low))},
		}
	}
	return slices.Concat(jump, low, high)
}

// decide is the code of one call's rules.
func decide(rules []specs.LinuxSyscall, otherwise uint32) ([]bpf.Instruction, error) {
	var code []bpf.Instruction
	for _, rule := range rules {
		ret, err := verdict(rule.Action, rule.ErrnoRet)
		if err != nil {
			return nil, err
		}
		body := []bpf.Instruction{bpf.RetConstant{Val: ret}}
		for _, arg := range slices.Backward(rule.Args) {
			if body, err = guard(arg, body); err != nil {
				return nil, err
			}
		}
		code = append(code, body...)
		if len(rule.Args) == 0 {
			return code, nil
		}
	}
	return append(code, bpf.RetConstant{Val: otherwise}), nil
}

// guard skips body unless the argument matches. Both halves of a 64-bit
// argument are compared, a half that the mask leaves out is not loaded.
func guard(arg specs.LinuxSeccompArg, body []bpf.Instruction) ([]bpf.Instruction, error) {
	mask, want := arg.Value, arg.ValueTwo
	switch arg.Op {
	case specs.OpEqualTo:
		mask, want = ^uint64(0), arg.Value
	case specs.OpMaskedEqual:
	default:
		return nil, fmt.Errorf("%w: comparison %s", ErrPolicy, arg.Op)
	}
	if want&^mask != 0 || arg.Index > 5 {
		return nil, fmt.Errorf("%w: argument %d & %#x is never %#x", ErrPolicy, arg.Index, mask, want)
	}
	for half := range uint32(2) {
		m, w := uint32(mask>>(32*half)), uint32(want>>(32*half))
		if m == 0 {
			continue
		}
		code := []bpf.Instruction{bpf.LoadAbsolute{Off: offsetArgs + 8*uint32(arg.Index) + 4*half, Size: 4}}
		if m != ^uint32(0) {
			code = append(code, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: m})
		}
		if len(body) > 255 {
			return nil, fmt.Errorf("%w: a rule has too many conditions", ErrPolicy)
		}
		code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: w, SkipFalse: uint8(len(body))})
		body = append(code, body...)
	}
	return body, nil
}

// verdict is what the kernel is told to do.
func verdict(action specs.LinuxSeccompAction, errno *uint) (uint32, error) {
	switch {
	case action == specs.ActAllow && errno == nil:
		return unix.SECCOMP_RET_ALLOW, nil
	case action == specs.ActNotify && errno == nil:
		return unix.SECCOMP_RET_USER_NOTIF, nil
	case action == specs.ActKillProcess && errno == nil:
		return unix.SECCOMP_RET_KILL_PROCESS, nil
	case action == specs.ActErrno && errno != nil && *errno < 4096:
		return unix.SECCOMP_RET_ERRNO | uint32(*errno), nil
	}
	return 0, fmt.Errorf("%w: action %s", ErrPolicy, action)
}

package isa

// instruction is one that was decoded.
type instruction struct {
	length  int
	feature Feature
	cpuid   bool
	// sse: it uses vector registers in the way of before AVX; vex: in the new way.
	sse, vex bool
}

// prefixes of an instruction.
type prefixes struct {
	operand, address bool // 66, 67
	repne, rep, lock bool // F2, F3, F0
	rex              byte // 0: none
}

func (p prefixes) wide() bool { return p.rex&8 != 0 }

// maxLength is that of the longest instruction.
const maxLength = 15

// decode reads the instruction at the beginning of b, in 64-bit mode; false for
// what is none, or is cut off.
func decode(b []byte) (instruction, bool) {
	if len(b) > maxLength {
		b = b[:maxLength]
	}
	var p prefixes
	at := 0
prefix:
	for ; at < len(b); at++ {
		switch b[at] {
		case 0x66:
			p.operand = true
		case 0x67:
			p.address = true
		case 0xf0:
			p.lock = true
		case 0xf2:
			p.repne, p.rep = true, false
		case 0xf3:
			p.repne, p.rep = false, true
		case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65:
		default:
			break prefix
		}
	}
	if at < len(b) && b[at]&0xf0 == 0x40 {
		p.rex = b[at]
		at++
	}
	if at >= len(b) {
		return instruction{}, false
	}
	plain := !p.operand && !p.lock && !p.rep && !p.repne && p.rex == 0
	switch op := b[at]; {
	case op == 0x0f:
		return escape(b, at+1, p)
	case op == 0xc4 || op == 0xc5:
		i, ok := vex(b, at, plain)
		i.vex = i.feature != BMI
		return i, ok
	case op == 0x62:
		i, ok := evex(b, at, plain)
		i.vex = true
		return i, ok
	case op == 0x8f && at+1 < len(b) && b[at+1]&0x1f >= 8:
		return xop(b, at, plain)
	default:
		return oneByte(b, at, p)
	}
}

// modRM is the length of a ModRM byte at a place with what belongs to it: SIB and
// displacement.
func modRM(b []byte, at int) (length int, ok bool) {
	if at >= len(b) {
		return 0, false
	}
	mod, rm := b[at]>>6, b[at]&7
	length = 1
	if mod == 3 {
		return length, true
	}
	base := rm
	if rm == 4 {
		if at+1 >= len(b) {
			return 0, false
		}
		base = b[at+1] & 7
		length++
	}
	switch {
	case mod == 1:
		length++
	case mod == 2, base == 5: // mod 0: disp32 without a base, or relative to RIP
		length += 4
	}
	return length, true
}

// finish makes an instruction that ends with ModRM, if it has one, and an immediate.
func finish(b []byte, at int, hasModRM bool, immediate int, f Feature) (instruction, bool) {
	if hasModRM {
		n, ok := modRM(b, at)
		if !ok {
			return instruction{}, false
		}
		at += n
	}
	at += immediate
	return instruction{length: at, feature: f}, at <= len(b)
}

// vex reads what begins with C4 or C5, which in 64-bit mode is nothing else.
func vex(b []byte, at int, plain bool) (instruction, bool) {
	m, size, kind := byte(1), 2, 1
	if b[at] == 0xc4 {
		size, kind = 3, 2
		if at+1 < len(b) {
			m = b[at+1] & 0x1f
		}
	}
	at += size
	if !plain || at >= len(b) || m < 1 || m > 3 {
		return instruction{}, false
	}
	pp := b[at-size+kind] & 3
	op := b[at]
	if m == 1 && op == 0x77 { // vzeroupper
		return finish(b, at+1, false, 0, AVX)
	}
	f, ok := vexFeature(m, op, pp)
	if !ok {
		return instruction{}, false
	}
	return finish(b, at+1, true, vectorImmediate(m, op), f)
}

// evex reads what begins with 62.
func evex(b []byte, at int, plain bool) (instruction, bool) {
	if !plain || at+4 >= len(b) || b[at+1]&8 != 0 || b[at+2]&4 == 0 {
		return instruction{}, false
	}
	m, op := b[at+1]&7, b[at+4]
	f := AVX512
	switch m {
	case 1, 2, 3:
	case 5, 6:
		f = FP16
	default:
		return instruction{}, false
	}
	return finish(b, at+5, true, vectorImmediate(m, op), f)
}

// xop reads what begins with 8F and is not POP: AMD's XOP, and TBM and LWP.
func xop(b []byte, at int, plain bool) (instruction, bool) {
	if !plain || at+3 >= len(b) {
		return instruction{}, false
	}
	immediate := 0
	switch b[at+1] & 0x1f {
	case 8:
		immediate = 1
	case 9:
	case 10:
		immediate = 4
	default:
		return instruction{}, false
	}
	return finish(b, at+4, true, immediate, AMD)
}

// vectorImmediate is the size of the immediate in the maps that VEX and EVEX share.
func vectorImmediate(m, op byte) int {
	if m == 3 || m == 1 && (op >= 0x70 && op <= 0x73 || op == 0xc2 || op >= 0xc4 && op <= 0xc6) {
		return 1
	}
	return 0
}

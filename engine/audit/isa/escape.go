package isa

// The operands of the instructions behind 0F, as in oneByteOperands; those behind
// 0F 38 have ModRM, those behind 0F 3A also one byte.
const escapeOperands = "" +
	"mmmm-.....-.-m.B" + // 00
	"mmmmmmmmmmmmmmmm" +
	"mmmm----mmmmmmmm" + // 20
	"......-.--------" +
	"mmmmmmmmmmmmmmmm" + // 40
	"mmmmmmmmmmmmmmmm" +
	"mmmmmmmmmmmmmmmm" + // 60
	"BBBBmmm.mm--mmmm" +
	"jjjjjjjjjjjjjjjj" + // 80
	"mmmmmmmmmmmmmmmm" +
	"...mBmmm...mBmmm" + // a0
	"mmmmmmmmmmBmmmmm" +
	"mmBmBBBm........" + // c0
	"mmmmmmmmmmmmmmmm" +
	"mmmmmmmmmmmmmmmm" + // e0
	"mmmmmmmmmmmmmmmm"

// escape reads an instruction behind 0F.
func escape(b []byte, at int, p prefixes) (instruction, bool) {
	if at >= len(b) {
		return instruction{}, false
	}
	op := b[at]
	if op == 0x38 || op == 0x3a {
		if at+1 >= len(b) {
			return instruction{}, false
		}
		f, ok := threeByteFeature(op, b[at+1], p)
		if !ok {
			return instruction{}, false
		}
		immediate := 0
		if op == 0x3a {
			immediate = 1
		}
		return finish(b, at+2, true, immediate, f)
	}
	var operand byte
	if at+1 < len(b) {
		operand = b[at+1]
	}
	i, ok := instruction{}, false
	f, next := escapeFeature(op, operand, p), at+1
	switch escapeOperands[op] {
	case '.':
		i, ok = finish(b, next, false, 0, f)
	case 'm':
		immediate := 0
		if op == 0x78 && (p.operand || p.repne) {
			immediate = 2 // EXTRQ and INSERTQ
		}
		i, ok = finish(b, next, true, immediate, f)
	case 'B':
		i, ok = finish(b, next, true, 1, f)
	case 'j':
		i, ok = finish(b, next, false, 4, f)
	}
	i.cpuid, i.sse = op == 0xa2, sse(op, p)
	return i, ok
}

// sse tells whether an opcode behind 0F is one of SSE's or SSE2's, which works on
// vector registers: a compiler that may use AVX writes none.
func sse(op byte, p prefixes) bool {
	switch {
	case op >= 0x10 && op <= 0x17, op >= 0x28 && op <= 0x2f, op >= 0x50 && op <= 0x5f, op == 0xc2, op == 0xc6:
		return true
	case op >= 0x60 && op <= 0x76, op >= 0x7c && op <= 0x7f, op == 0xc4, op == 0xc5, op >= 0xd0:
		return p.operand || p.rep || p.repne // else MMX
	}
	return false
}

// escapeFeature tells of an instruction behind 0F, whose ModRM byte is operand.
func escapeFeature(op, operand byte, p prefixes) Feature {
	reg, register := operand>>3&7, operand>>6 == 3
	switch op {
	case 0x0f, 0x0e:
		return AMD // 3DNow!
	case 0x12:
		if p.repne || p.rep {
			return SSE3 // MOVDDUP, MOVSLDUP
		}
	case 0x16:
		if p.rep {
			return SSE3 // MOVSHDUP
		}
	case 0x7c, 0x7d, 0xd0:
		return SSE3 // HADDPD, HSUBPD, ADDSUBPD
	case 0xf0:
		return SSE3 // LDDQU
	case 0x2b:
		if p.repne || p.rep {
			return SSE4A // MOVNTSS
		}
	case 0x78, 0x79:
		if p.operand || p.repne {
			return SSE4A
		}
	case 0xb8:
		return POPCNT
	case 0xbd:
		if p.rep {
			return LZCNT
		}
	case 0xc7:
		switch {
		case reg == 1 && !register && p.wide():
			return CX16
		case reg == 6 && register && !p.rep:
			return RDRAND
		case reg == 7 && register && !p.rep:
			return RDSEED
		}
	}
	return Base
}

// threeByteFeature tells of an instruction behind 0F 38 or 0F 3A; false for an
// opcode that has none.
func threeByteFeature(m, op byte, p prefixes) (Feature, bool) {
	if m == 0x3a {
		switch {
		case op == 0x0f:
			return SSSE3, true // PALIGNR
		case op >= 0x08 && op <= 0x0e, op >= 0x14 && op <= 0x17, op >= 0x20 && op <= 0x22, op >= 0x40 && op <= 0x42:
			return SSE41, p.operand
		case op >= 0x60 && op <= 0x63:
			return SSE42, p.operand
		case op == 0x44:
			return PCLMUL, p.operand
		case op == 0xdf:
			return AES, p.operand
		case op == 0xce || op == 0xcf:
			return GFNI, p.operand
		case op == 0xcc:
			return SHA, true
		}
		return Base, false
	}
	switch {
	case op <= 0x0b, op >= 0x1c && op <= 0x1e:
		return SSSE3, true
	case op == 0x10, op == 0x14, op == 0x15, op == 0x17, op >= 0x20 && op <= 0x25, op >= 0x28 && op <= 0x2b,
		op >= 0x30 && op <= 0x35, op >= 0x38 && op <= 0x41:
		return SSE41, p.operand
	case op == 0x37:
		return SSE42, p.operand
	case op >= 0x80 && op <= 0x82:
		return Base, p.operand // INVEPT, INVVPID, INVPCID
	case op >= 0xc8 && op <= 0xcd:
		return SHA, true
	case op == 0xcf:
		return GFNI, p.operand
	case op >= 0xdb && op <= 0xdf:
		return AES, p.operand
	case op == 0xf0 || op == 0xf1:
		if p.repne {
			return SSE42, true // CRC32
		}
		return MOVBE, true
	case op == 0xf5:
		return Base, true // WRUSS, of shadow stacks
	case op == 0xf6:
		if p.operand || p.rep {
			return ADX, true
		}
		return Base, true // WRSS
	case op == 0xf8 || op == 0xf9:
		return MOVDIR, true
	}
	return Base, false
}

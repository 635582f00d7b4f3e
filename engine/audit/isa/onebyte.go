package isa

// The operands of the instructions of one byte, by opcode:
//
//	.  none            m  ModRM            b  1 byte        w  2 bytes
//	z  4, or 2 by 66   v  8, 4 or 2        j  4 always      o  8, or 4 by 67
//	B  ModRM and b     Z  ModRM and z      e  w and b       -  no instruction
//	3  ModRM; with /0 and /1 also b        4  ModRM; with /0 and /1 also z
const oneByteOperands = "" +
	"mmmmbz--mmmmbz--" + // 00: 0f is another map
	"mmmmbz--mmmmbz--" +
	"mmmmbz--mmmmbz--" + // prefixes are read before
	"mmmmbz--mmmmbz--" +
	"----------------" + // 40: REX twice is none
	"................" +
	"---m----zZbB...." + // 60
	"bbbbbbbbbbbbbbbb" +
	"BZ-Bmmmmmmmmmmmm" + // 80
	"..........-....." +
	"oooo....bz......" + // a0
	"bbbbbbbbvvvvvvvv" +
	"BBw.--BZe.w..b-." + // c0
	"mmmm---.mmmmmmmm" +
	"bbbbbbbbjj-b...." + // e0
	"-.--..34......mm"

// oneByte reads an instruction of the first map. Its legacy vector forms have no
// level above v1 but for FISTTP.
func oneByte(b []byte, at int, p prefixes) (instruction, bool) {
	op := b[at]
	reg, register := byte(0), false
	if at+1 < len(b) {
		reg, register = b[at+1]>>3&7, b[at+1]>>6 == 3
	}
	z := 4
	if p.operand && !p.wide() {
		z = 2
	}
	f := oneByteFeature(op, reg, register)
	next := at + 1
	switch oneByteOperands[op] {
	case '.':
		return finish(b, next, false, 0, f)
	case 'm':
		// The unused rows of the groups: INC and DEC, CALL to PUSH, POP.
		if op == 0xfe && reg > 1 || op == 0xff && reg == 7 || op == 0x8f && reg != 0 {
			return instruction{}, false
		}
		return finish(b, next, true, 0, f)
	case 'b':
		return finish(b, next, false, 1, f)
	case 'w':
		return finish(b, next, false, 2, f)
	case 'e':
		return finish(b, next, false, 3, f)
	case 'z':
		return finish(b, next, false, z, f)
	case 'j':
		return finish(b, next, false, 4, f)
	case 'v':
		if p.wide() {
			z = 8
		}
		return finish(b, next, false, z, f)
	case 'o':
		if p.address {
			return finish(b, next, false, 4, f)
		}
		return finish(b, next, false, 8, f)
	case 'B':
		if op == 0xc6 && reg != 0 && f != RTM {
			return instruction{}, false
		}
		return finish(b, next, true, 1, f)
	case 'Z':
		if op == 0xc7 && reg != 0 && f != RTM {
			return instruction{}, false
		}
		return finish(b, next, true, z, f)
	case '3', '4':
		immediate := 0
		if reg < 2 {
			if immediate = 1; op == 0xf7 {
				immediate = z
			}
		}
		return finish(b, next, true, immediate, f)
	}
	return instruction{}, false
}

func oneByteFeature(op, reg byte, register bool) Feature {
	switch op {
	case 0x9e, 0x9f:
		return LAHF
	case 0xdb, 0xdd, 0xdf:
		if reg == 1 && !register {
			return SSE3 // FISTTP
		}
	case 0xc6, 0xc7:
		if reg == 7 && register {
			return RTM // XABORT, XBEGIN
		}
	}
	return Base
}

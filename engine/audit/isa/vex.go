package isa

// vexFeature tells of an instruction with a VEX prefix: m is its map, pp stands for
// a legacy prefix (1: 66, 2: F3, 3: F2). False for an opcode that has none.
func vexFeature(m, op, pp byte) (Feature, bool) {
	switch m {
	case 1:
		return vexMap1(op)
	case 2:
		return vexMap2(op, pp)
	}
	return vexMap3(op)
}

func vexMap1(op byte) (Feature, bool) {
	switch {
	case op >= 0x41 && op <= 0x4b, op >= 0x90 && op <= 0x93, op == 0x98, op == 0x99:
		return AVX512, true // on its mask registers
	case op < 0x10, op >= 0x18 && op < 0x28, op >= 0x30 && op < 0x50, op >= 0x80 && op < 0xae,
		op > 0xaf && op < 0xc2, op == 0xc3, op >= 0xc7 && op < 0xd0, op == 0xff, op >= 0x78 && op <= 0x7b:
		return Base, false
	}
	return AVX, true
}

func vexMap2(op, pp byte) (Feature, bool) {
	switch {
	case op == 0x13:
		return F16C, true
	case op >= 0x96 && op <= 0x9f, op >= 0xa6 && op <= 0xaf, op >= 0xb6 && op <= 0xbf:
		return FMA, true
	case op == 0xf2, op == 0xf3, op == 0xf5, op == 0xf6, op == 0xf7:
		return BMI, true
	case op >= 0xdb && op <= 0xdf:
		return AES, true
	case op == 0xcf:
		return GFNI, true
	case op >= 0x50 && op <= 0x53, op == 0xb4, op == 0xb5, op == 0xb0, op == 0xb1, op == 0xd2, op == 0xd3:
		return AVXVNNI, true // with AVX-IFMA and AVX-NE-CONVERT, its like
	case op == 0x49, op == 0x4b, op == 0x5c, op == 0x5e, op == 0x6c:
		return AMX, true
	case op >= 0xcb && op <= 0xcd, op == 0xda:
		return SHA, true // SHA-512, and SM3 and SM4
	case op >= 0xe0 && op <= 0xef:
		return MOVDIR, pp == 1 // CMPccXADD
	case op >= 0x60 && op < 0x78, op >= 0x7a && op < 0x8c, op == 0x8d, op == 0x8f, op > 0xbf,
		op == 0x94, op == 0x95, op == 0xa4, op == 0xa5, op >= 0xa0 && op < 0xa6:
		return Base, false
	}
	return AVX, true
}

func vexMap3(op byte) (Feature, bool) {
	switch {
	case op >= 0x30 && op <= 0x33:
		return AVX512, true
	case op == 0x1d:
		return F16C, true
	case op == 0xf0:
		return BMI, true // RORX
	case op == 0xdf:
		return AES, true
	case op == 0x44:
		return PCLMUL, true
	case op == 0xce || op == 0xcf:
		return GFNI, true
	case op == 0xde:
		return SHA, true // SM3
	case op >= 0x5c && op <= 0x5f, op >= 0x68 && op <= 0x6f, op >= 0x78 && op <= 0x7f:
		return AMD, true // FMA4
	case op > 0x63, op >= 0x23 && op < 0x30, op >= 0x50 && op < 0x5c, op >= 0x34 && op < 0x38:
		return Base, false
	}
	return AVX, true
}

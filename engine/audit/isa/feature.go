package isa

// Level is what a processor must have.
type Level uint8

// The levels of the x86-64 psABI, and what is in none of them, such as AES-NI: a
// processor of any level may lack it.
const (
	V1 Level = iota + 1
	V2
	V3
	V4
	None
)

// String is the level's name: "x86-64-v2"; "no-level" for None.
func (l Level) String() string {
	if l == None {
		return "no-level"
	}
	return "x86-64-v" + string('0'+rune(l))
}

// ParseLevel reads "v1" to "v4"; everything else is V1.
func ParseLevel(text string) Level {
	for l := V2; l <= V4; l++ {
		if text == l.String()[len("x86-64-"):] {
			return l
		}
	}
	return V1
}

// Feature is a set of instructions.
type Feature uint8

// The features, in the order of their levels.
const (
	Base Feature = iota
	SSE3
	SSSE3
	SSE41
	SSE42
	POPCNT
	CX16
	LAHF
	AVX // or AVX2
	FMA
	BMI // or BMI2
	F16C
	LZCNT
	MOVBE
	AVX512
	AES
	PCLMUL
	SHA
	GFNI
	RDRAND
	RDSEED
	ADX
	SSE4A
	AMD // 3DNow!, XOP, FMA4
	RTM
	AVXVNNI
	FP16
	AMX
	MOVDIR
	Features // their number
)

// Level is the lowest level that has the feature.
func (f Feature) Level() Level {
	switch {
	case f == Base:
		return V1
	case f <= LAHF:
		return V2
	case f <= MOVBE:
		return V3
	case f == AVX512:
		return V4
	}
	return None
}

// String is the name that compilers and /proc/cpuinfo have, about.
func (f Feature) String() string {
	names := [Features]string{
		"x86-64", "SSE3", "SSSE3", "SSE4.1", "SSE4.2", "POPCNT", "CMPXCHG16B", "LAHF", "AVX/AVX2", "FMA", "BMI", "F16C", "LZCNT", "MOVBE",
		"AVX-512", "AES", "PCLMULQDQ", "SHA", "GFNI", "RDRAND", "RDSEED", "ADX", "SSE4a", "3DNow!/XOP/FMA4", "RTM", "AVX-VNNI", "AVX512-FP16", "AMX", "MOVDIRI",
	}
	return names[min(f, Features-1)]
}

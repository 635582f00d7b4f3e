package isa

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	tests := []struct {
		code    string // of the instruction, and nothing behind it
		feature Feature
		name    string
	}{
		{"90", Base, "nop"},
		{"f30f1efa", Base, "endbr64"},
		{"662e0f1f840000000000", Base, "nopw cs:"},
		{"488d0500000000", Base, "lea"},
		{"48b80102030405060708", Base, "movabs"},
		{"66b80102", Base, "mov ax"},
		{"48a10102030405060708", Base, "movabs from"},
		{"67a101020304", Base, "mov from 32 bits"},
		{"66480f7ec0", Base, "movq"},
		{"f6c001", Base, "test al"},
		{"f7d0", Base, "not"},
		{"66f7c00100", Base, "test ax"},
		{"c8000001", Base, "enter"},
		{"c20800", Base, "ret 8"},
		{"66e800000000", Base, "call, whose operand size 66 does not change"},
		{"f2ff2500000000", Base, "bnd jmp"},
		{"8f00", Base, "pop"},
		{"0f0d08", Base, "prefetchw"},
		{"0fa2", Base, "cpuid"},
		{"0f01d0", Base, "xgetbv"},
		{"f3480fbcc0", Base, "tzcnt, which runs as bsf"},
		{"480fbdc0", Base, "bsr"},
		{"0fc70f", Base, "cmpxchg8b"},
		{"420f8001020304", Base, "jo"},
		{"42480f8001020304", Base, ""}, // REX twice
		{"f30fb8c0", POPCNT, "popcnt"},
		{"f3480fbdc0", LZCNT, "lzcnt"},
		{"f0480fc70f", CX16, "cmpxchg16b"},
		{"9e", LAHF, "sahf"},
		{"db4c2410", SSE3, "fisttp"},
		{"f20f12c1", SSE3, "movddup"},
		{"0f12c1", Base, "movhlps"},
		{"f20ff000", SSE3, "lddqu"},
		{"660f7cc1", SSE3, "haddpd"},
		{"660f3800c1", SSSE3, "pshufb"},
		{"660f3a0fc101", SSSE3, "palignr"},
		{"660f3840c1", SSE41, "pmulld"},
		{"660f3a0ac101", SSE41, "roundss"},
		{"660f3a63c101", SSE42, "pcmpistri"},
		{"f20f38f1c0", SSE42, "crc32"},
		{"0f38f000", MOVBE, "movbe"},
		{"660f38dcc1", AES, "aesenc"},
		{"660f3a44c100", PCLMUL, "pclmulqdq"},
		{"0f38c9c1", SHA, "sha1msg1"},
		{"0fc7f0", RDRAND, "rdrand"},
		{"0fc7f8", RDSEED, "rdseed"},
		{"f30fc7f8", Base, "rdpid"},
		{"66480f38f6c1", ADX, "adcx"},
		{"f20f78c10102", SSE4A, "insertq"},
		{"c7f800000000", RTM, "xbegin"},
		{"0f0fc1b4", AMD, "pfmul"},
		{"c5f877", AVX, "vzeroupper"},
		{"c5f9efc0", AVX, "vpxor"},
		{"c4e27918c0", AVX, "vbroadcastss"},
		{"c4e3fd00c04e", AVX, "vpermq"},
		{"c4e27bf6c0", BMI, "mulx"},
		{"c4e37bf0c001", BMI, "rorx"},
		{"c4e2f998c1", FMA, "vfmadd132pd"},
		{"c4e37d1dc000", F16C, "vcvtps2ph"},
		{"c4e279dcc1", AES, "vaesenc"},
		{"c5f841c1", AVX512, "kandw"},
		{"62f17c4828c0", AVX512, "vmovaps zmm"},
		{"62f17c48286c2401", AVX512, "vmovaps with displacement"},
		{"62f57c4858c0", FP16, "vaddph"},
		{"c4e279f0c0", Base, ""}, // no instruction
		{"66c5f9efc0", Base, ""}, // a prefix before VEX
		{"06", Base, ""}, {"0f04", Base, ""}, {"0f38ffc0", Base, ""}, {"ff38", Base, ""}, {"f2", Base, ""},
		{"6666666666666666666666666666666690", Base, ""},
	}
	for _, tt := range tests {
		code, err := hex.DecodeString(tt.code)
		if err != nil {
			t.Fatal(err)
		}
		i, ok := decode(append(code, 0xcc, 0xcc, 0xcc))
		if tt.name == "" {
			if ok && i.length == len(code) {
				t.Errorf("%s is an instruction", tt.code)
			}
			continue
		}
		if !ok || i.length != len(code) || i.feature != tt.feature || i.cpuid != (tt.name == "cpuid") {
			t.Errorf("%s %s: %v, %+v", tt.code, tt.name, ok, i)
		}
		for n := range code {
			if i, ok := decode(code[:n]); ok && i.length > n {
				t.Errorf("%s %s: read behind the end of %d bytes", tt.code, tt.name, n)
			}
		}
	}
}

func TestTables(t *testing.T) {
	if len(oneByteOperands) != 256 || len(escapeOperands) != 256 {
		t.Errorf("%d and %d entries", len(oneByteOperands), len(escapeOperands))
	}
	names := map[string]bool{}
	for f := Base; f < Features; f++ {
		if names[f.String()] || f.String() == "" {
			t.Errorf("feature %d is %q", f, f)
		}
		names[f.String()] = true
	}
	if ParseLevel("v3") != V3 || ParseLevel("") != V1 || ParseLevel("no") != V1 || V4.String() != "x86-64-v4" {
		t.Error("levels")
	}
}

// The lengths, and what is no instruction, are those of binutils, for what the
// compiler makes of a program for the newest processors, and each feature is in
// what binutils calls by its name.
func TestDecodeAgreesWithBinutils(t *testing.T) {
	const source = `
	#include <immintrin.h>
	#include <math.h>
	#include <string.h>
	#include <complex.h>
	typedef struct { double x[8]; long y[8]; char s[40]; } T;
	double dot(const T *a, const T *b) { double s = 0; for (int i = 0; i < 8; i++) s += a->x[i] * b->x[i] + a->y[i] / (b->y[i] | 1); return s; }
	void copy(T *a, const T *b, int n) { for (int i = 0; i < n; i++) { a[i] = b[n-i]; a[i].s[i & 31] ^= 7; a[i].x[2] = sqrt(a[i].x[1]) + (float)a[i].y[3]; } }
	unsigned bits(unsigned long a, unsigned b) { return __builtin_popcountl(a) + __builtin_clzl(a) + __builtin_ctz(b) + (a & ~b) + (a << b) + __builtin_bswap32(b); }
	long double slow(long double a, int b) { return a * b / 3 + (long)a; }
	complex double z(complex double a, complex double b) { return a * b / (a + 1); }
	__int128 wide(__int128 a, __int128 b) { return a * b + (a >> 3) / b; }
	int swi(int a) { switch (a) { case 1: return 7; case 2: return 9; case 3: return a * 3; case 4: return 1; case 5: return a / 7; case 99: return 4; } return strlen((char *)&a); }
	_Atomic long counter; long inc(void) { return counter++; }
	__m512i m(__m512i a, __mmask16 k) { return _mm512_mask_add_epi32(a, k, a, a); }
	__m128i aes(__m128i a) { return _mm_aesenc_si128(a, _mm_sha1msg1_epu32(a, a)); }
	`
	for _, flags := range [][]string{{"-O2", "-march=x86-64"}, {"-O3", "-march=x86-64-v4", "-mprefer-vector-width=512"}, {"-O0", "-m80387", "-mfpmath=387"}} {
		object := filepath.Join(t.TempDir(), "x.o")
		args := append([]string{"-x", "c", "-", "-c", "-w", "-o", object, "-mavx512f", "-maes", "-msha"}, flags...)
		cmd := exec.Command("gcc", args...)
		cmd.Stdin = strings.NewReader(source)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("gcc: %v\n%s", err, out)
		}
		out, err := exec.Command("objdump", "-d", "-w", "--insn-width=15", object).Output()
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
			fields := strings.Split(lines.Text(), "\t")
			if len(fields) < 3 {
				continue
			}
			code, err := hex.DecodeString(strings.ReplaceAll(fields[1], " ", ""))
			if err != nil || len(code) == 0 {
				continue
			}
			if code[0] == 0x9b && len(code) > 1 {
				code = code[1:] // FWAIT is an instruction of its own
			}
			count++
			i, ok := decode(append(bytes.Clone(code), 0xcc, 0xcc))
			name, _, _ := strings.Cut(fields[2], " ")
			vector := strings.HasPrefix(name, "v") && name != "verr" || strings.HasPrefix(name, "k")
			if !ok || i.length != len(code) || vector != (i.feature.Level() > V2 && (code[0] == 0xc4 || code[0] == 0xc5 || code[0] == 0x62) && i.feature != BMI) {
				t.Errorf("%s: %s: %v, %+v", fields[1], fields[2], ok, i)
			}
		}
		if count < 200 {
			t.Errorf("%v: only %d instructions were compared", flags, count)
		}
	}
}

// code is machine code at address 0x1000.
type code []byte

func (c code) at(address, limit uint64) ([]byte, error) {
	if address < 0x1000 || address > 0x1000+uint64(len(c)) {
		return nil, fmt.Errorf("no code at %#x", address)
	}
	b := c[address-0x1000:]
	return b[:min(uint64(len(b)), limit)], nil
}

func TestScan(t *testing.T) {
	text := code("\xf3\x0f\xb8\xc0\xc3" + // 0x1000: popcnt, ret
		"\xc5\xf8\x77\xc5\xf8\x77\xc3" + // 0x1005: vzeroupper twice, ret
		"\xc5\xf8\x77\x06\xc3" + // 0x100c: data in it
		"\xc5\xf8\x77\xc3\xe8" + // 0x1011: an instruction is cut off
		"\x0f\xa2\xc3" + // 0x1016: cpuid, ret
		"\x66\x0f\x38\xdc\xc1\xc3" + // 0x1019: aesenc, ret
		"\x66\x0f\xef\xc0\xc5\xf8\x41\xc1\x0f\x77\xc3") // 0x101f: pxor, kandw, emms, ret
	functions := []Function{{0x1000, 5, "a"}, {0x1005, 7, ""}, {0x100c, 5, ""}, {0x1011, 5, ""}, {0x1016, 3, ""}, {0x1019, 6, "f"}, {0x101f, 11, ""}, {0x2000, 4, ""}, {0x3000, 1 << 40, ""}}
	r := Scan(functions, text.at)
	got := fmt.Sprintf("%+v", *r)
	want := "{Functions:8 Broken:3 Instructions:13 Uses:[" +
		"{Feature:POPCNT Instructions:1 Functions:1 First:4096 In:a} {Feature:AVX/AVX2 Instructions:2 Functions:1 First:4101 In:} {Feature:AVX-512 Instructions:1 Functions:1 First:4131 In:} {Feature:AES Instructions:1 Functions:1 First:4121 In:f}" +
		"] Above:[0 4 3 2 1] SSE:1 VEX:2 CPUID:true}"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if l, uses := r.Highest(V2); l != None || len(uses) != 3 {
		t.Errorf("highest %v, %v", l, uses)
	}
	if l, uses := Scan(functions[:2], text.at).Highest(V3); l != V1 || uses != nil {
		t.Errorf("highest %v, %v", l, uses)
	}
}

// Code that belongs to no function is only asked whether it has CPUID.
func TestAsks(t *testing.T) {
	text := code("\xc3" + "\x06\x0f\xa2" + "\x0f\xa2" + strings.Repeat("\x90", 10) + "\xc3\x0f\xa2\xc3")
	end := 0x1000 + uint64(len(text))
	for _, tt := range []struct {
		functions []Function
		want      bool
	}{
		{nil, true},
		{[]Function{{0x1000, 1, ""}, {0x1010, 4, ""}}, false}, // between them is no instruction that one could trust
		{[]Function{{0x1000, 4, ""}}, true},
		{[]Function{{0x1000, end - 0x1000, ""}}, false},
	} {
		if got := Asks(tt.functions, 0x1000, end, text.at); got != tt.want {
			t.Errorf("%+v: %v", tt.functions, got)
		}
	}
}

func TestDecodeAnything(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	b := make([]byte, 1<<16)
	random.Read(b)
	for at := range b {
		i, ok := decode(b[at:])
		if ok && (i.length < 1 || i.length > min(maxLength, len(b)-at)) {
			t.Fatalf("%x: %d bytes", b[at:min(at+16, len(b))], i.length)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	text := code(strings.Repeat("\x48\x8d\x05\x00\x00\x00\x00\xf3\x0f\x1e\xfa\xc5\xf9\xef\xc0\x0f\x1f\x40\x00\xc3", 50_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Scan([]Function{{0x1000, uint64(len(text)), ""}}, text.at)
	}
}

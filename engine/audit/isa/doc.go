// Package isa tells of x86-64 code which processors it needs: the levels of the
// psABI, v1 to v4, and what no level has.
//
// It decodes lengths and instruction sets, not operands. The one disassembler of
// the Go project, golang.org/x/arch/x86/x86asm, knows neither VEX nor EVEX nor
// endbr64, and takes a microsecond an instruction; levels above v2 are nearly all
// VEX. The opcode maps are those of Intel's manual, volume 2, appendix A; where AMD
// has its own, of AMD's, volume 3, appendix A.
//
// TZCNT counts as v1: compilers write it for every processor, since one without
// BMI runs it as BSF. So do CPUID, XGETBV, the hints that old processors ignore,
// such as ENDBR64 and PREFETCHW, and what only a kernel runs. All that has an EVEX
// prefix counts as v4, but for the maps of FP16.
package isa

package isa

import "sort"

// Function is a range of code that begins and ends at instructions.
type Function struct {
	Start, Size uint64
	Name        string
}

// Report is what code needs.
type Report struct {
	// Functions were read; Broken are those of them that could not be decoded to
	// their end, because data stands in them or instructions that are not known.
	// What they hold does not count.
	Functions, Broken int
	Instructions      int // of the functions that count
	// Uses are the features above v1, by feature.
	Uses []Use
	// Above[l] is the number of functions that need more than level l.
	Above [None]int
	// SSE and VEX are the numbers of functions that use vector registers as before
	// AVX, and as since. Compilers do one or the other in all code that is made
	// with the same options.
	SSE, VEX int
	// CPUID: the code asks the processor what it is.
	CPUID bool
}

// Use is one feature that code needs.
type Use struct {
	Feature                 Feature
	Instructions, Functions int
	First                   uint64 // address of the first instruction
	In                      string // the function's name; "" when it has none
}

// Highest is the highest level of the uses, and their features above a level.
func (r *Report) Highest(above Level) (highest Level, uses []Use) {
	highest = V1
	for _, u := range r.Uses {
		if l := u.Feature.Level(); l > above {
			highest = max(highest, l)
			uses = append(uses, u)
		}
	}
	return highest, uses
}

// maxFunction bounds one function: the largest of real ones, of parsers that were
// generated, have 1 MB.
const maxFunction = 4 << 20

// Code gives at most limit bytes of code at an address.
type Code func(address, limit uint64) ([]byte, error)

// Scan reads functions, which are in the order of their addresses.
func Scan(functions []Function, code Code) *Report {
	s := &scanner{report: &Report{}, code: code}
	for i := range functions {
		s.function(&functions[i])
	}
	for f, u := range s.uses {
		if u.Functions > 0 {
			u.Feature = Feature(f)
			s.report.Uses = append(s.report.Uses, u)
		}
	}
	return s.report
}

type scanner struct {
	report *Report
	code   Code
	uses   [Features]Use

	window []byte // code that was read
	start  uint64 // its address
}

// piece is how much code is read at once.
const piece = 1 << 20

// bytes is the code of a function; nil when the file has none.
func (s *scanner) bytes(f *Function) []byte {
	if f.Start < s.start || f.Start-s.start > uint64(len(s.window)) || f.Size > uint64(len(s.window))-(f.Start-s.start) {
		b, err := s.code(f.Start, max(piece, f.Size))
		if err != nil || uint64(len(b)) < f.Size {
			return nil
		}
		s.window, s.start = b, f.Start
	}
	return s.window[f.Start-s.start:][:f.Size]
}

// seen is what one function holds of a feature.
type seen struct {
	count int
	first uint64
}

func (s *scanner) function(f *Function) {
	if f.Size == 0 || f.Size > maxFunction {
		return
	}
	s.report.Functions++
	b := s.bytes(f)
	var found [Features]seen
	count, all := 0, instruction{}
	for at := 0; at < len(b); {
		i, ok := decode(b[at:])
		if !ok {
			b = nil
			break
		}
		if i.feature != Base {
			if found[i.feature].count++; found[i.feature].count == 1 {
				found[i.feature].first = f.Start + uint64(at)
			}
		}
		all.cpuid, all.sse, all.vex = all.cpuid || i.cpuid, all.sse || i.sse, all.vex || i.vex
		count++
		at += i.length
	}
	s.report.CPUID = s.report.CPUID || all.cpuid
	if b == nil {
		s.report.Broken++
		return
	}
	s.report.Instructions += count
	if all.sse {
		s.report.SSE++
	}
	if all.vex {
		s.report.VEX++
	}
	s.note(f, &found)
}

// note adds what a function holds.
func (s *scanner) note(f *Function, found *[Features]seen) {
	highest := V1
	for i := Feature(1); i < Features; i++ {
		if found[i].count == 0 {
			continue
		}
		u := &s.uses[i]
		if u.Functions == 0 {
			u.First, u.In = found[i].first, f.Name
		}
		u.Instructions += found[i].count
		u.Functions++
		highest = max(highest, i.Level())
	}
	for l := V1; l < highest; l++ {
		s.report.Above[l]++
	}
}

// Asks tells whether code that no function is known of asks the processor what it
// is: what hand-written code does, which the unwinder does not know. Such code may
// hold data; a mistake makes one in 65,000 instructions a CPUID.
func Asks(functions []Function, start, end uint64, code Code) bool {
	next := sort.Search(len(functions), func(i int) bool { return functions[i].Start >= start })
	for at := start; at < end; {
		stop := end
		if next < len(functions) {
			stop = min(end, functions[next].Start)
		}
		for at < stop {
			b, err := code(at, min(stop-at, piece))
			if err != nil || len(b) == 0 {
				return false
			}
			if asks(b, at) {
				return true
			}
			at += uint64(len(b))
		}
		if next >= len(functions) {
			return false
		}
		at = max(at, functions[next].Start+functions[next].Size)
		next++
	}
	return false
}

// asks looks for CPUID in code that stands at an address, and goes on at the next
// multiple of 16 behind what is no instruction.
func asks(b []byte, address uint64) bool {
	for at := 0; at < len(b); {
		i, ok := decode(b[at:])
		if !ok {
			at += 16 - int((address+uint64(at))%16)
			continue
		}
		if i.cpuid {
			return true
		}
		at += i.length
	}
	return false
}

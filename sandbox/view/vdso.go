package view

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// vdso is the library that the kernel maps into every process, with which it
// reads clocks without a system call. Where a clock is to be answered by us,
// the functions are replaced by the calls. Every process has a copy of its own
// then; the kernel's stays as it is.
type vdso struct {
	patches []patch
	refused error // the first time
}

// patch is code for a place in the library.
type patch struct {
	offset uint64
	code   []byte
}

// vdsoFunctions are what is replaced, and by which call; 0 is a function that
// fails with ENOSYS, so that its callers make the call themselves.
func vdsoFunctions() map[string]uint32 {
	return map[string]uint32{
		"__vdso_clock_gettime": unix.SYS_CLOCK_GETTIME,
		"__vdso_gettimeofday":  unix.SYS_GETTIMEOFDAY,
		"__vdso_time":          unix.SYS_TIME,
		"__vdso_getrandom":     0,
	}
}

// readVDSO finds the functions in this process's own copy: all processes of a
// machine have the same.
func readVDSO() (*vdso, error) {
	image, err := ownVDSO()
	if err != nil {
		return nil, fmt.Errorf("find the clocks of the kernel: %w", err)
	}
	file, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return nil, fmt.Errorf("find the clocks of the kernel: %w", err)
	}
	defer file.Close()
	symbols, err := file.DynamicSymbols()
	if err != nil {
		return nil, fmt.Errorf("find the clocks of the kernel: %w", err)
	}
	v := &vdso{}
	functions := vdsoFunctions()
	for _, s := range symbols {
		if call, ok := functions[s.Name]; ok {
			v.patches = append(v.patches, patch{s.Value, code(call)})
		}
	}
	if len(v.patches) == 0 {
		return nil, errors.New("find the clocks of the kernel: its library has none")
	}
	return v, nil
}

// code makes a system call and returns what it returns.
func code(call uint32) []byte {
	const mov, syscall, ret = "\xb8", "\x0f\x05", "\xc3"
	if call == 0 {
		enosys := -int32(unix.ENOSYS)
		return append(binary.LittleEndian.AppendUint32([]byte(mov), uint32(enosys)), ret...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte(mov), call), syscall+ret...)
}

func ownVDSO() ([]byte, error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(string(maps), "\n") {
		var from, to uint64
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err != nil || !strings.HasSuffix(line, "[vdso]") {
			continue
		}
		mem, err := os.Open("/proc/self/mem")
		if err != nil {
			return nil, err
		}
		defer mem.Close()
		image := make([]byte, to-from)
		_, err = mem.ReadAt(image, int64(from))
		return image, err
	}
	return nil, errors.New("this process has no vDSO")
}

// replace puts the calls into the caller's copy. It is called at the call by
// which a program, static or not, sets up its first thread; a program that reads
// a clock before has the machine's.
func (v *vdso) replace(c *seccomp.Call) {
	base := vdsoBase(c.PID)
	if base == 0 {
		return
	}
	for _, p := range v.patches {
		there, err := c.Bytes(base+p.offset, len(p.code))
		if err != nil || bytes.Equal(there, p.code) {
			continue
		}
		if err := c.Put(base+p.offset, p.code); err != nil && c.Valid() && v.refused == nil {
			v.refused = fmt.Errorf("a check needs a kernel that lets it replace the clock of its builds, one booted without proc_mem.force_override=never or ptrace: %w", err)
		}
	}
}

// vdsoBase is where the process has it, 0 when it has none. In the auxiliary
// vector AT_SYSINFO_EHDR is 33.
func vdsoBase(pid int) uint64 {
	vector, err := os.ReadFile(fmt.Sprintf("/proc/%d/auxv", pid))
	if err != nil {
		return 0
	}
	for ; len(vector) >= 16; vector = vector[16:] {
		if binary.NativeEndian.Uint64(vector) == 33 {
			return binary.NativeEndian.Uint64(vector[8:])
		}
	}
	return 0
}

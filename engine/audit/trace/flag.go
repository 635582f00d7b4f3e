package trace

import (
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
)

// hostFlags is D07, and the levels of x86-64 that are compiled for. It looks at
// the command that the build wrote, not at what the driver makes of it: gcc tells
// its own linker of /usr/lib in each call.
type hostFlags struct {
	table
	levels []Compilation
	known  map[string]bool
}

// Compilation is one kind of compilation for more than x86-64-v1.
type Compilation struct {
	Level   string         `json:"level"` // "v3"
	Flag    string         `json:"flag"`  // "-march=haswell"
	By      audit.Evidence `json:"by"`
	Process int            `json:"process"`
}

func newHostFlags() *hostFlags { return &hostFlags{table: newTable(), known: map[string]bool{}} }

func (h *hostFlags) did(event) {}

func (h *hostFlags) started(p *process, argv []string) {
	if p.kind == compiler {
		h.level(p, argv)
	}
	if p.kind != driver && p.kind != compiler && p.kind != linker || p.command() != p {
		return
	}
	for i := 1; i < len(argv); i++ {
		if flag := hostFlag(argv, i); flag != "" {
			h.add(flag, p, "")
		}
	}
}

// hostFlag is the flag at i if it tells of the host, with its value.
func hostFlag(argv []string, i int) string {
	arg := argv[i]
	switch arg {
	case "-march=native", "-mtune=native", "-mcpu=native":
		return arg
	}
	for _, name := range []string{"-isystem", "-idirafter", "-iquote", "-I", "-L"} {
		value, ok := strings.CutPrefix(arg, name)
		if ok && value == "" && i+1 < len(argv) {
			value = argv[i+1]
		}
		if ok && ofHost(value) {
			return cut(name+" "+path.Clean(value), 256)
		}
	}
	return ""
}

// ofHost tells folders that a machine has.
func ofHost(folder string) bool {
	folder = path.Clean(folder)
	for _, top := range []string{"/usr", "/opt", "/lib", "/lib64", "/include", "/sw", "/home", "/root"} {
		if _, ok := below(folder, top); ok {
			return true
		}
	}
	return false
}

// maxLevels bounds the kinds of compilations that are told.
const maxLevels = 100

func (h *hostFlags) level(p *process, argv []string) {
	level, flag := Level(argv)
	if level == "" || h.known[flag] || len(h.levels) == maxLevels {
		return
	}
	h.known[flag] = true
	h.levels = append(h.levels, Compilation{level, flag, p.evidence(""), p.number})
}

func (h *hostFlags) findings() []audit.Finding {
	all := h.table.findings(audit.HostFlags, func(flag string, s *seen) string {
		return "the compiler was given " + flag + ", " + s.by()
	})
	for i := range all {
		if strings.HasPrefix(all[i].Subject, "-m") {
			all[i].Fix = "leave " + all[i].Subject + " out, or name a processor"
		} else {
			all[i].Fix = "name the folder of a declared part instead"
		}
	}
	return all
}

// Level is the highest level of x86-64, "v2" to "v4", that cc1 was told to
// compile for, and the flag that says so; "" means the first. A processor that
// it does not know has none. The flags are those of gcc's manual, "x86 Options".
func Level(argv []string) (level, flag string) {
	for _, arg := range argv {
		l := ""
		if name, ok := strings.CutPrefix(arg, "-march="); ok {
			l = levelOf(name)
		} else if name, ok := strings.CutPrefix(arg, "-m"); ok {
			l = levelOfFeature(name)
		}
		if l > level {
			level, flag = l, cut(arg, 64)
		}
	}
	return level, flag
}

func levelOf(march string) string {
	if l, ok := strings.CutPrefix(march, "x86-64-"); ok && slices.Contains([]string{"v2", "v3", "v4"}, l) {
		return l
	}
	switch march {
	case "nehalem", "corei7", "westmere", "sandybridge", "corei7-avx", "ivybridge", "core-avx-i",
		"silvermont", "slm", "goldmont", "goldmont-plus", "tremont", "btver2", "bdver1", "bdver2", "bdver3":
		return "v2"
	case "haswell", "core-avx2", "broadwell", "skylake", "bdver4", "znver1", "znver2", "znver3",
		"alderlake", "raptorlake", "meteorlake", "gracemont", "sierraforest", "grandridge", "arrowlake", "lunarlake":
		return "v3"
	case "skylake-avx512", "cannonlake", "icelake-client", "icelake-server", "cascadelake", "cooperlake",
		"tigerlake", "rocketlake", "sapphirerapids", "emeraldrapids", "graniterapids", "znver4", "znver5":
		return "v4"
	}
	return ""
}

func levelOfFeature(name string) string {
	switch name {
	case "sse3", "ssse3", "sse4", "sse4.1", "sse4.2", "popcnt", "cx16", "sahf":
		return "v2"
	case "avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe":
		return "v3"
	}
	if strings.HasPrefix(name, "avx512") {
		return "v4"
	}
	return ""
}

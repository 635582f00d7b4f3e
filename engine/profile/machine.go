package profile

import "strings"

// function calls one of the functions of platform and os, which say what the
// target is, or would say what the machine is.
func (t *Target) function(name string, arguments tuple) (any, bool) {
	if v, ok := t.files(name, arguments); ok {
		return v, true
	}
	if len(arguments) > 0 && name != "platform.architecture" {
		return t.sniffing(name)
	}
	switch name {
	case "platform.machine":
		return t.Machine, true
	case "platform.system":
		return t.systemName(), true
	case "platform.python_version":
		return t.fullVersion(), true
	case "platform.python_version_tuple":
		return tupleOf(strings.Split(t.fullVersion(), ".")), true
	case "platform.python_implementation":
		return t.implementationName(), true
	case "platform.architecture":
		if t.is64() {
			return tuple{"64bit", "ELF"}, true
		}
		return tuple{"32bit", "ELF"}, true
	case "platform.release":
		return t.declared("platform.release()", targetRelease, t.Release), true
	case "platform.freedesktop_os_release":
		return t.osRelease(), true
	}
	return t.sniffing(name)
}

func (t *Target) osRelease() any {
	if t.Distro == "" {
		return &machine{"platform.freedesktop_os_release()", targetDistro}
	}
	id, versionID, _ := strings.Cut(t.Distro, " ")
	return dict{"ID": id, "VERSION_ID": trimSpace(versionID), "NAME": id}
}

// sniffing are the other functions of the two modules that ask the machine.
func (t *Target) sniffing(name string) (any, bool) {
	switch name {
	case "platform.version", "platform.node", "platform.uname", "platform.platform", "platform.processor", "platform.libc_ver",
		"platform.linux_distribution", "platform.dist", "platform.mac_ver", "platform.python_compiler", "platform.python_build",
		"os.uname", "os.getenv", "os.getcwd", "os.listdir", "os.cpu_count", "os.getuid", "os.geteuid", "os.getgid", "os.getpid",
		"os.getloadavg", "os.sysconf", "os.stat", "os.popen", "os.system", "os.readlink",
		"os.path.islink", "os.path.realpath", "os.path.getsize", "os.path.expanduser":
		return &machine{what: name + "()"}, true
	}
	return nil, false
}

// files are the functions that look at a file.
func (t *Target) files(name string, arguments tuple) (any, bool) {
	switch name {
	case "open", "os.access", "os.path.exists", "os.path.isfile", "os.path.isdir":
	default:
		return nil, false
	}
	if len(arguments) == 0 {
		return nil, false
	}
	file, ok := arguments[0].(string)
	if !ok {
		return nil, false
	}
	if t.Files == nil {
		return &machine{name + "('" + file + "')", targetFiles}, true
	}
	text, isFile := t.Files[file]
	switch name {
	case "open":
		if !isFile {
			return nil, false
		}
		return opened{text}, true
	case "os.path.isfile":
		return isFile, true
	case "os.path.isdir":
		return !isFile && t.hasFolder(file), true
	}
	return isFile || t.hasFolder(file), true
}

// hasFolder says whether a declared file lies in a folder; one that is declared
// with a slash at its end is a folder itself.
func (t *Target) hasFolder(folder string) bool {
	folder = strings.TrimRight(folder, "/") + "/"
	for file := range t.Files {
		if strings.HasPrefix(file, folder) {
			return true
		}
	}
	return false
}

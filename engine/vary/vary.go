// Package vary says under which circumstances a build can take place, and what
// each of them changes in what the sandbox shows. An output must not depend on
// any; a check finds out which it depends on.
package vary

import (
	"slices"
	"strings"
)

// Variation is a circumstance that a build can notice and its output must not
// depend on.
type Variation string

// The variations.
const (
	Environment Variation = "environment"
	BuildPath   Variation = "build-path"
	Kernel      Variation = "kernel"
	ASLR        Variation = "aslr"
	CPUs        Variation = "cpus"
	CPUModel    Variation = "cpu-model"
	Time        Variation = "time"
	User        Variation = "user"
	Order       Variation = "readdir"
	Host        Variation = "host"
	Home        Variation = "home"
	Locale      Variation = "locale"
	Path        Variation = "path"
	TimeZone    Variation = "timezone"
	Umask       Variation = "umask"
	Pids        Variation = "pids"
	Inodes      Variation = "inodes"
	FileSystem  Variation = "filesystem"
	HashSeed    Variation = "hash-seed"
	Tmp         Variation = "tmp"
	Memory      Variation = "memory"
	Random      Variation = "random"
)

// Description is one line about a variation, for people.
type Description struct {
	Variation Variation
	Usual     string // what every build sees
	Varied    string // what a varied build sees
	OnRequest bool   // not among the default ones
}

// Descriptions are all variations, in the order in which they are shown.
func Descriptions() []Description {
	return []Description{
		{Time, "the machine's time of day", "a year, a month and some hours later; files too", false},
		{TimeZone, "TZ=UTC", "TZ=<+14>-14", false},
		{Locale, "LC_ALL=C.UTF-8", "LC_ALL=fr_FR.UTF-8: aAbB, decimal comma, French dates", false},
		{Environment, "what the action says", "variables more, among them USER and TERM=xterm-256color", false},
		{Home, "HOME=/build", "HOME=/home/check", false},
		{Path, "PATH as declared", "declared parts backwards, absent folders between", false},
		{HashSeed, "PYTHONHASHSEED=0, PERL_HASH_SEED=0", "both 4242", false},
		{Umask, "022", "077", false},
		{User, "uid and gid 1000, build", "uid and gid 1234, checker", false},
		{Host, "localhost.localdomain", "elsewhere.example.org", false},
		{Kernel, "Linux 5.10.0", "Linux 6.99.0", false},
		{Memory, "4 GiB", "96 GiB", false},
		{CPUs, "-j of the command", "one", false},
		{CPUModel, "what gcc's -march=native finds", "x86-64", false},
		{ASLR, "addresses are the same each time", "addresses are random", false},
		{Pids, "process ids begin low", "process ids begin higher", false},
		{Order, "folders are listed as the file system has them", "shuffled", false},
		{Inodes, "inodes are numbered as the file system has them", "backwards", false},
		{FileSystem, "the store's own", "btrfs", false},
		{Tmp, "/tmp is empty", "/tmp holds files of others", false},
		{Random, "/dev/urandom and getrandom are random", "random from another seed", false},
		{BuildPath, "/build", "/build-elsewhere/in/another/folder", true},
	}
}

// Set is a set of variations.
type Set []Variation

// All is what a check varies unless it is told otherwise.
func All() Set {
	var all Set
	for _, d := range Descriptions() {
		if !d.OnRequest {
			all = append(all, d.Variation)
		}
	}
	return all
}

// Has tells whether v is in the set.
func (s Set) Has(v Variation) bool { return slices.Contains(s, v) }

// Without is the set without those of other.
func (s Set) Without(other ...Variation) Set {
	return slices.DeleteFunc(slices.Clone(s), func(v Variation) bool { return slices.Contains(other, v) })
}

func (s Set) String() string {
	words := make([]string, len(s))
	for i, v := range s {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}

// Circumstances are those of one build. The zero value is every build's.
type Circumstances struct {
	Varied Set `json:"varied"`
	// Controlled fixes what is never the same twice (time, random numbers,
	// process ids, inodes, the order of folders): in one way for what is not
	// varied, in another for what is. Two such builds differ only
	// by what is varied, or because the build is not deterministic.
	Controlled bool `json:"controlled"`
}

// IsUsual tells that nothing is otherwise than in every build.
func (c Circumstances) IsUsual() bool { return len(c.Varied) == 0 && !c.Controlled }

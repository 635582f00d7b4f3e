// Package view says what the inside of a sandbox is shown of the machine and
// of the moment, and answers the system calls that ask for it.
//
// Every build is shown the zero [View]. A check shows others, to find out
// whether a build's output depends on what it should not; and it shows some
// that stand still where the machine's own never does, so that two builds can
// be compared at all.
package view

// The machine that every build is shown. The release is that of the oldest
// distribution whose toolchain belljar ships.
const (
	Release = "5.10.0"
	Version = "#1 SMP belljar"
	Host    = "localhost"
	Domain  = "localdomain"
	Memory  = 4 << 30 // bytes
)

// View is what the inside is shown. Its zero value is what every build sees.
type View struct {
	// UID is the user and group id inside; 0 means rootfs.UID.
	UID int `json:"uid,omitempty"`
	// Host and Domain, Release and Version are uname's; "" means the constants.
	Host    string `json:"host,omitempty"`
	Domain  string `json:"domain,omitempty"`
	Release string `json:"release,omitempty"`
	Version string `json:"version,omitempty"`
	// Memory is what sysinfo tells, in bytes; 0 means the constant.
	Memory uint64 `json:"memory,omitempty"`
	// Randomize lets the kernel randomise the address space.
	Randomize bool `json:"randomize,omitempty"`
	// Pids, when not 0, gives the first process that a build can see the same number
	// each time, 50, and says that those of its steps begin so much above a multiple
	// of 100: what is random depends on a process, not on its number.
	Pids int `json:"pids,omitempty"`
	// Random, when not 0, is the seed of what getrandom and the pipes of the
	// sandbox's root give.
	Random uint64 `json:"random,omitempty"`
	// Clock is the time of day; nil means the machine's.
	Clock *Clock `json:"clock,omitempty"`
	// Files is what is told of files; nil means the truth.
	Files *Files `json:"files,omitempty"`
}

// Clock is a time of day of a sandbox's own. It holds for clocks and for the
// times that files get.
type Clock struct {
	// Start is the time when the sandbox starts, in seconds since 1970.
	Start int64 `json:"start"`
	// Slow makes it go 100,000 times slower: a build of a day ends in the second
	// in which it began, and what was written first is still older.
	Slow bool `json:"slow,omitempty"`
}

// Files is what stat, statfs and getdents tell.
type Files struct {
	// Order is how folders are listed: one of the Order constants.
	Order string `json:"order,omitempty"`
	// Inodes is how inodes are numbered: one of the Inode constants.
	Inodes string `json:"inodes,omitempty"`
	// Other claims another kind of file system: btrfs, with a device number
	// of its own, and folders of one link and no size.
	Other bool `json:"other,omitempty"`
}

// Orders of folders. The zero value is the file system's.
const (
	OrderSorted   = "sorted"
	OrderShuffled = "shuffled" // always in the same way
)

// Numbers of inodes. The zero value is the file system's.
const (
	InodesRising  = "rising"  // in the order in which the build saw them
	InodesFalling = "falling" // the same, backwards
)

// Package seccomp holds the sandbox's system call filter: what a build may ask
// of the kernel, as data, and the means to make the kernel hold to it.
//
// [Policy] is the data, an OCI runtime-spec value in the order in which its
// rules are tried; [Compile] turns it into a BPF program, in pure Go;
// [Install] gives that to the kernel for the calling process and returns the
// listener through which [Serve] answers the calls that the policy leaves to
// the supervisor: uname and sysinfo, which would tell of the machine, and, for
// an [Observed] policy, every call that names a path or an address.
//
// The package makes no process and no sandbox, and it decides nothing by what
// a notification says of a path: user memory may change after it was read, so
// notifications record, and rules enforce.
//
// Sources: seccomp(2), seccomp_unotify(2), the kernel's
// Documentation/userspace-api/seccomp_filter.rst, and the OCI runtime-spec's
// config-linux.md#seccomp.
package seccomp

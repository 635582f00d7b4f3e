// Package seccomp is the place of the sandbox's system call filters, which are
// not built yet: today a build is held by namespaces, an empty capability set
// and no_new_privs alone. The executor will install them at the end of its
// own preparation (sandbox.settle).
package seccomp

// Package toolchain makes the base and the tools of the sandbox out of pinned
// Debian binary packages.
//
// A release (debian-11, debian-12) is a list of packages, data in
// profiles/toolchain. It gives four outputs, each built by one action:
//
//	base      lib, lib64, usr: glibc, its headers and the kernel's; mounted at the root
//	tools     bin, driver, lib/gcc, include/c++, priv, share; mounted at /tc
//	gcc-libs  lib: the C++ runtime and gcc's other libraries, a part that must be declared
//	perl      bin, lib: a perl that needs the base only, a part that must be declared
//
// Build runs inside the sandbox of such an action. No script of a package is
// ever run. The package fetches nothing, mounts nothing and keeps no store.
//
// The rules: deb(5) for the archives, Debian policy for their paths, and for
// the split what builds were seen to need and to find by mistake: the reason
// stands beside each line that follows from it.
package toolchain

// Package sandbox runs one command at a time in sealed Linux namespaces.
//
// Three processes stand between the caller and what runs inside:
//
//	belljar             asks ([Supervisor.Run]); needs no privilege
//	  supervisor        PID 1 of an outer user, mount and pid namespace (root
//	                    needs no user namespace); composes each root with the
//	                    new mount API and starts libcontainer; when it or its
//	                    caller dies, by whatever signal, the kernel kills all
//	    init            PID 1 of one sandbox, made by libcontainer from an OCI
//	                    runtime-spec value: mount, pid, ipc, uts, net, cgroup
//	                    and time namespaces, no capability, no new privileges;
//	                    one thread of C (init.c), without descriptors
//	      executor      uid 1000 of a nested user namespace, in which no mount
//	                    can be undone, under the system call policy; runs the
//	                    caller's [Payload] function
//
// All of them are the program's own binary, sealed in a memfd and never
// visible inside: [Main] must be the first call of main(). Sources reach the
// executor as open descriptors on read-only mounts, not as files of the
// sandbox. The executor sends the listener of its filter to the supervisor,
// which answers uname and sysinfo and, on demand, records what is named
// (package observe).
//
// The package knows nothing of profiles, actions or the store. It is the only
// one that may import libcontainer, whose API carries no promise. The order
// of steps, and why each is needed, was measured on Linux 6.18 with runc 1.5.
package sandbox

// PID 1 of a sandbox, and the birth of its executor. It runs before the Go
// runtime does, in a process of one thread: what a namespace, a capability
// set, a keyring or a personality belongs to is the thread, and Go has several
// at once. PID 1 itself never becomes a Go program. It has no descriptor, hears
// no signal, and waits for the executor; when it ends, the kernel kills all
// that is left in its pid namespace.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// In step with main.go.
#define ROLE "_BELLJAR_SANDBOX"
#define UID "_BELLJAR_UID"
#define RANDOMIZE "_BELLJAR_RANDOMIZE"
#define PIDS "_BELLJAR_PIDS"
#define FD_STATUS 5
#define INSIDE 1000 // rootfs.UID

// refuse reports why there is no sandbox, as the refusal of main.go.
static void refuse(const char *what)
{
	dprintf(FD_STATUS, "{\"belljar_sandbox_refused\":\"%s: %s\"}\n", what, strerror(errno));
	_exit(126);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		refuse(path);
	close(fd);
}

// nest makes the executor uid 1000 of a user namespace of its own. Mounts that
// came from outside cannot be changed in there.
static void nest(unsigned uid, unsigned gid)
{
	char map[64];
	const char *other = getenv(UID);
	int inside = other ? atoi(other) : INSIDE;

	if (unshare(CLONE_NEWUSER) < 0)
		refuse("make the nested user namespace");
	put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "%d %u 1\n", inside, uid);
	put("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "%d %u 1\n", inside, gid);
	put("/proc/self/gid_map", map);
	// So that nobody else does; an ordinary user has no project id to map.
	int fd = open("/proc/self/projid_map", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, "0 0 1", 5) < 0 && errno != EPERM)
			refuse("map project ids");
		close(fd);
	}
}

// strip empties every capability set, the bounding set included, and leaves
// the caller's session keyring, secrets and all, for an empty one.
static void strip(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	// It reads as -1 past the last that this kernel knows.
	for (int c = 0; c < 64; c++)
		if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0)
			refuse("drop a capability");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		refuse("clear ambient capabilities");
	if (syscall(SYS_capset, &header, none) < 0)
		refuse("drop capabilities");
	if (syscall(SYS_keyctl, 1 /* JOIN_SESSION_KEYRING */, NULL, 0, 0, 0) < 0 && errno != ENOSYS)
		refuse("leave the caller's session keyring");
}

// become_executor returns into the Go runtime.
static void become_executor(unsigned uid, unsigned gid)
{
	nest(uid, gid);
	strip();
	setsid();
	umask(022);
	if (personality(getenv(RANDOMIZE) ? 0 : ADDR_NO_RANDOMIZE) < 0)
		refuse("switch address space randomisation on or off");
	if (setenv(ROLE, "executor", 1) < 0)
		refuse("become the executor");
}

// spend uses process ids up until the next one is EXECUTOR. How many libcontainer's
// threads took is chance.
static void spend(void)
{
	enum { EXECUTOR = 50 };
	pid_t pid;

	do {
		if ((pid = vfork()) == 0)
			_exit(0);
		if (pid < 0)
			refuse("use up process ids");
		waitpid(pid, NULL, 0);
	} while (pid < EXECUTOR - 1);
}

static void reap(pid_t executor)
{
	for (;;) {
		int status;
		pid_t got = waitpid(-1, &status, 0);
		if (got < 0 && errno != EINTR)
			_exit(126);
		if (got == executor)
			_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	}
}

__attribute__((constructor)) static void belljar_init(void)
{
	const char *role = getenv(ROLE);
	sigset_t all;
	pid_t executor;

	if (role == NULL || strcmp(role, "init") != 0)
		return;
	unsigned uid = geteuid(), gid = getegid();
	// Only a dumpable process may write its own maps.
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		refuse("become dumpable");
	if (getenv(PIDS))
		spend();
	executor = fork();
	if (executor < 0)
		refuse("start the executor");
	if (executor == 0) {
		become_executor(uid, gid);
		return;
	}
	strip();
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		refuse("become undumpable");
	// The build has our kernel uid. No signal of its comes through, and
	// SIGKILL and SIGSTOP from inside never reach PID 1.
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	if (syscall(SYS_close_range, 0, ~0U, 0) < 0)
		refuse("close descriptors");
	reap(executor);
}

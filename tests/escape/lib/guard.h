/* What every attack in C includes. It refuses to start anywhere but in a
 * sandbox of belljar's, and it has the words in which an attack reports; see
 * verdict_test.go for what each of them means. */
#ifndef GUARD_H
#define GUARD_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Nothing of a sandbox's own is on a usual machine: uid 1000 named localhost
 * with /build and /tc, and without /home, /root and /sys. */
__attribute__((constructor)) static void guard(void)
{
	char host[64] = "";
	gethostname(host, sizeof host - 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getuid() == 1000 && !strcmp(host, "localhost") && getenv("ESCAPE_CASE") && !access("/build", F_OK) &&
	    !access("/tc/bin/sh", F_OK) && access("/home", F_OK) && access("/root", F_OK) && access("/sys", F_OK))
		return;
	puts("BROKEN: this is no sandbox, and the attack does not start");
	exit(77);
}

/* The name of an error, for those that matter here. */
static const char *error_name(int e)
{
	static char number[16];
#define NAME(x) if (e == x) return #x;
	NAME(EPERM) NAME(ENOENT) NAME(ESRCH) NAME(EINTR) NAME(EIO) NAME(ENXIO) NAME(EBADF) NAME(EAGAIN) NAME(ENOMEM)
	NAME(EACCES) NAME(EFAULT) NAME(EBUSY) NAME(EEXIST) NAME(EXDEV) NAME(ENODEV) NAME(ENOTDIR) NAME(EISDIR)
	NAME(EINVAL) NAME(EMFILE) NAME(ENOTTY) NAME(ETXTBSY) NAME(EFBIG) NAME(ENOSPC) NAME(EROFS) NAME(ENOSYS)
	NAME(ELOOP) NAME(EOPNOTSUPP) NAME(EAFNOSUPPORT) NAME(EPROTONOSUPPORT) NAME(ESOCKTNOSUPPORT) NAME(ECONNREFUSED)
	NAME(ENETUNREACH) NAME(ENODATA) NAME(ENOKEY) NAME(ENAMETOOLONG) NAME(EPROTOTYPE) NAME(EOVERFLOW) NAME(E2BIG)
#undef NAME
	snprintf(number, sizeof number, "error %d", e);
	return number;
}

static void judge(const char *what, long result, int e, const int *accepted)
{
	if (result != -1) {
		printf("ESCAPED: %s (result %ld)\n", what, result);
		return;
	}
	for (; *accepted; accepted++)
		if (*accepted == e) {
			printf("held: %s (%s)\n", what, error_name(e));
			return;
		}
	printf("REACHED: %s (%s)\n", what, error_name(e));
}

/* REFUSED("what", call, EPERM, ENOSYS): the call must fail with one of these. */
#define REFUSED(what, call, ...) do { \
		errno = 0; long result_ = (long)(call); int error_ = errno; \
		judge(what, result_, error_, (const int[]){__VA_ARGS__, 0}); \
	} while (0)

/* HELD("what", condition): for what is seen otherwise than by an error. */
#define HELD(what, condition) printf("%s: %s\n", (condition) ? "held" : "ESCAPED", what)

/* WORKS("what", call): allowed, and shows that the neighbouring attempts are
 * refused for the right reason. */
#define WORKS(what, call) do { \
		errno = 0; \
		if ((long)(call) == -1) printf("BROKEN: %s (%s)\n", what, error_name(errno)); \
		else printf("works: %s\n", what); \
	} while (0)

__attribute__((unused)) static const char *text(const char *format, ...)
{
	static char buffers[8][2048];
	static int next;
	char *b = buffers[next++ % 8];
	va_list args;
	va_start(args, format);
	vsnprintf(b, sizeof buffers[0], format, args);
	va_end(args);
	return b;
}

/* Where an attack leaves its marker, and what lies outside. */
#define MARK getenv("ESCAPE_MARK")
#define CANARY getenv("ESCAPE_CANARY")

/* In a child, so that what it does to itself ends with it. The child's exit
 * status, or 1000 and more for a signal. */
__attribute__((unused)) static int in_child(void (*work)(void))
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		work();
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}
/* A call made in a child: what it changes is gone before the next attempt. */
__attribute__((unused)) static long apart(long (*call)(unsigned long), unsigned long argument)
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		_exit(call(argument) == -1 ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status)) {
		printf("BROKEN: no child\n");
		return 0;
	}
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}
#include "numbers.h"
#endif

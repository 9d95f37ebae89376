/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the programs facts_*.c.  Each prints one line per fact, what a system
 * call gave in a stated situation, and judges nothing: NAME.txt in facts/
 * is what Linux 6.1 prints, and the guest must print the same.
 */
#ifndef FACTS_H
#define FACTS_H

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "check.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define NOBODY		65534
#define BAD_ADDRESS	((void *)16)

/* The label may have arguments as of printf; the call comes first. */
#define FACT(call, ...)							\
	do {								\
		errno = 0;						\
		fact_print((long)(call), __VA_ARGS__);			\
	} while (0)

__attribute__((format(printf, 2, 3)))
static inline void fact_print(long result, const char *label, ...)
{
	int error = errno;
	va_list ap;

	va_start(ap, label);
	vprintf(label, ap);
	va_end(ap);
	if (result == -1 && error)
		printf(": %s\n", strerror(error));
	else
		printf(": %ld\n", result);
	fflush(stdout);
}

/* A directory of one's own, as the working directory */
static inline void facts_begin(const char *where)
{
	char path[] = "/tmp/facts.XXXXXX";

	setvbuf(stdout, NULL, _IOFBF, 4096);
	CHECK(chdir(where ? where : mkdtemp(path)) == 0);
	CHECK(chmod(".", 0777) == 0);
	umask(022);
}

/* The block runs as this user in a child. */
static inline pid_t as_user(uid_t user)
{
	pid_t pid = checked_fork();

	if (pid == 0 && user) {
		gid_t group = user;

		CHECK(setgroups(1, &group) == 0);
		CHECK(setresgid(user, user, user) == 0);
		CHECK(setresuid(user, user, user) == 0);
	}
	return pid;
}

#define AS(user)							\
	for (pid_t pid_ = as_user(user), once_ = 1; once_;		\
	     pid_ == 0 ? (fflush(stdout), _exit(0))			\
	     : (void)(wait_for(pid_), once_ = 0))			\
		if (pid_ == 0)

static inline int make_file(const char *name, int mode)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	CHECK(fchmod(fd, mode) == 0);
	return fd;
}

static inline void put_file(const char *name, int mode)
{
	close(make_file(name, mode));
}

#endif

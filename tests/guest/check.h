/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the test programs of this directory: each is one static file that
 * checks a subject, prints `NAME: ok` and ends with 0, or prints the first
 * thing that is wrong and ends with 1.
 */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that fails a check ends with 1 as well; the parent checks that. */
#define CHECK(condition)						\
	do {								\
		if (!(condition)) {					\
			printf("%s:%d: %s failed (errno %d, %s)\n",	\
				__FILE__, __LINE__, #condition, errno,	\
				strerror(errno));			\
			fflush(stdout);					\
			_exit(1);					\
		}							\
	} while (0)

/* The call must fail with exactly this error. */
#define CHECK_ERRNO(call, error)					\
	do {								\
		errno = 0;						\
		CHECK((call) == -1);					\
		CHECK(errno == (error));				\
	} while (0)

static inline int passed(const char *name)
{
	printf("%s: ok\n", name);
	return 0;
}

/* Returns the wait status of a child. */
static inline int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		CHECK(errno == EINTR);
	return status;
}

/* A child must end with status 0. */
static inline void expect_success(pid_t pid)
{
	int status = wait_for(pid);

	CHECK(WIFEXITED(status));
	CHECK(WEXITSTATUS(status) == 0);
}

/* A child must be killed by this signal. */
static inline void expect_signal(pid_t pid, int number)
{
	int status = wait_for(pid);

	CHECK(WIFSIGNALED(status));
	CHECK(WTERMSIG(status) == number);
}

static inline pid_t checked_fork(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	return pid;
}

#endif

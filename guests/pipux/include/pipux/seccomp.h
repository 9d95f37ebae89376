/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp(2): system calls that a task has renounced.  A task with a mode
 * enters the kernel by the slow way (syscall_watch); others do not notice.
 */
#ifndef PIPUX_SECCOMP_H
#define PIPUX_SECCOMP_H

#include <pipux/bpf.h>
#include <pipux/sched.h>

/* One that was added; those added before it are behind it */
struct seccomp_filter {
	int refs;			/* tasks, and newer filters */
	bool log;			/* SECCOMP_FILTER_FLAG_LOG */
	struct seccomp_filter *prev;
	struct bpf_program *program;
};

/* kernel/seccomp_check.c: may current make the call that its registers say?
 * False: what they say of the result holds.  May end it. */
bool seccomp_check(void);

/* kernel/seccomp.c */
long seccomp_prctl(uint32_t mode, const struct sock_fprog *uprog);
void seccomp_inherit(struct task *child);	/* of current */
void seccomp_release(struct task *t);		/* it ends */
uint32_t seccomp_filters(const struct task *t);	/* how many */

#endif

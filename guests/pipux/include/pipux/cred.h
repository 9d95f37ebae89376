/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who a thread is and what it may do: credentials(7), capabilities(7).
 * current's are tested by capable() in <pipux/sched.h>.
 */
#ifndef PIPUX_CRED_H
#define PIPUX_CRED_H

#include <pipux/kernel.h>
#include <linux/capability.h>
#include <linux/securebits.h>

#define CAP_BIT(cap)	(1ull << (cap))
#define CAP_ALL		(CAP_BIT(CAP_LAST_CAP + 1) - 1)

#define GROUPS_MAX	65536

/* Supplementary groups in ascending order, never changed once made */
struct groups {
	int users;
	uint32_t n;
	uint32_t id[];
};

struct credentials {
	uint32_t uid, euid, suid, fsuid, gid, egid, sgid, fsgid;
	struct groups *groups;		/* NULL: none */
	uint64_t effective, permitted, inheritable, ambient, bounding;
	uint32_t securebits;
};

struct task;
struct inode;

/* kernel/groups.c */
bool groups_have(const struct groups *g, uint32_t gid);
struct groups *groups_get(struct groups *g);
void groups_put(struct groups *g);

/* kernel/capability.c: those of the first process */
void cap_init(struct credentials *c);
/* current's user ids were `old`'s: capabilities follow */
void cap_setuid(const struct credentials *old);
void cap_setfsuid(uint32_t old);
/* What access(2) may use, for the real user */
uint64_t cap_of_real(const struct credentials *c);
/* execve(2): current's ids are the new ones, `old` what they were; true:
 * more rights than the caller's (AT_SECURE) */
bool cap_exec(const struct credentials *old);
long cap_prctl(int option, uint32_t arg, uint32_t arg3, uint32_t arg4,
	uint32_t arg5);			/* -ENOSYS: not one of its options */

/* kernel/credentials.c: prctl(2), PR_SET_DUMPABLE, for who changes rights */
void cred_changed(const struct credentials *old);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of kernel/ that make, change and end tasks. */
#ifndef PIPUX_KERNEL_TASK_H
#define PIPUX_KERNEL_TASK_H

#include <pipux/sched.h>

/* EFLAGS that a program may set: AC OF DF SF ZF AF PF CF */
#define EFLAGS_USER	0x00040CD5u

struct fxsave;

/* ctx.c: the child's x87/SSE registers are as the parent's.  0 or -ENOMEM */
int fpu_copy(struct task *child);	/* in an address space of its own */
int fpu_share(struct task *child);	/* a thread beside current */
/* Those of a task that does not run; image is aligned to PIP_FPU_SIZE */
void fpu_read(struct task *t, struct fxsave *image);
void fpu_write(struct task *t, const struct fxsave *image);
/* current leaves its address space: nobody's registers are in place */
void ctx_abandon(void);

/* tls.c: the base of a struct user_desc in user memory; 0 or errno */
int tls_read(const void *udesc, uint32_t *base);
struct user_desc;
int tls_get(const struct task *t, uint32_t entry, struct user_desc *d);
int tls_set(struct task *t, uint32_t entry, const struct user_desc *d);

/* exit.c: wakes the parent that waits in vfork */
void vfork_finish(void);

/* exec.c: replaces current's program.  `path` is a kernel string */
long do_execve(int dfd, const char *path, const char *const *uargv,
	const char *const *uenvp, int flags);
/* The same from kernel memory, for the first process */
long kernel_execve(const char *path, const char *const *argv,
	const char *const *envp);

/* reboot.c */
__attribute__((noreturn)) void machine_off(int status);

/* root.c: the root on a disk: 0 or errno; its first program, or NULL */
int root_mount(void);
const char *root_init(void);

#endif

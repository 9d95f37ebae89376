/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp(2) and prctl(2)'s PR_SET_SECCOMP: what a task renounces, for ever.
 * Threads and children inherit it, exec keeps it.
 *
 * LIMIT: SECCOMP_RET_USER_NOTIF and its listeners do not exist, as before
 * Linux 5.0.
 */
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <pipux/arch.h>
#include <pipux/seccomp.h>

#define INSNS_MAX	32768u		/* in all filters of a task */
#define INSNS_FILTER	4u		/* what each counts besides its own */
#define FLAGS		(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG \
	| SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_TSYNC_ESRCH)

static void filter_put(struct seccomp_filter *f)
{
	while (f && --f->refs == 0) {
		struct seccomp_filter *prev = f->prev;

		kfree(f->program);
		kfree(f);
		f = prev;
	}
}

static void mode_set(struct task *t, uint8_t mode)
{
	if (!t->seccomp_mode)
		syscall_watch(1);
	t->seccomp_mode = mode;
}

/* t has these filters, which it takes a reference on */
static void filters_set(struct task *t, struct seccomp_filter *f)
{
	struct seccomp_filter *old = t->seccomp;

	if (f)
		f->refs++;
	t->seccomp = f;
	filter_put(old);
}

void seccomp_inherit(struct task *child)
{
	if (likely(!current->seccomp_mode))
		return;
	mode_set(child, current->seccomp_mode);
	filters_set(child, current->seccomp);
	child->no_new_privs = current->no_new_privs;
}

void seccomp_release(struct task *t)
{
	if (likely(!t->seccomp_mode))
		return;
	t->seccomp_mode = SECCOMP_MODE_DISABLED;
	filters_set(t, NULL);
	syscall_watch(-1);
}

uint32_t seccomp_filters(const struct task *t)
{
	uint32_t n = 0;

	for (const struct seccomp_filter *f = t->seccomp; f; f = f->prev)
		n++;
	return n;
}

static long strict_set(void)
{
	if (current->seccomp_mode == SECCOMP_MODE_FILTER)
		return -EINVAL;
	mode_set(current, SECCOMP_MODE_STRICT);
	return 0;
}

/* What no filter of system calls may do, though one of packets may */
static bool instruction_ok(const struct sock_filter *i)
{
	switch (BPF_CLASS(i->code)) {
	case BPF_LD:
		if (BPF_MODE(i->code) == BPF_ABS)
			return BPF_SIZE(i->code) == BPF_W && !(i->k & 3)
				&& i->k < sizeof(struct seccomp_data);
		return BPF_MODE(i->code) != BPF_IND;
	case BPF_LDX:
		return BPF_MODE(i->code) != BPF_MSH;
	case BPF_ALU:
		return BPF_OP(i->code) != BPF_MOD;
	case BPF_RET:
		return BPF_RVAL(i->code) != BPF_X;
	}
	return true;
}

static struct bpf_program *program_load(const struct sock_fprog *uprog)
{
	struct bpf_program *p;
	struct sock_fprog prog;

	if (get_user(prog, uprog))
		return ERR_PTR(-EFAULT);
	if (!prog.len || prog.len > BPF_MAXINSNS)
		return ERR_PTR(-EINVAL);
	if (!current->no_new_privs && !capable(CAP_SYS_ADMIN))
		return ERR_PTR(-EACCES);
	p = bpf_load(&prog);
	for (uint16_t i = 0; !IS_ERR(p) && i < p->len; i++)
		if (!instruction_ok(&p->code[i])) {
			kfree(p);
			p = ERR_PTR(-EINVAL);
		}
	return p;
}

static struct seccomp_filter *filter_new(const struct sock_fprog *uprog)
{
	struct seccomp_filter *f = kzalloc(sizeof(*f));
	struct bpf_program *p;

	if (!f)
		return ERR_PTR(-ENOMEM);
	p = program_load(uprog);
	if (IS_ERR(p)) {
		kfree(f);
		return ERR_PTR(PTR_ERR(p));
	}
	f->refs = 1;
	f->program = p;
	return f;
}

static bool descends(const struct seccomp_filter *f,
		const struct seccomp_filter *from)
{
	while (f && f != from)
		f = f->prev;
	return f == from;
}

/* Who cannot get current's filters: the tid, or 0: nobody */
static int unsynced(void)
{
	const struct task *t;

	list_for_each(t, &current->process->threads, thread_link)
		if (t != current && (t->seccomp_mode == SECCOMP_MODE_STRICT
				|| !descends(current->seccomp, t->seccomp)))
			return t->tid;
	return 0;
}

static void sync_threads(void)
{
	struct task *t;

	list_for_each(t, &current->process->threads, thread_link) {
		mode_set(t, SECCOMP_MODE_FILTER);
		filters_set(t, current->seccomp);
		t->no_new_privs |= current->no_new_privs;
	}
}

static long filter_add(struct seccomp_filter *f, uint32_t flags)
{
	uint32_t insns = f->program->len;
	int other = 0;

	if (current->seccomp_mode == SECCOMP_MODE_STRICT)
		return -EINVAL;
	for (const struct seccomp_filter *p = current->seccomp; p; p = p->prev)
		insns += p->program->len + INSNS_FILTER;
	if (insns > INSNS_MAX)
		return -ENOMEM;
	if (flags & SECCOMP_FILTER_FLAG_TSYNC)
		other = unsynced();
	if (other)
		return flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH
			: other;
	f->log = flags & SECCOMP_FILTER_FLAG_LOG;
	f->prev = current->seccomp;
	f->refs++;
	current->seccomp = f;		/* which has the old one's reference */
	mode_set(current, SECCOMP_MODE_FILTER);
	if (flags & SECCOMP_FILTER_FLAG_TSYNC)
		sync_threads();
	return 0;
}

static long filter_set(uint32_t flags, const struct sock_fprog *uprog)
{
	struct seccomp_filter *f;
	long rc;

	if (flags & ~FLAGS)
		return -EINVAL;
	f = filter_new(uprog);
	if (IS_ERR(f))
		return PTR_ERR(f);
	rc = filter_add(f, flags);
	filter_put(f);
	return rc;
}

static long action_known(const uint32_t *uaction)
{
	uint32_t action;

	if (get_user(action, uaction))
		return -EFAULT;
	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return 0;
	}
	return -EOPNOTSUPP;
}

long sys_seccomp(uint32_t op, uint32_t flags, const void *uargs)
{
	switch (op) {
	case SECCOMP_SET_MODE_STRICT:
		return flags || uargs ? -EINVAL : strict_set();
	case SECCOMP_SET_MODE_FILTER:
		return filter_set(flags, uargs);
	case SECCOMP_GET_ACTION_AVAIL:
		return flags ? -EINVAL : action_known(uargs);
	}
	return -EINVAL;
}

long seccomp_prctl(uint32_t mode, const struct sock_fprog *uprog)
{
	switch (mode) {
	case SECCOMP_MODE_STRICT:
		return strict_set();
	case SECCOMP_MODE_FILTER:
		return filter_set(0, uprog);
	}
	return -EINVAL;
}

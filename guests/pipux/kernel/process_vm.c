/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking into other processes: process_vm_readv(2), process_vm_writev(2),
 * process_madvise(2), kcmp(2).
 */
#include "../fs/internal.h"
#include <linux/mman.h>
#include <linux/kcmp.h>

/* ptrace(2), "access mode checking": the same user all over, or root */
bool may_look_into(const struct task *t)
{
	const struct credentials *me = &current->cred, *it = &t->cred;

	if (t->process == current->process || capable(CAP_SYS_PTRACE))
		return true;
	if (it->permitted & ~me->permitted)
		return false;
	return t->process->dumpable && me->uid == it->uid && me->uid == it->euid
		&& me->uid == it->suid && me->gid == it->gid
		&& me->gid == it->egid && me->gid == it->sgid;
}

struct remote {
	struct mm *mm;
	const struct iovec *vec;
	unsigned long n;
	bool write;
	char *page;			/* data on its way */
};

/* One stretch of at most a page */
static long copy_piece(const struct remote *r, struct iov *iov,
		uint32_t there, size_t n)
{
	long rc;

	if (r->write) {
		rc = iov_from(iov, r->page, n);
		return rc ? rc : copy_to_mm(r->mm, there, r->page, n);
	}
	rc = copy_from_mm(r->mm, r->page, there, n);
	return rc ? rc : iov_to(iov, r->page, n);
}

/* Bytes copied until one side ends or cannot be reached; -EFAULT if none */
static ssize_t copy_all(const struct remote *r, struct iov *iov)
{
	ssize_t done = 0;

	for (unsigned long i = 0; i < r->n && iov->len; i++) {
		uint32_t there = (uint32_t)r->vec[i].iov_base;
		size_t left = r->vec[i].iov_len;

		while (left && iov->len) {
			size_t n = MIN(left, PAGE_SIZE - there % PAGE_SIZE);

			n = MIN(n, iov->len);
			n = MIN(n, iov->seg);
			if (copy_piece(r, iov, there, n))
				return done ? done : -EFAULT;
			there += n;
			left -= n;
			done += n;
			sched_point();
			if (fatal_signal_pending())
				return done;
		}
	}
	return done;
}

static long with_mm(struct remote *r, struct iov *iov, int pid)
{
	struct task *t = task_by_tid(pid);
	long rc;

	if (!t || !t->mm)
		return -ESRCH;
	if (!may_look_into(t))
		return -EPERM;
	r->page = page_alloc();
	if (!r->page)
		return -ENOMEM;
	r->mm = mm_get(t->mm);
	rc = copy_all(r, iov);
	mm_put(r->mm);
	page_free(r->page);
	return rc;
}

static long process_vm(int pid, const struct iovec *ulocal,
		unsigned long nlocal, const struct iovec *uremote,
		unsigned long nremote, unsigned long flags, bool write)
{
	struct remote r = { .n = nremote, .write = write };
	struct iovec *local, *remote;
	struct iov iov, unused;
	long rc;

	if (flags)
		return -EINVAL;
	rc = iovec_import(ulocal, nlocal, &local, &iov);
	if (rc)
		return rc;
	rc = iovec_import(uremote, nremote, &remote, &unused);
	if (rc == 0) {
		r.vec = remote;
		rc = iov.len && nremote ? with_mm(&r, &iov, pid) : 0;
		kfree(remote);
	}
	kfree(local);
	return rc;
}

long sys_process_vm_readv(int pid, const struct iovec *ulocal,
		unsigned long nlocal, const struct iovec *uremote,
		unsigned long nremote, unsigned long flags)
{
	return process_vm(pid, ulocal, nlocal, uremote, nremote, flags, false);
}

long sys_process_vm_writev(int pid, const struct iovec *ulocal,
		unsigned long nlocal, const struct iovec *uremote,
		unsigned long nremote, unsigned long flags)
{
	return process_vm(pid, ulocal, nlocal, uremote, nremote, flags, true);
}

/* Range by range; what was advised before an error, or else the error */
static long advise_all(struct mm *mm, const struct iovec *vec,
		unsigned long n, int advice)
{
	long done = 0, rc = 0;

	for (unsigned long i = 0; i < n && rc == 0; i++) {
		rc = mm_advise(mm, (uint32_t)vec[i].iov_base, vec[i].iov_len,
			advice);
		if (rc == 0)
			done += vec[i].iov_len;
	}
	return done ? done : rc;
}

/* process_madvise(2): such advice alone that changes nothing but the speed */
static long advise_process(int pid, const struct iovec *vec, unsigned long n,
		int advice)
{
	struct task *t = pid < 0 ? NULL : task_by_tid(pid);
	struct mm *mm;
	long rc;

	if (!t)
		return -ESRCH;
	if (advice != MADV_COLD && advice != MADV_PAGEOUT
			&& advice != MADV_WILLNEED)
		return -EINVAL;
	if (!t->mm)
		return -ESRCH;
	if (!may_look_into(t))
		return -EACCES;
	if (!capable(CAP_SYS_NICE))
		return -EPERM;
	mm = mm_get(t->mm);
	rc = advise_all(mm, vec, n, advice);
	mm_put(mm);
	return rc;
}

long sys_process_madvise(int pidfd, const struct iovec *uvec,
		unsigned long n, int advice, unsigned flags)
{
	struct iovec *vec;
	struct iov unused;
	bool nonblock;
	long rc;
	int pid;

	if (flags)
		return -EINVAL;
	rc = iovec_import(uvec, n, &vec, &unused);
	if (rc)
		return rc;
	pid = pidfd_pid(pidfd, &nonblock);
	rc = pid == -EBADF ? -EBADF : advise_process(pid, vec, n, advice);
	kfree(vec);
	return rc;
}

/* 0 equal, 1 less, 2 greater */
static long order(const void *a, const void *b)
{
	return a == b ? 0 : (uintptr_t)a < (uintptr_t)b ? 1 : 2;
}

static long compare_files(struct task *a, struct task *b, int fd1, int fd2)
{
	struct file *f = files_lookup(a->files, fd1);
	struct file *g = files_lookup(b->files, fd2);
	long rc = f && g ? order(f, g) : -EBADF;

	if (f)
		file_put(f);
	if (g)
		file_put(g);
	return rc;
}

/* The file fd1 of `a` with what an epoll of `b` watches as it is told */
static long compare_target(struct task *a, struct task *b, int fd1,
		const struct kcmp_epoll_slot *slot)
{
	struct file *f = files_lookup(a->files, fd1);
	struct file *ep = files_lookup(b->files, slot->efd), *target;
	long rc = -EBADF;

	if (f && ep) {
		target = epoll_target(ep, slot->tfd, slot->toff);
		rc = IS_ERR(target) ? PTR_ERR(target) : order(f, target);
	}
	if (f)
		file_put(f);
	if (ep)
		file_put(ep);
	return rc;
}

/* kcmp(2) */
long sys_kcmp(int pid1, int pid2, int type, unsigned long idx1,
		unsigned long idx2)
{
	struct kcmp_epoll_slot slot;
	/* This may sleep, and the tasks be gone after that: it comes first */
	bool told = type != KCMP_EPOLL_TFD || !get_user(slot,
		(const struct kcmp_epoll_slot *)idx2);
	struct task *a = task_by_tid(pid1), *b = task_by_tid(pid2);

	if (!a || !b)
		return -ESRCH;
	if (!may_look_into(a) || !may_look_into(b))
		return -EPERM;
	switch (type) {
	case KCMP_FILE:
		return compare_files(a, b, idx1, idx2);
	case KCMP_VM:
		return order(a->mm, b->mm);
	case KCMP_FILES:
		return order(a->files, b->files);
	case KCMP_FS:
		return order(a->fs, b->fs);
	case KCMP_SIGHAND:
		return order(a->sighand, b->sighand);
	case KCMP_IO:			/* nobody has an I/O context */
		return 0;
	case KCMP_SYSVSEM:
		return order(a->process->sem_undo, b->process->sem_undo);
	case KCMP_EPOLL_TFD:
		return told ? compare_target(a, b, idx1, &slot) : -EFAULT;
	}
	return -EINVAL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File locks: fcntl's by process (owner: the descriptor table) and by open
 * file, flock's by open file.  flock's are apart: they never meet fcntl's.
 */
#include "internal.h"
#include "lock_range.h"

/* inode->locks points at the first record of either kind; wakers use one
 * queue for all files: locks are rarely waited for */
static struct wait_queue lock_queue = WAIT_QUEUE_INIT(lock_queue);

/* flock's owner is distinguished from an OFD lock's, which is the same file */
static void *flock_owner(struct file *f)
{
	return (char *)f + 1;
}

static bool is_flock(const struct file_lock *l)
{
	return (uintptr_t)l->owner & 1;
}

/* lock_conflict among the records of the same kind */
static struct file_lock *conflict(struct inode *inode,
		const struct file_lock *want)
{
	struct file_lock *l = lock_conflict(inode->locks, want);

	while (l && is_flock(l) != is_flock(want))
		l = lock_conflict(l->next, want);
	return l;
}

static void changed(void)
{
	if (!list_empty(&lock_queue.waiters))
		wake_up(&lock_queue);
}

static int apply(struct inode *inode, const struct file_lock *want)
{
	struct file_lock *spare[2];

	spare[0] = kmalloc(sizeof(*spare[0]));
	spare[1] = kmalloc(sizeof(*spare[1]));
	if (!spare[0] || !spare[1]) {
		kfree(spare[0]);
		kfree(spare[1]);
		return -ENOLCK;
	}
	lock_apply(&inode->locks, want, spare, kfree);
	kfree(spare[0]);
	kfree(spare[1]);
	changed();
	return 0;
}

/* A task that waits for a lock, for the search for deadlocks */
struct lock_waiter {
	struct lock_waiter *next;
	struct inode *inode;
	const struct file_lock *want;
};
static struct lock_waiter *waiters;

/* Would waiting for `blocker` close a circle back to `owner`? fcntl(2) */
static bool deadlock(const struct file_lock *blocker, void *owner)
{
	for (int depth = 0; depth < 16; depth++) {
		struct lock_waiter *w = waiters;

		if (blocker->owner == owner)
			return true;
		while (w && w->want->owner != blocker->owner)
			w = w->next;
		if (!w)
			return false;
		blocker = conflict(w->inode, w->want);
		if (!blocker)
			return false;
	}
	return false;
}

static void forget(struct lock_waiter *w)
{
	struct lock_waiter **p = &waiters;

	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
}

/* Waits until nothing is in the way; only POSIX locks look for deadlocks */
static long wait_free(struct inode *inode, const struct file_lock *want,
		bool posix)
{
	struct lock_waiter w = { waiters, inode, want };
	struct file_lock *c = conflict(inode, want);
	long rc = 0;

	if (posix && c && deadlock(c, want->owner))
		return -EDEADLK;
	if (posix)
		waiters = &w;
	if (c)
		rc = wait_event(&lock_queue, !conflict(inode, want));
	if (posix)
		forget(&w);
	return rc;
}

static long acquire(struct inode *inode, const struct file_lock *want,
		bool wait, bool posix)
{
	if (want->type != RANGE_FREE && conflict(inode, want)) {
		long rc;

		if (!wait)
			return -EAGAIN;
		rc = wait_free(inode, want, posix);
		if (rc)
			return rc;
	}
	return apply(inode, want);
}

/* flock's or fcntl's range in bytes of the file: 0 or errno */
static int range_of(struct file *f, const struct flock64 *fl,
		struct file_lock *l)
{
	int64_t base = 0, len = fl->l_len;

	switch (fl->l_whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = f->pos;
		break;
	case SEEK_END:
		base = f->inode->size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, fl->l_start, &base) || len == INT64_MIN)
		return -EOVERFLOW;
	if (len < 0) {
		l->end = base - 1;
		l->start = base + len;
	} else {
		l->start = base;
		if (len == 0)
			l->end = LOCK_END;
		else if (__builtin_add_overflow(base, len - 1, &l->end))
			return -EOVERFLOW;
	}
	return l->start < 0 ? -EINVAL : 0;
}

static int type_of(struct file *f, const struct flock64 *fl, bool get,
		struct file_lock *l)
{
	switch (fl->l_type) {
	case F_RDLCK:
		l->type = RANGE_READ;
		return get || (f->mode & FMODE_READ) ? 0 : -EBADF;
	case F_WRLCK:
		l->type = RANGE_WRITE;
		return get || (f->mode & FMODE_WRITE) ? 0 : -EBADF;
	case F_UNLCK:
		l->type = RANGE_FREE;
		return get ? -EINVAL : 0;
	}
	return -EINVAL;
}

/* F_GETLK: tells about a lock that is in the way */
static void describe(const struct file_lock *c, struct flock64 *fl)
{
	if (!c) {
		fl->l_type = F_UNLCK;
		return;
	}
	fl->l_type = c->type == RANGE_WRITE ? F_WRLCK : F_RDLCK;
	fl->l_whence = SEEK_SET;
	fl->l_start = c->start;
	fl->l_len = c->end == LOCK_END ? 0 : c->end - c->start + 1;
	fl->l_pid = c->pid;
}

static long lock_op(struct file *f, struct flock64 *fl, bool get, bool wait,
		bool ofd)
{
	struct file_lock want = {
		.owner = ofd ? (void *)f : (void *)current->files,
		.pid = ofd ? -1 : current->process->pid,
	};
	int rc = type_of(f, fl, get, &want);

	if (rc == 0)
		rc = range_of(f, fl, &want);
	if (rc == 0 && ofd && fl->l_pid)
		rc = -EINVAL;
	if (rc)
		return rc;
	if (!get)
		return acquire(f->inode, &want, wait, !ofd);
	describe(conflict(f->inode, &want), fl);
	return 0;
}

/* The commands on struct flock, whose offsets have 32 bits */
static long lock_narrow(struct file *f, unsigned cmd, struct flock *ufl)
{
	struct flock fl;
	struct flock64 w;
	long rc;

	if (get_user(fl, ufl))
		return -EFAULT;
	w = (struct flock64){ .l_type = fl.l_type, .l_whence = fl.l_whence,
		.l_start = fl.l_start, .l_len = fl.l_len, .l_pid = fl.l_pid };
	rc = lock_op(f, &w, cmd == F_GETLK, cmd == F_SETLKW, false);
	if (rc || cmd != F_GETLK)
		return rc;
	if (w.l_start > INT32_MAX || w.l_len > INT32_MAX)
		return -EOVERFLOW;
	fl = (struct flock){ .l_type = w.l_type, .l_whence = w.l_whence,
		.l_start = w.l_start, .l_len = w.l_len, .l_pid = w.l_pid };
	return copy_to_user(ufl, &fl, sizeof(fl));
}

/* Another thread may have closed the descriptor before the lock came: nobody
 * else would take it away */
static long check_open(struct file *f, int fd)
{
	struct file *now = fd_get(fd);

	if (now != f)
		locks_closed(f, current->files);
	if (now)
		file_put(now);
	return now == f ? 0 : -EBADF;
}

static long lock_command(struct file *f, unsigned cmd, unsigned long arg)
{
	bool get = cmd == F_GETLK64 || cmd == F_OFD_GETLK;
	bool wait = cmd == F_SETLKW64 || cmd == F_OFD_SETLKW;
	bool ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK
		|| cmd == F_OFD_SETLKW;
	struct flock64 fl;
	long rc;

	if (cmd == F_GETLK || cmd == F_SETLK || cmd == F_SETLKW)
		return lock_narrow(f, cmd, (struct flock *)arg);
	if (get_user(fl, (struct flock64 *)arg))
		return -EFAULT;
	rc = lock_op(f, &fl, get, wait, ofd);
	if (rc == 0 && get)
		rc = copy_to_user((void *)arg, &fl, sizeof(fl));
	return rc;
}

long lock_fcntl(struct file *f, int fd, unsigned cmd, unsigned long arg)
{
	long rc = lock_command(f, cmd, arg);

	if (rc == 0 && (cmd == F_SETLKW || cmd == F_SETLKW64))
		rc = check_open(f, fd);
	return rc;
}

static void drop_owner(struct inode *inode, void *owner)
{
	struct file_lock **p = &inode->locks;

	while (*p) {
		struct file_lock *l = *p;

		if (l->owner != owner) {
			p = &l->next;
			continue;
		}
		*p = l->next;
		kfree(l);
	}
	changed();
}

void locks_closed(struct file *f, struct files *table)
{
	drop_owner(f->inode, table);
}

void locks_released(struct file *f)
{
	drop_owner(f->inode, f);
	drop_owner(f->inode, flock_owner(f));
}

/* flock(2) */
long sys_flock(int fd, int op)
{
	struct file_lock want = { .end = LOCK_END };
	struct file *f;
	long rc;

	if (op & LOCK_MAND)
		return 0;		/* Linux: removed, and ignored */
	switch (op & ~LOCK_NB) {
	case LOCK_SH:
		want.type = RANGE_READ;
		break;
	case LOCK_EX:
		want.type = RANGE_WRITE;
		break;
	case LOCK_UN:
		break;
	default:
		return -EINVAL;
	}
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	want.owner = flock_owner(f);
	rc = acquire(f->inode, &want, !(op & LOCK_NB), false);
	file_put(f);
	return rc;
}

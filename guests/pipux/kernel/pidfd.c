/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors of processes: pidfd_open(2), pidfd_send_signal(2),
 * pidfd_getfd(2), process_mrelease(2), and poll for the process's end.
 *
 * Invariant: a pidfd holds nothing of its process but the number and the
 * time of its start, which together never come again.
 */
#include "signal_private.h"
#include <pipux/fs.h>
#include <pipux/procfs.h>
#include <asm/siginfo.h>
#include <linux/pidfd.h>

struct pidfd {
	int pid;
	ktime_t start;
};

/* Woken by the end of every process: few wait for one this way */
static struct wait_queue ends = WAIT_QUEUE_INIT(ends);

void pidfd_process_exit(void)
{
	wake_up(&ends);
}

/* The process, living or zombie; NULL: it was reaped */
static struct process *process_of(const struct file *f)
{
	const struct pidfd *d = f->priv;
	struct process *p = process_by_pid(d->pid);

	return p && p->start_time == d->start ? p : NULL;
}

static uint32_t pidfd_poll(struct file *f, struct poll_table *pt)
{
	struct process *p = process_of(f);

	poll_wait(f, &ends, pt);
	return !p || p->zombie ? POLLIN | POLLRDNORM : 0;
}

static void pidfd_release(struct file *f)
{
	kfree(f->priv);
}

static const struct file_ops pidfd_fops = {
	.poll = pidfd_poll,
	.release = pidfd_release,
};

void pidfd_set(struct file *f, const struct process *p)
{
	*(struct pidfd *)f->priv = (struct pidfd){ p->pid, p->start_time };
}

struct file *pidfd_file(const struct process *p, uint32_t flags)
{
	struct pidfd *d = kzalloc(sizeof(*d));
	struct file *f;

	if (!d)
		return NULL;
	f = anon_file("anon_inode:[pidfd]", &pidfd_fops, d, O_RDWR | flags);
	if (!f)
		kfree(d);
	else if (p)
		pidfd_set(f, p);
	return f;
}

long sys_pidfd_open(int pid, unsigned flags)
{
	struct process *p;
	struct file *f;

	if ((flags & ~PIDFD_NONBLOCK) || pid <= 0)
		return -EINVAL;
	p = process_by_pid(pid);
	if (!p)
		return task_by_tid(pid) ? -EINVAL : -ESRCH;
	f = pidfd_file(p, flags);
	return f ? fd_install_new(f, true) : -ENOMEM;
}

/* The open pidfd, referenced, or NULL */
static struct file *pidfd_get(int fd)
{
	struct file *f = fd_get(fd);

	if (f && f->ops != &pidfd_fops) {
		file_put(f);
		f = NULL;
	}
	return f;
}

int pidfd_pid(int fd, bool *nonblock)
{
	struct file *f = pidfd_get(fd);
	struct process *p;

	if (!f)
		return -EBADF;
	p = process_of(f);
	*nonblock = f->flags & O_NONBLOCK;
	file_put(f);
	return p ? p->pid : -ECHILD;
}

static long info_get(struct ksiginfo *info, int sig, const void *uinfo)
{
	int signo;

	if (!uinfo) {
		*info = (struct ksiginfo){ .code = SI_USER,
			.pid = current->process->pid,
			.uid = current->cred.uid };
		return 0;
	}
	if (get_user(signo, (const int *)uinfo)
	    || siginfo_from_user(info, uinfo))
		return -EFAULT;
	return signo == sig ? 0 : -EINVAL;
}

/*
 * By a pidfd, or an open /proc/PID; it may be NULL.
 * LIMIT: an open /proc/PID means whoever has the number now.
 */
static struct process *signalled_process(const struct file *f)
{
	return f->ops == &pidfd_fops ? process_of(f)
		: process_by_pid(proc_file_pid(f));
}

static long file_signal(const struct file *f, int sig, const void *uinfo)
{
	struct ksiginfo info;
	struct process *p;
	long rc;

	if (f->ops != &pidfd_fops && !proc_file_pid(f))
		return -EBADF;
	rc = info_get(&info, sig, uinfo);	/* may sleep */
	if (rc)
		return rc;
	p = signalled_process(f);
	if (uinfo && signal_forged(&info, p ? p->pid : 0))
		return -EPERM;
	if (sig < 0 || sig > NSIG_MAX)
		return -EINVAL;
	return p ? signal_process(p, sig, &info) : -ESRCH;
}

long sys_pidfd_send_signal(int fd, int sig, const void *uinfo, unsigned flags)
{
	struct file *f;
	long rc;

	if (flags)
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	rc = file_signal(f, sig, uinfo);
	file_put(f);
	return rc;
}

long sys_pidfd_getfd(int fd, int target, unsigned flags)
{
	struct file *f, *got;
	struct process *p;

	if (flags)
		return -EINVAL;
	f = pidfd_get(fd);
	if (!f)
		return -EBADF;
	p = process_of(f);
	file_put(f);
	if (!p || p->zombie)
		return -ESRCH;
	if (!may_look_into(p->leader))
		return -EPERM;
	got = files_lookup(p->leader->files, target);
	return got ? fd_install_new(got, true) : -EBADF;
}

static bool has_memory(const struct process *p)
{
	const struct task *t;

	list_for_each(t, &p->threads, thread_link)
		if (t->mm)
			return true;
	return false;
}

/*
 * process_mrelease(2): who is dying frees its memory as soon as it runs, and
 * that is waited for.
 */
long sys_process_mrelease(int fd, unsigned flags)
{
	struct process *p;
	struct file *f;
	long rc;

	if (flags)
		return -EINVAL;
	f = pidfd_get(fd);
	if (!f)
		return -EBADF;
	p = process_of(f);
	rc = !p || !has_memory(p) ? -ESRCH : p->exiting
		|| sigset_has(&p->pending.set, SIGKILL) ? 0 : -EINVAL;
	while (rc == 0 && p && has_memory(p)) {
		if (signal_pending()) {
			rc = -ERESTARTSYS;
			break;
		}
		sleep_on(true, ktime_get() + NSEC_PER_SEC / HZ);
		p = process_of(f);
	}
	file_put(f);
	return rc;
}

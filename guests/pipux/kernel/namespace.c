/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unshare(2) and setns(2): what threads share may be parted, and a task may
 * have a mount namespace of its own or enter another's.  The other kinds are
 * refused, as by a Linux that was configured without them.
 */
#include <pipux/fs.h>
#include <pipux/sched.h>
#include <linux/sched.h>

#define NO_NAMESPACE (CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC \
	| CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define OWN_TABLES (CLONE_FS | CLONE_FILES | CLONE_SYSVSEM)
#define ONE_THREAD (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)
#define KNOWN (NO_NAMESPACE | CLONE_NEWNS | OWN_TABLES | ONE_THREAD)

static long part_fs(void)
{
	struct fs_context *fs;

	if (current->fs->users == 1)
		return 0;
	fs = fs_context_copy(current->fs);
	if (!fs)
		return -ENOMEM;
	fs_context_put(current->fs);
	current->fs = fs;
	return 0;
}

static long part_mounts(void)
{
	struct mount_namespace *old = current->mount_ns;
	struct mount_namespace *ns = mount_ns_copy(old, current->fs);

	if (!ns)
		return -ENOMEM;
	current->mount_ns = ns;
	mount_ns_put(old);
	return 0;
}

long sys_unshare(unsigned long flags)
{
	long rc = 0;

	if (flags & ~(unsigned long)KNOWN)
		return -EINVAL;
	if ((flags & ONE_THREAD) && current->process->nr_threads > 1)
		return -EINVAL;
	if ((flags & (CLONE_NEWNS | NO_NAMESPACE)) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & NO_NAMESPACE)
		return -EINVAL;
	if (flags & (CLONE_FS | CLONE_NEWNS))
		rc = part_fs();
	if (rc == 0 && (flags & CLONE_FILES))
		rc = files_part();
	if (rc == 0 && (flags & CLONE_NEWNS))
		rc = part_mounts();
	return rc;
}

/* Into a process's namespaces, by its pidfd */
static long enter_process(int fd, int type)
{
	bool nonblock;
	int pid = pidfd_pid(fd, &nonblock);
	const struct task *t;

	if (pid == -EBADF || type != CLONE_NEWNS)
		return -EINVAL;
	if (pid < 0)
		return -ESRCH;
	t = process_by_pid(pid)->leader;
	if (!may_look_into(t))
		return -EPERM;
	return t->mount_ns ? mount_ns_enter(t->mount_ns) : -ESRCH;
}

long sys_setns(int fd, int type)
{
	struct file *f = fd_get_io(fd);
	struct mount_namespace *ns;
	long rc;

	if (!f)
		return -EBADF;
	ns = mount_ns_of(f->inode);
	if (!ns)
		rc = enter_process(fd, type);
	else
		rc = type && type != CLONE_NEWNS ? -EINVAL
			: mount_ns_enter(ns);
	file_put(f);
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unshare(2) and setns(2) of a kernel that was configured without name
 * spaces: what threads share may be parted, everything else is refused.
 */
#include <pipux/fs.h>
#include <pipux/sched.h>
#include <linux/sched.h>

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS \
	| CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define OWN_TABLES (CLONE_FS | CLONE_FILES | CLONE_SYSVSEM)
#define ONE_THREAD (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)

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

long sys_unshare(unsigned long flags)
{
	long rc = 0;

	if (flags & ~(unsigned long)(NAMESPACES | OWN_TABLES | ONE_THREAD))
		return -EINVAL;
	if (flags & NAMESPACES)
		return capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	if ((flags & ONE_THREAD) && current->process->nr_threads > 1)
		return -EINVAL;
	if (flags & CLONE_FS)
		rc = part_fs();
	if (rc == 0 && (flags & CLONE_FILES))
		rc = files_part();
	return rc;
}

/* No descriptor refers to a name space */
long sys_setns(int fd, int type)
{
	struct file *f = fd_get(fd);

	if (!f)
		return -EBADF;
	file_put(f);
	return -EINVAL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* memfd_create(2): a tmpfs file without a name. */
#include "tmpfs.h"
#include <linux/memfd.h>

#define PREFIX		"memfd:"
#define MFD_KNOWN	(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB)
#define MFD_HUGE_SIZES	((unsigned)MFD_HUGE_MASK << MFD_HUGE_SHIFT)
#define NAME_LIMIT	(NAME_MAX - 6)	/* without the prefix */

long sys_memfd_create(const char *uname, unsigned flags)
{
	char name[NAME_MAX + 1] = PREFIX;
	struct file *f;
	long n;

	if (flags & ~MFD_KNOWN & ~(flags & MFD_HUGETLB ? MFD_HUGE_SIZES : 0))
		return -EINVAL;
	n = strncpy_from_user(name + strlen(PREFIX), uname, NAME_LIMIT + 1);
	if (n < 0)
		return n == -ENAMETOOLONG ? -EINVAL : n;
	if (flags & MFD_HUGETLB)	/* as Linux without hugetlbfs */
		return -ENOSYS;
	f = tmpfs_anon_file(memory_mount(), name, O_RDWR | O_LARGEFILE);
	if (IS_ERR(f))
		return PTR_ERR(f);
	if (flags & MFD_ALLOW_SEALING)
		*tmpfs_seals(f->inode) = 0;
	return fd_install_new(f, flags & MFD_CLOEXEC);
}

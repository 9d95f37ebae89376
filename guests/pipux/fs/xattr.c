/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended attributes (xattr(7)).  LIMIT: no file system has them; the calls
 * still look at their path or descriptor first.
 */
#include "internal.h"

static long path_check(const char *upath, unsigned lookup, long answer)
{
	struct path p;
	int rc = user_path(AT_FDCWD, upath, lookup, 0, &p);

	if (rc)
		return rc;
	path_put(&p);
	return answer;
}

static long fd_check(int fd, long answer)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return -EBADF;
	file_put(f);
	return answer;
}

/* The list is empty; everything else is not supported */
#define XATTR_CALLS(name, answer)					\
long sys_##name(const char *upath)					\
{									\
	return path_check(upath, LOOKUP_FOLLOW, answer);		\
}									\
									\
long sys_l##name(const char *upath)					\
{									\
	return path_check(upath, 0, answer);				\
}									\
									\
long sys_f##name(int fd)						\
{									\
	return fd_check(fd, answer);					\
}

XATTR_CALLS(getxattr, -EOPNOTSUPP)
XATTR_CALLS(setxattr, -EOPNOTSUPP)
XATTR_CALLS(removexattr, -EOPNOTSUPP)
XATTR_CALLS(listxattr, 0)

/* SPDX-License-Identifier: BSD-2-Clause */
/* access(2): what the real user may do. */
#include "internal.h"

static long access_at(int dfd, const char *upath, int mode, int flags)
{
	struct credentials *c = &current->cred;
	uint32_t fsuid = c->fsuid, fsgid = c->fsgid;
	uint64_t effective = c->effective;
	struct dentry *d;
	long rc;

	if ((mode & ~7)
	    || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	if (!(flags & AT_EACCESS)) {
		c->fsuid = c->uid;
		c->fsgid = c->gid;
		c->effective = cap_of_real(c);
	}
	d = user_path(dfd, upath,
		(flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, flags);
	rc = PTR_ERR(d);
	if (!IS_ERR(d)) {
		rc = mode ? inode_permission(d->inode, mode) : 0;
		if (rc == 0 && (mode & MAY_EXEC)
		    && (d->sb->flags & MS_NOEXEC)
		    && inode_is(d->inode, S_IFREG))
			rc = -EACCES;
		dentry_put(d);
	}
	c->fsuid = fsuid;
	c->fsgid = fsgid;
	c->effective = effective;
	return rc;
}

long sys_access(const char *upath, int mode)
{
	return access_at(AT_FDCWD, upath, mode, 0);
}

long sys_faccessat(int dfd, const char *upath, int mode)
{
	return access_at(dfd, upath, mode, 0);
}

long sys_faccessat2(int dfd, const char *upath, int mode, int flags)
{
	return access_at(dfd, upath, mode, flags);
}

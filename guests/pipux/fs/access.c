/* SPDX-License-Identifier: BSD-2-Clause */
/* access(2): what the real user may do. */
#include "internal.h"

static int permitted(const struct path *p, int mode)
{
	struct inode *inode = p->dentry->inode;
	int rc;

	if ((mode & MAY_EXEC) && inode_is(inode, S_IFREG)
	    && (p->mnt->flags & MS_NOEXEC))
		return -EACCES;
	rc = mode ? inode_permission(inode, mode) : 0;
	if (rc == 0 && (mode & MAY_WRITE) && mount_read_only(p->mnt)
	    && !inode_is_special(inode))
		return -EROFS;
	return rc;
}

static long access_at(int dfd, const char *upath, int mode, int flags)
{
	struct credentials *c = &current->cred;
	uint32_t fsuid = c->fsuid, fsgid = c->fsgid;
	uint64_t effective = c->effective;
	struct path p;
	long rc;

	if ((mode & ~7)
	    || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	if (!(flags & AT_EACCESS)) {
		c->fsuid = c->uid;
		c->fsgid = c->gid;
		c->effective = cap_of_real(c);
	}
	rc = user_path(dfd, upath,
		(flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, flags, &p);
	if (rc == 0) {
		rc = permitted(&p, mode);
		path_put(&p);
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

/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing attributes: mode, owner, size.  Who may: the man pages. */
#include "notify.h"
#include <linux/falloc.h>

static int may_change(const struct path *p)
{
	if (mount_read_only(p->mnt))
		return -EROFS;
	if (p->dentry->inode->immutable)
		return -EPERM;
	return inode_owner(p->dentry->inode) ? 0 : -EPERM;
}

/* chmod(2): set-group-id needs membership */
static long change_mode(const struct path *p, uint32_t mode)
{
	struct inode *inode = p->dentry->inode;
	int rc = may_change(p);

	if (rc)
		return rc;
	if (inode_is(inode, S_IFLNK))
		return -EOPNOTSUPP;
	if (inode->fixed_mode)
		return -EPERM;
	mode &= MODE_PERM;
	if (!group_member(inode->gid) && !capable(CAP_FSETID))
		mode &= ~S_ISGID;
	inode->mode = (inode->mode & S_IFMT) | mode;
	inode->ctime = inode_time();
	inode_dirty(inode);
	notify_dentry(p->dentry, IN_ATTRIB);
	return 0;
}

#define KEEP	((uint32_t)-1)

/* chown(2): CAP_CHOWN may do all, the owner may choose among his groups */
static long change_owner(const struct path *p, uint32_t uid, uint32_t gid)
{
	struct inode *inode = p->dentry->inode;

	if (mount_read_only(p->mnt))
		return -EROFS;
	if (inode->immutable)
		return -EPERM;
	if (!capable(CAP_CHOWN)) {
		if (current->cred.fsuid != inode->uid
		    || (uid != KEEP && uid != inode->uid)
		    || (gid != KEEP && gid != inode->gid
			&& !group_member(gid)))
			return uid == KEEP && gid == KEEP ? 0 : -EPERM;
	}
	if (uid != KEEP)
		inode->uid = uid;
	if (gid != KEEP)
		inode->gid = gid;
	if (!inode_is(inode, S_IFDIR)) {
		inode->mode &= ~S_ISUID;
		if (inode->mode & 010)
			inode->mode &= ~S_ISGID;
	}
	inode->ctime = inode_time();
	inode_dirty(inode);
	if (uid != KEEP || gid != KEEP)
		notify_dentry(p->dentry, IN_ATTRIB);
	return 0;
}

long sys_fchmodat(int dfd, const char *upath, uint32_t mode)
{
	struct path p;
	long rc = user_path(dfd, upath, LOOKUP_FOLLOW, 0, &p);

	if (rc)
		return rc;
	rc = change_mode(&p, mode);
	path_put(&p);
	return rc;
}

long sys_chmod(const char *upath, uint32_t mode)
{
	return sys_fchmodat(AT_FDCWD, upath, mode);
}

long sys_fchmod(int fd, uint32_t mode)
{
	struct file *f = fd_get_io(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = change_mode(&f->path, mode);
	file_put(f);
	return rc;
}

static long chown_path(int dfd, const char *upath, uint32_t uid, uint32_t gid,
		unsigned lookup, int flags)
{
	struct path p;
	long rc = user_path(dfd, upath, lookup, flags, &p);

	if (rc)
		return rc;
	rc = change_owner(&p, uid, gid);
	path_put(&p);
	return rc;
}

long sys_fchownat(int dfd, const char *upath, uint32_t uid, uint32_t gid,
		int flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return chown_path(dfd, upath, uid, gid,
		(flags & AT_SYMLINK_NOFOLLOW) ? 0 : LOOKUP_FOLLOW, flags);
}

long sys_chown32(const char *upath, uint32_t uid, uint32_t gid)
{
	return chown_path(AT_FDCWD, upath, uid, gid, LOOKUP_FOLLOW, 0);
}

long sys_lchown32(const char *upath, uint32_t uid, uint32_t gid)
{
	return chown_path(AT_FDCWD, upath, uid, gid, 0, 0);
}

long sys_fchown32(int fd, uint32_t uid, uint32_t gid)
{
	struct file *f = fd_get_io(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = change_owner(&f->path, uid, gid);
	file_put(f);
	return rc;
}

/* The first calls had 16-bit identities; their -1 also means "keep" */
static uint32_t widen(uint16_t id)
{
	return id == 0xFFFF ? KEEP : id;
}

long sys_chown(const char *upath, uint32_t uid, uint32_t gid)
{
	return sys_chown32(upath, widen(uid), widen(gid));
}

long sys_lchown(const char *upath, uint32_t uid, uint32_t gid)
{
	return sys_lchown32(upath, widen(uid), widen(gid));
}

long sys_fchown(int fd, uint32_t uid, uint32_t gid)
{
	return sys_fchown32(fd, widen(uid), widen(gid));
}

/* May a file be truncated by its name?  truncate(2) */
static long truncate_check(const struct path *p)
{
	struct inode *inode = p->dentry->inode;
	int rc;

	if (inode_is(inode, S_IFDIR))
		return -EISDIR;
	if (!inode_is(inode, S_IFREG))
		return -EINVAL;
	rc = mount_read_only(p->mnt) ? -EROFS
		: inode_permission(inode, MAY_WRITE);
	if (rc == 0 && inode->writers < 0)
		rc = -ETXTBSY;
	return rc ? rc : inode->leases ? lease_break(inode, O_WRONLY) : 0;
}

static long truncate_path(const char *upath, loff_t size)
{
	struct path p;
	long rc;

	if (size < 0)
		return -EINVAL;
	rc = user_path(AT_FDCWD, upath, LOOKUP_FOLLOW, 0, &p);
	if (rc)
		return rc;
	rc = truncate_check(&p);
	if (rc == 0)
		rc = inode_truncate(p.dentry->inode, size);
	if (rc == 0)
		notify_dentry(p.dentry, IN_MODIFY);
	path_put(&p);
	return rc;
}

static long truncate_fd(int fd, loff_t size)
{
	struct file *f;
	long rc;

	if (size < 0)
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	if (!inode_is(f->inode, S_IFREG) || !(f->mode & FMODE_WRITE))
		rc = -EINVAL;
	else
		rc = inode_truncate(f->inode, size);
	if (rc == 0)
		notify_file(f, IN_MODIFY);
	file_put(f);
	return rc;
}


long sys_truncate(const char *upath, long size)
{
	return truncate_path(upath, size);
}

long sys_truncate64(const char *upath, uint32_t lo, uint32_t hi)
{
	return truncate_path(upath, LOFF(lo, hi));
}

long sys_ftruncate(int fd, long size)
{
	return truncate_fd(fd, size);
}

long sys_ftruncate64(int fd, uint32_t lo, uint32_t hi)
{
	return truncate_fd(fd, LOFF(lo, hi));
}

#define FALLOC_MODES	(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE	\
	| FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_ZERO_RANGE		\
	| FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE)

/* fallocate(2): which modes go together */
static int falloc_mode(uint32_t mode)
{
	const uint32_t both = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE;
	uint32_t alone;

	if ((mode & ~FALLOC_MODES) || (mode & both) == both
	    || (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
		== FALLOC_FL_PUNCH_HOLE)
		return -EOPNOTSUPP;
	for (alone = FALLOC_FL_COLLAPSE_RANGE;
			alone <= FALLOC_FL_INSERT_RANGE; alone <<= 2)
		if ((mode & alone) && (mode & ~alone))
			return -EINVAL;
	alone = FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE;
	return (mode & FALLOC_FL_UNSHARE_RANGE) && (mode & ~alone) ? -EINVAL
		: 0;
}

static int falloc_type(const struct inode *inode)
{
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
	case S_IFBLK:
		return 0;
	case S_IFIFO:
		return -ESPIPE;
	case S_IFDIR:
		return -EISDIR;
	}
	return -ENODEV;
}

static long falloc(struct file *f, int mode, loff_t off, loff_t len)
{
	int rc = falloc_mode(mode);

	if (rc == 0)
		rc = f->mode & FMODE_WRITE ? falloc_type(f->inode) : -EBADF;
	if (rc)
		return rc;
	if ((uint64_t)off + (uint64_t)len > 1ull << 44)
		return -EFBIG;
	rc = f->ops->fallocate ? f->ops->fallocate(f, mode, off, len)
		: -EOPNOTSUPP;
	if (rc == 0)
		inode_drop_privilege(f->inode);
	return rc;
}

long sys_fallocate(int fd, int mode, uint32_t off_lo, uint32_t off_hi,
		uint32_t len_lo, uint32_t len_hi)
{
	loff_t off = LOFF(off_lo, off_hi), len = LOFF(len_lo, len_hi);
	struct file *f = fd_get_io(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = off < 0 || len <= 0 ? -EINVAL : falloc(f, mode, off, len);
	if (rc == 0)
		notify_file(f, IN_MODIFY);
	file_put(f);
	return rc;
}

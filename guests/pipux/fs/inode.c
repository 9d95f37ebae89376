/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inodes: life, times, permission.  An inode lives while something refers to
 * it; its file system decides in evict what its end means.
 */
#include "internal.h"

static const struct inode_ops no_ops;
static const struct file_ops no_fops;
static uint32_t next_ino = 1;

struct inode *inode_new(struct super_block *sb, uint32_t mode)
{
	struct inode *inode = kzalloc(sizeof(*inode));

	if (!inode)
		return NULL;
	inode->sb = sb;
	inode->ops = &no_ops;
	inode->fops = &no_fops;
	inode->refs = 1;
	inode->ino = next_ino++;
	inode->mode = mode;
	inode->nlink = 1;
	inode->uid = current ? current->cred.fsuid : 0;
	inode->gid = current ? current->cred.fsgid : 0;
	inode->atime = inode->mtime = inode->ctime = inode_time();
	return inode;
}

void inode_free(struct inode *inode)
{
	if (inode->sb->ops && inode->sb->ops->evict)
		inode->sb->ops->evict(inode);
	if (inode->pipe)
		pipe_free(inode->pipe);
	xattrs_free(inode);
	kfree(inode);
}

/*
 * The time for stamps, renewed about every millisecond as Linux's is every
 * tick: reading the clock at each write would cost more than the write.
 */
struct timespec64 inode_time(void)
{
	static struct timespec64 now;
	static uint64_t taken;
	uint64_t tsc = __builtin_ia32_rdtsc();

	if (tsc - taken > 1u << 20 || !taken) {
		now = now_timespec();
		taken = tsc;
	}
	return now;
}

void inode_touch(struct inode *inode)
{
	inode->mtime = inode->ctime = inode_time();
	inode_dirty(inode);
}

static bool time_before(const struct timespec64 *a, const struct timespec64 *b)
{
	return a->tv_sec < b->tv_sec
		|| (a->tv_sec == b->tv_sec && a->tv_nsec <= b->tv_nsec);
}

/* mount(8): does a read change the access time?  LIMIT: relatime does not
 * renew it once a day */
static bool atime_is_due(const struct inode *inode, uint32_t flags)
{
	if (flags & (MS_NOATIME | MS_RDONLY))
		return false;
	if ((flags & MS_NODIRATIME) && inode_is(inode, S_IFDIR))
		return false;
	return !(flags & MS_RELATIME)
		|| time_before(&inode->atime, &inode->mtime)
		|| time_before(&inode->atime, &inode->ctime);
}

void path_accessed(const struct path *p)
{
	struct inode *inode = p->dentry->inode;

	if (!atime_is_due(inode, p->mnt->flags
			| (inode->sb->flags & MS_RDONLY)))
		return;
	inode->atime = inode_time();
	inode_dirty(inode);
}

void file_accessed(struct file *f)
{
	if (!(f->flags & O_NOATIME))
		path_accessed(&f->path);
}

bool group_member(uint32_t gid)
{
	const struct credentials *c = &current->cred;

	return c->fsgid == gid || groups_have(c->groups, gid);
}

/*
 * mkdir(2): the group and its bit come down from a set-gid directory.  A
 * program in it is set-gid only if its maker belongs to the group.
 */
void inode_inherit(struct inode *inode, const struct inode *dir)
{
	if (!(dir->mode & S_ISGID))
		return;
	inode->gid = dir->gid;
	if (inode_is(inode, S_IFDIR))
		inode->mode |= S_ISGID;
	else if ((inode->mode & S_IXGRP) && !capable(CAP_FSETID)
			&& !group_member(dir->gid))
		inode->mode &= ~S_ISGID;
}

bool inode_owner(struct inode *inode)
{
	return current->cred.fsuid == inode->uid || capable(CAP_FOWNER);
}

/* capabilities(7): but a file that nobody may execute is not executed */
static bool overrides(const struct inode *inode, int mask)
{
	bool dir = inode_is(inode, S_IFDIR);

	if (capable(CAP_DAC_OVERRIDE)
	    && (dir || !(mask & MAY_EXEC) || (inode->mode & 0111)))
		return true;
	return capable(CAP_DAC_READ_SEARCH)
		&& (dir ? !(mask & MAY_WRITE) : mask == MAY_READ);
}

/* POSIX.1-2017, 4.5 File Access Permissions */
int inode_permission(struct inode *inode, int mask)
{
	uint32_t mode = inode->mode;

	if ((mask & MAY_WRITE) && (inode->sb->flags & MS_RDONLY)
	    && !inode_is_special(inode))
		return -EROFS;
	if (current->cred.fsuid == inode->uid)
		mode >>= 6;
	else if (group_member(inode->gid))
		mode >>= 3;
	if ((mode & mask & 7) == (uint32_t)mask)
		return 0;
	return overrides(inode, mask) ? 0 : -EACCES;
}

void inode_init_special(struct inode *inode, uint32_t mode, dev_t rdev)
{
	inode->mode = mode;
	if (inode_is(inode, S_IFCHR) || inode_is(inode, S_IFBLK))
		inode->rdev = rdev;
	if (inode_is(inode, S_IFCHR))
		inode->fops = &chrdev_fops;
	else if (inode_is(inode, S_IFBLK))
		inode->fops = &block_fops;
	else if (inode_is(inode, S_IFIFO))
		inode->fops = &fifo_fops;
}

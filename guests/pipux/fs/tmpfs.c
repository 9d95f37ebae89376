/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tmpfs: files that live in memory.  A directory is its pinned dentries: no
 * other record of names exists, and a name that is not in the dentry cache
 * does not exist.
 */
#include "tmpfs.h"
#include <linux/magic.h>

#define DIRENT_SIZE	20	/* what Linux's tmpfs makes a name count */

static const struct inode_ops dir_ops, link_ops, special_ops;
static const struct file_ops dir_fops;
static const struct super_ops tmpfs_super_ops;

static void node_init(struct inode *inode, dev_t rdev)
{
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		inode->ops = &tmpfs_file_ops;
		inode->fops = &tmpfs_fops;
		break;
	case S_IFDIR:
		inode->ops = &dir_ops;
		inode->fops = &dir_fops;
		inode->nlink = 2;
		break;
	case S_IFLNK:
		inode->ops = &link_ops;
		break;
	default:
		inode->ops = &special_ops;
		inode_init_special(inode, inode->mode, rdev);
	}
}

/* A new inode with no name, one reference; ERR_PTR */
struct inode *tmpfs_inode(struct super_block *sb, uint32_t mode, dev_t rdev)
{
	struct tmpfs *fs = sb->priv;
	struct inode *inode;

	if (fs->used_inodes >= fs->max_inodes)
		return ERR_PTR(-ENOSPC);
	inode = inode_new(sb, mode);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	fs->used_inodes++;
	inode->btime = inode->ctime;
	node_init(inode, rdev);
	if (inode_is(inode, S_IFDIR))
		inode->size = 2 * DIRENT_SIZE;
	if (inode_is(inode, S_IFREG)) {
		inode->priv = kzalloc(sizeof(struct tmpfs_node));
		if (!inode->priv) {
			inode_put(inode);
			return ERR_PTR(-ENOMEM);
		}
		*tmpfs_seals(inode) = F_SEAL_SEAL;
	}
	return inode;
}

static void tmpfs_evict(struct inode *inode)
{
	struct tmpfs *fs = inode->sb->priv;

	tmpfs_free_data(inode);
	kfree((void *)inode->link);
	fs->used_inodes--;
}

static void dir_changed(struct inode *dir, int entries)
{
	dir->size += entries * DIRENT_SIZE;
	inode_touch(dir);
}

/* The inode becomes the name's, whose reference it takes over */
static void enter(struct inode *dir, struct dentry *d, struct inode *inode)
{
	dentry_attach(d, inode);
	dentry_pin(d);
	dir_changed(dir, 1);
}

static struct inode *child(struct inode *dir, uint32_t mode, dev_t rdev)
{
	struct inode *inode = tmpfs_inode(dir->sb, mode, rdev);

	if (!IS_ERR(inode))
		inode_inherit(inode, dir);
	return inode;
}

static int tmpfs_mknod(struct inode *dir, struct dentry *d, uint32_t mode,
		dev_t rdev)
{
	struct inode *inode = child(dir, mode, rdev);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	enter(dir, d, inode);
	return 0;
}

static int tmpfs_create(struct inode *dir, struct dentry *d, uint32_t mode)
{
	return tmpfs_mknod(dir, d, mode, 0);
}

static int tmpfs_mkdir(struct inode *dir, struct dentry *d, uint32_t mode)
{
	int rc = tmpfs_mknod(dir, d, mode, 0);

	if (rc == 0)
		dir->nlink++;
	return rc;
}

static int tmpfs_symlink(struct inode *dir, struct dentry *d, const char *to)
{
	struct inode *inode = child(dir, S_IFLNK | 0777, 0);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	inode->link = kstrdup(to);
	if (!inode->link) {
		inode_put(inode);
		return -ENOMEM;
	}
	inode->size = strlen(to);
	enter(dir, d, inode);
	return 0;
}

/* A name is memory as well: those after the first count as inodes, as in
 * Linux */
static int tmpfs_link(struct inode *inode, struct inode *dir,
		struct dentry *d)
{
	struct tmpfs *fs = inode->sb->priv;

	if (inode->nlink) {
		if (fs->used_inodes >= fs->max_inodes)
			return -ENOSPC;
		fs->used_inodes++;
	}
	inode->nlink++;
	inode->linkable = false;
	inode->ctime = inode_time();
	enter(dir, d, inode_get(inode));
	return 0;
}

static int tmpfs_unlink(struct inode *dir, struct dentry *d)
{
	struct tmpfs *fs = dir->sb->priv;

	if (d->inode->nlink > 1 && !inode_is(d->inode, S_IFDIR))
		fs->used_inodes--;
	d->inode->nlink--;
	d->inode->ctime = inode_time();
	dir_changed(dir, -1);
	dentry_unpin(d);
	return 0;
}

static int tmpfs_rmdir(struct inode *dir, struct dentry *d)
{
	if (!list_empty(&d->children))
		return -ENOTEMPTY;
	d->inode->nlink--;
	dir->nlink--;
	return tmpfs_unlink(dir, d);
}

/* A directory goes from one parent to another: link counts follow */
static void reparent(struct inode *from, struct inode *to, struct dentry *d)
{
	if (from == to || !inode_is(d->inode, S_IFDIR))
		return;
	from->nlink--;
	to->nlink++;
}

static int tmpfs_rename(struct inode *odir, struct dentry *od,
		struct inode *ndir, struct dentry *nd, uint32_t flags)
{
	int rc = 0;

	if (flags & RENAME_EXCHANGE) {
		reparent(ndir, odir, nd);
		nd->inode->ctime = inode_time();
	} else if (nd->inode) {
		rc = inode_is(nd->inode, S_IFDIR) ? tmpfs_rmdir(ndir, nd)
			: tmpfs_unlink(ndir, nd);
	}
	if (rc)
		return rc;
	reparent(odir, ndir, od);
	od->inode->ctime = inode_time();
	if (!(flags & RENAME_EXCHANGE)) {
		dir_changed(odir, -1);
		dir_changed(ndir, 1);
	} else {
		inode_touch(odir);
		inode_touch(ndir);
	}
	return 0;
}

static const struct inode_ops dir_ops = {
	.create = tmpfs_create,
	.mkdir = tmpfs_mkdir,
	.mknod = tmpfs_mknod,
	.symlink = tmpfs_symlink,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.rmdir = tmpfs_rmdir,
	.rename = tmpfs_rename,
	.cacheable = true,
};
static const struct inode_ops link_ops, special_ops;
static const struct file_ops dir_fops = {
	.iterate = children_iterate,
	.llseek = dir_llseek,
};

/* A file without a name in any directory: memfd_create, O_TMPFILE */
struct file *tmpfs_anon_file(struct mount *mnt, const char *name,
		uint32_t flags)
{
	struct path p = { .mnt = mnt };
	struct inode *inode;
	struct file *f;

	if (mnt->sb->ops != &tmpfs_super_ops)
		return ERR_PTR(-EOPNOTSUPP);
	inode = tmpfs_inode(mnt->sb, S_IFREG | 0777, 0);
	if (IS_ERR(inode))
		return ERR_PTR(PTR_ERR(inode));
	inode->nlink = 0;
	p.dentry = dentry_new(mnt->sb->root, name, strlen(name));
	if (!p.dentry) {
		inode_put(inode);
		return ERR_PTR(-ENOMEM);
	}
	p.dentry->inode = inode;
	p.dentry->unlinked = true;
	f = file_new(&p, inode->fops, flags);
	dentry_put(p.dentry);
	return f ? f : ERR_PTR(-ENOMEM);
}

static void tmpfs_statfs(struct super_block *sb, struct statfs64 *st)
{
	struct tmpfs *fs = sb->priv;

	st->f_type = TMPFS_MAGIC;
	st->f_blocks = fs->max_pages;
	st->f_bfree = st->f_bavail = fs->max_pages - fs->used_pages;
	st->f_files = fs->max_inodes;
	st->f_ffree = fs->max_inodes - fs->used_inodes;
}

static void tmpfs_put(struct super_block *sb)
{
	kfree(sb->priv);
}

static int tmpfs_remount(struct super_block *sb, uint32_t flags,
		const char *options);

/* Numbers come again after 2^32 of them, but not the time */
static uint32_t generation(const struct inode *inode)
{
	return (uint32_t)inode->btime.tv_sec * NSEC_PER_SEC
		+ (uint32_t)inode->btime.tv_nsec;
}

static unsigned tmpfs_handle(const struct inode *inode, uint32_t *words)
{
	words[0] = generation(inode);
	words[1] = inode->ino;
	words[2] = 0;
	return 3;
}

/* LIMIT: a file that is open and has no name any more is not found */
static struct dentry *tmpfs_by_handle(struct super_block *sb,
		const uint32_t *words, unsigned n)
{
	struct dentry *d = n < 3 || words[2] ? NULL : dentry_of(sb, words[1]);

	if (!d)
		return ERR_PTR(-ESTALE);
	if (generation(d->inode) == words[0])
		return d;
	dentry_put(d);
	return ERR_PTR(-ESTALE);
}

static const struct super_ops tmpfs_super_ops = {
	.handle = tmpfs_handle,
	.by_handle = tmpfs_by_handle,
	.statfs = tmpfs_statfs,
	.evict = tmpfs_evict,
	.remount = tmpfs_remount,
	.put = tmpfs_put,
};

/* Number with the suffixes of tmpfs(5): k, m, g, and % of memory */
static uint64_t parse_size(const char *s, char **end)
{
	uint64_t n = strtoul(s, end, 10);

	switch (**end | 0x20) {
	case 'g':
		n <<= 10;
		/* fallthrough */
	case 'm':
		n <<= 10;
		/* fallthrough */
	case 'k':
		n <<= 10;
		++*end;
		break;
	case '%' | 0x20:
		n *= (uint64_t)pages_total() * PAGE_SIZE / 100;
		++*end;
	}
	return n;
}

struct tmpfs_options {
	uint64_t max_pages, max_inodes;
	uint32_t mode, uid, gid;
};

/* One `name=value`; unknown ones are errors as with Linux */
static int parse_option(struct tmpfs_options *o, const char *s)
{
	char *end = (char *)s;

	if (!strncmp(s, "size=", 5))
		o->max_pages = (parse_size(s + 5, &end) + PAGE_SIZE - 1)
			>> PAGE_SHIFT;
	else if (!strncmp(s, "nr_blocks=", 10))
		o->max_pages = parse_size(s + 10, &end);
	else if (!strncmp(s, "nr_inodes=", 10))
		o->max_inodes = parse_size(s + 10, &end);
	else if (!strncmp(s, "mode=", 5))
		o->mode = strtoul(s + 5, &end, 8) & MODE_PERM;
	else if (!strncmp(s, "uid=", 4))
		o->uid = strtoul(s + 4, &end, 10);
	else if (!strncmp(s, "gid=", 4))
		o->gid = strtoul(s + 4, &end, 10);
	if (end == s || (*end && *end != ','))
		return -EINVAL;
	return 0;
}

static int parse_options(struct tmpfs_options *o, const char *s)
{
	while (s && *s) {
		int rc = *s == ',' ? 0 : parse_option(o, s);

		if (rc)
			return rc;
		while (*s && *s != ',')
			s++;
		if (*s)
			s++;
	}
	return 0;
}

int tmpfs_option(const char *option)
{
	return parse_options(&(struct tmpfs_options){ 0 }, option);
}

/* 0 stands for no limit; counters have 32 bits */
static uint32_t limit_of(uint64_t n)
{
	return n == 0 || n > UINT32_MAX ? UINT32_MAX : n;
}

/* tmpfs(5): limits may change, but not below what is in use */
static int tmpfs_remount(struct super_block *sb, uint32_t flags,
		const char *options)
{
	struct tmpfs *fs = sb->priv;
	struct tmpfs_options o = {
		.max_pages = fs->max_pages, .max_inodes = fs->max_inodes,
	};
	int rc = parse_options(&o, options);

	if (rc)
		return rc;
	if (limit_of(o.max_pages) < fs->used_pages
	    || limit_of(o.max_inodes) < fs->used_inodes)
		return -EINVAL;
	fs->max_pages = limit_of(o.max_pages);
	fs->max_inodes = limit_of(o.max_inodes);
	return 0;
}

static int mount_with(struct super_block *sb, const struct tmpfs_options *o)
{
	struct tmpfs *fs = kzalloc(sizeof(*fs));
	struct inode *inode;

	if (!fs)
		return -ENOMEM;
	fs->max_pages = limit_of(o->max_pages);
	fs->max_inodes = limit_of(o->max_inodes);
	sb->priv = fs;
	sb->keeps_xattrs = true;
	sb->ops = &tmpfs_super_ops;
	inode = tmpfs_inode(sb, S_IFDIR | o->mode, 0);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	inode->uid = o->uid;
	inode->gid = o->gid;
	sb->root = dentry_root(sb, inode);
	if (sb->root)
		return 0;
	inode_put(inode);
	return -ENOMEM;
}

/* tmpfs(5): half of the memory unless the options say otherwise */
int tmpfs_mount(struct super_block *sb, const char *source,
		const char *options)
{
	struct tmpfs_options o = {
		.max_pages = pages_total() / 2,
		.max_inodes = pages_total(),
		.mode = S_ISVTX | 0777,
	};
	int rc;

	if (current) {
		o.uid = current->cred.fsuid;
		o.gid = current->cred.fsgid;
	}
	rc = parse_options(&o, options);
	return rc ? rc : mount_with(sb, &o);
}

struct fs_type tmpfs_type = {
	.name = "tmpfs",
	.nodev = true,
	.mount = tmpfs_mount,
};

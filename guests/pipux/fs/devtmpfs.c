/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /dev: a tmpfs with a node for every registered device, the links to
 * /proc/self/fd that programs expect, and the directories to mount on.
 */
#include "internal.h"
#include <pipux/block.h>

static struct super_block *mounted;	/* the instance: /dev */

struct node {
	uint32_t mode;
	dev_t dev;
};

/* The operation of directory `parent` on a new name in it */
static int in_dir(struct dentry *parent, const char *name,
		int (*fn)(struct inode *dir, struct dentry *d, const void *arg),
		const void *arg)
{
	struct dentry *d = dentry_new(parent, name, strlen(name));
	int rc;

	if (!d)
		return -ENOMEM;
	rc = fn(parent->inode, d, arg);
	dentry_put(d);
	return rc;
}

static int in_root(struct super_block *sb, const char *name,
		int (*fn)(struct inode *dir, struct dentry *d, const void *arg),
		const void *arg)
{
	return in_dir(sb->root, name, fn, arg);
}

static int make_node(struct inode *dir, struct dentry *d, const void *arg)
{
	const struct node *node = arg;

	return dir->ops->mknod(dir, d, node->mode, node->dev);
}

static int make_link(struct inode *dir, struct dentry *d, const void *arg)
{
	return dir->ops->symlink(dir, d, arg);
}

static int make_dir(struct inode *dir, struct dentry *d, const void *arg)
{
	return dir->ops->mkdir(dir, d, S_IFDIR | *(const uint32_t *)arg);
}

static int add_node(const char *name, uint32_t mode, dev_t dev, void *sb)
{
	return in_root(sb, name, make_node, &(struct node){ mode, dev });
}

static int add_blocks(struct super_block *sb)
{
	struct block_device *bdev;
	int rc = 0;

	list_for_each(bdev, &all_block_devices, link)
		if (rc == 0)
			rc = add_node(bdev->name, S_IFBLK | 0600, bdev->dev,
				sb);
	return rc;
}

int devtmpfs_add(const char *name, uint32_t mode, dev_t dev)
{
	return mounted ? add_node(name, mode, dev, mounted) : 0;
}

static struct dentry *find(struct dentry *dir, const char *name)
{
	struct qname q;

	path_next(name, &q);
	return dentry_find(dir, &q);
}

void devtmpfs_remove(const char *name)
{
	struct dentry *d = mounted ? find(mounted->root, name) : NULL;

	if (!d)
		return;
	if (d->inode && (inode_is(d->inode, S_IFBLK)
			|| inode_is(d->inode, S_IFCHR))) {
		struct inode *dir = mounted->root->inode;

		if (dir->ops->unlink(dir, d) == 0)
			dentry_unlink(d);
	}
	dentry_put(d);
}

int devtmpfs_link(const char *dir, const char *name, const char *target)
{
	static const uint32_t mode = 0755;
	struct dentry *d, *old;
	int rc = 0;

	if (!mounted)
		return 0;
	d = find(mounted->root, dir);
	if (!d) {
		rc = in_root(mounted, dir, make_dir, &mode);
		d = rc ? NULL : find(mounted->root, dir);
	}
	if (!d)
		return rc ? rc : -ENOMEM;
	old = find(d, name);
	if (!d->inode || !inode_is(d->inode, S_IFDIR))
		rc = -ENOTDIR;
	else if (old)
		rc = -EEXIST;
	else
		rc = in_dir(d, name, make_link, target);
	if (old)
		dentry_put(old);
	dentry_put(d);
	return rc;
}

static int populate(struct super_block *sb)
{
	static const char *const links[][2] = {
		{ "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" },
		{ "stdout", "/proc/self/fd/1" },
		{ "stderr", "/proc/self/fd/2" },
	};
	static const uint32_t pts_mode = 0755, shm_mode = S_ISVTX | 0777;
	int rc = chrdev_for_each(add_node, sb);

	if (rc == 0)
		rc = add_blocks(sb);
	for (size_t i = 0; i < ARRAY_SIZE(links) && rc == 0; i++)
		rc = in_root(sb, links[i][0], make_link, links[i][1]);
	if (rc == 0)
		rc = in_root(sb, "pts", make_dir, &pts_mode);
	if (rc == 0)
		rc = in_root(sb, "shm", make_dir, &shm_mode);
	return rc;
}

static int devtmpfs_mount(struct super_block *sb, const char *source,
		const char *options)
{
	int rc = tmpfs_mount(sb, source, options);

	if (rc)
		return rc;
	sb->root->inode->mode = S_IFDIR | 0755;
	rc = populate(sb);
	if (rc == 0 && !mounted)
		mounted = sb;
	return rc;
}

struct fs_type devtmpfs_type = {
	.name = "devtmpfs",
	.nodev = true,
	.single = true,
	.mount = devtmpfs_mount,
};

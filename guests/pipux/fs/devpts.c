/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * devpts: a node for the slave of every pseudo-terminal, and a ptmx that
 * makes new ones (pts(4)).  Each mount is an instance of its own; a
 * pseudo-terminal is in the one it was made through.  Names are pinned
 * dentries, as in tmpfs; programs cannot make or remove any.
 */
#include "internal.h"
#include <linux/magic.h>
#include <pipux/tty.h>

#define PTMX_DEVICE	MKDEV(5, 2)
#define INO_ROOT	1
#define INO_PTMX	2
#define INO_SLAVES	3		/* as Linux numbers them */

struct devpts {				/* super_block.priv */
	uint32_t uid, gid;		/* UINT32_MAX: the opener's */
	uint32_t mode, ptmx_mode, max;
};

static const struct inode_ops dir_ops = { .cacheable = true };
static const struct inode_ops node_ops;
static const struct file_ops dir_fops = {
	.iterate = children_iterate,
	.llseek = dir_llseek,
};

static void devpts_statfs(struct super_block *sb, struct statfs64 *st)
{
	st->f_type = DEVPTS_SUPER_MAGIC;
}

static void devpts_put(struct super_block *sb)
{
	kfree(sb->priv);
}

static const struct super_ops super_ops = {
	.statfs = devpts_statfs,
	.put = devpts_put,
};

/* A device node in the root: referenced, or ERR_PTR(-ENOMEM) */
static struct dentry *add_node(struct super_block *sb, const char *name,
		uint32_t ino, uint32_t mode, dev_t rdev)
{
	struct dentry *d = dentry_new(sb->root, name, strlen(name));
	struct inode *inode;

	if (!d)
		return ERR_PTR(-ENOMEM);
	inode = inode_new(sb, 0);
	if (!inode) {
		dentry_put(d);
		return ERR_PTR(-ENOMEM);
	}
	inode_init_special(inode, S_IFCHR | mode, rdev);
	inode->ops = &node_ops;
	inode->ino = ino;
	dentry_attach(d, inode);
	dentry_pin(d);
	return d;
}

struct dentry *devpts_add(struct super_block *sb, unsigned index, dev_t dev)
{
	const struct devpts *fs = sb->priv;
	struct dentry *d;
	char name[12];

	snprintf(name, sizeof(name), "%u", index);
	d = add_node(sb, name, INO_SLAVES + index, fs->mode, dev);
	if (IS_ERR(d))
		return d;
	if (fs->uid != UINT32_MAX)
		d->inode->uid = fs->uid;
	if (fs->gid != UINT32_MAX)
		d->inode->gid = fs->gid;
	return d;
}

void devpts_remove(struct dentry *d)
{
	d->inode->nlink = 0;
	dentry_unpin(d);
	dentry_unlink(d);
	dentry_put(d);
}

unsigned devpts_max(struct super_block *sb)
{
	return ((const struct devpts *)sb->priv)->max;
}

/*
 * The mount that a ptmx belongs to: its own, or for a node elsewhere what
 * is mounted at `pts` beside it (pts(4)); ERR_PTR(-ENODEV).
 */
struct mount *devpts_of(const struct path *ptmx)
{
	struct path p = *ptmx;
	struct qname q;

	if (p.mnt->sb->type == &devpts_type)
		return mount_get(p.mnt);
	(void)path_next("pts", &q);
	p.dentry = dentry_lookup(ptmx->dentry->parent, &q);
	if (IS_ERR(p.dentry))
		return ERR_PTR(-ENODEV);
	mount_get(p.mnt);
	path_cross(&p);
	dentry_put(p.dentry);
	if (p.mnt->sb->type == &devpts_type)
		return p.mnt;
	mount_put(p.mnt);
	return ERR_PTR(-ENODEV);
}

/* One `name=value`, or `newinstance`, which every mount is */
static int parse_option(struct devpts *fs, const char *s)
{
	char *end = (char *)s;

	if (!strncmp(s, "uid=", 4))
		fs->uid = strtoul(s + 4, &end, 10);
	else if (!strncmp(s, "gid=", 4))
		fs->gid = strtoul(s + 4, &end, 10);
	else if (!strncmp(s, "mode=", 5))
		fs->mode = strtoul(s + 5, &end, 8) & 0777;
	else if (!strncmp(s, "ptmxmode=", 9))
		fs->ptmx_mode = strtoul(s + 9, &end, 8) & 0777;
	else if (!strncmp(s, "max=", 4))
		fs->max = strtoul(s + 4, &end, 10);
	else if (!strncmp(s, "newinstance", 11))
		end += 11;
	return end == s || (*end && *end != ',') || fs->max > PTY_MAX
		? -EINVAL : 0;
}

static int parse_options(struct devpts *fs, const char *s)
{
	int rc = 0;

	while (s && *s && rc == 0) {
		rc = *s == ',' ? 0 : parse_option(fs, s);
		while (*s && *s != ',')
			s++;
		if (*s)
			s++;
	}
	return rc;
}

static int populate(struct super_block *sb)
{
	const struct devpts *fs = sb->priv;
	struct inode *inode = inode_new(sb, S_IFDIR | 0755);
	struct dentry *ptmx;

	if (!inode)
		return -ENOMEM;
	inode->ops = &dir_ops;
	inode->fops = &dir_fops;
	inode->ino = INO_ROOT;
	inode->nlink = 2;
	sb->root = dentry_root(sb, inode);
	if (!sb->root) {
		inode_put(inode);
		return -ENOMEM;
	}
	ptmx = add_node(sb, "ptmx", INO_PTMX, fs->ptmx_mode, PTMX_DEVICE);
	if (IS_ERR(ptmx))
		return PTR_ERR(ptmx);
	dentry_put(ptmx);
	return 0;
}

static int devpts_mount(struct super_block *sb, const char *source,
		const char *options)
{
	struct devpts *fs = kmalloc(sizeof(*fs));
	int rc;

	if (!fs)
		return -ENOMEM;
	*fs = (struct devpts){ UINT32_MAX, UINT32_MAX, 0600, 0, PTY_MAX };
	sb->priv = fs;
	sb->ops = &super_ops;
	rc = parse_options(fs, options);
	return rc ? rc : populate(sb);
}

struct fs_type devpts_type = {
	.name = "devpts",
	.nodev = true,
	.mount = devpts_mount,
};

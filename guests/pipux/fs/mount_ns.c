/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mount namespaces (mount_namespaces(7)) and the files that stand for them,
 * /proc/PID/ns/mnt.  Tasks that are in one and such files, open or mounted,
 * are its references; its mounts end with the last.  Invariant: a file is
 * mounted only in namespaces that are older than what it stands for, so none
 * keeps itself alive.
 */
#include "internal.h"
#include <linux/nsfs.h>
#include <linux/sched.h>

#define NSFS_MAGIC	0x6E736673
#define FIRST_ID	0xF0000001u	/* inode numbers, as in Linux */

struct mount_namespace first_mounts = {
	.refs = 1, .id = FIRST_ID, .mounts = LIST_INIT(first_mounts.mounts),
};

/* An empty one, with a reference; NULL: out of memory */
struct mount_namespace *mount_ns_new(void)
{
	static uint32_t last = FIRST_ID;
	struct mount_namespace *ns = kzalloc(sizeof(*ns));

	if (!ns)
		return NULL;
	ns->refs = 1;
	ns->id = ++last;
	list_init(&ns->mounts);
	return ns;
}

struct mount_namespace *mount_ns_get(struct mount_namespace *ns)
{
	ns->refs++;
	return ns;
}

/*
 * The end of one may be that of another, whose file was mounted in it, and so
 * on: they wait in a list, as a stack is soon full.
 */
void mount_ns_put(struct mount_namespace *ns)
{
	static struct mount_namespace *ending;
	static bool busy;

	if (--ns->refs)
		return;
	ns->next = ending;
	ending = ns;
	if (busy)
		return;
	busy = true;
	while ((ns = ending)) {
		ending = ns->next;
		mounts_leave(ns->root, false);
		kfree(ns);
	}
	busy = false;
}

/* With all of its mounts; the places in fs become those of the copy.  NULL:
 * out of memory, and fs is as it was */
struct mount_namespace *mount_ns_copy(struct mount_namespace *old,
		struct fs_context *fs)
{
	struct mount_namespace *ns = mount_ns_new();

	if (!ns)
		return NULL;
	ns->root = mounts_copy(old->root, old->root->root, COPY_UNBINDABLE);
	if (!ns->root) {
		kfree(ns);
		return NULL;
	}
	mounts_enter(ns->root, ns);
	path_to_copy(&fs->root, old->root, ns->root);
	path_to_copy(&fs->cwd, old->root, ns->root);
	return ns;
}

/* setns(2): current and its directories move there; 0 or errno */
long mount_ns_enter(struct mount_namespace *ns)
{
	struct mount_namespace *old = current->mount_ns;
	struct fs_context *fs = current->fs;
	struct path top;

	if (!capable(CAP_SYS_ADMIN) || !capable(CAP_SYS_CHROOT))
		return -EPERM;
	if (fs->users != 1)
		return -EINVAL;
	top = path_get(&(struct path){ ns->root, ns->root->root });
	path_cross(&top);
	current->mount_ns = mount_ns_get(ns);
	path_switch(&fs->cwd, path_get(&top));
	path_switch(&fs->root, top);
	mount_ns_put(old);
	return 0;
}

static void evict(struct inode *inode)
{
	if (inode->priv)
		mount_ns_put(inode->priv);
}

static void nsfs_statfs(struct super_block *sb, struct statfs64 *st)
{
	st->f_type = NSFS_MAGIC;
}

/* ioctl_ns(2), where there are no user namespaces */
static long ns_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case NS_GET_NSTYPE:
		return CLONE_NEWNS;
	case NS_GET_USERNS:
		return -EPERM;
	case NS_GET_PARENT:
	case NS_GET_OWNER_UID:
		return -EINVAL;
	}
	return -ENOTTY;
}

/* They are immutable */
static int ns_open(struct inode *inode, struct file *f)
{
	return f->mode & FMODE_WRITE ? -EPERM : 0;
}

static const struct super_ops nsfs_ops = {
	.evict = evict,
	.statfs = nsfs_statfs,
};
static struct fs_type nsfs_type = { .name = "nsfs", .nodev = true };

static struct mount *nsfs_mount(void)
{
	static struct mount *own;
	struct super_block *sb;

	if (!own) {
		sb = super_new(&nsfs_type, 0);
		BUG_ON(!sb);
		sb->ops = &nsfs_ops;
		sb->root = dentry_root(sb, inode_new(sb, S_IFDIR | 0500));
		BUG_ON(!sb->root || !sb->root->inode);
		own = super_own_mount(sb, "nsfs");
	}
	return own;
}

/* The place that stands for a namespace, referenced: 0 or -ENOMEM */
int mount_ns_path(struct mount_namespace *ns, struct path *p)
{
	static const struct file_ops fops = { .open = ns_open,
		.ioctl = ns_ioctl };
	struct mount *m = nsfs_mount();
	struct inode *inode = inode_new(m->sb, S_IFREG | 0444);
	struct dentry *d;

	if (!inode)
		return -ENOMEM;
	inode->uid = inode->gid = 0;
	inode->ino = ns->id;
	inode->fops = &fops;
	inode->priv = mount_ns_get(ns);
	d = dentry_new(m->root, "mnt", 3);
	if (!d) {
		inode_put(inode);
		return -ENOMEM;
	}
	d->inode = inode;
	*p = (struct path){ mount_get(m), d };
	return 0;
}

/* What a file of nsfs stands for; NULL: it is another file */
struct mount_namespace *mount_ns_of(const struct inode *inode)
{
	return inode->sb->type == &nsfs_type ? inode->priv : NULL;
}

/* Would the namespace of current keep itself alive with this in it? */
bool mount_ns_loops(const struct dentry *d)
{
	const struct mount_namespace *ns = mount_ns_of(d->inode);

	return ns && ns->id <= current->mount_ns->id;
}

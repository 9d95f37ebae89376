/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File systems and where they are mounted.  A file system instance is in the
 * tree at most once, so its root dentry stands for the mount.
 * LIMIT: no bind mounts, no mount namespaces, no propagation.
 */
#include "notify.h"

struct list all_mounts = LIST_INIT(all_mounts);
static struct list detached = LIST_INIT(detached);
struct fs_type *all_fs_types;

void fs_register(struct fs_type *type)
{
	struct fs_type **p = &all_fs_types;

	while (*p)
		p = &(*p)->next;
	*p = type;
}

static struct fs_type *type_by_name(const char *name)
{
	struct fs_type *t = all_fs_types;

	while (t && strcmp(t->name, name))
		t = t->next;
	return t;
}

struct super_block *super_new(const struct fs_type *type, const char *source,
		uint32_t flags)
{
	static uint32_t next_dev = 1;
	struct super_block *sb = kzalloc(sizeof(*sb));

	if (!sb)
		return NULL;
	sb->source = kstrdup(source ? source : "none");
	if (!sb->source) {
		kfree(sb);
		return NULL;
	}
	sb->type = type;
	sb->flags = flags;
	sb->dev = MKDEV(0, next_dev++ & 0xFF);
	list_init(&sb->link);
	list_init(&sb->dentries);
	mutex_init(&sb->lock);
	return sb;
}

/* An unused file system ends */
void super_free(struct super_block *sb)
{
	list_del(&sb->link);
	notify_unmount(sb);
	if (sb->root) {
		dentry_drop_all(sb);
		dentry_put(sb->root);
	}
	if (sb->ops && sb->ops->put)
		sb->ops->put(sb);
	kfree(sb->source);
	kfree(sb);
}

/* A new instance that is not in the tree yet */
static struct super_block *instance(struct fs_type *type, const char *source,
		uint32_t flags, const char *options)
{
	struct super_block *sb = super_new(type, source, flags);
	int rc;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	rc = type->mount(sb, source, options);
	if (rc == 0)
		return sb;
	super_free(sb);
	return ERR_PTR(rc);
}

/* Files without a name have their inodes here */
struct super_block *anon_super(void)
{
	static struct fs_type type = { .name = "anon_inodefs", .nodev = true };
	static struct super_block *sb;

	if (!sb) {
		sb = super_new(&type, NULL, 0);
		BUG_ON(!sb);
		sb->root = dentry_root(sb, inode_new(sb, S_IFDIR | 0500));
		BUG_ON(!sb->root || !sb->root->inode);
	}
	return sb;
}

/* The tmpfs that holds memfd's files */
struct super_block *memory_super(void)
{
	static struct super_block *sb;

	if (!sb) {
		sb = instance(&tmpfs_type, NULL, 0, NULL);
		BUG_ON(IS_ERR(sb));
	}
	return sb;
}

/* The very first mount; current and its fs may not exist yet */
struct dentry *mount_root(void)
{
	static struct fs_type type = {
		.name = "rootfs", .nodev = true, .mount = tmpfs_mount,
	};
	struct super_block *sb = instance(&type, "rootfs", 0, "mode=755");

	BUG_ON(IS_ERR(sb));
	list_add_tail(&all_mounts, &sb->link);
	return sb->root;
}

void mount_attach(struct super_block *sb, struct dentry *on)
{
	sb->root->covers = dentry_get(on);
	on->mounted = sb->root;
}

void mount_detach(struct super_block *sb)
{
	struct dentry *on = sb->root->covers;

	on->mounted = NULL;
	sb->root->covers = NULL;
	dentry_put(on);
}

#define FLAGS_KEPT	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC	\
	| MS_SYNCHRONOUS | MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define FLAGS_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

static int mount_new(struct dentry *on, const char *source, const char *name,
		uint32_t flags, const char *options)
{
	struct fs_type *type = name ? type_by_name(name) : NULL;
	struct super_block *sb;

	if (!type)
		return name ? -ENODEV : -EINVAL;
	/* a name that is made anew at each look-up cannot carry a mount */
	if (!on->hash_prev && !is_mount_root(on))
		return -EINVAL;
	sb = instance(type, source, flags & FLAGS_KEPT, options);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	/* whoever was faster is covered */
	on = mount_top(dentry_get(on));
	mount_attach(sb, on);
	dentry_put(on);
	list_add_tail(&all_mounts, &sb->link);
	return 0;
}

static int mount_move(struct dentry *on, const char *source)
{
	struct dentry *d = path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW);
	struct dentry *up;
	int rc = 0;

	if (IS_ERR(d))
		return PTR_ERR(d);
	if (!is_mount_root(d) || !d->covers)
		rc = -EINVAL;
	for (up = on; rc == 0 && up; up = up->parent == up ? up->covers
			: up->parent)
		if (up == d)
			rc = -ELOOP;
	if (rc == 0) {
		mount_detach(d->sb);
		mount_attach(d->sb, on);
	}
	dentry_put(d);
	return rc;
}

static bool being_written(struct super_block *sb)
{
	struct dentry *d;

	list_for_each(d, &sb->dentries, sb_link)
		if (d->inode && d->inode->writers > 0)
			return true;
	return false;
}

/* MS_REMOUNT; with MS_BIND the file system's own options stay */
static int remount(struct super_block *sb, uint32_t flags,
		const char *options)
{
	bool own = !(flags & MS_BIND) && sb->ops && sb->ops->remount;
	int rc = 0;

	flags &= FLAGS_KEPT;
	if ((flags & MS_RDONLY) && !(sb->flags & MS_RDONLY)
	    && being_written(sb))
		return -EBUSY;
	if (own)
		rc = sb->ops->remount(sb, flags, options);
	if (rc == 0)
		sb->flags = flags;
	return rc;
}

static int mount_on(struct dentry *on, const char *source, const char *type,
		uint32_t flags, const char *options)
{
	if (flags & MS_REMOUNT)
		return is_mount_root(on) ? remount(on->sb, flags, options)
			: -EINVAL;
	if (flags & FLAGS_PROPAGATION)
		return is_mount_root(on) ? 0 : -EINVAL;
	if (flags & MS_BIND)
		return -EINVAL;
	if (flags & MS_MOVE)
		return source ? mount_move(on, source) : -EINVAL;
	return mount_new(on, source, type, flags, options);
}

int do_mount(const char *source, const char *target, const char *type,
		uint32_t flags, const char *options)
{
	struct dentry *on = path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW);
	int rc;

	if (IS_ERR(on))
		return PTR_ERR(on);
	rc = !capable(CAP_SYS_ADMIN) ? -EPERM : !inode_is(on->inode, S_IFDIR) ? -ENOTDIR
		: mount_on(on, source, type, flags, options);
	dentry_put(on);
	return rc;
}

/*
 * A file system is idle if its dentries have no references but those that
 * they hold on each other, their pins, and the super block's on the root.
 */
static bool super_busy(struct super_block *sb)
{
	int expected = 0, refs = 0;
	struct dentry *d;

	list_for_each(d, &sb->dentries, sb_link) {
		refs += d->refs;
		expected += 1 + d->pinned;
	}
	return refs != expected;
}

/*
 * MNT_EXPIRE (umount2(2)): true if nobody went through the mount between the
 * call before and this one, which crossed it once itself.
 */
static bool expired(struct super_block *sb)
{
	bool unused = sb->marked && sb->crossings == sb->marked + 1;

	sb->marked = sb->crossings;
	return unused;
}

/* Takes a mount out of the tree; what is mounted below goes with it */
static void detach_tree(struct super_block *sb)
{
	struct super_block *m, *next;

	list_for_each_safe(m, next, &all_mounts, link) {
		if (m->root->covers && m->root->covers->sb == sb) {
			detach_tree(m);
			next = list_first(&all_mounts, struct super_block,
				link);
		}
	}
	list_del(&sb->link);
	list_add_tail(&detached, &sb->link);
	sb->detached = true;
	mount_detach(sb);
}

/* Frees what was unmounted while in use and is not any more */
void super_reap(void)
{
	struct super_block *sb, *next;

	list_for_each_safe(sb, next, &detached, link)
		if (!super_busy(sb))
			super_free(sb);
}

int do_umount(struct dentry *root, int flags)
{
	struct super_block *sb = root->sb;

	if (!is_mount_root(root)) {
		dentry_put(root);
		return -EINVAL;
	}
	dentry_put(root);
	if (!sb->root->covers)
		return -EBUSY;		/* the very root */
	if (!(flags & MNT_DETACH) && super_busy(sb))
		return -EBUSY;
	if ((flags & MNT_EXPIRE) && !expired(sb))
		return -EAGAIN;
	detach_tree(sb);
	super_reap();
	return 0;
}

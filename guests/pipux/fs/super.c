/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File systems and their instances.  An instance lives as long as a mount
 * shows it; those that only the kernel uses have a mount outside of the tree.
 */
#include "notify.h"

struct list all_supers = LIST_INIT(all_supers);
struct fs_type *all_fs_types;

void fs_register(struct fs_type *type)
{
	struct fs_type **p = &all_fs_types;

	while (*p)
		p = &(*p)->next;
	*p = type;
}

struct fs_type *fs_type_by_name(const char *name)
{
	struct fs_type *t = all_fs_types;

	while (t && strcmp(t->name, name))
		t = t->next;
	return t;
}

/* An instance without contents, with one reference; NULL: no memory */
struct super_block *super_new(const struct fs_type *type, uint32_t flags)
{
	static uint32_t next_dev = 1;
	struct super_block *sb = kzalloc(sizeof(*sb));

	if (!sb)
		return NULL;
	sb->refs = 1;
	sb->type = type;
	sb->flags = flags;
	sb->dev = MKDEV(0, next_dev++ & 0xFF);
	list_init(&sb->link);
	mutex_init(&sb->lock);
	return sb;
}

/* An unused file system ends */
static void super_free(struct super_block *sb)
{
	list_del(&sb->link);
	notify_unmount(sb);
	if (sb->root) {
		dentry_drop_all(sb);
		dentry_put(sb->root);
	}
	if (sb->ops && sb->ops->put)
		sb->ops->put(sb);
	kfree(sb);
}

void super_put(struct super_block *sb)
{
	if (--sb->refs == 0)
		super_free(sb);
}

/* The instance of that type on that device, whatever device with dev 0 */
static struct super_block *super_find(const struct fs_type *type, dev_t dev)
{
	struct super_block *sb;

	list_for_each(sb, &all_supers, link)
		if (sb->type == type && (!dev || sb->dev == dev))
			return sb;
	return NULL;
}

/* The device that a disk's file system is asked for; 0: no such thing */
static dev_t device_of(const char *source)
{
	struct path p;
	dev_t dev;

	if (!source || path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &p))
		return 0;
	dev = inode_is(p.dentry->inode, S_IFBLK) ? p.dentry->inode->rdev : 0;
	path_put(&p);
	return dev;
}

/*
 * What mount(2) of a type shows: an instance that exists already, if the
 * type has but one or the disk is mounted, else a new one; with a reference.
 */
struct super_block *super_get(const struct fs_type *type, const char *source,
		uint32_t flags, const char *options)
{
	dev_t dev = type->nodev ? 0 : device_of(source);
	struct super_block *sb = type->single || dev ? super_find(type, dev)
		: NULL;
	int rc;

	if (sb) {
		if (dev && (sb->flags ^ flags) & MS_RDONLY)
			return ERR_PTR(-EBUSY);
		sb->refs++;
		return sb;
	}
	sb = super_new(type, flags);
	if (!sb)
		return ERR_PTR(-ENOMEM);
	rc = type->mount(sb, source, options);
	if (rc == 0) {
		sb->refs += type->single;	/* it stays for the next */
		list_add_tail(&all_supers, &sb->link);
		return sb;
	}
	super_put(sb);
	return ERR_PTR(rc);
}

/* For an instance that is in no tree: the mount that its files are in */
struct mount *super_own_mount(struct super_block *sb, const char *source)
{
	struct mount *m = IS_ERR(sb) || !sb->root ? NULL
		: mount_new(sb, sb->root, source, 0);

	BUG_ON(!m);
	return m;
}

/* Files without a name have their inodes here */
struct mount *anon_mount(void)
{
	static struct fs_type type = { .name = "anon_inodefs", .nodev = true };
	static struct mount *own;
	struct super_block *sb;

	if (!own) {
		sb = super_new(&type, 0);
		BUG_ON(!sb);
		sb->root = dentry_root(sb, inode_new(sb, S_IFDIR | 0500));
		BUG_ON(!sb->root || !sb->root->inode);
		own = super_own_mount(sb, NULL);
	}
	return own;
}

/* The tmpfs that holds memfd's files */
struct mount *memory_mount(void)
{
	static struct mount *own;

	if (!own)
		own = super_own_mount(super_get(&tmpfs_type, NULL, 0, NULL),
			NULL);
	return own;
}

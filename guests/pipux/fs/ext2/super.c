/* SPDX-License-Identifier: BSD-2-Clause */
/* Mounting, remounting and unmounting ext2. */
#include "ext2.h"
#include <pipux/random.h>
#include <linux/magic.h>

#define STATE_CLEAN(s)	(((s) & (EXT2_VALID_FS | EXT2_ERROR_FS)) \
	== EXT2_VALID_FS)

static const struct super_ops ext2_super_ops;

/* Options of mount(8): errors= matters, the others change nothing here */
static int option(uint16_t *on_error, const char *s, size_t n)
{
	static const struct { const char *word; uint16_t on_error; } words[] = {
		{ "errors=continue", EXT2_ERRORS_CONTINUE },
		{ "errors=remount-ro", EXT2_ERRORS_RO },
		{ "errors=panic", EXT2_ERRORS_PANIC },
		{ "check=none", 0 }, { "nocheck", 0 }, { "bsddf", 0 },
		{ "nogrpid", 0 }, { "sysvgroups", 0 }, { "nouser_xattr", 0 },
		{ "noacl", 0 }, { "defaults", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) != n
		    || memcmp(words[i].word, s, n))
			continue;
		if (words[i].on_error)
			*on_error = words[i].on_error;
		return 0;
	}
	return -EINVAL;
}

static int options_parse(struct ext2_fs *fs, const char *s)
{
	uint16_t on_error = fs->on_error;

	while (s && *s) {
		const char *end = strchr(s, ',');
		size_t n = end ? (size_t)(end - s) : strlen(s);

		if (n && option(&on_error, s, n)) {
			printk("ext2: unknown mount option \"%s\"\n", s);
			return -EINVAL;
		}
		s += n + (end != NULL);
	}
	fs->on_error = on_error;
	return 0;
}

/* The device that the source names, held: ERR_PTR of what mount(2) says */
static struct block_device *device_hold(const char *source)
{
	struct path p;
	int rc = source ? path_lookup(AT_FDCWD, source, LOOKUP_FOLLOW, &p)
		: -EINVAL;
	struct block_device *bdev;
	dev_t dev;
	bool block;

	if (rc)
		return ERR_PTR(rc);
	block = inode_is(p.dentry->inode, S_IFBLK);
	dev = p.dentry->inode->rdev;
	path_put(&p);
	if (!block)
		return ERR_PTR(-ENOTBLK);
	bdev = block_get(dev);
	if (!bdev)
		return ERR_PTR(-ENXIO);
	if (bdev->held) {
		block_put(bdev);
		return ERR_PTR(-EBUSY);
	}
	bdev->held = true;
	return bdev;
}

static void device_release(struct block_device *bdev)
{
	(void)buffer_sync(bdev);
	buffer_drop(bdev);
	bdev->held = false;
	block_put(bdev);
}

static int refuse(const struct ext2_fs *fs, const char *why)
{
	printk("ext2: %s: %s\n", fs->bdev->name, why);
	return -EINVAL;
}

static int super_load(struct ext2_fs *fs)
{
	struct ext2_super *s = ext2_super_get(fs);
	const char *wrong;

	if (IS_ERR(s))
		return PTR_ERR(s);
	wrong = ext2_geometry(s, fs->bdev->sectors << SECTOR_SHIFT, &fs->geo);
	fs->state = s->state;
	/* a disk does not decide that the machine stops: only an option does */
	fs->on_error = s->errors == EXT2_ERRORS_RO
		|| s->errors == EXT2_ERRORS_PANIC ? EXT2_ERRORS_RO
		: EXT2_ERRORS_CONTINUE;
	buffer_put(s);
	return wrong ? refuse(fs, wrong) : 0;
}

static int groups_alloc(struct ext2_fs *fs)
{
	uint32_t n = fs->geo.groups;

	if (n > 0x100000)
		return refuse(fs, "too many groups");
	fs->groups = kzalloc(n * sizeof(*fs->groups));
	fs->pending = kzalloc(n * sizeof(*fs->pending));
	return fs->groups && fs->pending ? 0 : -ENOMEM;
}

/* On the disk: mounted, so not unmounted cleanly should we die */
static int mark_mounted(struct ext2_fs *fs)
{
	struct ext2_super *s = ext2_super_get(fs);

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (!STATE_CLEAN(s->state))
		printk("ext2: %s: %s; running e2fsck is recommended\n",
			fs->bdev->name, s->state & EXT2_ERROR_FS
			? "has errors" : "was not unmounted cleanly");
	fs->super_clean = false;
	fs->started = true;
	s->state &= (uint16_t)~EXT2_VALID_FS;
	s->mnt_count++;
	s->mtime = (uint32_t)inode_time().tv_sec;
	buffer_dirty(s, EXT2_SUPER_SIZE, CLASS_INODE);
	buffer_put(s);
	return buffer_sync(fs->bdev);
}

/* Files that were open without a name when the machine died */
static void orphans_delete(struct ext2_fs *fs, struct super_block *sb)
{
	struct ext2_super *s = ext2_super_get(fs);
	uint32_t ino = 0, n = 0;

	if (!IS_ERR(s)) {
		ino = s->last_orphan;
		buffer_put(s);
	}
	for (; ino && n < fs->geo.inodes; n++) {
		struct ext2_raw_inode *raw;
		struct inode *inode = ext2_iget(sb, ino, true);
		uint32_t next;

		if (IS_ERR(inode))
			break;
		raw = ext2_raw_get(fs, ino);
		next = IS_ERR(raw) || inode->nlink ? 0 : raw->dtime;
		if (!IS_ERR(raw))
			buffer_put(raw);
		inode_put(inode);		/* which deletes it */
		ino = next;
	}
	if (n)
		printk(KERN_INFO "ext2: %s: %u deleted files cleaned up\n",
			fs->bdev->name, n);
}

static int root_load(struct super_block *sb)
{
	struct inode *root = ext2_iget(sb, EXT2_ROOT_INO, false);

	if (IS_ERR(root))
		return PTR_ERR(root);
	if (!inode_is(root, S_IFDIR)) {
		inode_put(root);
		return refuse(sb->priv, "the root is no directory");
	}
	ext2_of(root)->parent = EXT2_ROOT_INO;
	sb->root = dentry_root(sb, root);
	if (sb->root)
		return 0;
	inode_put(root);
	return -ENOMEM;
}

/* May it be written to?  Otherwise it becomes read-only, with a line */
static void check_writable(struct ext2_fs *fs)
{
	const char *why = fs->bdev->read_only ? "the device is read-only"
		: fs->geo.read_only ? "unknown features allow only reading"
		: NULL;

	if (read_only(fs) || !why)
		return;
	printk("ext2: %s: %s: mounted read-only\n", fs->bdev->name, why);
	fs->sb->flags |= MS_RDONLY;
}

static int mount_device(struct super_block *sb, struct ext2_fs *fs,
		const char *options)
{
	int rc = super_load(fs);

	if (rc == 0)
		rc = options_parse(fs, options);
	if (rc == 0)
		rc = groups_alloc(fs);
	if (rc == 0)
		rc = ext2_groups_load(fs);
	if (rc)
		return rc;
	sb->max_bytes = (loff_t)ext2_max_bytes(&fs->geo);
	check_writable(fs);
	rc = root_load(sb);
	if (rc || read_only(fs))
		return rc;
	rc = mark_mounted(fs);
	if (rc == 0) {
		orphans_delete(fs, sb);
		flusher_start();
	}
	return rc;
}

/* fs_type.mount */
static int ext2_mount(struct super_block *sb, const char *source,
		const char *options)
{
	struct block_device *bdev = device_hold(source);
	struct ext2_fs *fs;

	if (IS_ERR(bdev))
		return PTR_ERR(bdev);
	fs = kzalloc(sizeof(*fs));
	if (!fs) {
		device_release(bdev);
		return -ENOMEM;
	}
	fs->sb = sb;
	fs->bdev = bdev;
	list_init(&fs->dirty);
	list_init(&fs->orphans);
	for (unsigned i = 0; i < HASH_SIZE; i++)
		list_init(&fs->hash[i]);
	random_bytes(&fs->next_generation, sizeof(fs->next_generation));
	sb->priv = fs;
	sb->ops = &ext2_super_ops;
	sb->sleeps = true;
	sb->dev = bdev->dev;
	return mount_device(sb, fs, options);
}

/* Everything is written, and the disk says so: it has been unmounted */
static int mark_clean(struct ext2_fs *fs)
{
	int rc = ext2_sync(fs->sb);

	fs->super_clean = true;
	fs->super_dirty = true;
	if (rc == 0)
		rc = ext2_sync_metadata(fs);
	return rc;
}

/* super_ops.put; also of what could not be mounted */
static void ext2_put(struct super_block *sb)
{
	struct ext2_fs *fs = sb->priv;

	if (!fs)
		return;
	if (fs->started && mark_clean(fs))
		printk("ext2: %s: not everything could be written\n",
			fs->bdev->name);
	while (!list_empty(&fs->dirty))
		ext2_clean(list_first(&fs->dirty, struct ext2_inode,
			dirty)->inode);
	if (fs->pending)
		ext2_pending_clear(fs);
	device_release(fs->bdev);
	kfree(fs->pending);
	kfree(fs->groups);
	kfree(fs);
}

/* A regular file is open for writing */
static bool has_writers(const struct ext2_fs *fs)
{
	const struct ext2_inode *e;

	for (unsigned i = 0; i < HASH_SIZE; i++)
		list_for_each(e, &fs->hash[i], hash)
			if (inode_is(e->inode, S_IFREG)
			    && e->inode->writers > 0)
				return true;
	return false;
}

static int make_read_only(struct ext2_fs *fs)
{
	int rc;

	if (has_writers(fs) || !list_empty(&fs->orphans))
		return -EBUSY;
	rc = mark_clean(fs);
	if (rc == 0)
		fs->started = false;
	return rc;
}

static int make_writable(struct ext2_fs *fs)
{
	int rc;

	if (fs->bdev->read_only)
		return -EACCES;
	if (fs->geo.read_only)
		return -EROFS;
	rc = fs->started ? 0 : mark_mounted(fs);
	if (rc)
		return rc;
	fs->sb->flags &= ~MS_RDONLY;
	orphans_delete(fs, fs->sb);
	flusher_start();
	return 0;
}

/* super_ops.remount */
static int ext2_remount(struct super_block *sb, uint32_t flags,
		const char *options)
{
	struct ext2_fs *fs = sb->priv;
	int rc = options_parse(fs, options);

	if (rc || !((flags ^ sb->flags) & MS_RDONLY))
		return rc;
	mutex_lock(&sb->lock);
	rc = flags & MS_RDONLY ? make_read_only(fs) : make_writable(fs);
	mutex_unlock(&sb->lock);
	return rc;
}

/* super_ops.shutdown: what is open without a name ends now */
static void ext2_shutdown(struct super_block *sb)
{
	struct ext2_fs *fs = sb->priv;
	struct ext2_inode *e, *next;

	if (!fs->started)
		return;
	(void)ext2_sync(sb);
	mutex_lock(&sb->lock);
	sb->flags |= MS_RDONLY;
	list_for_each_safe(e, next, &fs->orphans, dirty) {
		list_del(&e->dirty);
		ext2_inode_delete(e->inode);
	}
	(void)mark_clean(fs);
	mutex_unlock(&sb->lock);
}

/* Blocks that no file can have, as df(1) does not count them */
static uint32_t overhead(const struct ext2_geometry *g)
{
	uint32_t n = g->first_data_block + g->groups * (2 + g->table_blocks);

	for (uint32_t i = 0; i < g->groups; i++)
		n += ext2_group_overhead(g, i);
	return n;
}

static void ext2_statfs(struct super_block *sb, struct statfs64 *st)
{
	const struct ext2_fs *fs = sb->priv;
	const struct ext2_geometry *g = &fs->geo;

	st->f_type = EXT2_SUPER_MAGIC;
	st->f_bsize = st->f_frsize = g->block_size;
	st->f_blocks = g->blocks - MIN(overhead(g), g->blocks);
	st->f_bfree = fs->free_blocks;
	st->f_bavail = fs->free_blocks - MIN(g->reserved, fs->free_blocks);
	st->f_files = g->inodes;
	st->f_ffree = fs->free_inodes;
}

static const struct super_ops ext2_super_ops = {
	.statfs = ext2_statfs,
	.evict = ext2_evict,
	.sync = ext2_sync,
	.put = ext2_put,
	.remount = ext2_remount,
	.shutdown = ext2_shutdown,
	.dirty = ext2_dirty,
	.handle = ext2_handle,
	.by_handle = ext2_by_handle,
};

struct fs_type ext2_type = {
	.name = "ext2",
	.mount = ext2_mount,
};

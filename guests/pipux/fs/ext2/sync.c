/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing back.
 *
 * Without a journal, what a crash leaves is decided by order.  File data
 * goes first, then the buffers by class, each class complete before the next:
 * what will be pointed to (indirect blocks, new directory blocks), inodes and
 * bitmaps, directories, and last the directories from which a name has moved
 * elsewhere.  So a name never stands for an inode that is not there, and what
 * a sync has acknowledged stays reachable whatever is half done afterwards.
 * e2fsck repairs the rest: counts, bitmaps, inodes without a name.
 *
 * The whole of the metadata is written at once, with the lock held; only file
 * data is written piecemeal.
 */
#include "ext2.h"

/* Brings the inodes that differ into their buffers */
static int inodes_store(struct ext2_fs *fs)
{
	struct ext2_inode *e, *next;
	int rc = 0, rc1;

	list_for_each_safe(e, next, &fs->dirty, dirty) {
		struct inode *inode = e->inode;

		rc1 = ext2_inode_store(inode, 0);
		rc = rc ? rc : rc1;
	}
	return rc;
}

/* Who has not changed since, and whose data is written, is kept no longer */
static void inodes_clean(struct ext2_fs *fs)
{
	struct ext2_inode *e, *next;

	list_for_each_safe(e, next, &fs->dirty, dirty)
		if (e->stored && list_empty(&e->pages.dirty))
			ext2_clean(e->inode);
}

/*
 * The files that are open without a name, chained as e2fsck and the next
 * mount look for them.  The head of the chain.
 */
static uint32_t orphans_store(struct ext2_fs *fs)
{
	struct ext2_inode *e;
	uint32_t head = 0;

	list_for_each(e, &fs->orphans, dirty)
		if (ext2_inode_store(e->inode, head) == 0)
			head = e->inode->ino;
	return head;
}

static int super_store(struct ext2_fs *fs, uint32_t orphans)
{
	struct ext2_super *s = ext2_super_get(fs);

	if (IS_ERR(s))
		return PTR_ERR(s);
	s->free_blocks_count = fs->free_blocks;
	s->free_inodes_count = fs->free_inodes;
	s->last_orphan = orphans;
	s->wtime = (uint32_t)inode_time().tv_sec;
	s->state = fs->super_clean ? fs->state
		: fs->state & (uint16_t)~EXT2_VALID_FS;
	buffer_dirty(s, EXT2_SUPER_SIZE, CLASS_INODE);
	buffer_put(s);
	fs->super_dirty = false;
	return 0;
}

static int write_classes(struct ext2_fs *fs)
{
	int rc = 0;

	for (unsigned class = 0; class < BUFFER_CLASSES; class++) {
		int rc1 = 0;

		if (class == CLASS_OLD_NAME && fs->old_names)
			rc1 = block_flush(fs->bdev);
		rc = rc ? rc : rc1;
		rc1 = buffer_write_class(fs->bdev, class);
		rc = rc ? rc : rc1;
	}
	fs->old_names = false;
	return rc ? rc : block_flush(fs->bdev);
}

static int sync_locked(struct ext2_fs *fs)
{
	int rc, rc1;

	if (!fs->changed && list_empty(&fs->dirty) && !fs->super_dirty)
		return 0;
	fs->changed = false;
	rc = inodes_store(fs);
	rc1 = ext2_groups_store(fs);
	rc = rc ? rc : rc1;
	rc1 = super_store(fs, orphans_store(fs));
	rc = rc ? rc : rc1;
	rc1 = write_classes(fs);
	rc = rc ? rc : rc1;
	if (rc == 0)
		ext2_pending_clear(fs);
	else
		fs->changed = true;
	inodes_clean(fs);
	fs->changed |= rc != 0;
	return rc;
}

int ext2_sync_metadata(struct ext2_fs *fs)
{
	int rc;

	mutex_lock(&fs->sb->lock);
	rc = sync_locked(fs);
	mutex_unlock(&fs->sb->lock);
	return rc;
}

/* With the lock, as the list may be under way elsewhere */
static struct inode *take_dirty(struct ext2_fs *fs, uint32_t pass)
{
	struct ext2_inode *e;

	if (list_empty(&fs->dirty))
		return NULL;
	e = list_first(&fs->dirty, struct ext2_inode, dirty);
	if ((int32_t)(e->pass - pass) >= 0)
		return NULL;
	e->pass = pass;
	list_del(&e->dirty);
	list_add_tail(&fs->dirty, &e->dirty);
	return inode_get(e->inode);
}

/* The next inode whose data this pass has not written yet, referenced */
static struct inode *next_dirty(struct ext2_fs *fs, uint32_t pass)
{
	struct inode *inode;

	mutex_lock(&fs->sb->lock);
	inode = take_dirty(fs, pass);
	mutex_unlock(&fs->sb->lock);
	return inode;
}

static int write_data(struct ext2_fs *fs)
{
	uint32_t pass = ++fs->pass;
	struct inode *inode;
	int rc = 0;

	while ((inode = next_dirty(fs, pass))) {
		int rc1 = ext2_write_pages(inode);

		rc = rc ? rc : rc1;
		inode_put(inode);
	}
	return rc;
}

/* What is in memory of files without a name: only to make room */
static int write_orphans(struct ext2_fs *fs)
{
	struct ext2_inode *e;
	int rc = 0;

	mutex_lock(&fs->sb->lock);
	list_for_each(e, &fs->orphans, dirty) {
		int rc1 = ext2_write_pages(e->inode);

		rc = rc ? rc : rc1;
	}
	mutex_unlock(&fs->sb->lock);
	return rc;
}

/* super_ops.sync */
int ext2_sync(struct super_block *sb)
{
	struct ext2_fs *fs = sb->priv;
	int rc = write_data(fs), rc1 = ext2_sync_metadata(fs);

	return rc ? rc : rc1;
}

/* Dirty pages are few: who wants one more first writes others */
int ext2_throttle(struct ext2_fs *fs)
{
	int rc;

	if (likely(!cache_too_dirty()))
		return 0;
	rc = write_data(fs);
	if (cache_too_dirty() && rc == 0)
		rc = write_orphans(fs);
	if (cache_too_dirty() && rc == 0)
		rc = ext2_sync_metadata(fs);
	return rc;
}

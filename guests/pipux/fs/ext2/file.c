/* SPDX-License-Identifier: BSD-2-Clause */
/* Regular files: writing, changing the size, fsync. */
#include "ext2.h"

/* Gives back what lies behind the end of the file */
static int trim(struct inode *inode)
{
	const struct ext2_geometry *g = &fs_of(inode)->geo;

	ext2_pages_shrink(inode);
	return ext2_map_cut(inode, (uint32_t)((inode->size + g->block_size - 1)
		>> g->block_bits));
}

static int resize(struct inode *inode, loff_t size)
{
	loff_t old = inode->size;
	int rc = ext2_zero_tail(inode, MIN(size, old));

	if (rc)
		return rc;
	inode->size = size;
	ext2_dirty(inode);
	return size < old ? trim(inode) : 0;
}

/* inode_ops.truncate */
static int ext2_truncate(struct inode *inode, loff_t size)
{
	int rc;

	if (read_only(fs_of(inode)))
		return -EROFS;
	mutex_lock(&ext2_of(inode)->write_lock);
	mutex_lock(&inode->sb->lock);
	rc = resize(inode, size);
	mutex_unlock(&inode->sb->lock);
	mutex_unlock(&ext2_of(inode)->write_lock);
	return rc;
}

/* Before a write: what lies between the end and `pos` becomes zeros */
static int write_begin(struct inode *inode, loff_t pos)
{
	int rc;

	if (pos <= inode->size)
		return 0;
	mutex_lock(&inode->sb->lock);
	rc = ext2_zero_tail(inode, inode->size);
	mutex_unlock(&inode->sb->lock);
	return rc;
}

static ssize_t write_locked(struct file *f, struct iov *iov, loff_t *pos)
{
	struct inode *inode = f->inode;
	size_t wanted = iov->len;
	ssize_t n = f->flags & O_APPEND ? 0 : write_begin(inode, *pos);

	if (n)
		return n;
	n = page_write(f, iov, pos);
	if (n == (ssize_t)wanted)
		return n;
	/* no room, perhaps, for all of the last page */
	mutex_lock(&inode->sb->lock);
	(void)trim(inode);
	mutex_unlock(&inode->sb->lock);
	return n;
}

static ssize_t ext2_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct ext2_inode *e = ext2_of(f->inode);
	ssize_t n;

	mutex_lock(&e->write_lock);
	n = write_locked(f, iov, pos);
	mutex_unlock(&e->write_lock);
	if (n > 0 && unlikely((f->flags & O_DSYNC)
			|| (f->inode->sb->flags & MS_SYNCHRONOUS))) {
		int rc = ext2_fsync(f);

		return rc ? rc : n;
	}
	return n;
}

/*
 * fsync(2): the file's data, and all that was changed of the file system's
 * own, so that the file is found by its name.
 */
int ext2_fsync(struct file *f)
{
	struct inode *inode = f->inode;
	int rc, *error = &ext2_of(inode)->write_error;

	rc = inode_is(inode, S_IFREG) ? ext2_write_pages(inode) : 0;
	if (rc == 0)
		rc = ext2_sync_metadata(fs_of(inode));
	if (rc == 0)
		rc = *error;
	*error = 0;
	return rc;
}

/* lseek(2): SEEK_DATA, SEEK_HOLE.  What is in memory and was written to has
 * its blocks already. */
static loff_t ext2_llseek(struct file *f, loff_t off, int whence)
{
	struct inode *inode = f->inode;
	unsigned bits = fs_of(inode)->geo.block_bits;
	uint32_t index = (uint32_t)(off >> bits);
	bool data = whence == SEEK_DATA;
	loff_t pos = inode->size;
	int rc;

	if ((!data && whence != SEEK_HOLE) || off < 0 || off >= inode->size)
		return page_llseek(f, off, whence);
	mutex_lock(&inode->sb->lock);
	rc = ext2_map_seek(inode, data, &index);
	mutex_unlock(&inode->sb->lock);
	if (rc < 0)
		return rc;
	if (rc)
		pos = MAX(off, (loff_t)index << bits);
	if (pos >= inode->size && data)
		return -ENXIO;
	pos = MIN(pos, inode->size);
	return page_llseek(f, pos, SEEK_SET);
}

const struct inode_ops ext2_file_ops = {
	.truncate = ext2_truncate,
	.get_page = ext2_get_page,
};

const struct file_ops ext2_file_fops = {
	.read = page_read,
	.write = ext2_write,
	.llseek = ext2_llseek,
	.fsync = ext2_fsync,
};

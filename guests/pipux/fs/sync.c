/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing back, and advice about access, which nothing needs. */
#include "internal.h"
#include <pipux/buffer.h>
#include <pipux/work.h>
#include <linux/fs.h>

#define FLUSH_PERIOD	(5 * NSEC_PER_SEC)

/* The next instance to be synced in this pass; they come and go meanwhile */
static struct super_block *next_to_sync(uint32_t pass)
{
	struct super_block *sb;

	list_for_each(sb, &all_supers, link)
		if (sb->ops && sb->ops->sync
				&& (int32_t)(sb->sync_pass - pass) < 0)
			return sb;
	return NULL;
}

void fs_sync(void)
{
	static uint32_t passes;
	uint32_t pass = ++passes;
	struct block_device *bdev;
	struct super_block *sb;

	while ((sb = next_to_sync(pass))) {
		sb->refs++;
		sb->sync_pass = pass;
		(void)sb->ops->sync(sb);
		super_put(sb);
	}
	list_for_each(bdev, &all_block_devices, link)
		if (bdev->openers && !bdev->held) {
			bdev->openers++;	/* it stays meanwhile */
			(void)buffer_sync(bdev);
			block_release(bdev);
		}
}

long sys_sync(void)
{
	fs_sync();
	return 0;
}

static void flusher(void *unused)
{
	for (;;) {
		sleep_on(false, ktime_get() + FLUSH_PERIOD);
		fs_sync();
	}
}

void flusher_start(void)
{
	static bool started;

	if (!started)
		started = kthread_create(flusher, NULL, "flush") != NULL;
}

/* The newest first: it may lie in a file of another */
void fs_shutdown(void)
{
	struct list *l;

	fs_sync();
	for (l = all_supers.prev; l != &all_supers; l = l->prev) {
		struct super_block *sb = list_entry(l, struct super_block,
			link);

		if (sb->ops && sb->ops->shutdown)
			sb->ops->shutdown(sb);
	}
}

long sys_syncfs(int fd)
{
	struct file *f = fd_get_io(fd);
	const struct super_ops *ops;
	long rc = 0;

	if (!f)
		return -EBADF;
	ops = f->inode->sb->ops;
	if (ops && ops->sync)
		rc = ops->sync(f->inode->sb);
	file_put(f);
	return rc;
}

bool file_syncs(const struct file *f)
{
	return f->ops->fsync || inode_is(f->inode, S_IFREG)
		|| inode_is(f->inode, S_IFDIR);
}

int file_sync(struct file *f)
{
	return f->ops->fsync ? f->ops->fsync(f) : 0;
}

long sys_fsync(int fd)
{
	struct file *f = fd_get_io(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = file_syncs(f) ? file_sync(f) : -EINVAL;
	file_put(f);
	return rc;
}

long sys_fdatasync(int fd)
{
	return sys_fsync(fd);
}

/* sync_file_range(2); all of the file is written, and waited for */
long sys_sync_file_range(int fd, uint32_t from_lo, uint32_t from_hi,
		uint32_t n_lo, uint32_t n_hi, unsigned flags)
{
	loff_t from = LOFF(from_lo, from_hi), n = LOFF(n_lo, n_hi);
	uint64_t end = (uint64_t)from + (uint64_t)n;
	struct file *f;
	bool fits;

	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	if ((flags & ~(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE
			| SYNC_FILE_RANGE_WAIT_AFTER))
			|| from < 0 || n < 0 || end > INT64_MAX) {
		file_put(f);
		return -EINVAL;
	}
	fits = inode_is(f->inode, S_IFREG) || inode_is(f->inode, S_IFDIR)
		|| inode_is(f->inode, S_IFBLK);
	file_put(f);
	return fits ? sys_fsync(fd) : -ESPIPE;
}

static long advise(int fd, loff_t len, int advice)
{
	struct file *f = fd_get_io(fd);
	long rc = 0;

	if (!f)
		return -EBADF;
	if (inode_is(f->inode, S_IFIFO))
		rc = -ESPIPE;
	else if (len < 0 || (unsigned)advice > 5 /* POSIX_FADV_NOREUSE */)
		rc = -EINVAL;
	file_put(f);
	return rc;
}

long sys_fadvise64(int fd, uint32_t lo, uint32_t hi, size_t n, int advice)
{
	return advise(fd, n, advice);
}

long sys_fadvise64_64(int fd, uint32_t lo, uint32_t hi, uint32_t len_lo,
		uint32_t len_hi, int advice)
{
	return advise(fd, LOFF(len_lo, len_hi), advice);
}

long sys_readahead(int fd)
{
	struct file *f = fd_get_io(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = !(f->mode & FMODE_READ) ? -EBADF
		: inode_is(f->inode, S_IFREG) ? 0 : -EINVAL;
	file_put(f);
	return rc;
}

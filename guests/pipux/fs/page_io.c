/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and writing files through their pages (inode_ops.get_page), and
 * changing their size.  A file's pages hold zeros beyond its end: whoever
 * leaves something else there, clears it.
 */
#include "internal.h"
#include <pipux/page.h>

#define OTHERS		64u	/* pages read from one look at others on */
#define SIZE_LIMIT	((loff_t)1 << 44)	/* page numbers of 32 bits */

ssize_t page_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct inode *inode = f->inode;
	size_t done = 0, n = iov->len, all = n;

	if (*pos >= inode->size || n == 0) {
		file_accessed(f);
		return 0;
	}
	if ((loff_t)n > inode->size - *pos)
		n = inode->size - *pos;
	while (done < n) {
		uint32_t off = *pos & ~PAGE_MASK;
		size_t k = MIN(n - done, (size_t)(PAGE_SIZE - off));
		char *page = inode->ops->get_page(inode, *pos >> PAGE_SHIFT,
			PAGE_READ);
		long rc;

		if (IS_ERR(page))
			return done ? (ssize_t)done : PTR_ERR(page);
		rc = iov_to(iov, page + off, k);
		page_unpin(page);
		if (unlikely(rc)) {
			k = all - done - iov->len;	/* before the fault */
			*pos += k;
			done += k;
			return done ? (ssize_t)done : rc;
		}
		*pos += k;
		done += k;
		if (unlikely(done < n && (*pos >> PAGE_SHIFT) % OTHERS == 0)) {
			sched_point();
			if (fatal_signal_pending())
				break;
		}
	}
	file_accessed(f);
	return done;
}

/* RLIMIT_FSIZE and the largest file (write(2)): what may be written at pos */
static long write_limit(struct inode *inode, loff_t pos, size_t n)
{
	uint32_t cur = current->process->limits[RLIMIT_FSIZE].rlim_cur;
	loff_t limit = inode->sb->max_bytes;

	if (!limit)
		limit = SIZE_LIMIT;
	if (cur != (uint32_t)RLIM_INFINITY && cur < limit) {
		limit = cur;
		if (pos >= limit) {
			struct ksiginfo info = { .signo = SIGXFSZ,
				.code = SI_KERNEL_ };

			send_signal(SIGXFSZ, &info, current);
		}
	}
	if (pos >= limit)
		return -EFBIG;
	return (loff_t)n > limit - pos ? (long)(limit - pos) : (long)n;
}

/* write(2) takes the set-id bits unless CAP_FSETID; inode(7) for S_ISGID */
void inode_drop_privilege(struct inode *inode)
{
	if (likely(!(inode->mode & (S_ISUID | S_ISGID)))
	    || capable(CAP_FSETID))
		return;
	inode->mode &= ~S_ISUID;
	if ((inode->mode & S_IXGRP) || !group_member(inode->gid))
		inode->mode &= ~S_ISGID;
}

/* The write failed: the end is where it was, unless others moved it */
static void shrink_back(struct inode *inode, loff_t end, loff_t old)
{
	if (inode->size == end && old < end)
		inode->size = old;
}

/* Writes k bytes within one page, growing the file as needed */
static long write_piece(struct inode *inode, struct iov *iov, loff_t pos,
		size_t k)
{
	loff_t old = inode->size, end = pos + (loff_t)k;
	uint32_t off = pos & ~PAGE_MASK;
	char *page;
	long rc;

	if (end > old)
		inode->size = end;
	page = inode->ops->get_page(inode, pos >> PAGE_SHIFT, PAGE_MODIFY);
	if (unlikely(IS_ERR(page))) {
		shrink_back(inode, end, old);
		return PTR_ERR(page);
	}
	rc = iov_from(iov, page + off, k);
	if (unlikely(rc) && end > old) {
		uint32_t keep = old > pos ? (uint32_t)(old - pos) : 0;

		memset(page + off + keep, 0, k - keep);
		shrink_back(inode, end, old);
	}
	page_unpin(page);
	return rc;
}

ssize_t page_write(struct file *f, struct iov *iov, loff_t *pos)
{
	struct inode *inode = f->inode;
	size_t done = 0;
	long n = iov->len, rc = 0;

	if (n == 0)
		return 0;
	if (f->flags & O_APPEND)
		*pos = inode->size;
	n = write_limit(inode, *pos, n);
	if (n < 0)
		return n;
	while (done < (size_t)n) {
		uint32_t off;
		size_t k;

		/* others may have appended while a piece was copied */
		if (f->flags & O_APPEND)
			*pos = inode->size;
		off = *pos & ~PAGE_MASK;
		k = MIN((size_t)n - done, (size_t)(PAGE_SIZE - off));
		rc = write_piece(inode, iov, *pos, k);
		if (rc)
			break;
		*pos += k;
		done += k;
	}
	if (done) {
		inode_drop_privilege(inode);
		inode_touch(inode);
	}
	return done ? (ssize_t)done : rc;
}

/* lseek(2) in something of that size */
loff_t seek_within(struct file *f, loff_t off, int whence, loff_t size)
{
	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		off += f->pos;
		break;
	case SEEK_END:
		off += size;
		break;
	case SEEK_DATA:
		if (off < 0 || off >= size)
			return -ENXIO;
		break;
	case SEEK_HOLE:
		if (off < 0 || off >= size)
			return -ENXIO;
		off = size;
		break;
	default:
		return -EINVAL;
	}
	if (off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

/* For files without holes, and for all other kinds of seeking */
loff_t page_llseek(struct file *f, loff_t off, int whence)
{
	return seek_within(f, off, whence, f->inode->size);
}

/* May the file grow to that size? 0, or -EFBIG and SIGXFSZ */
int inode_new_size(struct inode *inode, loff_t size)
{
	long room = size > inode->size ? write_limit(inode, size - 1, 1) : 0;

	return room < 0 ? room : 0;
}

/* truncate(2) after the checks of who may */
int inode_truncate(struct inode *inode, loff_t size)
{
	int rc;

	if (!inode->ops->truncate)
		return -EINVAL;
	rc = inode_new_size(inode, size);
	if (rc)
		return rc;
	rc = inode->ops->truncate(inode, size);
	if (rc == 0) {
		inode_drop_privilege(inode);
		inode_touch(inode);
	}
	return rc;
}

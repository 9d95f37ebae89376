/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading directories.  A position is the cookie of the next name that may
 * be shown: names that come and go do not move the others.
 */
#include "notify.h"

struct linux_dirent {			/* getdents(2) */
	unsigned long d_ino;
	unsigned long d_off;
	unsigned short d_reclen;
	char d_name[];			/* NUL; the type in the last byte */
};

struct linux_dirent64 {			/* getdents64(2) */
	uint64_t d_ino;
	int64_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

#define NAME_OFFSET	offsetof(struct linux_dirent, d_name)
#define NAME_OFFSET64	offsetof(struct linux_dirent64, d_name)

/* As much as is told at once, however much is asked for; enough for a name */
#define BUF_MAX		(32 * 1024u)
#define BUF_MIN		1024u

struct getdents {
	struct dir_context ctx;
	char *buf;			/* the kernel's: storing never sleeps */
	size_t left;
	long rc;			/* bytes stored or errno */
	bool wide;			/* getdents64 */
};

/* `.` and `..`, at positions 0 and 1; false: the buffer is full */
bool dir_emit_dots(struct file *f, struct dir_context *ctx)
{
	struct dentry *d = f->path.dentry;

	if (f->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, f->inode->ino, MODE_DT(S_IFDIR),
				1))
			return false;
		f->pos = 1;
	}
	if (f->pos == 1) {
		if (!ctx->emit(ctx, "..", 2, d->parent->inode->ino,
				MODE_DT(S_IFDIR), 2))
			return false;
		f->pos = 2;
	}
	return true;
}

/* iterate of a directory that is its pinned dentries */
int children_iterate(struct file *f, struct dir_context *ctx)
{
	struct dentry *d;

	if (!dir_emit_dots(f, ctx))
		return 0;
	list_for_each(d, &f->path.dentry->children, sibling) {
		if (d->cookie < f->pos)
			continue;
		if (!ctx->emit(ctx, d->name, d->len, d->inode->ino,
				MODE_DT(d->inode->mode), d->cookie + 1))
			break;
		f->pos = d->cookie + 1;
	}
	file_accessed(f);
	return 0;
}

/* lseek(2) on what has no positions but succeeds */
loff_t noop_llseek(struct file *f, loff_t off, int whence)
{
	return 0;
}

loff_t dir_llseek(struct file *f, loff_t off, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	return seek_within(f, off, whence, 0);
}

static bool emit(struct dir_context *ctx, const char *name, size_t len,
		uint32_t ino, uint32_t type, loff_t next_pos)
{
	struct getdents *g = container_of(ctx, struct getdents, ctx);
	size_t head = g->wide ? NAME_OFFSET64 : NAME_OFFSET;
	size_t size = head + len + (g->wide ? 1 : 2);
	char *record = g->buf;

	size = g->wide ? (size + 7) & ~7u : (size + 3) & ~3u;
	if (size > g->left) {
		if (g->rc == 0)
			g->rc = -EINVAL;
		return false;
	}
	memset(record + head + len, 0, size - head - len);
	memcpy(record + head, name, len);
	if (g->wide) {
		struct linux_dirent64 *e = (void *)record;

		e->d_ino = ino;
		e->d_off = next_pos;
		e->d_reclen = size;
		e->d_type = type;
	} else {
		struct linux_dirent *e = (void *)record;

		e->d_ino = ino;
		e->d_off = next_pos;
		e->d_reclen = size;
		record[size - 1] = type;
	}
	g->buf += size;
	g->left -= size;
	g->rc += size;
	return true;
}

/* Directory fd's names from its position on; *at: where that was */
static int iterate(struct file *f, struct dir_context *ctx, loff_t *at)
{
	int rc;

	*at = f->pos;
	if (!f->ops->iterate)
		return -ENOTDIR;
	if (f->path.dentry->unlinked)
		return -ENOENT;
	rc = f->ops->iterate(f, ctx);
	if (rc == 0)
		notify_file(f, IN_ACCESS);
	return rc;
}

/* What could not be told is told the next time */
static long tell(struct file *f, loff_t at, void *to, const void *from, long n)
{
	if (n <= 0 || !copy_to_user(to, from, (size_t)n))
		return n;
	f->pos = at;
	return -EFAULT;
}

static long read_file_dir(struct file *f, void *ubuf, size_t size, bool wide)
{
	size_t room = size ? MIN(size, (size_t)BUF_MAX) : 1;
	char *buf = kmalloc(room);
	struct getdents g = { .ctx.emit = emit, .wide = wide };
	loff_t at;
	long rc;

	if (!buf)
		buf = kmalloc(room = MIN(room, (size_t)BUF_MIN));
	if (!buf)
		return -ENOMEM;
	g.buf = buf;
	g.left = MIN(size, room);
	rc = iterate(f, &g.ctx, &at);
	if (!rc)
		rc = tell(f, at, ubuf, buf, g.rc);
	kfree(buf);
	return rc;
}

static long read_dir(int fd, void *ubuf, size_t size, bool wide)
{
	struct file *f = fd_get_io(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = read_file_dir(f, ubuf, size, wide);
	file_put(f);
	return rc;
}

/* readdir(2): one name, in a structure whose d_reclen is the name's length */
struct one {
	struct dir_context ctx;
	long n;				/* bytes stored, 0: no name yet */
	struct linux_dirent head;
	char name[NAME_MAX + 1];	/* and a NUL */
};

static bool emit_one(struct dir_context *ctx, const char *name, size_t len,
		uint32_t ino, uint32_t type, loff_t next_pos)
{
	struct one *o = container_of(ctx, struct one, ctx);
	char *to = (char *)&o->head + NAME_OFFSET;

	if (o->n)
		return false;
	o->head = (struct linux_dirent){ .d_ino = ino,
		.d_off = next_pos - 1, .d_reclen = len };
	memcpy(to, name, len);
	to[len] = 0;
	o->n = (long)(NAME_OFFSET + len + 1);
	return true;
}

long sys_readdir(int fd, struct linux_dirent *ubuf, unsigned count)
{
	struct one o = { .ctx.emit = emit_one };
	struct file *f = fd_get_io(fd);
	loff_t at;
	long rc;

	if (!f)
		return -EBADF;
	rc = iterate(f, &o.ctx, &at);
	if (!rc)
		rc = tell(f, at, ubuf, &o.head, o.n);
	file_put(f);
	return rc > 0 ? 1 : rc;
}

long sys_getdents(int fd, void *ubuf, size_t size)
{
	return read_dir(fd, ubuf, size, false);
}

long sys_getdents64(int fd, void *ubuf, size_t size)
{
	return read_dir(fd, ubuf, size, true);
}

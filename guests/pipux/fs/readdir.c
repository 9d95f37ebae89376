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

struct getdents {
	struct dir_context ctx;
	char *ubuf;
	size_t left;
	long rc;			/* bytes stored or errno */
	bool wide;			/* getdents64 */
	char record[NAME_OFFSET64 + NAME_MAX + 16];
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

	size = g->wide ? (size + 7) & ~7u : (size + 3) & ~3u;
	if (size > g->left) {
		if (g->rc == 0)
			g->rc = -EINVAL;
		return false;
	}
	memset(g->record + head + len, 0, size - head - len);
	memcpy(g->record + head, name, len);
	if (g->wide) {
		struct linux_dirent64 *e = (void *)g->record;

		e->d_ino = ino;
		e->d_off = next_pos;
		e->d_reclen = size;
		e->d_type = type;
	} else {
		struct linux_dirent *e = (void *)g->record;

		e->d_ino = ino;
		e->d_off = next_pos;
		e->d_reclen = size;
		g->record[size - 1] = type;
	}
	if (copy_to_user(g->ubuf, g->record, size)) {
		if (g->rc == 0)
			g->rc = -EFAULT;
		return false;
	}
	g->ubuf += size;
	g->left -= size;
	g->rc += size;
	return true;
}

static int iterate(int fd, struct dir_context *ctx)
{
	struct file *f = fd_get_io(fd);
	int rc;

	if (!f)
		return -EBADF;
	if (!f->ops->iterate)
		rc = -ENOTDIR;
	else if (f->path.dentry->unlinked)
		rc = -ENOENT;
	else
		rc = f->ops->iterate(f, ctx);
	if (rc == 0)
		notify_file(f, IN_ACCESS);
	file_put(f);
	return rc;
}

static long read_dir(int fd, void *ubuf, size_t size, bool wide)
{
	struct getdents g = { .ctx.emit = emit, .ubuf = ubuf, .left = size,
		.wide = wide };
	int rc = iterate(fd, &g.ctx);

	return rc ? rc : g.rc;
}

/* readdir(2): one name, in a structure whose d_reclen is the name's length */
struct one {
	struct dir_context ctx;
	struct linux_dirent *ubuf;
	long rc;			/* names stored, or errno */
};

static bool emit_one(struct dir_context *ctx, const char *name, size_t len,
		uint32_t ino, uint32_t type, loff_t next_pos)
{
	struct one *o = container_of(ctx, struct one, ctx);
	struct linux_dirent head = { .d_ino = ino, .d_off = next_pos - 1,
		.d_reclen = len };
	char end = 0;

	if (o->rc)
		return false;
	o->rc = copy_to_user(o->ubuf, &head, NAME_OFFSET)
		|| copy_to_user(o->ubuf->d_name, name, len)
		|| copy_to_user(o->ubuf->d_name + len, &end, 1) ? -EFAULT : 1;
	return o->rc > 0;
}

long sys_readdir(int fd, struct linux_dirent *ubuf, unsigned count)
{
	struct one o = { .ctx.emit = emit_one, .ubuf = ubuf };
	int rc = iterate(fd, &o.ctx);

	return rc ? rc : o.rc;
}

long sys_getdents(int fd, void *ubuf, size_t size)
{
	return read_dir(fd, ubuf, size, false);
}

long sys_getdents64(int fd, void *ubuf, size_t size)
{
	return read_dir(fd, ubuf, size, true);
}

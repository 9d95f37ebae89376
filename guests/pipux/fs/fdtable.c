/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor tables.  A set bit in `open` means that the number is taken; its
 * file is NULL while it is only reserved.  No number below `next` is free.
 */
#include "internal.h"
#include <linux/close_range.h>

#define FDS_INLINE	32u
#define FDS_MAX		65536u		/* whatever RLIMIT_NOFILE says */
#define WORDS(n)	((n) / 32)

struct files {
	int users;
	uint32_t max, next;
	struct file **fd;
	uint32_t *open, *cloexec;
	struct file *fd0[FDS_INLINE];
	uint32_t bits0[2][WORDS(FDS_INLINE)];
};

struct files *files_new(void)
{
	struct files *t = kzalloc(sizeof(*t));

	if (!t)
		return NULL;
	t->users = 1;
	t->max = FDS_INLINE;
	t->fd = t->fd0;
	t->open = t->bits0[0];
	t->cloexec = t->bits0[1];
	return t;
}

static bool bit_get(const uint32_t *bits, uint32_t n)
{
	return bits[n / 32] >> n % 32 & 1;
}

static void bit_put(uint32_t *bits, uint32_t n, bool on)
{
	if (on)
		bits[n / 32] |= 1u << n % 32;
	else
		bits[n / 32] &= ~(1u << n % 32);
}

/* Makes room for `max` (a multiple of 32) descriptors */
static bool files_grow(struct files *t, uint32_t max)
{
	size_t bits = WORDS(max) * sizeof(uint32_t);
	struct file **fd = kzalloc(max * sizeof(*fd) + 2 * bits);
	uint32_t *open, *cloexec;

	if (!fd)
		return false;
	open = (uint32_t *)(fd + max);
	cloexec = open + WORDS(max);
	memcpy(fd, t->fd, t->max * sizeof(*fd));
	memcpy(open, t->open, WORDS(t->max) * sizeof(*open));
	memcpy(cloexec, t->cloexec, WORDS(t->max) * sizeof(*open));
	if (t->fd != t->fd0)
		kfree(t->fd);
	t->fd = fd;
	t->open = open;
	t->cloexec = cloexec;
	t->max = max;
	return true;
}

/* Tables grow as Linux's: select(2) shows it */
static bool make_room(struct files *t, uint32_t fd)
{
	uint32_t max = FDS_INLINE;

	if (fd < t->max)
		return true;
	while (max <= fd)
		max *= 2;
	return files_grow(t, max);
}

/* The words of `open` up to the last that is not empty */
static uint32_t words_used(const struct files *t)
{
	uint32_t n = WORDS(t->max);

	while (n > WORDS(FDS_INLINE) && !t->open[n - 1])
		n--;
	return n;
}

struct files *files_copy(struct files *old)
{
	struct files *t = files_new();
	uint32_t words = words_used(old);

	if (!t)
		return NULL;
	if (!make_room(t, words * 32 - 1)) {
		kfree(t);
		return NULL;
	}
	memcpy(t->cloexec, old->cloexec, words * sizeof(uint32_t));
	for (uint32_t w = 0; w < words; w++) {
		uint32_t set = old->open[w];

		for (; set; set &= set - 1) {
			uint32_t fd = w * 32 + __builtin_ctz(set);

			/* one that is only reserved is not inherited */
			if (!old->fd[fd])
				continue;
			t->fd[fd] = file_get(old->fd[fd]);
			t->open[w] |= 1u << fd % 32;
		}
	}
	return t;
}

int files_part(void)
{
	struct files *t;

	if (current->files->users == 1)
		return 0;
	t = files_copy(current->files);
	if (!t)
		return -ENOMEM;
	files_put(current->files);
	current->files = t;
	return 0;
}

struct files *files_share(struct files *t)
{
	t->users++;
	return t;
}

/* One descriptor of table t for this file goes */
static long file_close(struct file *f, struct files *t)
{
	if (f->ops->flush)
		f->ops->flush(f);
	if (unlikely(f->inode->locks != NULL) && !(f->mode & FMODE_PATH))
		locks_closed(f, t);
	if (unlikely(f->inode->dnotify != NULL))
		dnotify_closed(f, t);
	file_put(f);
	return 0;
}

void files_put(struct files *t)
{
	if (--t->users)
		return;
	for (uint32_t w = 0; w < WORDS(t->max); w++) {
		uint32_t set = t->open[w];

		for (; set; set &= set - 1) {
			struct file *f = t->fd[w * 32 + __builtin_ctz(set)];

			if (f)
				file_close(f, t);
		}
	}
	if (t->fd != t->fd0)
		kfree(t->fd);
	kfree(t);
}

struct file *fd_get(int fd)
{
	struct files *t = current->files;
	struct file *f;

	if ((uint32_t)fd >= t->max)
		return NULL;
	f = t->fd[fd];
	return f ? file_get(f) : NULL;
}

struct file *fd_get_io(int fd)
{
	struct file *f = fd_get(fd);

	if (f && unlikely(f->mode & FMODE_PATH)) {
		file_put(f);
		return NULL;
	}
	return f;
}

/* The lowest free number >= from, perhaps == t->max */
static uint32_t first_free(const struct files *t, uint32_t from)
{
	uint32_t w = from / 32, mask = ~0u << from % 32;

	for (; w < WORDS(t->max); w++, mask = ~0u) {
		uint32_t free = ~t->open[w] & mask;

		if (free)
			return w * 32 + __builtin_ctz(free);
	}
	return t->max;
}

static uint32_t fd_limit(void)
{
	return MIN((uint32_t)current->process->limits[RLIMIT_NOFILE].rlim_cur,
		FDS_MAX);
}

static void reserve(struct files *t, uint32_t fd, bool cloexec)
{
	bit_put(t->open, fd, true);
	bit_put(t->cloexec, fd, cloexec);
	t->fd[fd] = NULL;
}

int fd_alloc(int from, bool cloexec)
{
	struct files *t = current->files;
	bool lowest = (uint32_t)from <= t->next;
	uint32_t fd = lowest ? t->next : (uint32_t)from;

	if (fd < t->max)
		fd = first_free(t, fd);
	if (fd >= fd_limit())
		return -EMFILE;
	if (!make_room(t, fd))
		return -ENOMEM;
	if (lowest)
		t->next = fd + 1;
	reserve(t, fd, cloexec);
	return fd;
}

void fd_install(int fd, struct file *f)
{
	current->files->fd[fd] = f;
}

void fd_release(int fd)
{
	struct files *t = current->files;

	bit_put(t->open, fd, false);
	bit_put(t->cloexec, fd, false);
	t->fd[fd] = NULL;
	if ((uint32_t)fd < t->next)
		t->next = fd;
}

int fd_install_new(struct file *f, bool cloexec)
{
	int fd = fd_alloc(0, cloexec);

	if (fd < 0)
		file_put(f);
	else
		fd_install(fd, f);
	return fd;
}

bool fd_cloexec(int fd)
{
	return bit_get(current->files->cloexec, fd);
}

void fd_set_cloexec(int fd, bool on)
{
	bit_put(current->files->cloexec, fd, on);
}

long fd_close(int fd)
{
	struct files *t = current->files;
	struct file *f;

	if ((uint32_t)fd >= t->max || !(f = t->fd[fd]))
		return -EBADF;
	fd_release(fd);
	return file_close(f, t);
}

void files_close_on_exec(void)
{
	struct files *t = current->files;

	for (uint32_t w = 0; w < WORDS(t->max); w++) {
		uint32_t set = t->cloexec[w];

		for (; set; set &= set - 1)
			fd_close(w * 32 + __builtin_ctz(set));
	}
}

struct file *files_lookup(struct files *t, int fd)
{
	struct file *f = NULL;

	if (t && (uint32_t)fd < t->max)
		f = t->fd[fd];
	return f ? file_get(f) : NULL;
}

int files_room(const struct files *t)
{
	return t->max;
}

int files_next(struct files *t, int fd)
{
	for (uint32_t n = fd; t && n < t->max; n++)
		if (t->fd[n])
			return n;
	return -1;
}

long sys_close(int fd)
{
	return fd_close(fd);
}

/* close_range(2) */
long sys_close_range(uint32_t first, uint32_t last, uint32_t flags)
{
	struct files *t = current->files;

	if (first > last
	    || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)))
		return -EINVAL;
	if ((flags & CLOSE_RANGE_UNSHARE) && files_part())
		return -ENOMEM;
	t = current->files;
	for (uint32_t fd = first; fd <= last && fd < t->max; fd++) {
		if (!t->fd[fd])
			continue;
		if (flags & CLOSE_RANGE_CLOEXEC)
			fd_set_cloexec(fd, true);
		else
			fd_close(fd);
	}
	return 0;
}

long sys_dup(int fd)
{
	struct file *f = fd_get(fd);

	return f ? fd_install_new(f, false) : -EBADF;
}

/* dup2(2) and dup3(2) behind their differences: what `to` was is closed */
static long dup_to(int from, int to, bool cloexec)
{
	struct files *t = current->files;
	struct file *f, *old;

	if ((uint32_t)to >= fd_limit())
		return -EBADF;
	f = fd_get(from);
	if (!f)
		return -EBADF;
	if (!make_room(t, to)) {
		file_put(f);
		return -ENOMEM;
	}
	old = t->fd[to];
	if (!old && bit_get(t->open, to)) {
		file_put(f);
		return -EBUSY;
	}
	reserve(t, to, cloexec);
	t->fd[to] = f;
	if (old)
		file_close(old, t);
	return to;
}

long sys_dup2(int from, int to)
{
	struct file *f;

	if (from != to)
		return dup_to(from, to, false);
	f = fd_get(from);
	if (!f)
		return -EBADF;
	file_put(f);
	return to;
}

long sys_dup3(int from, int to, int flags)
{
	if ((flags & ~O_CLOEXEC) || from == to)
		return -EINVAL;
	return dup_to(from, to, flags & O_CLOEXEC);
}

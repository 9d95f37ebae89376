/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initial file system: cpio archives one after the other, each plain or
 * compressed by gzip, are unpacked into the root.
 */
#include "internal.h"
#include "cpio.h"
#include "inflate.h"

#define LINK_BUCKETS	32

/* A file with several names, by what it was called in the archive */
struct linked {
	struct linked *next;
	uint32_t ino, dev_major, dev_minor;
	char name[];
};

struct unpack {
	struct cpio cpio;
	struct inflate inflate;
	struct file *file;		/* being written */
	loff_t pos;
	char *link;			/* symlink's text so far, PATH_MAX */
	struct linked *linked[LINK_BUCKETS];
	int rc;				/* of a failed operation */
};

static const char *failed(struct unpack *u, long rc)
{
	u->rc = rc;
	return "cannot unpack";
}

static void set_attributes(struct inode *inode, const struct cpio_entry *e)
{
	inode->mode = (inode->mode & S_IFMT) | (e->mode & MODE_PERM);
	inode->uid = e->uid;
	inode->gid = e->gid;
	inode->mtime = (struct timespec64){ .tv_sec = e->mtime };
}

static int set_path_attributes(const struct cpio_entry *e)
{
	struct path p;
	int rc = path_lookup(AT_FDCWD, e->name, 0, &p);

	if (rc)
		return rc;
	set_attributes(p.dentry->inode, e);
	path_put(&p);
	return 0;
}

/* A later archive may replace what an earlier one brought */
static int make_room(const char *name)
{
	int rc = do_unlink(AT_FDCWD, name, false);

	return rc == -EISDIR ? do_unlink(AT_FDCWD, name, true) : rc;
}

static int make_other(const struct cpio_entry *e, const char *link)
{
	if ((e->mode & S_IFMT) == S_IFLNK)
		return do_symlink(link, AT_FDCWD, e->name);
	if ((e->mode & S_IFMT) == S_IFDIR)
		return do_mkdir(AT_FDCWD, e->name, e->mode);
	return do_mknod(AT_FDCWD, e->name, e->mode,
		MKDEV(e->rdev_major, e->rdev_minor), NULL);
}

static int make_replacing(const struct cpio_entry *e, const char *link)
{
	int rc = make_other(e, link);

	if (rc == -EEXIST && (e->mode & S_IFMT) != S_IFDIR) {
		rc = make_room(e->name);
		if (rc == 0)
			rc = make_other(e, link);
	}
	if (rc == -EEXIST)
		rc = 0;
	return rc ? rc : set_path_attributes(e);
}

static struct linked **bucket(struct unpack *u, const struct cpio_entry *e)
{
	return &u->linked[e->ino % LINK_BUCKETS];
}

/* The name under which this file was met before, or NULL and remembered */
static const char *first_name(struct unpack *u, const struct cpio_entry *e)
{
	struct linked *l = *bucket(u, e);

	for (; l; l = l->next)
		if (l->ino == e->ino && l->dev_major == e->dev_major
		    && l->dev_minor == e->dev_minor)
			return l->name;
	l = kmalloc(sizeof(*l) + strlen(e->name) + 1);
	if (!l)
		return NULL;		/* the link becomes a copy */
	*l = (struct linked){ *bucket(u, e), e->ino, e->dev_major,
		e->dev_minor };
	memcpy(l->name, e->name, strlen(e->name) + 1);
	*bucket(u, e) = l;
	return NULL;
}

static void forget_links(struct unpack *u)
{
	for (int i = 0; i < LINK_BUCKETS; i++) {
		struct linked *l = u->linked[i], *next;

		for (; l; l = next) {
			next = l->next;
			kfree(l);
		}
		u->linked[i] = NULL;
	}
}

static int link_replacing(const char *first, const char *name)
{
	int rc = do_link(AT_FDCWD, first, AT_FDCWD, name, 0);

	if (rc != -EEXIST)
		return rc;
	rc = make_room(name);
	return rc ? rc : do_link(AT_FDCWD, first, AT_FDCWD, name, 0);
}

static struct file *open_replacing(const char *name, int flags)
{
	struct file *f = file_open(AT_FDCWD, name, flags, 0600);
	int rc;

	if (!IS_ERR(f) || (PTR_ERR(f) != -ELOOP && PTR_ERR(f) != -EISDIR))
		return f;
	rc = make_room(name);
	return rc ? ERR_PTR(rc) : file_open(AT_FDCWD, name, flags, 0600);
}

/* The contents may come with any of the names: it is the one with a size */
static const char *begin_file(struct unpack *u, const struct cpio_entry *e)
{
	const char *first = e->nlink > 1 ? first_name(u, e) : NULL;
	int flags = O_CREAT | O_WRONLY | O_LARGEFILE | O_NOFOLLOW;
	struct file *f;

	if (first) {
		int rc = link_replacing(first, e->name);

		if (rc)
			return failed(u, rc);
	}
	if (!first || e->size)
		flags |= O_TRUNC;
	f = open_replacing(e->name, flags);
	if (IS_ERR(f))
		return failed(u, PTR_ERR(f));
	u->file = f;
	return NULL;
}

static const char *unpack_begin(void *arg, const struct cpio_entry *e)
{
	struct unpack *u = arg;
	int rc;

	u->pos = 0;
	switch (e->mode & S_IFMT) {
	case S_IFREG:
		return begin_file(u, e);
	case S_IFLNK:
		return e->size < PATH_MAX ? NULL : "link too long";
	case S_IFDIR:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		rc = make_replacing(e, NULL);
		return rc ? failed(u, rc) : NULL;
	}
	return "file of unknown type";
}

static const char *unpack_data(void *arg, const uint8_t *p, size_t n)
{
	struct unpack *u = arg;

	if (u->file) {
		ssize_t rc = kernel_write(u->file, p, n, u->pos);

		if (rc != (ssize_t)n)
			return failed(u, rc < 0 ? rc : -ENOSPC);
	} else if ((u->cpio.entry.mode & S_IFMT) == S_IFLNK) {
		memcpy(u->link + u->pos, p, n);
	}
	u->pos += n;
	return NULL;
}

static const char *unpack_end(void *arg, const struct cpio_entry *e)
{
	struct unpack *u = arg;
	int rc;

	if (u->file) {
		set_attributes(u->file->inode, e);
		file_put(u->file);
		u->file = NULL;
	} else if ((e->mode & S_IFMT) == S_IFLNK) {
		u->link[u->pos] = 0;
		rc = make_replacing(e, u->link);
		if (rc)
			return failed(u, rc);
	}
	return NULL;
}

static const struct cpio_sink sink = {
	.begin = unpack_begin, .data = unpack_data, .end = unpack_end,
};

/* A piece of archive; those that end and begin within it are passed over */
static bool feed_all(void *arg, const uint8_t *p, size_t n)
{
	struct unpack *u = arg;

	while (n && !u->cpio.error) {
		size_t used = cpio_feed(&u->cpio, p, n);

		if (cpio_idle(&u->cpio))
			forget_links(u);
		p += used;
		n -= used;
	}
	return !u->cpio.error;
}

static const char *unpack_gzip(struct unpack *u, const uint8_t **p, size_t *n)
{
	size_t used;

	u->inflate.output = feed_all;
	u->inflate.arg = u;
	used = gunzip(&u->inflate, *p, *n);
	if (used) {
		*p += used;
		*n -= used;
		return NULL;
	}
	return u->inflate.refused ? u->cpio.error : u->inflate.error;
}

static const char *unpack_all(struct unpack *u, const uint8_t *p, size_t n)
{
	for (;;) {
		const char *error = NULL;

		if (cpio_idle(&u->cpio))
			while (n && !*p) {
				p++;
				n--;
			}
		if (!n)
			break;
		if (cpio_idle(&u->cpio) && gzip_magic(p, n)) {
			error = unpack_gzip(u, &p, &n);
		} else {
			size_t used = cpio_feed(&u->cpio, p, n);

			error = u->cpio.error;
			p += used;
			n -= used;
			if (cpio_idle(&u->cpio))
				forget_links(u);
		}
		if (error)
			return error;
	}
	return cpio_idle(&u->cpio) ? NULL : "truncated";
}

static void report(const struct unpack *u, const char *error)
{
	const char *name = u->cpio.state ? u->cpio.entry.name : NULL;

	if (u->rc == -ENOSPC || u->rc == -ENOMEM)
		printk("initrd: %s %s: too little memory\n", error, name);
	else if (u->rc)
		printk("initrd: %s %s: error %d\n", error, name, -u->rc);
	else
		printk("initrd: corrupt archive: %s%s%s\n", error,
			name ? " near " : "", name ? name : "");
}

/*
 * 0, or a negative errno after one line in the log that says what is wrong.
 * What was unpacked until then stays.
 */
int initrd_unpack(const void *image, size_t size)
{
	struct unpack *u = kzalloc(sizeof(*u));
	uint32_t umask = current->fs->umask;
	const char *error = "out of memory";
	int rc = -ENOMEM;

	if (u)
		u->link = kmalloc(PATH_MAX);
	if (!u || !u->link) {
		printk("initrd: %s\n", error);
		kfree(u);
		return rc;
	}
	u->cpio.sink = &sink;
	u->cpio.arg = u;
	current->fs->umask = 0;
	error = size ? unpack_all(u, image, size) : "empty";
	current->fs->umask = umask;
	rc = error ? (u->rc ? u->rc : -EINVAL) : 0;
	if (error)
		report(u, error);
	if (u->file)
		file_put(u->file);
	forget_links(u);
	kfree(u->link);
	kfree(u);
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Path resolution (path_resolution(7)).  A walk stands on a directory and
 * holds the text that is still to be read; following a symbolic link pushes
 * the present text and goes on with the link's.  Leaving the root upwards is
 * impossible: `..` of the root is the root.
 */
#include "notify.h"

#define LINKS_MAX	40

struct walk {
	struct dentry *at;		/* where we stand, referenced */
	const char *rest;		/* text behind q */
	struct qname q;
	bool follow;			/* a link at the very end, too */
	bool stop;			/* before the very last component */
	bool slash;			/* the end must be a directory */
	uint8_t links, depth;
	struct {
		struct dentry *link;	/* keeps the text alive */
		char *buf;		/* or this holds it */
		const char *rest;	/* to go on with afterwards */
	} stack[LINKS_MAX];
};

static void walk_pop(struct walk *w)
{
	w->depth--;
	dentry_put(w->stack[w->depth].link);
	kfree(w->stack[w->depth].buf);
	w->rest = w->stack[w->depth].rest;
}

static void walk_end(struct walk *w)
{
	while (w->depth)
		walk_pop(w);
	if (w->at)
		dentry_put(w->at);
}

/* Cuts the next component off into w->q: false at the end of everything */
static bool walk_next(struct walk *w)
{
	for (;;) {
		if (*w->rest) {
			w->rest = path_next(w->rest, &w->q);
			if (w->q.kind != NAME_NONE)
				return true;
		}
		if (!w->depth)
			break;
		walk_pop(w);
	}
	w->q.kind = NAME_NONE;
	return false;
}

static bool walk_at_last(const struct walk *w)
{
	if (!w->q.last)
		return false;
	for (unsigned i = 0; i < w->depth; i++)
		if (*w->stack[i].rest)
			return false;
	return true;
}

struct dentry *mount_top(struct dentry *d)
{
	while (unlikely(d->mounted != NULL)) {
		struct dentry *root = dentry_get(d->mounted);
		root->sb->crossings++;

		dentry_put(d);
		d = root;
	}
	return d;
}

/* The directory above d, at most current's root; with a reference */
static struct dentry *dentry_above(struct dentry *d)
{
	struct dentry *root = current->fs->root, *up = d;

	for (;;) {
		if (up == root)
			return dentry_get(up);
		if (up->parent != up)
			return mount_top(dentry_get(up->parent));
		if (!up->covers)
			return dentry_get(up);
		up = up->covers;
	}
}

/* Asks the file system.  The dentry may come back without an inode */
static struct dentry *lookup_slow(struct dentry *dir, const struct qname *q)
{
	const struct inode_ops *ops = DIR_OF(dir)->ops;
	struct dentry *d = dentry_new(dir, q->name, q->len), *there;
	struct inode *inode;

	if (!d)
		return ERR_PTR(-ENOMEM);
	if (!ops->lookup)
		return d;
	super_lock(dir->sb);
	there = dir->sb->sleeps ? dentry_find(dir, q) : NULL;
	if (there) {			/* somebody else has asked meanwhile */
		super_unlock(dir->sb);
		dentry_put(d);
		return there;
	}
	inode = ops->lookup(DIR_OF(dir), d->name);
	if (!IS_ERR(inode))
		dentry_attach(d, inode);
	else if (PTR_ERR(inode) == -ENOENT && ops->cacheable)
		dentry_hash(d);
	super_unlock(dir->sb);
	if (!IS_ERR(inode) || PTR_ERR(inode) == -ENOENT)
		return d;
	dentry_put(d);
	return ERR_PTR(PTR_ERR(inode));
}

/* The name in a directory, whether or not it exists (then without inode) */
struct dentry *dentry_for_create(struct dentry *dir, const struct qname *q)
{
	struct dentry *d;

	if (q->len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	d = dentry_find(dir, q);
	return d ? d : lookup_slow(dir, q);
}

/* The existing name in a directory, or ERR_PTR(-ENOENT) */
struct dentry *dentry_lookup(struct dentry *dir, const struct qname *q)
{
	struct dentry *d;

	if (q->len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	d = dentry_find(dir, q);
	if (!d) {
		if (!DIR_OF(dir)->ops->lookup)
			return ERR_PTR(-ENOENT);
		d = lookup_slow(dir, q);
		if (IS_ERR(d))
			return d;
	}
	if (likely(d->inode != NULL))
		return d;
	dentry_put(d);
	return ERR_PTR(-ENOENT);
}

/* The text of a symbolic link; *buf is to be freed if it is set */
static const char *link_text(struct inode *inode, char **buf)
{
	int n;

	*buf = NULL;
	if (inode->link)
		return inode->link;
	if (!inode->ops->readlink)
		return ERR_PTR(-EINVAL);
	*buf = kmalloc(PATH_MAX);
	if (!*buf)
		return ERR_PTR(-ENOMEM);
	n = inode->ops->readlink(inode, *buf, PATH_MAX - 1);
	if (n >= 0) {
		(*buf)[n] = 0;
		return *buf;
	}
	kfree(*buf);
	*buf = NULL;
	return ERR_PTR(n);
}

static void walk_move(struct walk *w, struct dentry *to)
{
	dentry_put(w->at);
	w->at = to;
}

/* Goes on with the text of the link `d`, whose reference is taken over */
static int walk_link(struct walk *w, struct dentry *d)
{
	const char *text;
	char *buf;

	if (++w->links > LINKS_MAX) {
		dentry_put(d);
		return -ELOOP;
	}
	if (d->inode->ops->follow) {
		struct dentry *to = d->inode->ops->follow(d->inode);

		dentry_put(d);
		if (IS_ERR(to))
			return PTR_ERR(to);
		walk_move(w, to);
		return 0;
	}
	text = link_text(d->inode, &buf);
	if (IS_ERR(text) || !*text) {
		dentry_put(d);
		kfree(buf);
		return IS_ERR(text) ? PTR_ERR(text) : -ENOENT;
	}
	w->stack[w->depth].link = d;
	w->stack[w->depth].buf = buf;
	w->stack[w->depth].rest = w->rest;
	w->depth++;
	w->rest = text;
	if (*text == '/')
		walk_move(w, dentry_get(current->fs->root));
	return 1;
}

static int may_search(struct dentry *d)
{
	if (!inode_is(d->inode, S_IFDIR))
		return -ENOTDIR;
	if (likely(capable(CAP_DAC_OVERRIDE)))
		return 0;
	return inode_permission(d->inode, MAY_EXEC);
}

/* Takes the step w->q: 0, 1 if a link's text was pushed, or an error */
static int walk_step(struct walk *w, bool follow)
{
	struct dentry *d;
	int rc = may_search(w->at);

	if (rc || w->q.kind == NAME_DOT)
		return rc;
	if (w->q.kind == NAME_DOTDOT) {
		walk_move(w, dentry_above(w->at));
		return 0;
	}
	d = dentry_lookup(w->at, &w->q);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (follow && inode_is(d->inode, S_IFLNK))
		return walk_link(w, d);
	walk_move(w, mount_top(d));
	return 0;
}

/* Walks to the end, or to the last component with w->stop */
static int walk_on(struct walk *w)
{
	while (walk_next(w)) {
		bool last = walk_at_last(w);
		int rc;

		if (last) {
			w->slash |= w->q.slash;
			if (w->stop)
				return may_search(w->at);
		}
		rc = walk_step(w, !last || w->follow || w->slash);
		if (rc < 0)
			return rc;
		if (last && rc == 0)
			break;
	}
	return 0;
}

/* Where a relative path of an *at call begins; with a reference */
struct dentry *base_lookup(int dfd, const char *path)
{
	struct dentry *d;
	struct file *f;

	if (*path == '/')
		return dentry_get(current->fs->root);
	if (dfd == AT_FDCWD)
		return dentry_get(current->fs->cwd);
	f = fd_get(dfd);
	if (!f)
		return ERR_PTR(-EBADF);
	d = dentry_get(f->dentry);
	file_put(f);
	if (!*path || inode_is(d->inode, S_IFDIR))
		return d;
	dentry_put(d);
	return ERR_PTR(-ENOTDIR);
}

/* On failure nothing is held */
static int walk_begin(struct walk *w, int dfd, const char *path)
{
	if (!*path)
		return -ENOENT;
	w->at = base_lookup(dfd, path);
	if (IS_ERR(w->at))
		return PTR_ERR(w->at);
	w->rest = path;
	w->slash = w->follow = w->stop = false;
	w->links = w->depth = 0;
	return 0;
}

/* The dentry that a finished walk stands on, with its reference */
static struct dentry *walk_take(struct walk *w)
{
	struct dentry *d = w->at;

	w->at = NULL;
	walk_end(w);
	return d;
}

struct dentry *path_lookup(int dfd, const char *path, unsigned flags)
{
	struct walk w;
	int rc = walk_begin(&w, dfd, path);

	if (rc)
		return ERR_PTR(rc);
	w.follow = flags & LOOKUP_FOLLOW;
	rc = walk_on(&w);
	if (rc == 0 && (w.slash || (flags & LOOKUP_DIRECTORY))
	    && !inode_is(w.at->inode, S_IFDIR))
		rc = -ENOTDIR;
	if (rc == 0)
		return walk_take(&w);
	walk_end(&w);
	return ERR_PTR(rc);
}

/*
 * The directory of the last component, which is not looked up: *q is cut out
 * of `path` itself, for no link is pending when a walk stops.
 */
struct dentry *parent_lookup(int dfd, const char *path, struct qname *q)
{
	struct walk w;
	int rc = walk_begin(&w, dfd, path);

	if (rc)
		return ERR_PTR(rc);
	w.stop = true;
	rc = walk_on(&w);
	*q = w.q;
	if (rc == 0)
		return walk_take(&w);
	walk_end(&w);
	return ERR_PTR(rc);
}

struct dentry *path_parent(int dfd, const char *path, char *last)
{
	struct qname q;
	struct dentry *dir = parent_lookup(dfd, path, &q);

	if (IS_ERR(dir))
		return dir;
	if (q.kind == NAME_NORMAL && q.len <= NAME_MAX) {
		memcpy(last, q.name, q.len);
		last[q.len] = 0;
		return dir;
	}
	dentry_put(dir);
	return ERR_PTR(q.kind == NAME_NORMAL ? -ENAMETOOLONG : -EEXIST);
}

/* With the lock: the last step of open with O_CREAT */
static int create_locked(struct walk *w, int flags, uint32_t mode,
		bool *created)
{
	struct dentry *d;
	int rc;

	d = dentry_for_create(w->at, &w->q);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (d->inode) {
		rc = (flags & O_EXCL) ? -EEXIST : 0;
		if (rc == 0 && inode_is(d->inode, S_IFLNK)) {
			if (!(flags & O_NOFOLLOW))
				return walk_link(w, d);
			rc = -ELOOP;
		}
	} else {
		rc = may_create(w->at);
		if (rc == 0 && !DIR_OF(w->at)->ops->create)
			rc = -EACCES;
		if (rc == 0)
			rc = DIR_OF(w->at)->ops->create(DIR_OF(w->at), d,
				(mode & MODE_PERM & ~current->fs->umask)
				| S_IFREG);
		*created = rc == 0;
		if (rc == 0)
			notify_name(DIR_OF(w->at), IN_CREATE, &w->q);
	}
	if (rc)
		dentry_put(d);
	else
		walk_move(w, mount_top(d));
	return rc;
}

/* The last step of open with O_CREAT: 1 means that a link is to be followed */
static int create_step(struct walk *w, int flags, uint32_t mode, bool *created)
{
	struct super_block *sb = w->at->sb;
	int rc;

	if (w->q.kind != NAME_NORMAL || w->slash)
		return (flags & O_EXCL) && w->q.kind != NAME_NORMAL
			? -EEXIST : -EISDIR;
	super_lock(sb);
	rc = create_locked(w, flags, mode, created);
	super_unlock(sb);
	return rc;
}

/*
 * open(2) with O_CREAT: the file's dentry, made if it did not exist.  A
 * dangling link makes the file that it names.
 */
struct dentry *create_lookup(int dfd, const char *path, int flags,
		uint32_t mode, bool *created)
{
	struct walk w;
	int rc = walk_begin(&w, dfd, path);

	*created = false;
	if (rc)
		return ERR_PTR(rc);
	w.stop = true;
	do {
		rc = walk_on(&w);
		if (rc == 0)
			rc = create_step(&w, flags, mode, created);
	} while (rc > 0);
	if (rc == 0)
		return walk_take(&w);
	walk_end(&w);
	return ERR_PTR(rc);
}

struct dentry *user_path(int dfd, const char *upath, unsigned flags,
		int at_flags)
{
	struct dentry *d;
	char *path;

	if (at_flags & AT_EMPTY_PATH) {
		char c;

		if (get_user(c, upath))
			return ERR_PTR(-EFAULT);
		if (!c)
			return base_lookup(dfd, "");
	}
	path = getname(upath);
	if (IS_ERR(path))
		return ERR_PTR(PTR_ERR(path));
	d = path_lookup(dfd, path, flags);
	kfree(path);
	return d;
}

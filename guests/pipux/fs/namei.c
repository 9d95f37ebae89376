/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Path resolution (path_resolution(7)).  A walk stands on a directory and
 * holds the text that is still to be read; following a symbolic link pushes
 * the present text and goes on with the link's.  Leaving the root upwards is
 * impossible: `..` of the root is the root.
 */
#include "notify.h"
#include <pipux/setting.h>
#include <linux/openat2.h>

#define LINKS_MAX	40
#define SCOPED		(RESOLVE_BENEATH | RESOLVE_IN_ROOT)

struct walk {
	struct path at;			/* where we stand, referenced */
	const char *rest;		/* text behind q */
	struct qname q;
	bool follow;			/* a link at the very end, too */
	bool stop;			/* before the very last component */
	bool slash;			/* the end must be a directory */
	uint8_t links, depth;
	uint8_t resolve;		/* RESOLVE_*: openat2(2) */
	struct path base;		/* then: where it began, referenced */
	struct {
		struct path link;	/* keeps the text alive */
		char *buf;		/* or this holds it */
		const char *rest;	/* to go on with afterwards */
	} stack[LINKS_MAX];
};

static void walk_pop(struct walk *w)
{
	w->depth--;
	path_put(&w->stack[w->depth].link);
	kfree(w->stack[w->depth].buf);
	w->rest = w->stack[w->depth].rest;
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

/* Asks the file system.  The dentry may come back without an inode */
static struct dentry *lookup_slow(struct dentry *dir, const struct qname *q)
{
	const struct inode_ops *ops = DIR_OF(dir)->ops;
	struct dentry *d, *there;
	struct inode *inode;

	if (current->resolve & RESOLVE_CACHED)
		return ERR_PTR(-EAGAIN);
	d = dentry_new(dir, q->name, q->len);
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
	if (d)
		return d;
	d = lookup_slow(dir, q);
	/* nobody makes names in procfs: looking for them is an error */
	if (!IS_ERR(d) && !d->inode && dir->sb->type == &proc_type) {
		dentry_put(d);
		return ERR_PTR(-ENOENT);
	}
	return d;
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

/* To another place, whose references are taken over */
static void walk_jump(struct walk *w, struct path to)
{
	path_put(&w->at);
	w->at = to;
}

/* To a name below, whose reference is taken over, and what is mounted there */
static inline void walk_down(struct walk *w, struct dentry *d)
{
	dentry_put(w->at.dentry);
	w->at.dentry = d;
	if (unlikely(d->mounts != NULL))
		path_cross(&w->at);
}

/*
 * `..`: the directory above, at most current's root.  A directory that was
 * moved out of what its mount shows has none (Linux: ENOENT).
 */
static int walk_up(struct walk *w)
{
	const struct path *root = w->resolve & SCOPED ? &w->base
		: &current->fs->root;
	struct path up = w->at;
	struct mount *m;

	do {
		m = up.mnt;
		if (path_same(&up, root))
			return w->resolve & RESOLVE_BENEATH ? -EXDEV : 0;
		if (!path_up(&up))
			return up.dentry == m->root ? 0 : -ENOENT;
	} while (up.mnt != m);
	if (unlikely(m->root != m->sb->root)
	    && !dentry_is_ancestor(m->root, up.dentry))
		return -ENOENT;
	walk_jump(w, path_get(&up));
	if (unlikely(w->at.dentry->mounts != NULL))
		path_cross(&w->at);
	return 0;
}

/* A link of procfs that is a place, not a path */
static int may_jump(const struct walk *w)
{
	if (likely(!w->resolve))
		return 0;
	if (w->resolve & RESOLVE_NO_MAGICLINKS)
		return -ELOOP;
	return w->resolve & SCOPED ? -EXDEV : 0;
}

/* Another mount than where the walk began? */
static inline int check_mount(const struct walk *w)
{
	return unlikely(w->resolve & RESOLVE_NO_XDEV)
		&& w->at.mnt != w->base.mnt ? -EXDEV : 0;
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
	if (unlikely((w->at.mnt->flags & MS_NOSYMFOLLOW)
	    || (w->resolve & RESOLVE_NO_SYMLINKS))) {
		dentry_put(d);
		return -ELOOP;
	}
	if (d->inode->ops->follow) {
		struct path to;
		int rc = may_jump(w);

		if (rc == 0)
			rc = d->inode->ops->follow(d->inode, &to);
		dentry_put(d);
		if (rc == 0)
			walk_jump(w, to);
		return rc;
	}
	text = link_text(d->inode, &buf);
	if (IS_ERR(text) || !*text) {
		dentry_put(d);
		kfree(buf);
		return IS_ERR(text) ? PTR_ERR(text) : -ENOENT;
	}
	w->stack[w->depth].link = (struct path){ mount_get(w->at.mnt), d };
	w->stack[w->depth].buf = buf;
	w->stack[w->depth].rest = w->rest;
	w->depth++;
	w->rest = text;
	if (*text != '/')
		return 1;
	if (unlikely(w->resolve & (RESOLVE_BENEATH | RESOLVE_NO_XDEV)))
		return -EXDEV;
	walk_jump(w, path_get(w->resolve & RESOLVE_IN_ROOT ? &w->base
		: &current->fs->root));
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

int setting_protected_symlinks = 1;

/* proc(5), protected_symlinks: of a link that is the end of a path */
static bool may_follow(const struct inode *dir, const struct inode *link)
{
	const uint32_t open_to_all = S_ISVTX | S_IWOTH;

	return !setting_protected_symlinks
		|| current->cred.fsuid == link->uid
		|| (dir->mode & open_to_all) != open_to_all
		|| dir->uid == link->uid;
}

/* Takes the step w->q: 0, 1 if a link's text was pushed, or an error */
static int walk_step(struct walk *w, bool last, bool follow)
{
	struct dentry *d;
	int rc = may_search(w->at.dentry);

	if (rc || w->q.kind == NAME_DOT)
		return rc;
	if (w->q.kind == NAME_DOTDOT)
		return walk_up(w);
	d = dentry_lookup(w->at.dentry, &w->q);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (follow && inode_is(d->inode, S_IFLNK)) {
		if (!last || may_follow(DIR_OF(w->at.dentry), d->inode))
			return walk_link(w, d);
		dentry_put(d);
		return -EACCES;
	}
	walk_down(w, d);
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
				return may_search(w->at.dentry);
		}
		rc = walk_step(w, last, !last || w->follow || w->slash);
		if (rc < 0)
			return rc;
		if (check_mount(w))
			return -EXDEV;
		if (last && rc == 0)
			break;
	}
	return 0;
}

/* Where a path of an *at call begins */
static int base_lookup(int dfd, const char *path, struct path *p)
{
	struct file *f;

	if (*path == '/' || dfd == AT_FDCWD) {
		*p = path_get(*path == '/' ? &current->fs->root
			: &current->fs->cwd);
		return 0;
	}
	f = fd_get(dfd);
	if (!f)
		return -EBADF;
	*p = path_get(&f->path);
	file_put(f);
	if (!*path || inode_is(p->dentry->inode, S_IFDIR))
		return 0;
	path_put(p);
	return -ENOTDIR;
}

/* On failure nothing is held */
static int walk_begin(struct walk *w, int dfd, const char *path)
{
	int rc;

	if (!*path)
		return -ENOENT;
	w->resolve = current->resolve;
	if (unlikely(w->resolve & RESOLVE_BENEATH) && *path == '/')
		return -EXDEV;
	rc = base_lookup(dfd, w->resolve & RESOLVE_IN_ROOT ? "." : path,
		&w->at);
	if (rc)
		return rc;
	if (unlikely(w->resolve))
		w->base = path_get(&w->at);
	w->rest = path;
	w->slash = w->follow = w->stop = false;
	w->links = w->depth = 0;
	return 0;
}

/* The end of a walk: with rc 0, *p gets the place where it stands */
static int walk_take(struct walk *w, int rc, struct path *p)
{
	while (unlikely(w->depth))
		walk_pop(w);
	if (unlikely(w->resolve)) {
		rc = rc ? rc : check_mount(w);
		path_put(&w->base);
	}
	if (rc)
		path_put(&w->at);
	else
		*p = w->at;
	return rc;
}

int path_lookup(int dfd, const char *path, unsigned flags, struct path *p)
{
	struct walk w;
	int rc = walk_begin(&w, dfd, path);

	if (rc)
		return rc;
	w.follow = flags & LOOKUP_FOLLOW;
	rc = walk_on(&w);
	if (rc == 0 && (w.slash || (flags & LOOKUP_DIRECTORY))
	    && !inode_is(w.at.dentry->inode, S_IFDIR))
		rc = -ENOTDIR;
	return walk_take(&w, rc, p);
}

/*
 * The directory of the last component, which is not looked up: *q is cut out
 * of `path` itself, for no link is pending when a walk stops.
 */
int parent_lookup(int dfd, const char *path, struct qname *q,
		struct path *dir)
{
	struct walk w;
	int rc = walk_begin(&w, dfd, path);

	if (rc)
		return rc;
	w.stop = true;
	rc = walk_on(&w);
	*q = w.q;
	return walk_take(&w, rc, dir);
}

/* With the lock: the last step of open with O_CREAT */
static int create_locked(struct walk *w, int flags, uint32_t mode,
		bool *created)
{
	struct dentry *dir = w->at.dentry, *d;
	int rc;

	d = dentry_for_create(dir, &w->q);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (d->inode) {
		rc = (flags & O_EXCL) ? -EEXIST : 0;
		if (rc == 0 && inode_is(d->inode, S_IFLNK)) {
			rc = (flags & O_NOFOLLOW) ? -ELOOP
				: may_follow(DIR_OF(dir), d->inode) ? 0
				: -EACCES;
			if (rc == 0)
				return walk_link(w, d);
		}
	} else {
		rc = mount_read_only(w->at.mnt) ? -EROFS : may_create(dir);
		if (rc == 0 && !DIR_OF(dir)->ops->create)
			rc = -EACCES;
		if (rc == 0)
			rc = DIR_OF(dir)->ops->create(DIR_OF(dir), d,
				(mode & MODE_PERM & ~current->fs->umask)
				| S_IFREG);
		*created = rc == 0;
		if (rc == 0)
			notify_name(DIR_OF(dir), IN_CREATE, &w->q);
	}
	if (rc)
		dentry_put(d);
	else
		walk_down(w, d);
	return rc;
}

/* The last step of open with O_CREAT: 1 means that a link is to be followed */
static int create_step(struct walk *w, int flags, uint32_t mode, bool *created)
{
	struct super_block *sb = w->at.dentry->sb;
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
 * open(2) with O_CREAT: the file's place, made if it did not exist.  A
 * dangling link makes the file that it names.
 */
int create_lookup(int dfd, const char *path, int flags, uint32_t mode,
		bool *created, struct path *p)
{
	struct walk w;
	int rc = walk_begin(&w, dfd, path);

	*created = false;
	if (rc)
		return rc;
	w.stop = true;
	do {
		rc = walk_on(&w);
		if (rc == 0)
			rc = create_step(&w, flags, mode, created);
	} while (rc > 0);
	return walk_take(&w, rc, p);
}

int user_path(int dfd, const char *upath, unsigned flags, int at_flags,
		struct path *p)
{
	char *path;
	int rc;

	if (at_flags & AT_EMPTY_PATH) {
		char c;

		if (get_user(c, upath))
			return -EFAULT;
		if (!c)
			return base_lookup(dfd, "", p);
	}
	path = getname(upath);
	if (IS_ERR(path))
		return PTR_ERR(path);
	rc = path_lookup(dfd, path, flags, p);
	kfree(path);
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and their cache: one hash table over (directory, name).  Invariants:
 * a dentry holds a reference on its parent and its inode; a hashed dentry
 * with no reference is on the list of idle ones, which is bounded; a pinned
 * one has a reference of its file system and is in its parent's `children`.
 */
#include "notify.h"

#define HASH_SIZE	2048u
#define IDLE_MAX	512u

static struct dentry *table[HASH_SIZE];
static struct list idle = LIST_INIT(idle);
static uint32_t nr_idle;
static uint32_t next_cookie = 2;	/* 0 and 1 are `.` and `..` */

static struct dentry **bucket(struct dentry *dir, uint32_t hash)
{
	uint32_t h = hash + ((uintptr_t)dir >> 4) * 0x9E3779B1u;

	return &table[(h ^ h >> 16) % HASH_SIZE];
}

/* A new name below `parent` (NULL: a root) with one reference and no inode */
struct dentry *dentry_new(struct dentry *parent, const char *name, size_t len)
{
	struct dentry *d = kzalloc(sizeof(*d));

	if (!d)
		return NULL;
	d->name = kmalloc(len + 1);
	if (!d->name) {
		kfree(d);
		return NULL;
	}
	memcpy(d->name, name, len);
	d->name[len] = 0;
	d->len = len;
	d->refs = 1;
	d->parent = parent ? dentry_get(parent) : d;
	list_init(&d->children);
	list_init(&d->sibling);
	list_init(&d->lru);
	if (parent) {
		d->hash = path_hash(d->name);
		d->sb = parent->sb;
	}
	return d;
}

struct dentry *dentry_root(struct super_block *sb, struct inode *inode)
{
	struct dentry *d = dentry_new(NULL, "/", 1);

	if (!d)
		return NULL;
	d->sb = sb;
	d->inode = inode;
	return d;
}

/* The cached name, with a reference; NULL if it is not in the cache */
struct dentry *dentry_find(struct dentry *dir, const struct qname *q)
{
	struct dentry *d = *bucket(dir, q->hash);

	for (; d; d = d->hash_next) {
		if (d->hash == q->hash && d->parent == dir
		    && d->len == q->len && !memcmp(d->name, q->name, q->len))
			return dentry_get(d);
	}
	return NULL;
}

void dentry_hash(struct dentry *d)
{
	struct dentry **b = bucket(d->parent, d->hash);

	if (d->hash_prev)
		return;
	d->hash_next = *b;
	d->hash_prev = b;
	if (*b)
		(*b)->hash_prev = &d->hash_next;
	*b = d;
}

void dentry_unhash(struct dentry *d)
{
	if (!d->hash_prev)
		return;
	*d->hash_prev = d->hash_next;
	if (d->hash_next)
		d->hash_next->hash_prev = d->hash_prev;
	d->hash_prev = NULL;
	d->hash_next = NULL;
}

void dentry_attach(struct dentry *d, struct inode *inode)
{
	d->inode = inode;
	if (DIR_OF(d->parent)->ops->cacheable)
		dentry_hash(d);
}

/* A reference by the file system: the name stays until it is unpinned */
void dentry_pin(struct dentry *d)
{
	dentry_get(d);
	d->pinned = true;
	d->cookie = next_cookie++;
	list_add_tail(&d->parent->children, &d->sibling);
}

void dentry_unpin(struct dentry *d)
{
	list_del(&d->sibling);
	d->pinned = false;
	dentry_put(d);
}

static void dentry_free(struct dentry *d);

static void idle_remove(struct dentry *d)
{
	list_del(&d->lru);
	nr_idle--;
}

/* Becomes idle: NULL, or the one that has to go for it */
static struct dentry *idle_add(struct dentry *d)
{
	list_add_tail(&idle, &d->lru);
	if (++nr_idle <= IDLE_MAX)
		return NULL;
	d = list_first(&idle, struct dentry, lru);
	idle_remove(d);
	return d;
}

/* Names that are known not to be in a directory keep it in memory */
static void forget_absent(struct dentry *dir)
{
	struct dentry *d, *next;

	list_for_each_safe(d, next, &idle, lru) {
		if (d->parent != dir || d->inode)
			continue;
		idle_remove(d);
		dentry_free(d);
	}
}

/* The name is gone from its directory; the dentry lives on for its users */
void dentry_unlink(struct dentry *d)
{
	dentry_unhash(d);
	d->unlinked = true;
	if (d->inode && inode_is(d->inode, S_IFDIR) && d->sb->sleeps)
		forget_absent(d);
}

/*
 * Frees an unreferenced dentry and the ancestors that it kept alive.  One
 * that is to stay may push out another, which has such an ancestor as well:
 * a loop, for there may be hundreds.
 */
static void dentry_free(struct dentry *d)
{
	for (;;) {
		struct dentry *parent = d->parent;

		dentry_unhash(d);
		if (d->inode) {
			if (unlikely(d->inode->watches) && !d->inode->nlink)
				notify_removed(d->inode);
			inode_put(d->inode);
		}
		kfree(d->name);
		kfree(d);
		if (parent == d || --parent->refs)
			return;
		d = parent;
		if (d->hash_prev)
			d = idle_add(d);
		if (!d)
			return;
	}
}

void dentry_revive(struct dentry *d)
{
	idle_remove(d);
}

/* The last reference is gone: keep the name if it may be asked for again */
void dentry_idle(struct dentry *d)
{
	if (d->hash_prev)
		d = idle_add(d);
	if (d)
		dentry_free(d);
}

/* `d` takes the place and name of `to`, which loses them (rename) */
void dentry_move(struct dentry *d, struct dentry *to)
{
	dentry_exchange(d, to);
	dentry_unlink(to);
}

static void swap_list_place(struct dentry *d)
{
	list_del(&d->sibling);
	if (d->pinned) {
		d->cookie = next_cookie++;
		list_add_tail(&d->parent->children, &d->sibling);
	}
}

void dentry_exchange(struct dentry *a, struct dentry *b)
{
	struct dentry *parent = a->parent;
	char *name = a->name;
	uint32_t hash = a->hash;
	uint16_t len = a->len;

	dentry_unhash(a);
	dentry_unhash(b);
	a->parent = b->parent;
	a->name = b->name;
	a->hash = b->hash;
	a->len = b->len;
	b->parent = parent;
	b->name = name;
	b->hash = hash;
	b->len = len;
	swap_list_place(a);
	swap_list_place(b);
	dentry_hash(a);
	dentry_hash(b);
}

bool dentry_is_ancestor(struct dentry *a, struct dentry *d)
{
	for (; d != a; d = d->parent)
		if (d == d->parent)
			return false;
	return true;
}

/* A name of the inode, referenced; NULL: none in the cache.  For rare use */
struct dentry *dentry_of(struct super_block *sb, uint32_t ino)
{
	struct dentry *d;

	if (sb->root->inode->ino == ino)
		return dentry_get(sb->root);
	for (size_t i = 0; i < HASH_SIZE; i++)
		for (d = table[i]; d; d = d->hash_next)
			if (d->sb == sb && d->inode && d->inode->ino == ino)
				return dentry_get(d);
	return NULL;
}

/* A place for an inode that needs no name; takes over the reference, unless
 * there is no memory: NULL */
struct dentry *dentry_unnamed(struct super_block *sb, struct inode *inode)
{
	struct dentry *d = dentry_new(sb->root, "", 0);

	if (!d)
		return NULL;
	d->inode = inode;
	d->unlinked = true;
	return d;
}

static struct dentry *idle_of(struct super_block *sb)
{
	struct dentry *d;

	list_for_each(d, &idle, lru)
		if (d->sb == sb)
			return d;
	return NULL;
}

/* Forgets every name that nobody uses */
void dentry_drop_idle(void)
{
	while (!list_empty(&idle)) {
		struct dentry *d = list_first(&idle, struct dentry, lru);

		idle_remove(d);
		dentry_free(d);
	}
}

/* Lets go of every name of a file system that nobody uses any more */
void dentry_drop_all(struct super_block *sb)
{
	struct dentry *d;

	while ((d = idle_of(sb))) {
		idle_remove(d);
		dentry_free(d);
	}
	while (!list_empty(&sb->root->children)) {
		for (d = sb->root; !list_empty(&d->children);)
			d = list_first(&d->children, struct dentry, sibling);
		dentry_unhash(d);
		dentry_unpin(d);
	}
}

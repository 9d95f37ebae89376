/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handles of files: number and generation.  A directory must have only one
 * dentry, which its names hang on: it is looked for from the root down.
 */
#include "ext2.h"

#define DEPTH_MAX	256u

unsigned ext2_handle(const struct inode *inode, uint32_t *words)
{
	words[0] = inode->ino;
	words[1] = ext2_of(inode)->generation;
	return 2;
}

/* The inode of the handle, or ERR_PTR; a wrong one is no fault of the disk's */
static struct inode *inode_of(struct super_block *sb, uint32_t ino,
		uint32_t generation)
{
	struct inode *inode;

	if (!ext2_in_use(sb, ino))
		return ERR_PTR(-ESTALE);
	inode = ext2_iget(sb, ino, false);
	if (IS_ERR(inode) || !generation
			|| ext2_of(inode)->generation == generation)
		return inode;
	inode_put(inode);
	return ERR_PTR(-ESTALE);
}

/* The number of a directory's parent, 0 or errno */
static int parent_of(struct super_block *sb, uint32_t ino, uint32_t *parent)
{
	struct inode *dir = ext2_iget(sb, ino, false);
	int rc;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	rc = inode_is(dir, S_IFDIR) ? ext2_dir_find(dir, "..", parent)
		: -ESTALE;
	inode_put(dir);
	return rc;
}

/*
 * The numbers from `ino` up, until one whose name is in the cache: how many,
 * with that one's dentry, referenced; or errno.
 */
static int path_up_of(struct super_block *sb, uint32_t ino, uint32_t *numbers,
		struct dentry **top)
{
	for (unsigned n = 0; n < DEPTH_MAX; n++) {
		int rc;

		*top = dentry_of(sb, ino);
		if (*top)
			return (int)n;
		numbers[n] = ino;
		rc = parent_of(sb, ino, &ino);
		if (rc)
			return rc;
	}
	return -ESTALE;
}

/* The child of that number, in the place of its directory's reference */
static struct dentry *step_down(struct dentry *dir, uint32_t ino)
{
	char name[EXT2_NAME_LEN + 1];
	struct dentry *d;
	struct qname q;
	int rc;

	super_lock(dir->sb);
	rc = ext2_dir_name(dir->inode, ino, name);
	super_unlock(dir->sb);
	if (rc == 0) {
		path_next(name, &q);
		d = dentry_lookup(dir, &q);
	} else {
		d = ERR_PTR(rc);
	}
	dentry_put(dir);
	return d;
}

static struct dentry *directory(struct super_block *sb, uint32_t ino)
{
	uint32_t *numbers = kmalloc(DEPTH_MAX * sizeof(*numbers));
	struct dentry *d;
	int n;

	if (!numbers)
		return ERR_PTR(-ENOMEM);
	super_lock(sb);
	n = path_up_of(sb, ino, numbers, &d);
	super_unlock(sb);
	if (n < 0)
		d = ERR_PTR(n);
	while (n-- > 0 && !IS_ERR(d))
		d = step_down(d, numbers[n]);
	kfree(numbers);
	if (!IS_ERR(d) && d->inode->ino == ino)
		return d;
	if (!IS_ERR(d))
		dentry_put(d);
	return ERR_PTR(-ESTALE);
}

/* super_ops.by_handle */
struct dentry *ext2_by_handle(struct super_block *sb, const uint32_t *words,
		unsigned n)
{
	struct inode *inode;
	struct dentry *d;

	if (n < 2)
		return ERR_PTR(-ESTALE);
	super_lock(sb);
	inode = inode_of(sb, words[0], words[1]);
	super_unlock(sb);
	if (IS_ERR(inode))
		return ERR_PTR(PTR_ERR(inode));
	if (inode_is(inode, S_IFDIR)) {
		d = directory(sb, inode->ino);
		inode_put(inode);
		return d;
	}
	d = dentry_unnamed(sb, inode);
	if (d)
		return d;
	inode_put(inode);
	return ERR_PTR(-ENOMEM);
}

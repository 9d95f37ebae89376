/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended attributes in memory, a list of each inode, the newest first: of
 * tmpfs, whose files have no other place for them.
 */
#include "xattr_store.h"
#include <linux/xattr.h>

static struct xattr **place(struct inode *inode, const char *name)
{
	struct xattr **at = &inode->xattrs;

	while (*at && strcmp((*at)->name, name))
		at = &(*at)->next;
	return at;
}

const struct xattr *xattr_find(const struct inode *inode, const char *name)
{
	const struct xattr *x = inode->xattrs;

	while (x && strcmp(x->name, name))
		x = x->next;
	return x;
}

static void xattr_free(struct xattr *x)
{
	if (x)
		kfree(x->name);
	kfree(x);
}

static struct xattr *xattr_new(const char *name, const void *value,
		size_t size)
{
	struct xattr *x = kmalloc(sizeof(*x) + size);

	if (!x)
		return NULL;
	x->size = size;
	memcpy(x->value, value, size);
	x->name = kstrdup(name);
	if (x->name)
		return x;
	kfree(x);
	return NULL;
}

int xattr_store(struct inode *inode, const char *name, const void *value,
		size_t size, int flags)
{
	struct xattr **at = place(inode, name), *old = *at, *new = NULL;

	if (old && (flags & XATTR_CREATE))
		return -EEXIST;
	if (!old && (flags & XATTR_REPLACE))
		return -ENODATA;
	if (value) {
		new = xattr_new(name, value, size);
		if (!new)
			return -ENOMEM;
		if (!old)
			at = &inode->xattrs;
		new->next = old ? old->next : *at;
	}
	*at = value ? new : old->next;
	xattr_free(old);
	return 0;
}

void xattrs_free(struct inode *inode)
{
	struct xattr *x;

	while ((x = inode->xattrs)) {
		inode->xattrs = x->next;
		xattr_free(x);
	}
}

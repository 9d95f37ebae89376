/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended attributes that an inode keeps in memory: xattr_store.c. */
#ifndef PIPUX_XATTR_STORE_H
#define PIPUX_XATTR_STORE_H

#include "internal.h"

struct xattr {
	struct xattr *next;
	char *name;
	size_t size;
	char value[];
};

/* NULL: the inode has none of that name */
const struct xattr *xattr_find(const struct inode *inode, const char *name);
/* value NULL: away with it, XATTR_REPLACE is set.  flags: XATTR_*.  0, -EEXIST, -ENODATA, -ENOMEM */
int xattr_store(struct inode *inode, const char *name, const void *value,
		size_t size, int flags);

#endif

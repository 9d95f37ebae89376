/* SPDX-License-Identifier: BSD-2-Clause */
/* What tmpfs.c (names) and tmpfs_data.c (contents) share. */
#ifndef PIPUX_TMPFS_H
#define PIPUX_TMPFS_H

#include "internal.h"
#include "page_tree.h"

struct tmpfs {			/* super_block.priv */
	uint32_t max_pages, used_pages;
	uint32_t max_inodes, used_inodes;
};

struct tmpfs_node {		/* inode.priv of a regular file */
	struct page_tree pages;
	uint32_t seals;		/* F_SEAL_*; only a memfd may get some */
	unsigned writes;	/* that go on, perhaps paging their data in */
};

extern const struct inode_ops tmpfs_file_ops;
extern const struct file_ops tmpfs_fops;
void tmpfs_free_data(struct inode *inode);
uint32_t *tmpfs_seals(struct inode *inode);	/* NULL: not of tmpfs */
bool tmpfs_is_written(struct inode *inode);	/* just now */

#endif

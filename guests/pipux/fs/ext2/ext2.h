/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext2 in memory.
 *
 * Everything that is not a file's data (super block, descriptors, bitmaps,
 * inode tables, indirect blocks, directories, long symbolic links) is read
 * and changed in the device's buffers; a file's data is in pages of its own.
 * All of it happens with the file system's lock held; only pages that are in
 * memory are used without.  Order of locks: a file's `write_lock`, the file
 * system's, the buffers'.
 *
 * What a crash leaves depends on the order in which buffers are written: see
 * sync.c.
 */
#ifndef PIPUX_EXT2_H
#define PIPUX_EXT2_H

#include "../internal.h"
#include "geometry.h"
#include <pipux/buffer.h>
#include <pipux/page_cache.h>

/* Classes of buffers, written in this order */
enum {
	CLASS_FRESH,		/* what something will point to: indirect
				 * blocks, new blocks of directories */
	CLASS_INODE,		/* inodes, and what can be worked out anew */
	CLASS_NAME,		/* directories */
	CLASS_OLD_NAME,		/* directories whose names moved elsewhere */
};

#define HASH_SIZE	64u

struct ext2_fs {			/* super_block.priv */
	struct super_block *sb;
	struct block_device *bdev;
	struct ext2_geometry geo;
	struct ext2_group *groups;
	uint8_t **pending;		/* by group: freed since the last sync */
	uint32_t nr_pending;
	uint32_t free_blocks, free_inodes, dirs;
	struct list hash[HASH_SIZE];	/* all inodes in memory */
	struct list dirty;		/* those to be written, referenced */
	struct list orphans;		/* without a name but open */
	uint32_t pass;			/* of write-back over `dirty` */
	uint16_t state;			/* as it was found: VALID, ERROR */
	uint16_t on_error;		/* EXT2_ERRORS_* */
	unsigned complaints;
	uint32_t next_generation;	/* of inodes that are made */
	uint32_t dir_group;		/* where the last directory went */
	bool old_names;			/* CLASS_OLD_NAME is in use */
	bool changed;			/* since the last sync */
	bool super_dirty, super_clean;	/* clean: the disk may say so */
	bool started;			/* it is marked as mounted */
};

struct ext2_inode {			/* inode.priv */
	struct inode *inode;
	struct list hash;		/* in fs->hash, while it may be found */
	struct list dirty;		/* in fs->dirty or fs->orphans */
	struct page_cache pages;
	struct mutex write_lock;	/* one write or truncation at a time */
	uint32_t block[EXT2_BLOCKS];	/* the map, in the CPU's order */
	uint32_t flags, generation, xattr_block;
	uint32_t next_goal;		/* where the next block should be */
	uint32_t ahead, window;		/* page after those read; how many */
	uint32_t parent;		/* a directory's: through which found */
	uint32_t version;		/* a directory's: counts its changes */
	uint32_t room_hint;		/* no room in blocks before this one */
	uint32_t pass;
	int write_error;		/* for the next fsync */
	bool is_dirty, is_orphan, is_new;
	bool stored;			/* its buffer has what we have */
	char fast_link[EXT2_FAST_LINK];
};

static inline struct ext2_fs *fs_of(const struct inode *inode)
{
	return inode->sb->priv;
}

static inline struct ext2_inode *ext2_of(const struct inode *inode)
{
	return inode->priv;
}

static inline uint64_t sector_of(const struct ext2_fs *fs, uint32_t block)
{
	return (uint64_t)block << (fs->geo.block_bits - SECTOR_SHIFT);
}

static inline bool read_only(const struct ext2_fs *fs)
{
	return fs->sb->flags & MS_RDONLY;
}

/* error.c: says so once, and does what the file system wants: -EUCLEAN */
__attribute__((format(printf, 2, 3)))
int ext2_error(struct ext2_fs *fs, const char *fmt, ...);

/* meta.c: blocks of the file system in buffers; ERR_PTR */
void *ext2_block_get(struct ext2_fs *fs, uint32_t block);
void *ext2_block_new(struct ext2_fs *fs, uint32_t block);	/* zeros */
void ext2_block_dirty(struct ext2_fs *fs, void *p, unsigned class);
struct ext2_super *ext2_super_get(struct ext2_fs *fs);
struct ext2_raw_inode *ext2_raw_get(struct ext2_fs *fs, uint32_t ino);
void ext2_raw_dirty(struct ext2_fs *fs, struct ext2_raw_inode *raw);
int ext2_groups_load(struct ext2_fs *fs);
int ext2_groups_store(struct ext2_fs *fs);

/* balloc.c, ialloc.c */
int ext2_block_alloc(struct ext2_fs *fs, uint32_t goal, uint32_t *block);
int ext2_block_free(struct ext2_fs *fs, uint32_t block);
void ext2_pending_clear(struct ext2_fs *fs);
int ext2_inode_alloc(struct ext2_fs *fs, struct inode *dir, uint32_t mode,
	uint32_t *ino);
void ext2_inode_release(struct ext2_fs *fs, uint32_t ino, bool dir);

/* map.c */
int ext2_map(struct inode *inode, uint32_t index, bool create,
	uint32_t *block);		/* *block 0: a hole */
/* Gives back all blocks from `index` on */
int ext2_map_cut(struct inode *inode, uint32_t index);
/* The first block of the file from *index on that lies on the disk, or the
 * first that does not: 1, 0 if there is none, or an error */
int ext2_map_seek(struct inode *inode, bool data, uint32_t *index);

/* inode.c */
struct inode *ext2_iget(struct super_block *sb, uint32_t ino, bool orphan);
/* Whether there is such an inode, as far as it can be told without trouble */
bool ext2_in_use(struct super_block *sb, uint32_t ino);
struct inode *ext2_inode_new(struct inode *dir, uint32_t mode, dev_t rdev);
int ext2_inode_store(struct inode *inode, uint32_t next_orphan);
void ext2_dirty(struct inode *inode);
void ext2_clean(struct inode *inode);	/* drops the list's reference */
void ext2_unlinked(struct inode *inode);	/* its last name is gone */
void ext2_evict(struct inode *inode);
void ext2_inode_delete(struct inode *inode);

/* data.c: the pages of files */
void ext2_pages_shrink(struct inode *inode);	/* its size went down */
void *ext2_get_page(struct inode *inode, uint32_t index, unsigned how);
int ext2_write_pages(struct inode *inode);
int ext2_zero_tail(struct inode *inode, loff_t size);

/* file.c */
extern const struct inode_ops ext2_file_ops;
extern const struct file_ops ext2_file_fops;
int ext2_fsync(struct file *f);

/* dir.c: names in directories */
extern const struct file_ops ext2_dir_fops;
int ext2_dir_find(struct inode *dir, const char *name, uint32_t *ino);
int ext2_dir_add(struct inode *dir, const char *name, struct inode *inode,
	uint32_t *block);		/* of the file system, where it is */
int ext2_dir_set(struct inode *dir, const char *name, struct inode *inode,
	uint32_t *block);
/* moved_to: the block where the name is now, or 0 */
int ext2_dir_remove(struct inode *dir, const char *name, uint32_t moved_to);
int ext2_dir_make(struct inode *inode, struct inode *parent);
int ext2_dir_empty(struct inode *dir);	/* 0, -ENOTEMPTY, errors */

/* The name that a directory has for that number: 0, -ESTALE, errno */
int ext2_dir_name(struct inode *dir, uint32_t ino, char *name);

/* handle.c */
unsigned ext2_handle(const struct inode *inode, uint32_t *words);
struct dentry *ext2_by_handle(struct super_block *sb, const uint32_t *words,
	unsigned n);

/* namei.c */
extern const struct inode_ops ext2_dir_ops, ext2_link_ops, ext2_special_ops;

/* sync.c */
int ext2_sync(struct super_block *sb);
int ext2_sync_metadata(struct ext2_fs *fs);
int ext2_throttle(struct ext2_fs *fs);	/* before something becomes dirty */

#endif

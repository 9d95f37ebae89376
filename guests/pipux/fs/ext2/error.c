/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file system that contradicts itself: one line in the log, and what its
 * super block or the mount option errors= wants: to go on, to allow no more
 * changes, or to stop.
 */
#include "ext2.h"

#define COMPLAINTS_MAX	5u		/* lines of one mount */

int ext2_error(struct ext2_fs *fs, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (++fs->complaints <= COMPLAINTS_MAX)
		printk("ext2: %s: %s%s\n", fs->bdev->name, text,
			fs->complaints == COMPLAINTS_MAX
				? "; no more of these are shown" : "");
	fs->state |= EXT2_ERROR_FS;
	fs->super_dirty = true;
	if (fs->on_error == EXT2_ERRORS_PANIC)
		panic("ext2: %s: %s", fs->bdev->name, text);
	if (fs->on_error == EXT2_ERRORS_RO && !read_only(fs)) {
		printk("ext2: %s: now read-only\n", fs->bdev->name);
		fs->sb->flags |= MS_RDONLY;
	}
	return -EUCLEAN;
}

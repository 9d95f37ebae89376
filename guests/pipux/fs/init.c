/* SPDX-License-Identifier: BSD-2-Clause */
/* The file system before the first process: root and /dev. */
#include "internal.h"

void vfs_init(void)
{
	static struct fs_type ramfs_type = {
		.name = "ramfs", .nodev = true, .mount = tmpfs_mount,
	};
	struct mount *root = mount_root();

	current->mount_ns = mount_ns_get(&first_mounts);
	current->fs = fs_context_new(&(struct path){ root, root->root });
	current->files = files_new();
	BUG_ON(!current->fs || !current->files);
	fs_register(&tmpfs_type);
	fs_register(&ramfs_type);
	fs_register(&devtmpfs_type);
	fs_register(&ext2_type);
	fs_register(&proc_type);
	fs_register(&devpts_type);
	fs_register(&sysfs_type);
	fs_register(&mqueue_type);
	memdev_init();
	BUG_ON(do_mkdir(AT_FDCWD, "/dev", 0755));
	BUG_ON(do_mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, NULL));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root file system on a disk, as the kernel words say: root=/dev/vda,
 * rootfstype=ext2 (the default), rootflags=OPTIONS, ro or rw.  It is what is
 * mounted when there is no initrd; an initrd's init does it by itself.
 */
#include "task.h"
#include <pipux/fs.h>
#include <linux/mount.h>

#define PLACE		"/root"

static const char *const inits[] = {
	"/sbin/init", "/etc/init", "/bin/init", "/bin/sh",
};

/* LIMIT: writable unless the word `ro` is there; Linux wants `rw` */
static uint32_t root_flags(void)
{
	return cmdline_get("ro") ? MS_RDONLY : 0;
}

/* The mounted directory becomes the root of everything: 0 or errno */
static int enter(void)
{
	struct fs_context *fs = current->fs;
	struct path root;
	int rc = path_lookup(AT_FDCWD, PLACE, LOOKUP_DIRECTORY, &root);

	if (rc)
		return rc;
	path_put(&fs->cwd);
	path_put(&fs->root);
	fs->root = root;
	fs->cwd = path_get(&root);
	return 0;
}

/* /dev as before, if the root has such a directory */
static void mount_dev(void)
{
	int rc = do_mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, NULL);

	if (rc)
		printk("root: /dev cannot be mounted (error %d)\n", -rc);
}

int root_mount(void)
{
	const char *source = cmdline_get("root");
	const char *type = cmdline_get("rootfstype");
	int rc;

	if (!source || !*source)
		return -ENOENT;
	rc = do_mkdir(AT_FDCWD, PLACE, 0700);
	if (rc == 0)
		rc = do_mount(source, PLACE, type && *type ? type : "ext2",
			root_flags(), cmdline_get("rootflags"));
	if (rc == 0)
		rc = enter();
	if (rc) {
		printk("root: %s cannot be mounted (error %d)\n", source, -rc);
		return rc;
	}
	mount_dev();
	return 0;
}

/* The first program that is there; NULL: none */
const char *root_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(inits); i++) {
		struct path p;

		if (path_lookup(AT_FDCWD, inits[i], LOOKUP_FOLLOW, &p))
			continue;
		path_put(&p);
		return inits[i];
	}
	return NULL;
}

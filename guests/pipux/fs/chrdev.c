/* SPDX-License-Identifier: BSD-2-Clause */
/* Character devices by number: who is behind a node is found when it opens. */
#include "internal.h"

#define DEVICES_MAX	32

struct chrdev {
	dev_t dev;
	unsigned count;
	const struct file_ops *ops;
	const char *name;
};

static struct chrdev devices[DEVICES_MAX];
static unsigned nr_devices;

/* Anybody may use the devices that are no hardware, and his terminal */
static uint32_t chrdev_mode(const char *name)
{
	static const char *const open_to_all[] = {
		"null", "zero", "full", "random", "urandom", "tty", "ptmx",
	};

	for (size_t i = 0; i < ARRAY_SIZE(open_to_all); i++)
		if (!strcmp(name, open_to_all[i]))
			return S_IFCHR | 0666;
	return S_IFCHR | 0600;
}

/*
 * `count` minors from `dev` on.  A single device also gets the node
 * /dev/`name`; a range names itself only in /proc/devices.
 */
int chrdev_register(dev_t dev, unsigned count, const struct file_ops *ops,
		const char *name)
{
	if (nr_devices == DEVICES_MAX)
		return -ENOSPC;
	devices[nr_devices++] = (struct chrdev){ dev, count, ops, name };
	return count == 1 ? devtmpfs_add(name, chrdev_mode(name), dev) : 0;
}

/* Calls fn for each device that has a node, until it fails */
int chrdev_for_each(int (*fn)(const char *name, uint32_t mode, dev_t dev,
		void *arg), void *arg)
{
	int rc = 0;

	for (unsigned i = 0; i < nr_devices && rc == 0; i++)
		if (devices[i].count == 1)
			rc = fn(devices[i].name, chrdev_mode(devices[i].name),
				devices[i].dev, arg);
	return rc;
}

static int chrdev_open(struct inode *inode, struct file *f)
{
	for (unsigned i = 0; i < nr_devices; i++) {
		const struct chrdev *c = &devices[i];

		if (inode->rdev - c->dev >= c->count)
			continue;
		f->ops = c->ops;
		if (c->ops->llseek)
			f->mode |= FMODE_SEEK;
		return c->ops->open ? c->ops->open(inode, f) : 0;
	}
	return -ENXIO;
}

const struct file_ops chrdev_fops = {
	.open = chrdev_open,
};

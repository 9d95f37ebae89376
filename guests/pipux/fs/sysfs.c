/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysfs: the few files that programs look for in /sys: the processor, the
 * terminals, network interfaces and block devices.  Its nodes are those of
 * procfs (proc.h): made at each look-up, text when it is read.
 * LIMIT: nothing can be set, no links between devices and classes, no uevents.
 */
#include "proc.h"
#include <pipux/block.h>
#include <pipux/netdev.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/magic.h>

#define TEXT(name_, show_)						\
	{ .name = name_, .mode = S_IFREG | 0444, .show = show_ }
#define DIRECTORY(name_, children_)					\
	{ .name = name_, .mode = S_IFDIR | 0755, .children = children_ }

static int cpu_list_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "0\n");
	return 0;
}

static int zero_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "0\n");
	return 0;
}

static const struct proc_entry no_entries[] = { { 0 } };
static const struct proc_entry topology_entries[] = {
	TEXT("core_id", zero_show), TEXT("physical_package_id", zero_show),
	TEXT("core_siblings_list", cpu_list_show),
	TEXT("thread_siblings_list", cpu_list_show),
	{ 0 },
};
static const struct proc_entry cpu0_entries[] = {
	DIRECTORY("topology", topology_entries), { 0 },
};
static const struct proc_entry cpu_entries[] = {
	TEXT("online", cpu_list_show), TEXT("possible", cpu_list_show),
	TEXT("present", cpu_list_show), TEXT("kernel_max", cpu_list_show),
	DIRECTORY("cpu0", cpu0_entries),
	{ 0 },
};
static const struct proc_entry system_entries[] = {
	DIRECTORY("cpu", cpu_entries), { 0 },
};
static const struct proc_entry devices_entries[] = {
	DIRECTORY("system", system_entries), { 0 },
};

/* Devices: n->fd is the number within their kind */
static struct netdev *net_of(const struct proc_node *n)
{
	struct netdev *dev;

	list_for_each(dev, &all_netdevs, link)
		if (dev->index == n->fd)
			return dev;
	return NULL;
}

static void show_mac(struct proc_out *o, const uint8_t *mac)
{
	for (int i = 0; i < 6; i++)
		proc_printf(o, "%02x%s", mac[i], i < 5 ? ":" : "\n");
}

enum net_attribute {
	NET_ADDRESS, NET_BROADCAST, NET_CARRIER, NET_FLAGS, NET_IFINDEX,
	NET_MTU, NET_OPERSTATE, NET_QUEUE, NET_TYPE,
};

static int net_show(struct proc_out *o, const struct proc_node *n)
{
	const struct netdev *dev = net_of(n);

	if (!dev)
		return -ENODEV;
	switch ((enum net_attribute)n->entry->value) {
	case NET_ADDRESS:
		show_mac(o, dev->mac);
		break;
	case NET_BROADCAST:
		show_mac(o, dev->broadcast);
		break;
	case NET_CARRIER:
		if (!dev->up)
			return -EINVAL;
		proc_printf(o, "%d\n", dev->carrier);
		break;
	case NET_FLAGS:
		proc_printf(o, "%#x\n", dev->flags | (dev->up ? IFF_UP : 0));
		break;
	case NET_IFINDEX:
		proc_printf(o, "%d\n", dev->index);
		break;
	case NET_MTU:
		proc_printf(o, "%u\n", dev->mtu);
		break;
	case NET_OPERSTATE:
		proc_printf(o, "%s\n", dev->type == ARPHRD_LOOPBACK ? "unknown"
			: dev->up && dev->carrier ? "up" : "down");
		break;
	case NET_QUEUE:
		proc_printf(o, "%u\n", dev->tx_queue_len);
		break;
	case NET_TYPE:
		proc_printf(o, "%u\n", dev->type);
	}
	return 0;
}

#define NET(name_, what)						\
	{ .name = name_, .mode = S_IFREG | 0444, .show = net_show,	\
		.value = what }
static const struct proc_entry net_entries[] = {
	NET("address", NET_ADDRESS), NET("broadcast", NET_BROADCAST),
	NET("carrier", NET_CARRIER), NET("flags", NET_FLAGS),
	NET("ifindex", NET_IFINDEX), NET("mtu", NET_MTU),
	NET("operstate", NET_OPERSTATE), NET("tx_queue_len", NET_QUEUE),
	NET("type", NET_TYPE),
	{ 0 },
};
static const struct proc_entry net_entry = DIRECTORY("", net_entries);

static struct inode *net_lookup(struct inode *dir, const char *name)
{
	struct netdev *dev;

	list_for_each(dev, &all_netdevs, link)
		if (!strcmp(dev->name, name))
			return proc_inode(dir->sb, &net_entry, 0, dev->index);
	return ERR_PTR(-ENOENT);
}

/* One name of a directory whose positions are numbers from 2 on */
static bool emit_name(struct file *f, struct dir_context *ctx,
		const char *name, loff_t pos)
{
	if (pos < f->pos)
		return true;
	if (!ctx->emit(ctx, name, strlen(name), f->inode->ino + pos,
			MODE_DT(S_IFDIR), pos + 1))
		return false;
	f->pos = pos + 1;
	return true;
}

static int net_iterate(struct file *f, struct dir_context *ctx)
{
	struct netdev *dev;

	if (!dir_emit_dots(f, ctx))
		return 0;
	list_for_each(dev, &all_netdevs, link)
		if (!emit_name(f, ctx, dev->name, 2 + dev->index))
			break;
	return 0;
}

static struct block_device *block_of(const struct proc_node *n)
{
	struct block_device *b;
	int i = 0;

	list_for_each(b, &all_block_devices, link)
		if (i++ == n->fd)
			return b;
	return NULL;
}

enum disk_attribute { DISK_DEV, DISK_RO, DISK_SIZE, DISK_START };

static int block_show(struct proc_out *o, const struct proc_node *n)
{
	const struct block_device *b = block_of(n);

	if (!b)
		return -ENODEV;
	switch ((enum disk_attribute)n->entry->value) {
	case DISK_DEV:
		proc_printf(o, "%u:%u\n", MAJOR(b->dev), MINOR(b->dev));
		break;
	case DISK_RO:
		proc_printf(o, "%d\n", b->read_only);
		break;
	case DISK_SIZE:
		proc_printf(o, "%llu\n", (unsigned long long)b->sectors);
		break;
	case DISK_START:
		proc_printf(o, "%llu\n", (unsigned long long)b->start);
	}
	return 0;
}

#define DISK(name_, what)						\
	{ .name = name_, .mode = S_IFREG | 0444, .show = block_show,	\
		.value = what }
static const struct proc_entry block_entries[] = {
	DISK("dev", DISK_DEV), DISK("ro", DISK_RO),
	DISK("size", DISK_SIZE), DISK("start", DISK_START),
	{ 0 },
};
static const struct proc_entry block_entry = DIRECTORY("", block_entries);

static struct inode *block_lookup(struct inode *dir, const char *name)
{
	struct block_device *b;
	int i = 0;

	list_for_each(b, &all_block_devices, link) {
		if (!strcmp(b->name, name))
			return proc_inode(dir->sb, &block_entry, 0, i);
		i++;
	}
	return ERR_PTR(-ENOENT);
}

static int block_iterate(struct file *f, struct dir_context *ctx)
{
	struct block_device *b;
	int i = 0;

	if (!dir_emit_dots(f, ctx))
		return 0;
	list_for_each(b, &all_block_devices, link)
		if (!emit_name(f, ctx, b->name, 2 + i++))
			break;
	return 0;
}

static const struct inode_ops net_ops = { .lookup = net_lookup },
	disks_ops = { .lookup = block_lookup };
static const struct file_ops
	net_fops = { .iterate = net_iterate, .llseek = dir_llseek },
	disks_fops = { .iterate = block_iterate, .llseek = dir_llseek };

/* Terminals */
static int tty_dev_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%ld:%ld\n", MAJOR(n->entry->value),
		MINOR(n->entry->value));
	return 0;
}

#define TTY(name_, major, minor)					\
	{ .name = name_, .mode = S_IFDIR | 0755, .children =		\
		(const struct proc_entry[]){ { .name = "dev",		\
			.mode = S_IFREG | 0444, .show = tty_dev_show,	\
			.value = MKDEV(major, minor) }, { 0 } } }
static const struct proc_entry tty_entries[] = {
	TTY("console", 5, 1), TTY("ptmx", 5, 2), TTY("tty", 5, 0),
	TTY("ttyS0", 4, 64), { 0 },
};
static const struct proc_entry class_entries[] = {
	DIRECTORY("tty", tty_entries),
	{ .name = "net", .mode = S_IFDIR | 0755, .ops = &net_ops,
		.fops = &net_fops },
	{ .name = "block", .mode = S_IFDIR | 0755, .ops = &disks_ops,
		.fops = &disks_fops },
	{ 0 },
};
static const struct proc_entry kernel_entries[] = {
	DIRECTORY("debug", no_entries), DIRECTORY("mm", no_entries), { 0 },
};
static const struct proc_entry fs_entries[] = {
	DIRECTORY("cgroup", no_entries), { 0 },
};

static const struct proc_entry root_entries[] = {
	{ .name = "block", .mode = S_IFDIR | 0755, .ops = &disks_ops,
		.fops = &disks_fops },
	DIRECTORY("bus", no_entries), DIRECTORY("class", class_entries),
	DIRECTORY("dev", no_entries), DIRECTORY("devices", devices_entries),
	DIRECTORY("firmware", no_entries), DIRECTORY("fs", fs_entries),
	DIRECTORY("kernel", kernel_entries),
	DIRECTORY("module", no_entries), DIRECTORY("power", no_entries),
	{ 0 },
};
static const struct proc_entry root_entry = {
	.name = "/", .mode = S_IFDIR | 0555, .children = root_entries,
};

static int sysfs_mount(struct super_block *sb, const char *source,
		const char *options)
{
	return proc_mount_tree(sb, &root_entry, SYSFS_MAGIC);
}

struct fs_type sysfs_type = {
	.name = "sysfs",
	.nodev = true,
	.single = true,
	.mount = sysfs_mount,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* Setting loop devices up: loop(4) and /dev/loop-control. */
#include "loop.h"
#include <pipux/buffer.h>

/* The loop device that a file is a node of, or NULL */
static struct loop *loop_behind(const struct file *f)
{
	dev_t dev = f->inode->rdev;

	return inode_is(f->inode, S_IFBLK) && MAJOR(dev) == BLOCK_MAJOR_LOOP
		&& MINOR(dev) < LOOPS ? &loops[MINOR(dev)] : NULL;
}

/* No device may lead to itself: 0, -EBADF, -EINVAL */
static int file_check(const struct loop *lo, const struct file *f)
{
	const struct loop *inner;

	while ((inner = loop_behind(f))) {
		if (inner == lo)
			return -EBADF;
		if (!inner->file)
			return -EINVAL;
		f = inner->file;
	}
	return inode_is(f->inode, S_IFREG) || inode_is(f->inode, S_IFBLK)
		? 0 : -EINVAL;
}

/* Who may only read one of both can only read; an appending write would go
 * to the wrong place */
static bool writable(const struct file *node, const struct file *f)
{
	return (node->mode & FMODE_WRITE) && (f->mode & FMODE_WRITE)
		&& f->ops->write && !(f->flags & O_APPEND);
}

static long block_size_check(uint32_t size)
{
	return size < SECTOR_SIZE || size > PAGE_SIZE || (size & (size - 1))
		? -EINVAL : 0;
}

static long info_check(const struct loop_info64 *info)
{
	if (info->lo_encrypt_type != LO_CRYPT_NONE
			|| info->lo_encrypt_key_size > LO_KEY_SIZE)
		return -EINVAL;
	if (info->lo_offset > INT64_MAX || info->lo_sizelimit > INT64_MAX)
		return -EOVERFLOW;
	return 0;
}

static void info_take(struct loop *lo, const struct loop_info64 *info)
{
	lo->offset = info->lo_offset;
	lo->limit = info->lo_sizelimit;
	memcpy(lo->name, info->lo_file_name, sizeof(lo->name));
	lo->name[sizeof(lo->name) - 1] = 0;
}

static long bind_file(struct loop *lo, const struct file *node,
		struct file *f, const struct loop_config *c)
{
	long rc = lo->file ? -EBUSY : file_check(lo, f);

	if (rc == 0 && !f->ops->read)
		rc = -EINVAL;
	if (rc == 0)
		rc = loop_bind(lo, file_get(f));
	if (rc)
		return rc;
	info_take(lo, &c->info);
	lo->flags = c->info.lo_flags & LO_FLAGS_AUTOCLEAR;
	if (!writable(node, f) || (c->info.lo_flags & LO_FLAGS_READ_ONLY))
		lo->flags |= LO_FLAGS_READ_ONLY;
	lo->bdev.read_only = lo->flags & LO_FLAGS_READ_ONLY;
	if (c->block_size)
		lo->bdev.block_size = c->block_size;
	loop_size(lo);
	return 0;
}

static long configure(struct loop *lo, const struct file *node,
		const struct loop_config *c)
{
	struct file *f = fd_get_io((int)c->fd);
	long rc = 0;

	if (!f)
		return -EBADF;
	if (c->info.lo_flags & ~LOOP_CONFIGURE_SETTABLE_FLAGS)
		rc = -EINVAL;
	if (rc == 0 && c->block_size)
		rc = block_size_check(c->block_size);
	if (rc == 0)
		rc = info_check(&c->info);
	if (rc == 0)
		rc = bind_file(lo, node, f, c);
	file_put(f);
	return rc;
}

static long configure_user(struct loop *lo, const struct file *node,
		const struct loop_config *uc)
{
	struct loop_config *c = kmalloc(sizeof(*c));
	long rc;

	if (!c)
		return -ENOMEM;
	rc = copy_from_user(c, uc, sizeof(*c));
	if (rc == 0)
		rc = configure(lo, node, c);
	kfree(c);
	return rc;
}

static long set_fd(struct loop *lo, const struct file *node, int fd)
{
	struct loop_config *c = kzalloc(sizeof(*c));
	long rc;

	if (!c)
		return -ENOMEM;
	c->fd = (uint32_t)fd;
	rc = configure(lo, node, c);
	kfree(c);
	return rc;
}

/* loop(4): with other users it ends when the last of them goes */
static long clear(struct loop *lo)
{
	if (lo->bdev.openers > 1)
		lo->flags |= LO_FLAGS_AUTOCLEAR;
	else
		loop_unbind(lo);
	return 0;
}

/* loop(4): another file of the same size for one that is only read */
static long change_file(struct loop *lo, int fd)
{
	struct file *f, *old = lo->file;
	long rc;

	if (!(lo->flags & LO_FLAGS_READ_ONLY))
		return -EINVAL;
	f = fd_get_io(fd);
	if (!f)
		return -EBADF;
	rc = file_check(lo, f);
	if (rc == 0 && (!f->ops->read
			|| loop_sectors(lo, f) != loop_sectors(lo, old)))
		rc = -EINVAL;
	if (rc) {
		file_put(f);
		return rc;
	}
	lo->file = f;
	buffer_drop(&lo->bdev);
	file_put(old);
	return 0;
}

/* What was read by way of the old offset is forgotten */
static long status_set(struct loop *lo, const struct loop_info64 *info)
{
	long rc = info_check(info);

	if (rc)
		return rc;
	if (lo->offset != info->lo_offset || lo->limit != info->lo_sizelimit) {
		rc = buffer_sync(&lo->bdev);
		if (rc)
			return rc;
		buffer_drop(&lo->bdev);
		/* a thread may have unbound it meanwhile, or mounted it */
		if (!lo->file || lo->ending)
			return -ENXIO;
		if (lo->bdev.held)
			return -EAGAIN;
	}
	info_take(lo, info);
	lo->flags = (lo->flags & ~LO_FLAGS_AUTOCLEAR)
		| (info->lo_flags & LO_FLAGS_AUTOCLEAR);
	loop_size(lo);
	return 0;
}

static void status_get(const struct loop *lo, struct loop_info64 *info)
{
	const struct inode *inode = lo->file->inode;

	*info = (struct loop_info64){
		.lo_device = inode->sb->dev, .lo_inode = inode->ino,
		.lo_rdevice = inode->rdev, .lo_offset = lo->offset,
		.lo_sizelimit = lo->limit, .lo_flags = lo->flags,
		.lo_number = MINOR(lo->bdev.dev),
	};
	memcpy(info->lo_file_name, lo->name, sizeof(lo->name));
}

/* The old structure, of 32 bits */
static long old_status_set(struct loop *lo, const struct loop_info *uinfo)
{
	struct loop_info64 new = { 0 };
	struct loop_info old;

	if (get_user(old, uinfo))
		return -EFAULT;
	new.lo_offset = (uint64_t)(int64_t)old.lo_offset;
	new.lo_encrypt_type = (uint32_t)old.lo_encrypt_type;
	new.lo_encrypt_key_size = (uint32_t)old.lo_encrypt_key_size;
	new.lo_flags = (uint32_t)old.lo_flags;
	memcpy(new.lo_file_name, old.lo_name, LO_NAME_SIZE);
	return status_set(lo, &new);
}

static long old_status_get(const struct loop *lo, struct loop_info *uinfo)
{
	struct loop_info old = { 0 };
	struct loop_info64 new;

	status_get(lo, &new);
	old.lo_number = (int)new.lo_number;
	old.lo_device = (__kernel_old_dev_t)new.lo_device;
	old.lo_inode = (unsigned long)new.lo_inode;
	old.lo_rdevice = (__kernel_old_dev_t)new.lo_rdevice;
	old.lo_offset = (int)new.lo_offset;
	old.lo_flags = (int)new.lo_flags;
	memcpy(old.lo_name, new.lo_file_name, LO_NAME_SIZE);
	if ((uint64_t)(int64_t)old.lo_offset != new.lo_offset)
		return -EOVERFLOW;
	return put_user(old, uinfo);
}

static long new_status(struct loop *lo, unsigned cmd, struct loop_info64 *ui)
{
	struct loop_info64 info;

	if (cmd == LOOP_SET_STATUS64)
		return get_user(info, ui) ? -EFAULT : status_set(lo, &info);
	status_get(lo, &info);
	return put_user(info, ui);
}

static long set_block_size(struct loop *lo, uint32_t size)
{
	long rc = block_size_check(size);

	if (rc == 0)
		lo->bdev.block_size = size;
	return rc;
}

/* What only somebody who could write to it may do */
static bool may_change(const struct file *node)
{
	return (node->mode & FMODE_WRITE) || capable(CAP_SYS_ADMIN);
}

static long change(struct loop *lo, unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case LOOP_SET_STATUS:
		return old_status_set(lo, (const struct loop_info *)arg);
	case LOOP_SET_STATUS64:
		return new_status(lo, cmd, (struct loop_info64 *)arg);
	case LOOP_SET_CAPACITY:
		loop_size(lo);
		return 0;
	case LOOP_SET_DIRECT_IO:	/* there is nothing to go around */
		return arg ? -EINVAL : 0;
	}
	return set_block_size(lo, arg);
}

/* Of one that is bound */
static long bound_ioctl(struct loop *lo, const struct file *node,
		unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case LOOP_CLR_FD:
		return clear(lo);
	case LOOP_GET_STATUS:
		return old_status_get(lo, (struct loop_info *)arg);
	case LOOP_GET_STATUS64:
		return new_status(lo, cmd, (struct loop_info64 *)arg);
	case LOOP_CHANGE_FD:
		return change_file(lo, (int)arg);
	}
	return may_change(node) ? change(lo, cmd, arg) : -EPERM;
}

long loop_ioctl(struct block_device *bdev, struct file *f, unsigned cmd,
		unsigned long arg)
{
	struct loop *lo = loop_of(bdev);

	switch (cmd) {
	case LOOP_SET_FD:
		return set_fd(lo, f, (int)arg);
	case LOOP_CONFIGURE:
		return configure_user(lo, f, (const struct loop_config *)arg);
	}
	if (cmd < LOOP_CLR_FD || cmd > LOOP_SET_BLOCK_SIZE)
		return -ENOTTY;
	return lo->file && !lo->ending ? bound_ioctl(lo, f, cmd, arg)
		: -ENXIO;
}

static long free_number(void)
{
	for (unsigned i = 0; i < LOOPS; i++)
		if (!loops[i].file)
			return i;
	return -ENOSPC;
}

/* LIMIT: none can be added or removed */
static long control_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case LOOP_CTL_GET_FREE:
		return free_number();
	case LOOP_CTL_ADD:
		return arg < LOOPS ? -EEXIST : -ENOSPC;
	case LOOP_CTL_REMOVE:
		return arg < LOOPS ? -EBUSY : -ENODEV;
	}
	return -ENOSYS;
}

const struct file_ops loop_control_ops = {
	.ioctl = control_ioctl,
	.llseek = noop_llseek,
};

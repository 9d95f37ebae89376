/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watchdog (docs/virtio.md): /dev/watchdog as Linux's Documentation/watchdog/
 * watchdog-api.rst has it.  Opening it starts the time, any write begins it
 * anew; a close ends it only if a `V` was written since the last start.
 */
#include "virtio.h"
#include <linux/watchdog.h>
#include <pipux/fs.h>

#define WATCHDOG_DEV	MKDEV(10, 130)
#define MS_PER_S	1000u
#define TIMEOUT_DEFAULT	60u			/* seconds */
#define TIMEOUT_MAX	(VMM_WATCHDOG_MAX / MS_PER_S)

static struct {
	struct virtio_device *dev;
	uint32_t timeout;
	bool open, running, may_stop;
} dog;

static void field_write(uint32_t offset, uint32_t value)
{
	virtio_config_write(dog.dev, offset, 4, value);
}

static void start(void)
{
	dog.running = true;
	field_write(offsetof(struct virtio_watchdog_config, timeout_ms),
		dog.timeout * MS_PER_S);
}

static void stop(void)
{
	dog.running = false;
	field_write(offsetof(struct virtio_watchdog_config, timeout_ms), 0);
}

static void ping(void)
{
	if (dog.running)
		field_write(offsetof(struct virtio_watchdog_config, ping), 1);
}

static int watchdog_open(struct inode *inode, struct file *f)
{
	if (dog.open)
		return -EBUSY;
	if (dog.dev->broken)
		return -EIO;
	dog.open = true;
	dog.may_stop = false;
	start();
	return 0;
}

static void watchdog_release(struct file *f)
{
	dog.open = false;
	if (dog.may_stop) {
		stop();
		return;
	}
	printk(KERN_CRIT "watchdog: closed unexpectedly, not stopping\n");
	ping();
}

static ssize_t watchdog_write(struct file *f, struct iov *iov, loff_t *pos)
{
	size_t n = iov->len;
	char c;

	if (!n)
		return 0;
	dog.may_stop = false;
	while (iov->len) {
		if (iov_from(iov, &c, 1))
			return -EFAULT;
		dog.may_stop |= c == 'V';
	}
	ping();
	return (ssize_t)n;
}

static long set_options(const int *uarg)
{
	int options;

	if (get_user(options, uarg))
		return -EFAULT;
	if (!(options & (WDIOS_DISABLECARD | WDIOS_ENABLECARD)))
		return -EINVAL;
	if (options & WDIOS_DISABLECARD)
		stop();
	if (options & WDIOS_ENABLECARD)
		start();
	return 0;
}

static long set_timeout(int *uarg)
{
	int seconds;

	if (get_user(seconds, uarg))
		return -EFAULT;
	if (seconds < 1 || (uint32_t)seconds > TIMEOUT_MAX)
		return -EINVAL;
	dog.timeout = (uint32_t)seconds;
	if (dog.running)
		start();
	return put_user(seconds, uarg);
}

static int time_left(void)
{
	return (int)(VIRTIO_FIELD(dog.dev, virtio_watchdog_config, left_ms)
		/ MS_PER_S);
}

static long watchdog_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	static const struct watchdog_info info = {
		.options = WDIOF_SETTIMEOUT | WDIOF_MAGICCLOSE
			| WDIOF_KEEPALIVEPING,
		.identity = "Pipstack VMM",
	};
	int *uarg = (int *)arg;

	switch (cmd) {
	case WDIOC_GETSUPPORT:
		return copy_to_user((void *)arg, &info, sizeof(info));
	case WDIOC_GETSTATUS:
	case WDIOC_GETBOOTSTATUS:
		return put_user(0, uarg);
	case WDIOC_SETOPTIONS:
		return set_options(uarg);
	case WDIOC_KEEPALIVE:
		ping();
		return 0;
	case WDIOC_SETTIMEOUT:
		return set_timeout(uarg);
	case WDIOC_GETTIMEOUT:
		return put_user((int)dog.timeout, uarg);
	case WDIOC_GETTIMELEFT:
		return put_user(time_left(), uarg);
	}
	return -ENOTTY;
}

static const struct file_ops watchdog_ops = {
	.open = watchdog_open,
	.release = watchdog_release,
	.write = watchdog_write,
	.ioctl = watchdog_ioctl,
};

static int watchdog_probe(struct virtio_device *dev)
{
	if (dog.dev)
		return -EBUSY;
	dog.dev = dev;
	dog.timeout = TIMEOUT_DEFAULT;
	virtio_go(dev);
	return chrdev_register(WATCHDOG_DEV, 1, &watchdog_ops, "watchdog");
}

const struct virtio_driver virtio_watchdog_driver = {
	.id = VIRTIO_ID_WATCHDOG,
	.name = "watchdog",
	.probe = watchdog_probe,
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* The devices without hardware: null, zero, full, random, urandom. */
#include "internal.h"
#include <pipux/mm.h>
#include <pipux/random.h>
#include <linux/random.h>

#define ZEROS	(64 * PAGE_SIZE)	/* from one look at others to the next */

static ssize_t null_read(struct file *f, struct iov *iov, loff_t *pos)
{
	return 0;
}

static ssize_t null_write(struct file *f, struct iov *iov, loff_t *pos)
{
	return iov->len;
}

/* Between two pieces of much: others run, and a signal ends it */
static bool go_on(void)
{
	sched_point();
	return !signal_pending();
}

static ssize_t zero_read(struct file *f, struct iov *iov, loff_t *pos)
{
	size_t n = iov->len;

	do {
		if (iov_zero(iov, MIN(iov->len, ZEROS)))
			return -EFAULT;
	} while (iov->len && go_on());
	return n - iov->len;
}

/* Memory without a file */
static int zero_mmap(struct file *f, struct vma *vma)
{
	vma->file = NULL;
	vma->offset = 0;
	file_put(f);
	return 0;
}

static ssize_t full_write(struct file *f, struct iov *iov, loff_t *pos)
{
	return -ENOSPC;
}

static ssize_t random_read(struct file *f, struct iov *iov, loff_t *pos)
{
	size_t n = iov->len;
	uint8_t buf[128];

	while (iov->len) {
		size_t k = MIN(sizeof(buf), iov->len);

		if (n > PAGE_SIZE && !go_on())
			return iov->len == n ? -ERESTARTSYS
				: (ssize_t)(n - iov->len);
		random_bytes(buf, k);
		if (iov_to(iov, buf, k))
			return -EFAULT;
	}
	return n;
}

/* random(4).  What is added counts for nothing: there is always enough */
static long add_entropy(const int *uarg)
{
	int head[2];			/* bits they count, bytes */
	uint8_t buf[128];

	if (copy_from_user(head, uarg, sizeof(head)))
		return -EFAULT;
	if (head[0] < 0 || head[1] < 0)
		return -EINVAL;
	for (int done = 0; done < head[1];) {
		int n = MIN(head[1] - done, (int)sizeof(buf));

		if (copy_from_user(buf, (const char *)(uarg + 2) + done, n))
			return -EFAULT;
		random_add(buf, n);
		done += n;
	}
	return 0;
}

static long random_ioctl(struct file *f, unsigned cmd, unsigned long arg)
{
	int bits;

	if (cmd == RNDGETENTCNT)
		return put_user((int)RANDOM_BITS, (int *)arg);
	if (cmd != RNDADDTOENTCNT && cmd != RNDADDENTROPY
	    && cmd != RNDZAPENTCNT && cmd != RNDCLEARPOOL
	    && cmd != RNDRESEEDCRNG)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (cmd == RNDADDENTROPY)
		return add_entropy((const int *)arg);
	if (cmd != RNDADDTOENTCNT)
		return 0;
	if (get_user(bits, (int *)arg))
		return -EFAULT;
	return bits < 0 ? -EINVAL : 0;
}

static ssize_t random_write(struct file *f, struct iov *iov, loff_t *pos)
{
	size_t n = iov->len;
	uint8_t buf[128];

	while (iov->len) {
		size_t k = MIN(sizeof(buf), iov->len);

		if (iov_from(iov, buf, k))
			return -EFAULT;
		random_add(buf, k);
		if ((n - iov->len) % PAGE_SIZE == 0 && !go_on())
			break;
	}
	return n - iov->len;
}

static const struct file_ops null_ops = {
	.read = null_read, .write = null_write, .llseek = noop_llseek,
};
static const struct file_ops zero_ops = {
	.read = zero_read, .write = null_write, .llseek = noop_llseek,
	.mmap = zero_mmap,
};
static const struct file_ops full_ops = {
	.read = zero_read, .write = full_write, .llseek = noop_llseek,
};
static const struct file_ops random_ops = {
	.read = random_read, .write = random_write, .ioctl = random_ioctl,
	.llseek = noop_llseek,
};

/* Numbers: Linux, Documentation/admin-guide/devices.txt */
void memdev_init(void)
{
	chrdev_register(MKDEV(1, 3), 1, &null_ops, "null");
	chrdev_register(MKDEV(1, 5), 1, &zero_ops, "zero");
	chrdev_register(MKDEV(1, 7), 1, &full_ops, "full");
	chrdev_register(MKDEV(1, 8), 1, &random_ops, "random");
	chrdev_register(MKDEV(1, 9), 1, &random_ops, "urandom");
}

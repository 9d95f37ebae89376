/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pseudo-terminals (pty(7), pts(4)).  The slave is a terminal like any other,
 * whose driver puts output into a ring; the master, a file of its own kind
 * (pty_master.c), reads the ring and feeds the slave's line discipline.
 *
 * A pair lives until the master and the last open slave are closed.  The
 * master's end hangs the slave up: what is open of it then is stale, and its
 * node in devpts is gone, so that the pair is only waiting for those closes.
 */
#include "pty.h"

static struct pty *pairs[PTY_MAX];
static unsigned nr_pairs;

unsigned pty_count(void)
{
	return nr_pairs;
}

static void pty_output(struct tty *tty, const void *buf, size_t n)
{
	struct pty *pty = pty_of(tty);
	const char *from = buf;
	uint32_t room;

	while (n) {
		char *to = ring_put_at(&pty->out, &room);

		room = MIN(room, n);
		if (!to || !room)
			break;		/* echo that nobody reads, no memory */
		memcpy(to, from, room);
		ring_put_done(&pty->out, room);
		from += room;
		n -= room;
	}
	wake_up(&pty->read_wait);
}

static bool pty_full(const struct tty *tty)
{
	return pty_of(tty)->out.len >= PTY_FULL;
}

static void pty_unthrottle(struct tty *tty)
{
	wake_up(&pty_of(tty)->write_wait);
}

/* What the master of a pair in packet mode is told (ioctl_tty(2), TIOCPKT) */
static void pty_event(struct tty *tty, unsigned status)
{
	static const uint8_t opposite[][2] = {
		{ TIOCPKT_STOP, TIOCPKT_START },
		{ TIOCPKT_START, TIOCPKT_STOP },
		{ TIOCPKT_NOSTOP, TIOCPKT_DOSTOP },
		{ TIOCPKT_DOSTOP, TIOCPKT_NOSTOP },
	};
	struct pty *pty = pty_of(tty);

	if (!pty->packet)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(opposite); i++)
		if (status == opposite[i][0])
			pty->status &= ~opposite[i][1];
	pty->status |= status;
	wake_up(&pty->read_wait);
}

static int slave_open(struct tty *tty)
{
	struct pty *pty = pty_of(tty);

	if (pty->locked || !pty->master)
		return -EIO;
	pty->slaves++;
	pty->left = false;
	return 0;
}

static void slave_close(struct tty *tty)
{
	struct pty *pty = pty_of(tty);

	if (--pty->slaves)
		return;
	pty->left = true;
	wake_up(&pty->read_wait);
	if (!pty->master)
		pty_free(pty);
}

static const struct tty_driver slave_driver = {
	.write = pty_output,
	.full = pty_full,
	.unthrottle = pty_unthrottle,
	.event = pty_event,
	.open = slave_open,
	.close = slave_close,
	.name = "pts",
};

struct tty *pty_slave(unsigned index, const struct super_block *sb)
{
	struct pty *pty = index < PTY_MAX ? pairs[index] : NULL;

	return pty && pty->node.dentry && pty->node.mnt->sb == sb ? pty->slave
		: ERR_PTR(-EIO);
}

static int free_index(unsigned limit)
{
	for (unsigned i = 0; i < limit; i++)
		if (!pairs[i])
			return (int)i;
	return -ENOSPC;
}

bool pty_names_group(int pgrp)
{
	unsigned left = nr_pairs;

	for (unsigned i = 0; left; i++) {
		if (pairs[i] && pairs[i]->slave->pgrp == pgrp)
			return true;
		left -= pairs[i] != NULL;
	}
	return false;
}

void pty_free(struct pty *pty)
{
	pairs[pty->index] = NULL;
	nr_pairs--;
	ring_destroy(&pty->out);
	kfree(pty->slave);
	kfree(pty);
}

static struct pty *pty_alloc(unsigned index)
{
	struct pty *pty = kzalloc(sizeof(*pty));

	if (!pty)
		return NULL;
	pty->slave = tty_new(&slave_driver, MKDEV(PTY_MAJOR, index));
	if (!pty->slave || !ring_init(&pty->out, PTY_PAGES)) {
		kfree(pty->slave);
		kfree(pty);
		return NULL;
	}
	pty->slave->priv = pty;
	pty->slave->ldisc.termios.c_cflag = B38400 | CS8 | CREAD;
	pty->index = index;
	pty->locked = pty->master = true;
	mutex_init(&pty->reading);
	wait_queue_init(&pty->read_wait);
	wait_queue_init(&pty->write_wait);
	return pty;
}

struct pty *pty_new(struct mount *devpts)
{
	struct super_block *sb = devpts->sb;
	int index = free_index(devpts_max(sb));
	struct pty *pty;

	if (index < 0)
		return ERR_PTR(index);
	pty = pty_alloc(index);
	if (!pty)
		return ERR_PTR(-ENOMEM);
	pairs[index] = pty;
	nr_pairs++;
	pty->node.mnt = devpts;
	pty->node.dentry = devpts_add(sb, index, pty->slave->dev);
	if (IS_ERR(pty->node.dentry)) {
		pty_free(pty);
		return ERR_PTR(-ENOMEM);
	}
	return pty;
}

void pty_master_closed(struct pty *pty)
{
	struct path node = pty->node;

	pty->node.dentry = NULL;
	pty->master = false;
	devpts_remove(node.dentry);
	mount_put(node.mnt);
	tty_hangup(pty->slave);
	if (!pty->slaves)
		pty_free(pty);
}

void pty_init(void)
{
	if (chrdev_register(MKDEV(5, 2), 1, &pty_master_fops, "ptmx") ||
			chrdev_register(MKDEV(PTY_MAJOR, 0), PTY_MAX,
				&tty_fops, "pts"))
		panic("cannot register pseudo-terminals");
}

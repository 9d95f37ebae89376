/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: /proc/sysvipc (sysvipc(7), proc(5)). */
#include "msg.h"
#include "sem.h"
#include "shm.h"
#include "../fs/proc.h"

#define BLOCKS_PER_PAGE	(PAGE_SIZE / 512)

static int msg_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "       key      msqid perms      cbytes       qnum "
		"lspid lrpid   uid   gid  cuid  cgid      stime      rtime"
		"      ctime\n");
	for (uint32_t i = 0; i < msg_table.size; i++) {
		const struct msg_queue *q = (void *)msg_table.slot[i];

		if (!q)
			continue;
		proc_printf(o, "%10d %10d  %4o  %10u %10u %5d %5d %5u %5u "
			"%5u %5u %10u %10u %10u\n", q->o.key, q->o.id,
			q->o.mode, q->bytes, q->count, q->sender, q->receiver,
			q->o.uid, q->o.gid, q->o.cuid, q->o.cgid, q->stime,
			q->rtime, q->ctime);
	}
	return 0;
}

static int sem_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "       key      semid perms      nsems   uid   gid"
		"  cuid  cgid      otime      ctime\n");
	for (uint32_t i = 0; i < sem_table.size; i++) {
		const struct sem_set *s = (void *)sem_table.slot[i];

		if (!s)
			continue;
		proc_printf(o, "%10d %10d  %4o %10u %5u %5u %5u %5u %10u "
			"%10u\n", s->o.key, s->o.id, s->o.mode, s->n, s->o.uid,
			s->o.gid, s->o.cuid, s->o.cgid, s->otime, s->ctime);
	}
	return 0;
}

static int shm_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "       key      shmid perms       size  cpid  lpid "
		"nattch   uid   gid  cuid  cgid      atime      dtime"
		"      ctime        rss       swap\n");
	for (uint32_t i = 0; i < shm_table.size; i++) {
		const struct shm_segment *s = (void *)shm_table.slot[i];

		if (!s)
			continue;
		proc_printf(o, "%10d %10d  %4o %10u %5d %5d  %5u %5u %5u %5u "
			"%5u %10u %10u %10u %10u %10u\n", s->o.key, s->o.id,
			s->o.mode, s->size, s->creator, s->last,
			shm_attached(s), s->o.uid, s->o.gid, s->o.cuid,
			s->o.cgid, s->atime, s->dtime, s->ctime,
			(uint32_t)(s->dentry->inode->blocks / BLOCKS_PER_PAGE)
				* PAGE_SIZE, 0);
	}
	return 0;
}

#define FILE(name_, show_)						\
	{ .name = name_, .mode = S_IFREG | 0444, .show = show_ }

const struct proc_entry proc_sysvipc_entries[] = {
	FILE("msg", msg_show),
	FILE("sem", sem_show),
	FILE("shm", shm_show),
	{ 0 },
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* shmctl(2). */
#include "shm.h"

static void fill(struct shmid64_ds *ds, const struct shm_segment *s)
{
	ipc_fill_perm(&ds->shm_perm, &s->o);
	ds->shm_segsz = s->size;
	ds->shm_atime = s->atime;
	ds->shm_dtime = s->dtime;
	ds->shm_ctime = s->ctime;
	ds->shm_cpid = s->creator;
	ds->shm_lpid = s->last;
	ds->shm_nattch = shm_attached(s);
}

static long segment_stat(int id, int cmd, void *ubuf)
{
	struct shm_segment *s = cmd == IPC_STAT ? ipc_find(&shm_table, id)
		: ipc_find_index(&shm_table, id);
	struct shmid64_ds ds = { 0 };
	long rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = cmd == SHM_STAT_ANY ? 0 : ipc_permission(&s->o, IPC_READ);
	fill(&ds, s);
	if (rc == 0)
		rc = copy_to_user(ubuf, &ds, sizeof(ds)) ? -EFAULT
			: cmd == IPC_STAT ? 0 : s->o.id;
	ipc_put(&shm_table, &s->o);
	return rc;
}

/* What is attached stays for those who have it, without a key */
static void segment_remove(struct shm_segment *s)
{
	if (!shm_attached(s)) {
		ipc_remove(&shm_table, &s->o);
		return;
	}
	s->o.mode |= SHM_DEST;
	s->o.key = IPC_PRIVATE;
}

static long change(struct shm_segment *s, int cmd,
		const struct shmid64_ds *ds)
{
	long rc = ipc_may_control(&s->o);

	if (rc)
		return rc;
	switch (cmd) {
	case IPC_RMID:
		segment_remove(s);
		return 0;
	case SHM_LOCK:			/* memory is never paged out */
		s->o.mode |= SHM_LOCKED;
		return 0;
	case SHM_UNLOCK:
		s->o.mode &= ~SHM_LOCKED;
		return 0;
	}
	rc = ipc_set_perm(&s->o, &ds->shm_perm);
	if (rc == 0)
		s->ctime = ipc_time();
	return rc;
}

static long segment_change(int id, int cmd, const void *ubuf)
{
	struct shm_segment *s;
	struct shmid64_ds ds;
	long rc;

	if (cmd == IPC_SET && get_user(ds, (const struct shmid64_ds *)ubuf))
		return -EFAULT;
	s = ipc_find(&shm_table, id);
	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = change(s, cmd, &ds);
	ipc_put(&shm_table, &s->o);
	return rc;
}

/* IPC_INFO: the limits */
static long limits(void *ubuf)
{
	struct shminfo64 info = { .shmmax = SHMMAX, .shmmin = SHMMIN,
		.shmmni = SHMMNI, .shmseg = SHMSEG, .shmall = SHMALL };

	if (copy_to_user(ubuf, &info, sizeof(info)))
		return -EFAULT;
	return ipc_last_index(&shm_table);
}

/* SHM_INFO: what is used */
static long usage(void *ubuf)
{
	struct shm_info info = { .used_ids = shm_table.used,
		.shm_tot = shm_pages };

	for (uint32_t i = 0; i < shm_table.size; i++) {
		struct shm_segment *s = (void *)shm_table.slot[i];

		if (s)
			info.shm_rss += s->dentry->inode->blocks
				/ (PAGE_SIZE / 512);
	}
	if (copy_to_user(ubuf, &info, sizeof(info)))
		return -EFAULT;
	return ipc_last_index(&shm_table);
}

long sys_shmctl(int id, int cmd, void *ubuf)
{
	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
		return limits(ubuf);
	case SHM_INFO:
		return usage(ubuf);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY:
		return segment_stat(id, cmd, ubuf);
	case IPC_SET:
	case IPC_RMID:
	case SHM_LOCK:
	case SHM_UNLOCK:
		return segment_change(id, cmd, ubuf);
	}
	return -EINVAL;
}

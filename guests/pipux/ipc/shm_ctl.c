/* SPDX-License-Identifier: BSD-2-Clause */
/* shmctl(2). */
#include "shm.h"
#include <pipux/resource.h>

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

static uint32_t pages_of(const struct shm_segment *s)
{
	return (s->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

/* What a user has locked of all segments, in pages */
static uint32_t pages_locked_by(uint32_t uid)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < shm_table.size; i++) {
		const struct shm_segment *s = (void *)shm_table.slot[i];

		if (s && (s->o.mode & SHM_LOCKED) && s->locker == uid)
			n += pages_of(s);
	}
	return n;
}

/* Memory is never paged out: locking counts against RLIMIT_MEMLOCK, no more */
static long segment_lock(struct shm_segment *s, bool lock)
{
	uint32_t euid = current->cred.euid, uid = current->cred.uid;
	unsigned long limit = rlimit_get(RLIMIT_MEMLOCK);

	if (!capable(CAP_IPC_LOCK)) {
		if (euid != s->o.uid && euid != s->o.cuid)
			return -EPERM;
		if (lock && !limit)
			return -EPERM;
		if (lock && !(s->o.mode & SHM_LOCKED) && pages_of(s)
				+ pages_locked_by(uid) > limit >> PAGE_SHIFT)
			return -ENOMEM;
	}
	if (lock && !(s->o.mode & SHM_LOCKED))
		s->locker = uid;
	s->o.mode = (s->o.mode & ~SHM_LOCKED) | (lock ? SHM_LOCKED : 0);
	return 0;
}

static long change(struct shm_segment *s, int cmd,
		const struct shmid64_ds *ds)
{
	long rc;

	if (cmd == SHM_LOCK || cmd == SHM_UNLOCK)
		return segment_lock(s, cmd == SHM_LOCK);
	rc = ipc_may_control(&s->o);
	if (rc)
		return rc;
	if (cmd == IPC_RMID) {
		segment_remove(s);
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
	struct shminfo64 info = { .shmmax = setting_shmmax, .shmmin = SHMMIN,
		.shmmni = setting_shmmni, .shmseg = setting_shmmni,
		.shmall = setting_shmall };

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

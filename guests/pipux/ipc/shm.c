/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System V shared memory: shmget(2), shmat(2), shmdt(2).  A segment is a
 * tmpfs file without a name; attaching it maps it, shared.
 *
 * Invariant: a mapping, and nothing else that lasts, refers to one of the
 * segment's two files: their references are the attaches.  A file closes
 * with its last mapping, and the segment that was to be removed goes then.
 */
#include "shm.h"
#include "../fs/internal.h"
#include <linux/mman.h>

uint32_t shm_pages;

static void segment_free(struct ipc_object *o)
{
	struct shm_segment *s = container_of(o, struct shm_segment, o);

	shm_pages -= PAGE_ALIGN(s->size) >> PAGE_SHIFT;
	dentry_put(s->dentry);
	kfree(s);
}

int setting_shmmni = SHMMNI, setting_shm_next_id = -1;
unsigned long setting_shmmax = SHMMAX, setting_shmall = SHMALL;
struct ipc_table shm_table = { .max = &setting_shmmni,
	.next_id = &setting_shm_next_id, .last = -1, .free = segment_free };

/* The last mapping of one of the files went */
static void segment_release(struct file *f)
{
	struct shm_segment *s = f->priv;

	s->file[!(f->mode & FMODE_WRITE)] = NULL;
	s->dtime = ipc_time();
	s->last = current->process->pid;
	if ((s->o.mode & SHM_DEST) && !s->o.removed && !shm_attached(s))
		ipc_remove(&shm_table, &s->o);
	ipc_put(&shm_table, &s->o);
}

static const struct file_ops segment_fops = { .release = segment_release };

/* A file of zeros, of that size */
static struct dentry *memory_new(const struct ipc_request *r)
{
	struct dentry *d;
	struct file *f;
	char name[16];
	int rc;

	snprintf(name, sizeof(name), "SYSV%08x", r->key);
	f = tmpfs_anon_file(memory_mount(), name, O_RDWR);
	if (IS_ERR(f))
		return ERR_PTR(PTR_ERR(f));
	d = dentry_get(f->path.dentry);
	file_put(f);
	rc = d->inode->ops->truncate(d->inode, r->size);
	if (rc == 0)
		return d;
	dentry_put(d);
	return ERR_PTR(rc);
}

static struct ipc_object *segment_make(const struct ipc_request *r)
{
	struct shm_segment *s;

	if (r->size < SHMMIN || r->size > setting_shmmax
	    || (r->flags & SHM_HUGETLB))
		return ERR_PTR(-EINVAL);
	if (PAGE_ALIGN(r->size) >> PAGE_SHIFT > setting_shmall - shm_pages)
		return ERR_PTR(-ENOSPC);
	if (PAGE_ALIGN(r->size) >> PAGE_SHIFT > pages_total())
		return ERR_PTR(-ENOMEM);
	s = kzalloc(sizeof(*s));
	if (!s)
		return ERR_PTR(-ENOMEM);
	s->dentry = memory_new(r);
	if (IS_ERR(s->dentry)) {
		long rc = PTR_ERR(s->dentry);

		kfree(s);
		return ERR_PTR(rc);
	}
	s->size = r->size;
	s->creator = current->process->pid;
	s->ctime = ipc_time();
	shm_pages += PAGE_ALIGN(r->size) >> PAGE_SHIFT;
	return &s->o;
}

static int segment_fits(const struct ipc_object *o,
		const struct ipc_request *r)
{
	const struct shm_segment *s = container_of(o, struct shm_segment, o);

	return r->size > s->size ? -EINVAL : 0;
}

long sys_shmget(int key, size_t size, int flags)
{
	struct ipc_request r = { .key = key, .flags = flags, .size = size,
		.make = segment_make, .fits = segment_fits };

	return ipc_get(&shm_table, &r);
}

/* The file to map, with a reference; NULL: no memory */
static struct file *segment_file(struct shm_segment *s, bool readonly)
{
	const struct path p = { memory_mount(), s->dentry };
	struct file *f = s->file[readonly];

	if (f)
		return file_get(f);
	f = file_new(&p, &segment_fops, readonly ? O_RDONLY : O_RDWR);
	if (!f)
		return NULL;
	f->priv = s;
	s->o.refs++;
	s->file[readonly] = f;
	return f;
}

/* shmat(2): *addr and the flags for mmap, 0 or -EINVAL */
static long place(const struct shm_segment *s, uint32_t *addr, int flags,
		uint32_t *map_flags)
{
	struct vma *vma;

	*map_flags = MAP_SHARED;
	if (*addr % PAGE_SIZE) {
		if (!(flags & SHM_RND))
			return -EINVAL;
		*addr &= PAGE_MASK;
	}
	if (!*addr)
		return (flags & SHM_REMAP) ? -EINVAL : 0;
	*map_flags |= MAP_FIXED;
	if (*addr + s->size < *addr)
		return -EINVAL;
	vma = vma_find(current->mm, *addr);
	if (!(flags & SHM_REMAP) && vma && vma->start < *addr + s->size)
		return -EINVAL;
	return 0;
}

static long attach(struct shm_segment *s, uint32_t addr, int flags)
{
	bool readonly = flags & SHM_RDONLY;
	uint32_t map_flags, prot = PROT_READ;
	struct file *f;
	long rc = place(s, &addr, flags, &map_flags);

	if (rc == 0)
		rc = ipc_permission(&s->o, readonly ? IPC_READ
			: IPC_READ | IPC_WRITE);
	if (rc)
		return rc;
	f = segment_file(s, readonly);
	if (!f)
		return -ENOMEM;
	if (!readonly)
		prot |= PROT_WRITE;
	if (flags & SHM_EXEC)
		prot |= PROT_EXEC;
	rc = do_mmap(current->mm, addr, s->size, prot, map_flags, f, 0);
	if (!IS_ERR(rc)) {
		s->atime = ipc_time();
		s->last = current->process->pid;
	}
	file_put(f);
	return rc;
}

long sys_shmat(int id, uint32_t addr, int flags)
{
	struct shm_segment *s = ipc_find(&shm_table, id);
	long rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = attach(s, addr, flags);
	ipc_put(&shm_table, &s->o);
	return rc;
}

/* The mapping that belongs to an attach at addr, from `at` on */
static struct vma *attached_vma(uint32_t addr, uint32_t at,
		const struct file *f)
{
	struct vma *vma = vma_find(current->mm, at);

	for (; vma; vma = vma_find(current->mm, vma->end)) {
		if (vma->file && vma->file->ops == &segment_fops
		    && (!f || vma->file == f)
		    && vma->start - addr == (uint32_t)vma->offset)
			return vma;
	}
	return NULL;
}

long sys_shmdt(uint32_t addr)
{
	struct vma *vma = addr % PAGE_SIZE ? NULL
		: attached_vma(addr, addr, NULL);
	struct shm_segment *s;
	struct file *f;
	int rc = 0;

	if (!vma)
		return -EINVAL;
	f = file_get(vma->file);
	s = f->priv;
	for (; vma && rc == 0; vma = attached_vma(addr, addr, f))
		rc = do_munmap(current->mm, vma->start, vma->end - vma->start);
	s->dtime = ipc_time();
	s->last = current->process->pid;
	file_put(f);
	return rc;
}

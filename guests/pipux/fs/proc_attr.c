/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs: what debuggers and administrators look at or set in /proc/PID:
 * comm, oom_score_adj, auxv, wchan, personality, fdinfo, smaps.
 */
#include "proc.h"
#include <pipux/partition.h>
#include <pipux/printk.h>
#include <linux/oom.h>


int proc_comm_store(const struct proc_node *n, char *text, size_t len)
{
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	if (t->process != current->process)
		return -EINVAL;
	strlcpy(t->comm, text, sizeof(t->comm));
	return 0;
}

int proc_oom_adj_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	proc_printf(o, "%d\n", t->process->oom_score_adj);
	return 0;
}

bool proc_integer(const char *s, int *value)
{
	bool minus;
	char *end;
	unsigned long v;

	while (*s == ' ')
		s++;
	minus = *s == '-';
	s += minus;
	v = strtoul(s, &end, 10);
	while (*end == ' ' || *end == '\n')
		end++;
	*value = minus ? -(int)v : (int)v;
	return *s >= '0' && *s <= '9' && !*end && v <= INT32_MAX;
}

/* proc(5): only the superuser may make a process less likely a victim */
int proc_oom_adj_store(const struct proc_node *n, char *text, size_t len)
{
	struct task *t = proc_task(n);
	int value;

	if (!t)
		return -ESRCH;
	if (!proc_integer(text, &value) || value < OOM_SCORE_ADJ_MIN
	    || value > OOM_SCORE_ADJ_MAX)
		return -EINVAL;
	if (value < t->process->oom_score_adj && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	t->process->oom_score_adj = value;
	return 0;
}

int proc_auxv_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	if (t->mm)
		proc_write(o, t->mm->auxv, t->mm->auxv_size);
	return 0;
}

int proc_wchan_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);
	const char *name;

	if (!t)
		return -ESRCH;
	name = t->state == TASK_RUNNING ? NULL : task_sleeps_in(t);
	proc_printf(o, "%s", name ? name : "0");
	return 0;
}

int proc_personality_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	proc_printf(o, "%08x\n", t->process->personality);
	return 0;
}

int proc_fdinfo_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);
	struct file *f = t && t->files ? files_lookup(t->files, n->fd) : NULL;

	if (!f)
		return -ENOENT;
	proc_printf(o, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%u\nino:\t%u\n",
		(long long)f->pos, f->flags, f->path.mnt->id,
		f->inode->ino);
	file_put(f);
	return 0;
}

/* Bytes of a mapping: those that are there; of these the share that is left
 * when each is divided among its processes; those of no file; written ones;
 * those of them that fork shared */
struct amounts {
	uint32_t rss, pss, anonymous, dirty, shared;
};

static struct amounts amounts_of(struct mm *mm, const struct vma *v)
{
	struct amounts a = { 0 };

	for (uint32_t va = v->start; va < v->end; va += PAGE_SIZE) {
		const uint32_t *entry = partition_entry(mm->part, va);
		uint32_t sharers;
		bool own;

		if (!entry || !*entry)
			continue;
		own = (*entry & (PTE_OWN | PTE_CLEAN)) == PTE_OWN;
		sharers = entry_sharers(*entry);
		a.rss += PAGE_SIZE;
		a.pss += PAGE_SIZE / sharers;
		a.anonymous += own ? PAGE_SIZE : 0;
		a.dirty += own || (*entry & PTE_WRITE) ? PAGE_SIZE : 0;
		a.shared += sharers > 1 ? PAGE_SIZE : 0;
	}
	return a;
}

/* Pages of files are shared with none: Pip has a page in one process */
static void show_amounts(struct proc_out *o, struct mm *mm,
		const struct vma *v)
{
	struct amounts a = amounts_of(mm, v);
	const struct { const char *name; uint32_t kib; } row[] = {
		{ "Size:", (v->end - v->start) / 1024 },
		{ "KernelPageSize:", PAGE_SIZE / 1024 },
		{ "MMUPageSize:", PAGE_SIZE / 1024 },
		{ "Rss:", a.rss / 1024 }, { "Pss:", a.pss / 1024 },
		{ "Shared_Clean:", 0 }, { "Shared_Dirty:", a.shared / 1024 },
		{ "Private_Clean:", (a.rss - a.dirty) / 1024 },
		{ "Private_Dirty:", (a.dirty - a.shared) / 1024 },
		{ "Referenced:", a.rss / 1024 },
		{ "Anonymous:", a.anonymous / 1024 }, { "Swap:", 0 },
		{ "SwapPss:", 0 }, { "Locked:", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		proc_printf(o, "%-16s %8u kB\n", row[i].name, row[i].kib);
}

int proc_smaps_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);
	struct vma *v;
	char *buf;

	if (!t)
		return -ESRCH;
	if (!t->mm)
		return 0;
	buf = kmalloc(PATH_MAX);
	if (!buf)
		return -ENOMEM;
	list_for_each(v, &t->mm->vmas, link) {
		proc_show_vma(o, v, buf);
		show_amounts(o, t->mm, v);
	}
	kfree(buf);
	return 0;
}

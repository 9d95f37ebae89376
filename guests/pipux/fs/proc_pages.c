/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: /proc/PID/smaps and pagemap, the pages that a process has. */
#include "proc.h"
#include <pipux/partition.h>
#include <linux/mman.h>

/* pagemap.rst of Linux.  Page numbers are not told to anybody */
#define PM_EXCLUSIVE	(1ull << 56)
#define PM_FILE		(1ull << 61)	/* or anonymous and shared */
#define PM_PRESENT	(1ull << 63)
#define PM_CHUNK	64u		/* entries at once */

/* Is the page one of the process's own, not of a file? */
static bool entry_own(uint32_t e)
{
	return (e & (PTE_OWN | PTE_CLEAN)) == PTE_OWN;
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

		if (!entry)		/* nor for the rest of its region */
			va |= (REGION_PAGES - 1) << PAGE_SHIFT;
		if (!entry || !*entry)
			continue;
		own = entry_own(*entry);
		sharers = entry_sharers(*entry);
		a.rss += PAGE_SIZE;
		a.pss += PAGE_SIZE / sharers;
		a.anonymous += own ? PAGE_SIZE : 0;
		a.dirty += own || (*entry & PTE_WRITE) ? PAGE_SIZE : 0;
		a.shared += sharers > 1 ? PAGE_SIZE : 0;
	}
	return a;
}

/* A row of a table that may have ten thousands: not left to printf */
static void show_kib(struct proc_out *o, const char *name, uint32_t kib)
{
	char line[] = "                          kB\n";
	char *p = line + 25;

	for (char *to = line; *name; )
		*to++ = *name++;
	do
		*--p = '0' + kib % 10;
	while (kib /= 10);
	proc_write(o, line, sizeof(line) - 1);
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
		{ "SwapPss:", 0 },
		{ "Locked:", v->flags & MAP_LOCKED ? a.pss / 1024 : 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		show_kib(o, row[i].name, row[i].kib);
}

/* proc(5), "VmFlags": what holds of the mapping, in Linux's order */
static void show_flags(struct proc_out *o, const struct vma *v)
{
	bool shared = v->flags & MAP_SHARED;
	const struct { char name[4]; bool holds; } flag[] = {
		{ "rd ", v->prot & PROT_READ }, { "wr ", v->prot & PROT_WRITE },
		{ "ex ", v->prot & PROT_EXEC }, { "sh ", shared },
		{ "mr ", true }, { "mw ", !shared || !v->file
			|| (v->file->mode & FMODE_WRITE) },
		{ "me ", true }, { "ms ", shared },
		{ "gd ", v->flags & VMA_STACK },
		{ "lo ", v->flags & MAP_LOCKED },
		{ "dc ", v->flags & VMA_DONTFORK },
		{ "wf ", v->flags & VMA_WIPEONFORK },
	};

	proc_write(o, "VmFlags: ", 9);
	for (size_t i = 0; i < ARRAY_SIZE(flag); i++)
		if (flag[i].holds)
			proc_write(o, flag[i].name, 3);
	proc_write(o, "\n", 1);
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
		show_flags(o, v);
	}
	kfree(buf);
	return 0;
}

static uint64_t pagemap_entry(struct mm *mm, uint32_t va)
{
	const uint32_t *entry = partition_entry(mm->part, va);

	if (!entry || !*entry)
		return 0;
	return PM_PRESENT | (entry_own(*entry) ? 0 : PM_FILE)
		| (entry_sharers(*entry) == 1 ? PM_EXCLUSIVE : 0);
}

static ssize_t pagemap_copy(struct mm *mm, struct iov *iov, loff_t *pos)
{
	uint64_t chunk[PM_CHUNK];
	size_t done = 0;

	while (iov->len && *pos / 8 < TASK_TOP >> PAGE_SHIFT) {
		uint32_t page = (uint32_t)(*pos / 8), i;
		uint32_t n = MIN(iov->len / 8, (size_t)PM_CHUNK);

		n = MIN(n, (TASK_TOP >> PAGE_SHIFT) - page);
		for (i = 0; i < n; i++)
			chunk[i] = pagemap_entry(mm, (page + i) << PAGE_SHIFT);
		if (iov_to(iov, chunk, n * 8))
			return done ? (ssize_t)done : -EFAULT;
		done += n * 8;
		*pos += n * 8;
	}
	return (ssize_t)done;
}

static ssize_t pagemap_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct task *t = proc_task_for_debugger(f);
	struct mm *mm;
	ssize_t n;

	if (IS_ERR(t))
		return PTR_ERR(t);
	if (!t || !t->mm)
		return 0;
	if (*pos < 0 || *pos % 8 || iov->len % 8)
		return -EINVAL;
	mm = mm_get(t->mm);
	n = pagemap_copy(mm, iov, pos);
	mm_put(mm);
	return n;
}

const struct file_ops proc_pagemap_fops = {
	.open = proc_debugger_open,
	.read = pagemap_read,
	.llseek = proc_address_llseek,
};

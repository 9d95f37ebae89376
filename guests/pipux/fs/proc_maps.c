/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: /proc/PID/maps. */
#include "proc.h"
#include <pipux/vdso.h>
#include <linux/mman.h>

#define PATH_COLUMN	49		/* as on 32-bit Linux */

static const char *vma_name(const struct vma *v, char *buf)
{
	char *path;

	if (vdso_is(v))
		return "[vdso]";
	if (v->file) {
		path = path_text(&v->file->path, buf, PATH_MAX, NULL);
		return IS_ERR(path) ? "?" : path;
	}
	if (v->flags & VMA_STACK)
		return "[stack]";
	return (v->flags & VMA_HEAP) ? "[heap]" : "";
}

void proc_show_vma(struct proc_out *o, const struct vma *v, char *buf)
{
	const struct inode *i = v->file && !vdso_is(v) ? v->file->inode
		: NULL;
	size_t start = o->len;
	const char *name;

	proc_printf(o, "%08x-%08x %c%c%c%c %08llx %02x:%02x %u", v->start,
		v->end, (v->prot & PROT_READ) ? 'r' : '-',
		(v->prot & PROT_WRITE) ? 'w' : '-',
		(v->prot & PROT_EXEC) ? 'x' : '-',
		(v->flags & MAP_SHARED) ? 's' : 'p',
		(unsigned long long)v->offset, i ? MAJOR(i->sb->dev) : 0,
		i ? MINOR(i->sb->dev) : 0, i ? i->ino : 0);
	name = vma_name(v, buf);
	if (*name)
		proc_printf(o, "%*s %s",
			(int)(PATH_COLUMN - 1 - (o->len - start)), "", name);
	proc_printf(o, "\n");
}

int proc_maps_show(struct proc_out *o, const struct proc_node *n)
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
	list_for_each(v, &t->mm->vmas, link)
		proc_show_vma(o, v, buf);
	kfree(buf);
	return 0;
}

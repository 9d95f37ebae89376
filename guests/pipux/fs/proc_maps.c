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

/* A number with at least so many digits: what is behind it */
static char *put_hex(char *p, uint64_t v, unsigned digits)
{
	while (digits < 16 && v >> 4 * digits)
		digits++;
	for (unsigned i = digits; i--; v >>= 4)
		p[i] = "0123456789abcdef"[v & 15];
	return p + digits;
}

static char *put_access(char *p, const struct vma *v)
{
	*p++ = (v->prot & PROT_READ) ? 'r' : '-';
	*p++ = (v->prot & PROT_WRITE) ? 'w' : '-';
	*p++ = (v->prot & PROT_EXEC) ? 'x' : '-';
	*p++ = (v->flags & MAP_SHARED) ? 's' : 'p';
	return p;
}

/* The device and its inode */
static char *put_inode(char *p, const struct inode *i)
{
	char ino[12];
	int n = snprintf(ino, sizeof(ino), "%u", i->ino);

	p = put_hex(p, MAJOR(i->sb->dev), 2);
	*p++ = ':';
	p = put_hex(p, MINOR(i->sb->dev), 2);
	*p++ = ' ';
	memcpy(p, ino, n);
	return p + n;
}

static const char no_inode[] = "00:00 0";

/*
 * A process may have thousands of mappings: this is not left to printf, which
 * takes ten times as long.
 */
void proc_show_vma(struct proc_out *o, const struct vma *v, char *buf)
{
	char line[80], *p = line;
	const char *name = vma_name(v, buf);

	p = put_hex(p, v->start, 8);
	*p++ = '-';
	p = put_hex(p, v->end, 8);
	*p++ = ' ';
	p = put_access(p, v);
	*p++ = ' ';
	p = put_hex(p, (uint64_t)v->offset, 8);
	*p++ = ' ';
	if (v->file && !vdso_is(v)) {
		p = put_inode(p, v->file->inode);
	} else {
		memcpy(p, no_inode, sizeof(no_inode) - 1);
		p += sizeof(no_inode) - 1;
	}
	if (*name)
		do
			*p++ = ' ';
		while (p < line + PATH_COLUMN);
	proc_write(o, line, p - line);
	proc_write(o, name, strlen(name));
	proc_write(o, "\n", 1);
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

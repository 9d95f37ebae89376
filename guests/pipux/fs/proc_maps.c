/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: /proc/PID/maps and the lists of mounts. */
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
		path = dentry_path(v->file->dentry, buf, PATH_MAX);
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

static void show_flags(struct proc_out *o, const struct super_block *sb)
{
	static const struct { uint32_t flag; const char *name; } names[] = {
		{ MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" },
		{ MS_NOEXEC, ",noexec" }, { MS_NOATIME, ",noatime" },
	};

	proc_printf(o, "%s", (sb->flags & MS_RDONLY) ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (sb->flags & names[i].flag)
			proc_printf(o, "%s", names[i].name);
	if (!(sb->flags & MS_NOATIME))
		proc_printf(o, ",relatime");
}

/* Calls show for each mount that current can see, with its path */
static int each_mount(struct proc_out *o, void (*show)(struct proc_out *,
		const struct super_block *, const char *path))
{
	char *buf = kmalloc(PATH_MAX), *path;
	struct super_block *sb;

	if (!buf)
		return -ENOMEM;
	list_for_each(sb, &all_mounts, link) {
		path = dentry_path(sb->root, buf, PATH_MAX);
		if (!IS_ERR(path) && *path == '/')
			show(o, sb, path);
	}
	kfree(buf);
	return 0;
}

static void show_mount(struct proc_out *o, const struct super_block *sb,
		const char *path)
{
	proc_printf(o, "%s %s %s ", sb->source, path, sb->type->name);
	show_flags(o, sb);
	proc_printf(o, " 0 0\n");
}

int proc_mounts_show(struct proc_out *o, const struct proc_node *n)
{
	return each_mount(o, show_mount);
}

static void show_mountinfo(struct proc_out *o, const struct super_block *sb,
		const char *path)
{
	const struct super_block *up = sb->root->covers
		? sb->root->covers->sb : sb;

	proc_printf(o, "%u %u %u:%u / %s ", sb->dev, up->dev, MAJOR(sb->dev),
		MINOR(sb->dev), path);
	show_flags(o, sb);
	proc_printf(o, " - %s %s %s\n", sb->type->name, sb->source,
		(sb->flags & MS_RDONLY) ? "ro" : "rw");
}

static void show_mountstats(struct proc_out *o, const struct super_block *sb,
		const char *path)
{
	proc_printf(o, "device %s mounted on %s with fstype %s\n",
		sb->source, path, sb->type->name);
}

int proc_mountstats_show(struct proc_out *o, const struct proc_node *n)
{
	return each_mount(o, show_mountstats);
}

int proc_mountinfo_show(struct proc_out *o, const struct proc_node *n)
{
	return each_mount(o, show_mountinfo);
}

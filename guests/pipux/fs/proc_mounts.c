/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: the lists of mounts, in the formats of proc(5). */
#include "proc.h"

struct flag_name {
	uint32_t flag;
	const char *name;
};

static void show_names(struct proc_out *o, const struct flag_name *names,
		size_t n, uint32_t flags)
{
	for (size_t i = 0; i < n; i++)
		if (flags & names[i].flag)
			proc_printf(o, ",%s", names[i].name);
}

static void show_mount_flags(struct proc_out *o, uint32_t flags)
{
	static const struct flag_name names[] = {
		{ MS_NOSUID, "nosuid" }, { MS_NODEV, "nodev" },
		{ MS_NOEXEC, "noexec" }, { MS_NOATIME, "noatime" },
		{ MS_NODIRATIME, "nodiratime" }, { MS_RELATIME, "relatime" },
		{ MS_NOSYMFOLLOW, "nosymfollow" },
	};

	show_names(o, names, ARRAY_SIZE(names), flags);
}

static void show_super_flags(struct proc_out *o, const struct super_block *sb)
{
	static const struct flag_name names[] = {
		{ MS_SYNCHRONOUS, "sync" }, { MS_DIRSYNC, "dirsync" },
		{ MS_MANDLOCK, "mand" }, { MS_LAZYTIME, "lazytime" },
	};

	show_names(o, names, ARRAY_SIZE(names), sb->flags);
}

/* White space and backslashes are octal, so that fields stay apart */
static void show_name(struct proc_out *o, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t\n\\#", *s))
			proc_printf(o, "\\%03o", *s);
		else
			proc_printf(o, "%c", *s);
	}
}

typedef void (*show_fn)(struct proc_out *o, const struct mount *m,
	const char *path, char *buf, const struct path *root);

static void show_each(struct proc_out *o, const struct task *t, show_fn show,
		char *buf)
{
	const struct path *root = &t->fs->root;
	struct mount *m;
	char *path;
	bool seen;

	list_for_each(m, &t->mount_ns->mounts, link) {
		struct path on = { m, m->root };

		/* what it covers, if anything: its own root may be deleted */
		if (!path_same(&on, root))
			(void)path_up(&on);
		path = path_text_from(root, &on, buf, PATH_MAX, &seen);
		if (!IS_ERR(path) && seen)
			show(o, m, path, buf + PATH_MAX, root);
	}
}

/* Calls show for each mount that the process can see, with its path */
static int each_mount(struct proc_out *o, const struct proc_node *n,
		show_fn show)
{
	const struct task *t = proc_task(n);
	char *buf;

	if (!t || !t->fs || !t->mount_ns)
		return -EINVAL;
	buf = kmalloc(2 * PATH_MAX);
	if (!buf)
		return -ENOMEM;
	show_each(o, t, show, buf);
	kfree(buf);
	return 0;
}

static void show_mount(struct proc_out *o, const struct mount *m,
		const char *path, char *buf, const struct path *root)
{
	show_name(o, m->source);
	proc_printf(o, " ");
	show_name(o, path);
	proc_printf(o, " %s %s", m->sb->type->name,
		mount_read_only(m) ? "ro" : "rw");
	show_super_flags(o, m->sb);
	show_mount_flags(o, m->flags);
	proc_printf(o, " 0 0\n");
}

int proc_mounts_show(struct proc_out *o, const struct proc_node *n)
{
	return each_mount(o, n, show_mount);
}

/* proc(5): shared, master, propagate_from, unbindable */
static void show_peers(struct proc_out *o, const struct mount *m,
		const struct path *root)
{
	uint32_t from;

	if (m->shared)
		proc_printf(o, " shared:%u", m->group);
	if (m->master) {
		proc_printf(o, " master:%u", m->master->group);
		from = mount_dominator(m, root);
		if (from && from != m->master->group)
			proc_printf(o, " propagate_from:%u", from);
	}
	if (m->unbindable)
		proc_printf(o, " unbindable");
}

static void show_mountinfo(struct proc_out *o, const struct mount *m,
		const char *path, char *buf, const struct path *root)
{
	const struct super_block *sb = m->sb;
	const char *top = mount_root_text(m, buf, PATH_MAX);

	proc_printf(o, "%u %u %u:%u ", m->id,
		m->parent ? m->parent->id : m->id, MAJOR(sb->dev),
		MINOR(sb->dev));
	show_name(o, IS_ERR(top) ? "?" : top);
	proc_printf(o, " ");
	show_name(o, path);
	proc_printf(o, (m->flags & MS_RDONLY) ? " ro" : " rw");
	show_mount_flags(o, m->flags);
	show_peers(o, m, root);
	proc_printf(o, " - %s ", sb->type->name);
	show_name(o, m->source);
	proc_printf(o, (sb->flags & MS_RDONLY) ? " ro" : " rw");
	show_super_flags(o, sb);
	proc_printf(o, "\n");
}

int proc_mountinfo_show(struct proc_out *o, const struct proc_node *n)
{
	return each_mount(o, n, show_mountinfo);
}

static void show_mountstats(struct proc_out *o, const struct mount *m,
		const char *path, char *buf, const struct path *root)
{
	proc_printf(o, "device %s mounted on %s with fstype %s\n",
		m->source, path, m->sb->type->name);
}

int proc_mountstats_show(struct proc_out *o, const struct proc_node *n)
{
	return each_mount(o, n, show_mountstats);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: the directories of processes, threads and their descriptors. */
#include "proc.h"

static const struct proc_entry tid_entry, fd_entry, fdinfo_entry;

/* A thread that still counts, NULL otherwise */
struct task *proc_task(const struct proc_node *n)
{
	return task_by_tid(n->tid);
}

/* /proc/self and /proc/thread-self */
int proc_self_read(const struct proc_node *n, char *buf, size_t size)
{
	return snprintf(buf, size, "%d", current->process->pid);
}

int proc_thread_self_read(const struct proc_node *n, char *buf, size_t size)
{
	return snprintf(buf, size, "%d/task/%d", current->process->pid,
		current->tid);
}

/* exe, cwd, root */
static int exe_follow(const struct proc_node *n, struct path *to)
{
	struct task *t = proc_task(n);

	if (!t || !t->mm || !t->mm->exe)
		return -ENOENT;
	*to = path_get(&t->mm->exe->path);
	return 0;
}

static int cwd_follow(const struct proc_node *n, struct path *to)
{
	struct task *t = proc_task(n);

	if (!t || !t->fs)
		return -ENOENT;
	*to = path_get(&t->fs->cwd);
	return 0;
}

static int root_follow(const struct proc_node *n, struct path *to)
{
	struct task *t = proc_task(n);

	if (!t || !t->fs)
		return -ENOENT;
	*to = path_get(&t->fs->root);
	return 0;
}

/* /proc/PID/ns */
static int ns_follow(const struct proc_node *n, struct path *to)
{
	struct task *t = proc_task(n);

	return t && t->mount_ns ? mount_ns_path(t->mount_ns, to) : -ENOENT;
}

static const struct proc_entry ns_entries[] = {
	{ "mnt", S_IFLNK | 0777, .follow = ns_follow },
	{ 0 },
};

/* /proc/PID/fd */
static struct file *node_file(const struct proc_node *n)
{
	struct task *t = proc_task(n);

	return t && t->files ? files_lookup(t->files, n->fd) : NULL;
}

static int fd_follow(const struct proc_node *n, struct path *to)
{
	struct file *f = node_file(n);

	if (!f)
		return -ENOENT;
	*to = path_get(&f->path);
	file_put(f);
	return 0;
}

static struct inode *fd_lookup(struct inode *dir, const char *name)
{
	struct proc_node n = *proc_node(dir);
	struct inode *inode;
	struct file *f;

	n.fd = proc_number(name);
	f = n.fd < 0 ? NULL : node_file(&n);
	if (!f)
		return ERR_PTR(-ENOENT);
	inode = proc_inode(dir->sb, n.entry->value ? &fdinfo_entry : &fd_entry,
		n.tid, n.fd);
	if (!IS_ERR(inode) && !n.entry->value)
		inode->mode = S_IFLNK
			| ((f->mode & FMODE_READ) ? 0500 : 0)
			| ((f->mode & FMODE_WRITE) ? 0300 : 0);
	file_put(f);
	return inode;
}

static int fd_iterate(struct file *f, struct dir_context *ctx)
{
	struct task *t = proc_task(proc_node(f->inode));
	char name[12];
	int fd;

	if (!t)
		return -ENOENT;
	if (!dir_emit_dots(f, ctx) || !t->files)
		return 0;
	while ((fd = files_next(t->files, f->pos - 2)) >= 0) {
		int len = snprintf(name, sizeof(name), "%d", fd);

		if (!ctx->emit(ctx, name, len, f->inode->ino + 1 + fd,
				proc_node(f->inode)->entry->value
				? MODE_DT(S_IFREG) : MODE_DT(S_IFLNK), fd + 3))
			break;
		f->pos = fd + 3;
	}
	return 0;
}

/* Whose the directory is, and for whom, is the process's to say */
static struct inode *immutable(struct inode *inode)
{
	if (!IS_ERR(inode))
		inode->immutable = true;
	return inode;
}

/* /proc/PID/task */
static struct inode *task_lookup(struct inode *dir, const char *name)
{
	struct task *owner = proc_task(proc_node(dir));
	struct task *t = task_by_tid(proc_number(name));

	if (!t || !owner || t->process != owner->process)
		return ERR_PTR(-ENOENT);
	return immutable(proc_inode(dir->sb, &tid_entry, t->tid, -1));
}

static struct task *next_thread(struct process *p, int from)
{
	struct task *t, *best = NULL;

	list_for_each(t, &p->threads, thread_link)
		if (t->tid >= from && (!best || t->tid < best->tid))
			best = t;
	return best;
}

static bool emit_number(struct file *f, struct dir_context *ctx, int n,
		loff_t base)
{
	char name[12];
	int len = snprintf(name, sizeof(name), "%d", n);

	if (!ctx->emit(ctx, name, len, f->inode->ino + n, MODE_DT(S_IFDIR),
			base + n + 1))
		return false;
	f->pos = base + n + 1;
	return true;
}

static int task_iterate(struct file *f, struct dir_context *ctx)
{
	struct task *owner = proc_task(proc_node(f->inode)), *t;

	if (!owner)
		return -ENOENT;
	if (!dir_emit_dots(f, ctx))
		return 0;
	while ((t = next_thread(owner->process, f->pos - 2)))
		if (!emit_number(f, ctx, t->tid, 2))
			break;
	return 0;
}

/* /proc/PID */
static struct inode *pid_dir_lookup(struct inode *dir, const char *name)
{
	if (!proc_task(proc_node(dir)))
		return ERR_PTR(-ENOENT);
	return proc_lookup_in(dir, proc_node(dir)->entry->children, name);
}

static int pid_dir_iterate(struct file *f, struct dir_context *ctx)
{
	if (!proc_task(proc_node(f->inode)))
		return -ENOENT;
	proc_emit_list(f, ctx, proc_node(f->inode)->entry->children);
	return 0;
}

static const struct inode_ops fd_dir_ops = { .lookup = fd_lookup },
	task_dir_ops = { .lookup = task_lookup },
	pid_dir_ops = { .lookup = pid_dir_lookup };
static const struct file_ops
	fd_dir_fops = {
		.iterate = fd_iterate, .llseek = dir_llseek,
		.fsync = proc_no_fsync,
	},
	task_dir_fops = {
		.iterate = task_iterate, .llseek = dir_llseek,
		.fsync = proc_no_fsync,
	},
	pid_dir_fops = {
		.iterate = pid_dir_iterate, .llseek = dir_llseek,
		.fsync = proc_no_fsync,
	};

static const struct proc_entry fd_entry = {
	.name = "", .mode = S_IFLNK | 0700, .follow = fd_follow,
};
static const struct proc_entry fdinfo_entry = {
	.name = "", .mode = S_IFREG | 0400, .show = proc_fdinfo_show,
};

/* A process has "task", a thread has all the rest: it comes first */
static const struct proc_entry pid_entries[] = {
	{ "task", S_IFDIR | 0555, .ops = &task_dir_ops,
		.fops = &task_dir_fops },
	{ "fd", S_IFDIR | 0500, .ops = &fd_dir_ops, .fops = &fd_dir_fops },
	{ "fdinfo", S_IFDIR | 0500, .ops = &fd_dir_ops, .fops = &fd_dir_fops,
		.value = true },
	{ "stat", S_IFREG | 0444, .show = proc_stat_show },
	{ "status", S_IFREG | 0444, .show = proc_status_show },
	{ "statm", S_IFREG | 0444, .show = proc_statm_show },
	{ "comm", S_IFREG | 0644, .show = proc_comm_show,
		.store = proc_comm_store },
	{ "cmdline", S_IFREG | 0444, .show = proc_cmdline_show },
	{ "environ", S_IFREG | 0400, .show = proc_environ_show,
		.secret = true },
	{ "auxv", S_IFREG | 0400, .show = proc_auxv_show,
		.secret = true },
	{ "wchan", S_IFREG | 0444, .show = proc_wchan_show },
	{ "personality", S_IFREG | 0400, .show = proc_personality_show,
		.secret = true },
	{ "mem", S_IFREG | 0600, .fops = &proc_mem_fops },
	{ "timerslack_ns", S_IFREG | 0444, .show = proc_timerslack_show },
	{ "syscall", S_IFREG | 0400, .show = proc_syscall_show },
	{ "pagemap", S_IFREG | 0400, .fops = &proc_pagemap_fops },
	{ "maps", S_IFREG | 0444, .show = proc_maps_show,
		.secret = true },
	{ "smaps", S_IFREG | 0444, .show = proc_smaps_show,
		.secret = true },
	{ "limits", S_IFREG | 0444, .show = proc_limits_show },
	{ "io", S_IFREG | 0400, .show = proc_io_show,
		.secret = true },
	{ "net", S_IFDIR | 0555, .children = proc_net_entries },
	{ "mounts", S_IFREG | 0444, .show = proc_mounts_show,
		.fops = &proc_mounts_fops },
	{ "mountinfo", S_IFREG | 0444, .show = proc_mountinfo_show,
		.fops = &proc_mounts_fops },
	{ "mountstats", S_IFREG | 0400, .show = proc_mountstats_show },
	{ "oom_score", S_IFREG | 0444, .show = proc_zero_show },
	{ "oom_score_adj", S_IFREG | 0644, .show = proc_oom_adj_show,
		.store = proc_oom_adj_store },
	{ "exe", S_IFLNK | 0777, .follow = exe_follow },
	{ "cwd", S_IFLNK | 0777, .follow = cwd_follow },
	{ "root", S_IFLNK | 0777, .follow = root_follow },
	{ "ns", S_IFDIR | 0511, .children = ns_entries },
	{ 0 },
};

static const struct proc_entry tid_entry = {
	.name = "", .mode = S_IFDIR | 0555, .children = pid_entries + 1,
	.ops = &pid_dir_ops, .fops = &pid_dir_fops,
};

static const struct proc_entry pid_entry = {
	.name = "", .mode = S_IFDIR | 0555, .children = pid_entries,
	.ops = &pid_dir_ops, .fops = &pid_dir_fops,
};

struct inode *proc_pid_lookup(struct inode *dir, const char *name)
{
	struct task *t = task_by_tid(proc_number(name));

	if (!t || !t->process)
		return ERR_PTR(-ENOENT);
	return immutable(proc_inode(dir->sb, &pid_entry, t->tid, -1));
}

int proc_file_pid(const struct file *f)
{
	return f->ops == &pid_dir_fops
		&& proc_node(f->inode)->entry == &pid_entry
		? proc_node(f->inode)->tid : 0;
}

static struct process *next_process(int from)
{
	struct process *p, *best = NULL;

	list_for_each(p, &all_processes, all_link)
		if (p->pid >= from && (!best || p->pid < best->pid))
			best = p;
	return best;
}

int proc_pid_iterate(struct file *f, struct dir_context *ctx, loff_t base)
{
	int from = f->pos < base ? 1 : (int)(f->pos - base);
	struct process *p;

	for (; (p = next_process(from)); from = p->pid + 1)
		if (!emit_number(f, ctx, p->pid, base))
			break;
	return 0;
}

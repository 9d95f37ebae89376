/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs: what debuggers and administrators look at or set in /proc/PID:
 * comm, oom_score_adj, auxv, wchan, personality, fdinfo.
 */
#include "proc.h"
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

int proc_timerslack_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	proc_printf(o, "%u\n", t->timer_slack);
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

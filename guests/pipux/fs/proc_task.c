/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: what /proc/PID/ says of a process or thread (proc(5)). */
#include "proc.h"
#include <pipux/ptrace.h>
#include <pipux/resource.h>
#include <pipux/seccomp.h>
#include <pipux/tty.h>

/* Of the flags, which are Linux's own affair, the one that programs ask for */
#define PF_KTHREAD	0x00200000u
#define TICK_NS		(1000000000u / HZ)

/* The directory of a process shows the whole group, that of a thread one */
static void times_of(struct task *t, bool group, uint64_t *u, uint64_t *s)
{
	if (group) {
		process_times(t->process, u, s);
		return;
	}
	task_account(t);
	*u = t->utime;
	*s = t->stime;
}

static bool is_leader(const struct task *t)
{
	return t->process->leader == t;
}

/* The first process and kernel threads are their own parents, and have none */
static int parent_pid(const struct process *p)
{
	return p->parent && p->parent != p ? p->parent->pid : 0;
}

static char state_letter(const struct task *t)
{
	static const char letter[] = { 'R', 'S', 'D', 'T', 't', 'Z' };

	if (t == current)
		return 'R';
	return letter[t->state];
}

static const char *state_name(char letter)
{
	switch (letter) {
	case 'R':
		return "running";
	case 'S':
		return "sleeping";
	case 'D':
		return "disk sleep";
	case 'T':
		return "stopped";
	case 't':
		return "tracing stop";
	}
	return "zombie";
}

/* Pages in mappings */
uint32_t vma_pages(struct mm *mm)
{
	struct vma *v;
	uint32_t n = 0;

	list_for_each(v, &mm->vmas, link)
		n += (v->end - v->start) >> PAGE_SHIFT;
	return n;
}

struct sets {				/* of signals */
	ksigset_t ignored, caught;
};

static void signal_sets(const struct task *t, struct sets *s)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; t->sighand && i < 64; i++) {
		uint32_t h = t->sighand->action[i].handler;
		ksigset_t *set = h == 1 ? &s->ignored : &s->caught;

		if (h)
			set->sig[i / 32] |= 1u << i % 32;
	}
}

static uint32_t ticks(uint64_t ns)
{
	return ns_div(ns, TICK_NS);
}

/* proc(5), /proc/PID/stat: 52 numbers */
int proc_stat_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);
	struct process *p = t ? t->process : NULL;
	struct mm *mm = t ? t->mm : NULL;
	struct sets sets;
	uint64_t u, s;

	if (!p)
		return -ESRCH;
	times_of(t, is_leader(t), &u, &s);
	signal_sets(t, &sets);
	proc_printf(o, "%d (%s) %c %d %d %d %u %d %u %u 0 %u 0 ", t->tid,
		t->comm, state_letter(t), parent_pid(p),
		p->pgrp, p->session, p->tty ? tty_dev(p->tty) : 0,
		p->tty ? tty_pgrp(p->tty) : -1, p->kernel ? PF_KTHREAD : 0,
		p->min_flt, p->maj_flt);
	proc_printf(o, "%u %u %u %u %d %d %d 0 %u ", ticks(u), ticks(s),
		ticks(p->cutime), ticks(p->cstime), t->rt_own ? -1 - t->rt_own
		: 20 + t->nice, t->nice,
		p->nr_threads, ticks(p->start_time));
	proc_printf(o, "%u %u %lu ", mm ? vma_pages(mm) * PAGE_SIZE : 0,
		mm ? mm->nr_pages : 0,
		(unsigned long)p->limits[RLIMIT_RSS].rlim_cur);
	proc_printf(o, "0 0 %u 0 0 ", mm ? mm->start_stack : 0);
	proc_printf(o, "%u %u %u %u 0 0 0 %d 0 %u %u 0 0 0 ",
		t->pending.set.sig[0] | p->pending.set.sig[0],
		t->blocked.sig[0], sets.ignored.sig[0], sets.caught.sig[0],
		p->exit_signal, rt_priority(t), t->policy);
	proc_printf(o, "0 0 %u %u %u %u %u %d\n", mm ? mm->brk_start : 0,
		mm ? mm->arg_start : 0, mm ? mm->arg_end : 0,
		mm ? mm->env_start : 0, mm ? mm->env_end : 0, p->exit_code);
	return 0;
}

/* Resident and virtual sizes by kind, in pages */
struct sizes {
	uint32_t total, data, stack, text;
};

static void sizes_of(struct mm *mm, struct sizes *z)
{
	struct vma *v;

	memset(z, 0, sizeof(*z));
	list_for_each(v, &mm->vmas, link) {
		uint32_t n = (v->end - v->start) >> PAGE_SHIFT;

		z->total += n;
		if (v->flags & VMA_STACK)
			z->stack += n;
		else if (v->prot & 2 /* PROT_WRITE */)
			z->data += n;
		else if (v->prot & 4 /* PROT_EXEC */)
			z->text += n;
	}
}

int proc_statm_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);
	struct sizes z = { 0 };

	if (!t)
		return -ESRCH;
	if (t->mm)
		sizes_of(t->mm, &z);
	proc_printf(o, "%u %u %u %u 0 %u 0\n", z.total,
		t->mm ? t->mm->nr_pages : 0,
		t->mm ? t->mm->nr_pages - t->mm->nr_private : 0,
		z.text, z.data + z.stack);
	return 0;
}

#define KIB(pages)	((pages) * (PAGE_SIZE / 1024))

static void status_memory(struct proc_out *o, struct mm *mm)
{
	struct sizes z;

	sizes_of(mm, &z);
	proc_printf(o, "VmPeak:\t%8u kB\nVmSize:\t%8u kB\nVmLck:\t%8u kB\n"
		"VmHWM:\t%8u kB\nVmRSS:\t%8u kB\nRssAnon:\t%8u kB\n"
		"RssFile:\t%8u kB\nRssShmem:\t       0 kB\nVmData:\t%8u kB\n"
		"VmStk:\t%8u kB\nVmExe:\t%8u kB\nVmLib:\t       0 kB\n"
		"VmSwap:\t       0 kB\n", KIB(z.total), KIB(z.total),
		KIB(pages_locked(mm, 0, TASK_TOP)),
		KIB(mm_peak(mm)), KIB(mm->nr_pages), KIB(mm->nr_private),
		KIB(mm->nr_pages - mm->nr_private), KIB(z.data),
		KIB(z.stack), KIB(z.text));
}

static void show_set(struct proc_out *o, const char *name,
		const ksigset_t *set)
{
	proc_printf(o, "%s:\t%08x%08x\n", name, set->sig[1], set->sig[0]);
}

static void status_signals(struct proc_out *o, const struct task *t)
{
	struct sets s;

	signal_sets(t, &s);
	show_set(o, "SigPnd", &t->pending.set);
	show_set(o, "ShdPnd", &t->process->pending.set);
	show_set(o, "SigBlk", &t->blocked);
	show_set(o, "SigIgn", &s.ignored);
	show_set(o, "SigCgt", &s.caught);
}

static void status_capabilities(struct proc_out *o,
		const struct credentials *c)
{
	proc_printf(o, "CapInh:\t%016llx\nCapPrm:\t%016llx\n"
		"CapEff:\t%016llx\nCapBnd:\t%016llx\nCapAmb:\t%016llx\n",
		c->inheritable, c->permitted, c->effective, c->bounding,
		c->ambient);
}

int proc_status_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);
	const struct credentials *c = t ? &t->cred : NULL;
	struct process *p;
	char letter;

	if (!t)
		return -ESRCH;
	p = t->process;
	letter = state_letter(t);
	proc_printf(o, "Name:\t%s\nUmask:\t%04o\nState:\t%c (%s)\n", t->comm,
		t->fs ? t->fs->umask : 0, letter, state_name(letter));
	proc_printf(o, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\n"
		"TracerPid:\t%d\n", p->pid, t->tid, parent_pid(p),
		t->ptrace ? t->ptrace->tracer->tid : 0);
	proc_printf(o, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", c->uid,
		c->euid, c->suid, c->fsuid, c->gid, c->egid, c->sgid,
		c->fsgid);
	proc_printf(o, "FDSize:\t64\nGroups:\t");
	for (uint32_t i = 0; c->groups && i < c->groups->n; i++)
		proc_printf(o, "%u ", c->groups->id[i]);
	proc_printf(o, "\n");
	if (t->mm)
		status_memory(o, t->mm);
	proc_printf(o, "Threads:\t%d\n", p->nr_threads);
	status_signals(o, t);
	status_capabilities(o, c);
	proc_printf(o, "NoNewPrivs:\t%d\nSeccomp:\t%d\n"
		"Seccomp_filters:\t%u\n", t->no_new_privs, t->seccomp_mode,
		seccomp_filters(t));
	proc_printf(o, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\n"
		"voluntary_ctxt_switches:\t%u\n"
		"nonvoluntary_ctxt_switches:\t%u\n", t->switches,
		t->preempted);
	return 0;
}

int proc_comm_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	proc_printf(o, "%s\n", t->comm);
	return 0;
}

/* A range of the process's memory; nothing if it has none any more */
static int show_range(struct proc_out *o, struct mm *mm, uint32_t start,
		uint32_t end)
{
	uint32_t n = end - start;
	long rc = 0;

	if (end <= start)
		return 0;
	if (o->len + n <= o->size) {
		mm_get(mm);		/* the page may have to be read */
		rc = copy_from_mm(mm, o->buf + o->len, start, n);
		mm_put(mm);
	}
	if (rc)
		return -EIO;
	o->len += n;
	return 0;
}

int proc_cmdline_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	return t->mm ? show_range(o, t->mm, t->mm->arg_start, t->mm->arg_end)
		: 0;
}

int proc_environ_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	return t->mm ? show_range(o, t->mm, t->mm->env_start, t->mm->env_end)
		: 0;
}

int proc_limits_show(struct proc_out *o, const struct proc_node *n)
{
	static const struct { const char *name, *unit; } row[RLIM_NLIMITS] = {
		{ "Max cpu time", "seconds" }, { "Max file size", "bytes" },
		{ "Max data size", "bytes" }, { "Max stack size", "bytes" },
		{ "Max core file size", "bytes" },
		{ "Max resident set", "bytes" },
		{ "Max processes", "processes" }, { "Max open files", "files" },
		{ "Max locked memory", "bytes" },
		{ "Max address space", "bytes" }, { "Max file locks", "locks" },
		{ "Max pending signals", "signals" },
		{ "Max msgqueue size", "bytes" }, { "Max nice priority", "" },
		{ "Max realtime priority", "" },
		{ "Max realtime timeout", "us" },
	};
	struct task *t = proc_task(n);

	if (!t)
		return -ESRCH;
	proc_printf(o, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
		"Hard Limit", "Units");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		const struct rlimit *l = &t->process->limits[i];

		proc_printf(o, "%-25s ", row[i].name);
		if (l->rlim_cur == RLIM_INFINITY)
			proc_printf(o, "%-20s ", "unlimited");
		else
			proc_printf(o, "%-20lu ", (unsigned long)l->rlim_cur);
		if (l->rlim_max == RLIM_INFINITY)
			proc_printf(o, "%-20s ", "unlimited");
		else
			proc_printf(o, "%-20lu ", (unsigned long)l->rlim_max);
		proc_printf(o, "%-10s\n", row[i].unit);
	}
	return 0;
}

/* LIMIT: not counted */
int proc_io_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\n"
		"read_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n");
	return 0;
}

int proc_zero_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "0\n");
	return 0;
}

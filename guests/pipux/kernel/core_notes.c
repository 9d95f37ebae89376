/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The notes of a core file (core(5), elf(5)), as debuggers read those of
 * i386: NT_PRSTATUS and the x87 and SSE registers of each thread, and once
 * NT_PRPSINFO, NT_SIGINFO, NT_AUXV, NT_FILE.
 *
 * Invariant: nothing sleeps from the measuring of the notes to their end, so
 * threads and mappings stay as they are.
 */
#include "core_notes.h"
#include <pipux/fs.h>
#include <pipux/partition.h>
#include <pipux/printk.h>
#include <pipux/ptrace.h>
#include <pipux/vdso.h>
#include <asm/ptrace.h>
#include <asm/siginfo.h>
#include <linux/elf.h>

#define ARGS_SIZE		80
#define NSEC_PER_USEC		1000

struct prstatus {
	int signo, code, errno_;
	int16_t cursig, pad;
	uint32_t pending, held;
	int pid, ppid, pgrp, session;
	struct { int32_t sec, usec; } utime, stime, cutime, cstime;
	struct pt_regs regs;
	int fpu_valid;
};

struct prpsinfo {
	char state, letter, zombie, nice;
	uint32_t flags;
	uint16_t uid, gid;
	int pid, ppid, pgrp, session;
	char name[16], args[ARGS_SIZE];
};

_Static_assert(sizeof(struct prstatus) == 144, "elf_prstatus of i386");
_Static_assert(sizeof(struct prpsinfo) == 124, "elf_prpsinfo of i386");

/* Written twice: to be measured while buf is NULL, then for good */
struct notes {
	uint8_t *buf;
	size_t len;
};

static void put(struct notes *n, const void *data, size_t len)
{
	if (n->buf)
		memcpy(n->buf + n->len, data, len);
	n->len += len;
}

static void pad(struct notes *n)
{
	static const uint8_t zeros[4];

	put(n, zeros, -n->len & 3);
}

static void put_header(struct notes *n, const char *owner, uint32_t type,
		size_t len)
{
	Elf32_Nhdr h = { strlen(owner) + 1, len, type };

	put(n, &h, sizeof(h));
	put(n, owner, h.n_namesz);
	pad(n);
}

static void put_note(struct notes *n, const char *owner, uint32_t type,
		const void *data, size_t len)
{
	put_header(n, owner, type, len);
	put(n, data, len);
	pad(n);
}

#define TIMEVAL(ns)	{ ns_div(ns, 1000000000), \
	ns_div(ns, NSEC_PER_USEC) % 1000000 }

static void put_status(struct notes *n, struct task *t,
		const struct ksiginfo *info)
{
	const struct process *p = t->process;
	struct prstatus s = {
		.signo = info->signo, .code = info->code,
		.cursig = info->signo,
		.pending = t->pending.set.sig[0], .held = t->blocked.sig[0],
		.pid = t->tid, .ppid = p->parent->pid, .pgrp = p->pgrp,
		.session = p->session, .utime = TIMEVAL(t->utime),
		.stime = TIMEVAL(t->stime), .cutime = TIMEVAL(p->cutime),
		.cstime = TIMEVAL(p->cstime), .fpu_valid = 1,
	};

	(void)regset_get(t, NT_PRSTATUS, &s.regs);
	put_note(n, "CORE", NT_PRSTATUS, &s, sizeof(s));
}

static void put_fpu(struct notes *n, struct task *t)
{
	uint32_t image[REGSET_MAX / 4];

	put_note(n, "CORE", NT_PRFPREG, image,
		(size_t)regset_get(t, NT_PRFPREG, image));
	put_note(n, "LINUX", NT_PRXFPREG, image,
		(size_t)regset_get(t, NT_PRXFPREG, image));
}

/* May sleep: the program may have mapped a file where its arguments were */
static struct prpsinfo process_info(void)
{
	const struct process *p = current->process;
	const struct mm *mm = current->mm;
	struct prpsinfo i = {
		.letter = 'R', .nice = current->nice,
		.uid = current->cred.uid, .gid = current->cred.gid,
		.pid = p->pid, .ppid = p->parent->pid, .pgrp = p->pgrp,
		.session = p->session,
	};
	size_t len = MIN(mm->arg_end - mm->arg_start, ARGS_SIZE - 1u);

	memcpy(i.name, current->comm, sizeof(i.name));
	if (copy_from_user(i.args, (void *)mm->arg_start, len))
		len = 0;
	for (size_t k = 0; k < len; k++)
		if (!i.args[k])
			i.args[k] = ' ';
	return i;
}

static const char *file_name(const struct vma *v, char *buf)
{
	char *path = path_text(&v->file->path, buf, PATH_MAX, NULL);

	return IS_ERR(path) ? "?" : path;
}

static bool has_name(const struct vma *v)
{
	return v->file && !vdso_is(v);
}

/* NT_FILE: how many, the page size, the places, the names; buf: PATH_MAX */
static void put_files(struct notes *n, char *buf)
{
	uint32_t head[2] = { 0, PAGE_SIZE };
	size_t names = 0;
	struct vma *v;

	list_for_each(v, &current->mm->vmas, link) {
		if (!has_name(v))
			continue;
		head[0]++;
		names += strlen(file_name(v, buf)) + 1;
	}
	put_header(n, "CORE", NT_FILE, sizeof(head) + head[0] * 12 + names);
	put(n, head, sizeof(head));
	list_for_each(v, &current->mm->vmas, link) {
		uint32_t place[3] = { v->start, v->end,
			v->offset >> PAGE_SHIFT };

		if (has_name(v))
			put(n, place, sizeof(place));
	}
	list_for_each(v, &current->mm->vmas, link) {
		const char *name;

		if (!has_name(v))
			continue;
		name = file_name(v, buf);
		put(n, name, strlen(name) + 1);
	}
	pad(n);
}

static void put_all(struct notes *n, const struct ksiginfo *info,
		const struct prpsinfo *p, char *buf)
{
	struct task *t;
	siginfo_t si;

	siginfo_to_user_form(&si, info);
	put_status(n, current, info);
	put_note(n, "CORE", NT_PRPSINFO, p, sizeof(*p));
	put_note(n, "CORE", NT_SIGINFO, &si, sizeof(si));
	put_note(n, "CORE", NT_AUXV, current->mm->auxv,
		current->mm->auxv_size);
	put_files(n, buf);
	put_fpu(n, current);
	list_for_each(t, &current->process->threads, thread_link) {
		if (t == current)
			continue;
		put_status(n, t, info);
		put_fpu(n, t);
	}
}

void *core_notes(const struct ksiginfo *info, size_t *size)
{
	struct prpsinfo p = process_info();
	char *buf = kmalloc(PATH_MAX);
	struct notes n = { NULL, 0 };

	if (!buf)
		return NULL;
	put_all(&n, info, &p, buf);
	n.buf = kmalloc(n.len);
	n.len = 0;
	if (n.buf)
		put_all(&n, info, &p, buf);
	kfree(buf);
	*size = n.len;
	return n.buf;
}

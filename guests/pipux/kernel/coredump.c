/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Core files (core(5)): an ELF file of the notes and the memory of a process
 * that a signal ends, by the name of core_pattern.
 *
 * LIMIT: a pattern that names a program ("|...") is refused; the kinds of
 * memory are those of Linux's default filter; who shares his memory with
 * another process (vfork) leaves no core, where Linux ends that one too.
 */
#include "../fs/internal.h"
#include "core_notes.h"
#include "coredump.h"
#include <pipux/partition.h>
#include <pipux/resource.h>
#include <pipux/setting.h>
#include <pipux/vdso.h>
#include <asm/errno.h>
#include <linux/elf.h>
#include <linux/mman.h>

#define NAME_SIZE	256u

char setting_core_pattern[CORE_PATTERN_SIZE] = "core";
int setting_core_uses_pid;

/* A file under way.  After an error nothing more is written */
struct core {
	struct file *file;
	loff_t pos;
	uint64_t limit;			/* RLIMIT_CORE */
	bool failed;
};

static void put(struct core *c, const void *data, size_t n)
{
	c->failed = c->failed || (uint64_t)c->pos + n > c->limit
		|| kernel_write(c->file, data, n, c->pos) != (ssize_t)n;
	c->pos += n;
}

/* The process's own page, and not just a copy of the file's */
static bool is_private(struct mm *mm, uint32_t va)
{
	const uint32_t *entry = partition_entry(mm->part, va);

	return entry && (*entry & (PTE_OWN | PTE_CLEAN)) == PTE_OWN;
}

/*
 * How much of v is written (core(5), coredump_filter): what cannot be had
 * from a file, and the first page of a program that is in memory.
 */
static uint32_t dump_size(struct mm *mm, const struct vma *v)
{
	uint32_t size = v->end - v->start;

	if (!v->file || vdso_is(v))
		return size;
	for (uint32_t va = v->start; va < v->end; va += PAGE_SIZE)
		if (is_private(mm, va))
			return size;
	return !v->offset && (v->prot & PROT_READ) ? PAGE_SIZE : 0;
}

static void put_headers(struct core *c, struct mm *mm, size_t notes)
{
	Elf32_Ehdr h = {
		.e_ident = { 0x7F, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB,
			EV_CURRENT },
		.e_type = ET_CORE, .e_machine = EM_386,
		.e_version = EV_CURRENT, .e_phoff = sizeof(h),
		.e_ehsize = sizeof(h), .e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = 1,
	};
	Elf32_Phdr p = { .p_type = PT_NOTE, .p_filesz = notes };
	struct vma *v;

	list_for_each(v, &mm->vmas, link)
		h.e_phnum++;
	p.p_offset = sizeof(h) + h.e_phnum * sizeof(p);
	put(c, &h, sizeof(h));
	put(c, &p, sizeof(p));
	p.p_offset = PAGE_ALIGN(p.p_offset + notes);
	p.p_type = PT_LOAD;
	p.p_align = PAGE_SIZE;
	list_for_each(v, &mm->vmas, link) {
		p.p_vaddr = v->start;
		p.p_memsz = v->end - v->start;
		p.p_filesz = dump_size(mm, v);
		p.p_flags = (v->prot & PROT_READ ? PF_R : 0)
			| (v->prot & PROT_WRITE ? PF_W : 0)
			| (v->prot & PROT_EXEC ? PF_X : 0);
		put(c, &p, sizeof(p));
		p.p_offset += p.p_filesz;
	}
}

/* Pages that were never touched, or cannot be read, are holes.  SIGKILL ends
 * even this */
static void put_memory(struct core *c, struct mm *mm, const struct vma *v,
		uint8_t *page)
{
	uint32_t end = v->start + dump_size(mm, v);

	for (uint32_t va = v->start; va < end && !c->failed; va += PAGE_SIZE) {
		const uint32_t *entry = partition_entry(mm->part, va);

		if ((v->file || v->shm || (entry && *entry))
				&& !copy_from_mm(mm, page, va, PAGE_SIZE))
			put(c, page, PAGE_SIZE);
		else
			c->pos += PAGE_SIZE;
		sched_point();
		c->failed = c->failed || fatal_signal_pending();
	}
}

static void put_core(struct core *c, const void *notes, size_t size)
{
	struct mm *mm = current->mm;
	uint8_t *page = page_alloc();
	struct vma *v;

	if (!page)
		return;
	put_headers(c, mm, size);
	put(c, notes, size);
	c->pos = PAGE_ALIGN(c->pos);
	list_for_each(v, &mm->vmas, link)
		put_memory(c, mm, v, page);
	/* what ends in a hole has its length all the same */
	if (!c->failed)
		(void)inode_truncate(c->file->inode, c->pos);
	page_free(page);
}

/* What stands for %x of core_pattern */
static int specifier(char *to, size_t room, char x, int signo)
{
	const struct process *p = current->process;

	switch (x) {
	case '%':
		return snprintf(to, room, "%%");
	case 'p':
	case 'P':
		return snprintf(to, room, "%d", p->pid);
	case 'i':
	case 'I':
		return snprintf(to, room, "%d", current->tid);
	case 'u':
		return snprintf(to, room, "%u", current->cred.uid);
	case 'g':
		return snprintf(to, room, "%u", current->cred.gid);
	case 's':
		return snprintf(to, room, "%d", signo);
	case 't':
		return snprintf(to, room, "%lld",
			(long long)now_timespec().tv_sec);
	case 'c':
		return snprintf(to, room, "%u", rlimit_get(RLIMIT_CORE));
	case 'e':
		return snprintf(to, room, "%s", current->comm);
	case 'h':
		return snprintf(to, room, "%s", uts_nodename());
	default:
		return 0;
	}
}

/* false: it is too long */
static bool core_name(char *name, int signo)
{
	const char *from = setting_core_pattern;
	bool pid = false;
	size_t n = 0;

	for (; *from && n < NAME_SIZE; from++) {
		size_t start = n;

		if (*from != '%') {
			name[n++] = *from;
			continue;
		}
		if (!*++from)
			break;
		pid = pid || *from == 'p';
		n += specifier(name + n, NAME_SIZE - n, *from, signo);
		/* no part of a path is the program's choice */
		for (; start < MIN(n, NAME_SIZE - 1); start++)
			if (name[start] == '/')
				name[start] = '!';
	}
	if (n < NAME_SIZE && setting_core_uses_pid && !pid)
		n += snprintf(name + n, NAME_SIZE - n, ".%d",
			current->process->pid);
	if (n >= NAME_SIZE)
		return false;
	name[n] = 0;
	return true;
}

/* A plain file of the user's own that has no other name, or NULL */
static struct file *core_open(int signo)
{
	char name[NAME_SIZE];
	struct file *f;

	if (!core_name(name, signo))
		return NULL;
	f = file_open(AT_FDCWD, name, O_CREAT | O_RDWR | O_NOFOLLOW
		| O_LARGEFILE | O_NONBLOCK, 0600);
	if (IS_ERR(f))
		return NULL;
	if ((f->inode->mode & S_IFMT) == S_IFREG && f->inode->nlink == 1
			&& f->inode->uid == current->cred.fsuid
			&& !inode_truncate(f->inode, 0))
		return f;
	file_put(f);
	return NULL;
}

/* Another process, which would go on changing the memory as it is written */
static bool shares_memory(void)
{
	const struct process *p;
	const struct task *t;

	list_for_each(p, &all_processes, all_link)
		list_for_each(t, &p->threads, thread_link)
			if (p != current->process && t->mm == current->mm)
				return true;
	return false;
}

/* core(5): when no file is made */
static bool wanted(void)
{
	return rlimit_get(RLIMIT_CORE) >= PAGE_SIZE && *setting_core_pattern
		&& current->process->dumpable && !shares_memory();
}

void core_dump(const struct ksiginfo *info)
{
	struct process *p = current->process;
	struct core c = { .limit = rlimit_get(RLIMIT_CORE) };
	size_t size;
	void *notes;

	if (!wanted())
		return;
	notes = core_notes(info, &size);
	/* another thread came first? */
	if (!notes || p->exiting || current->killed) {
		kfree(notes);
		return;
	}
	p->exiting = true;
	p->exit_code = info->signo;
	(void)group_leave_others();
	c.file = core_open(info->signo);
	if (c.file) {
		p->exit_code |= STATUS_CORE;
		put_core(&c, notes, size);
		file_put(c.file);
	}
	kfree(notes);
}

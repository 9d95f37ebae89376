/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping an ELF image, and the loader it asks for, into a new address
 * space.  Nothing is read but headers: segments come in by page faults.
 */
#include "exec.h"
#include <pipux/vdso.h>
#include <pipux/resource.h>
#include <linux/mman.h>

#define PIE_BASE	0x08048000u	/* where others are linked to be */
#define LOADER_BASE	0x40200000u	/* they may be what it is to load */
#define STACK_MAX	(TASK_TOP / 6 * 5)
#define STACK_START	(128 * 1024u)	/* of the first stack vma */

static uint32_t prot_of(uint32_t rights)
{
	return (rights & ELF_R ? PROT_READ : 0)
		| (rights & ELF_W ? PROT_WRITE : 0)
		| (rights & ELF_X ? PROT_EXEC : 0);
}

static int map_segment(struct mm *mm, struct file *file,
		const struct elf_segment *s, uint32_t bias)
{
	uint32_t prot = prot_of(s->rights), start = s->start + bias;
	uint32_t file_end = s->file_end + bias, end = s->end + bias;
	uint32_t file_pages = PAGE_ALIGN(file_end);
	long rc;

	if (file_end > start) {
		rc = do_mmap(mm, start, file_pages - start, prot,
			MAP_PRIVATE | MAP_FIXED, file, s->file_start);
		if (IS_ERR(rc))
			return rc;
	} else {
		file_pages = start;
	}
	/* .bss begins in the last page of the file's part */
	if (s->mem_end > s->file_end && (prot & PROT_WRITE)
			&& file_pages != file_end) {
		rc = clear_mm(mm, file_end, file_pages - file_end);
		if (rc)
			return rc;
	}
	if (end <= file_pages)
		return 0;
	rc = do_mmap(mm, file_pages, end - file_pages, prot,
		MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL, 0);
	return IS_ERR(rc) ? rc : 0;
}

static int map_image(struct mm *mm, struct file *file, const struct elf *elf,
		uint32_t bias)
{
	int rc = 0;

	for (unsigned i = 0; !rc && i < elf->segments; i++)
		rc = map_segment(mm, file, &elf->segment[i], bias);
	return rc;
}

/* Both kinds of headers; buf: the file's first `head` bytes */
static int headers(struct elf *elf, struct file *file, const void *buf,
		size_t head)
{
	size_t size;
	void *phdrs;
	ssize_t n;
	int rc;

	rc = elf_header(elf, buf, head);
	if (rc)
		return rc;
	size = elf->phnum * ELF_PHDR_SIZE;
	phdrs = kmalloc(size);
	if (!phdrs)
		return -ENOMEM;
	n = kernel_read(file, phdrs, size, elf->phoff);
	rc = n == (ssize_t)size ? elf_segments(elf, phdrs, TASK_BASE,
		TASK_TOP - STACK_START) : n < 0 ? n : -ENOEXEC;
	kfree(phdrs);
	return rc;
}

/* The whole of [at, at + size) of a file, or -EIO */
static int read_all(struct file *file, void *buf, size_t size, loff_t at)
{
	ssize_t n = kernel_read(file, buf, size, at);

	return n < 0 ? n : (size_t)n == size ? 0 : -EIO;
}

static struct file *open_interp(const struct exec *e)
{
	uint32_t size = e->elf.interp_size;
	char *path = kmalloc(size);
	struct file *file;
	int rc;

	if (!path)
		return ERR_PTR(-ENOMEM);
	rc = read_all(e->file, path, size, e->elf.interp_off);
	if (!rc && path[size - 1])
		rc = -ENOEXEC;
	file = rc ? ERR_PTR(rc) : exec_open(AT_FDCWD, path, 0);
	kfree(path);
	return file;
}

/* The program's own loader, wherever there is room */
static int load_interp(struct exec *e)
{
	struct file *file = open_interp(e);
	struct elf *elf = kzalloc(sizeof(*elf));
	char head[ELF_EHDR_SIZE];
	long at = -ENOMEM;
	int rc;

	if (IS_ERR(file)) {
		kfree(elf);
		return PTR_ERR(file);
	}
	rc = elf ? read_all(file, head, sizeof(head), 0) : -ENOMEM;
	if (!rc) {
		rc = headers(elf, file, head, sizeof(head));
		rc = rc == -ENOEXEC ? -ELIBBAD : rc;
	}
	if (!rc) {
		at = do_mmap(e->mm, 0, elf->high - elf->low, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, NULL, 0);
		rc = IS_ERR(at) ? at : 0;
	}
	if (!rc) {
		e->interp_base = at - elf->low;
		e->entry = elf->entry + e->interp_base;
		rc = do_munmap(e->mm, at, elf->high - elf->low);
	}
	if (!rc)
		rc = map_image(e->mm, file, elf, e->interp_base);
	kfree(elf);
	file_put(file);
	return rc;
}

static uint32_t stack_limit(void)
{
	return MIN(rlimit_get(RLIMIT_STACK), STACK_MAX);
}

/*
 * The stack ends below the program, as in the System V ABI's figure for
 * i386, so that one region's page tables do for both, if it can grow there.
 */
int exec_layout(struct exec *e)
{
	struct elf *elf = &e->elf;
	int rc = headers(elf, e->file, e->head, EXEC_HEAD);
	uint32_t program;

	e->stack_top = TASK_TOP;
	if (rc)
		return rc;
	if (elf->dynamic)
		e->bias = (elf->interp_size ? PIE_BASE : LOADER_BASE)
			- elf->low;
	if (elf->high + e->bias < elf->low + e->bias
			|| elf->high + e->bias > TASK_TOP - STACK_START)
		return -ENOMEM;
	program = (elf->low + e->bias) & PAGE_MASK;
	if (program > TASK_BASE + PAGE_SIZE
			&& program - TASK_BASE - PAGE_SIZE
			>= stack_room(stack_limit()))
		e->stack_top = program - PAGE_SIZE;	/* above is the vDSO */
	return 0;
}

static int map_stack(struct exec *e)
{
	uint32_t size = PAGE_ALIGN(e->used) + STACK_START
		+ PAGE_ALIGN((e->argc + e->envc) * sizeof(uint32_t));
	long rc = do_mmap(e->mm, e->stack_top - size, size,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS
		| MAP_FIXED | MAP_GROWSDOWN | VMA_STACK, NULL, 0);

	return IS_ERR(rc) ? rc : 0;
}

int exec_load(struct exec *e)
{
	struct elf *elf = &e->elf;
	struct mm *mm = e->mm;
	int rc;

	mm->stack_limit = stack_limit();
	rc = map_stack(e);
	e->vdso = vdso_map(mm, elf->low + e->bias);
	if (!rc)
		rc = map_image(mm, e->file, elf, e->bias);
	if (rc)
		return rc;
	mm->brk = mm->brk_start = elf->high + e->bias;
	mm->exe = file_get(e->file);
	e->entry = elf->entry + e->bias;
	return elf->interp_size ? load_interp(e) : 0;
}

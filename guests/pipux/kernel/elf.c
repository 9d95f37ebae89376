/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF headers; see elf.h.  After both functions succeed every number in
 * struct elf is safe to use: no sum of them overflows, segments ascend and
 * do not overlap.
 */
#include "elf.h"
#include <asm/errno.h>
#include <linux/elf.h>

#define PAGE		4096u
#define PAGE_DOWN(x)	((x) & ~(PAGE - 1))
#define PAGE_UP(x)	PAGE_DOWN((x) + PAGE - 1)

_Static_assert(sizeof(Elf32_Ehdr) == ELF_EHDR_SIZE, "ELF header");
_Static_assert(sizeof(Elf32_Phdr) == ELF_PHDR_SIZE, "program header");

/* Like Linux, it looks at no more of e_ident than the magic. */
int elf_header(struct elf *elf, const void *buf, size_t size)
{
	const Elf32_Ehdr *h = buf;

	if (size < sizeof(*h))
		return -ENOEXEC;
	for (size_t i = 0; i < SELFMAG; i++)
		if (h->e_ident[i] != ELFMAG[i])
			return -ENOEXEC;
	if ((h->e_type != ET_EXEC && h->e_type != ET_DYN)
			|| (h->e_machine != EM_386 && h->e_machine != EM_486)
			|| h->e_phentsize != sizeof(Elf32_Phdr)
			|| !h->e_phnum || h->e_phnum > ELF_PHNUM_MAX)
		return -ENOEXEC;
	elf->entry = h->e_entry;
	elf->phoff = h->e_phoff;
	elf->phnum = h->e_phnum;
	elf->dynamic = h->e_type == ET_DYN;
	return 0;
}

/* One PT_LOAD: 0 or why it is refused */
static int segment(struct elf *elf, const Elf32_Phdr *p, uint32_t base,
		uint32_t top)
{
	struct elf_segment *s = &elf->segment[elf->segments];

	if (!p->p_memsz)
		return 0;
	if (elf->segments == ELF_SEGMENTS_MAX || p->p_filesz > p->p_memsz
			|| (p->p_vaddr ^ p->p_offset) % PAGE
			|| p->p_offset + p->p_filesz < p->p_offset)
		return -ENOEXEC;
	if (p->p_memsz > top || p->p_vaddr > top - p->p_memsz)
		return -EINVAL;
	if (!elf->dynamic && p->p_vaddr < base)
		return -EINVAL;
	s->start = PAGE_DOWN(p->p_vaddr);
	s->file_start = PAGE_DOWN(p->p_offset);
	s->file_end = p->p_vaddr + p->p_filesz;
	s->mem_end = p->p_vaddr + p->p_memsz;
	s->end = PAGE_UP(s->mem_end);
	s->rights = p->p_flags & (PF_R | PF_W | PF_X);
	if (elf->segments && s->start < s[-1].end)
		return -ENOEXEC;
	if (elf->phoff >= p->p_offset && elf->phoff - p->p_offset
			+ elf->phnum * sizeof(*p) <= p->p_filesz)
		elf->phdr_addr = p->p_vaddr + (elf->phoff - p->p_offset);
	elf->segments++;
	return 0;
}

int elf_segments(struct elf *elf, const void *phdrs, uint32_t base,
		uint32_t top)
{
	const Elf32_Phdr *p = phdrs;
	int rc;

	elf->segments = 0;
	elf->phdr_addr = elf->interp_size = 0;
	for (unsigned i = 0; i < elf->phnum; i++, p++) {
		if (p->p_type == PT_INTERP && !elf->interp_size) {
			elf->interp_off = p->p_offset;
			elf->interp_size = p->p_filesz;
			if (p->p_filesz < 2 || p->p_filesz > PAGE)
				return -ENOEXEC;
		}
		if (p->p_type != PT_LOAD)
			continue;
		rc = segment(elf, p, base, top);
		if (rc)
			return rc;
	}
	if (!elf->segments)
		return -ENOEXEC;
	elf->low = elf->segment[0].start;
	elf->high = elf->segment[elf->segments - 1].end;
	return 0;
}

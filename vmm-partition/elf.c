/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of i386 ELF executables.  Everything is checked before anything is
 * copied; the file may be hostile and need not be aligned.
 * Source: System V ABI, chapters 4 and 5, and its i386 supplement.
 */
#include "elf.h"

#include <pip/string.h>

#define ELFCLASS32	1
#define ELFDATA2LSB	1
#define EV_CURRENT	1
#define ET_EXEC		2
#define EM_386		3
#define PT_LOAD		1

struct elf_header {
	uint8_t magic[4];
	uint8_t class, data, ident_version, padding[9];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_phdr {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

_Static_assert(sizeof(struct elf_header) == 52, "Elf32_Ehdr");
_Static_assert(sizeof(struct elf_phdr) == 32, "Elf32_Phdr");

bool elf_magic(const void *file, size_t size)
{
	return size >= 4 && !memcmp(file, "\177ELF", 4);
}

static enum elf_status check_header(const struct elf_header *h, size_t size)
{
	if (h->class != ELFCLASS32 || h->data != ELFDATA2LSB
			|| h->ident_version != EV_CURRENT)
		return ELF_CLASS;
	if (h->machine != EM_386)
		return ELF_MACHINE;
	if (h->type != ET_EXEC)
		return ELF_TYPE;
	if (h->version != EV_CURRENT || h->ehsize < sizeof(*h)
			|| h->phentsize != sizeof(struct elf_phdr))
		return ELF_HEADER;
	if (!h->phnum)
		return ELF_EMPTY;
	if (h->phoff > size || (size - h->phoff) / h->phentsize < h->phnum)
		return ELF_TRUNCATED;
	return ELF_OK;
}

static enum elf_status check_segment(const struct elf_phdr *p, size_t size,
		uint32_t mem_start, uint32_t mem_end)
{
	if (p->filesz > p->memsz)
		return ELF_SEGMENT_SIZE;
	if (p->offset > size || size - p->offset < p->filesz)
		return ELF_SEGMENT_FILE;
	if (p->vaddr < mem_start)
		return ELF_SEGMENT_LOW;
	if (p->vaddr > mem_end || mem_end - p->vaddr < p->memsz)
		return ELF_SEGMENT_HIGH;
	return ELF_OK;
}

static bool overlaps(const struct elf_image *image, const struct elf_phdr *p)
{
	for (uint32_t i = 0; i < image->nsegments; i++) {
		const struct elf_segment *s = &image->segment[i];

		if (p->vaddr < s->start + s->memsz
				&& s->start < p->vaddr + p->memsz)
			return true;
	}
	return false;
}

static enum elf_status add_segment(struct elf_image *image,
		const struct elf_phdr *p)
{
	if (overlaps(image, p))
		return ELF_OVERLAP;
	if (image->nsegments == ELF_SEGMENTS_MAX)
		return ELF_HEADER;
	image->segment[image->nsegments++] = (struct elf_segment){
		.offset = p->offset, .filesz = p->filesz,
		.start = p->vaddr, .memsz = p->memsz,
	};
	if (p->vaddr + p->memsz > image->end)
		image->end = p->vaddr + p->memsz;
	return ELF_OK;
}

static enum elf_status check_entry(const struct elf_image *image)
{
	if (!image->nsegments)
		return ELF_EMPTY;
	for (uint32_t i = 0; i < image->nsegments; i++)
		if (image->entry - image->segment[i].start
				< image->segment[i].filesz)
			return ELF_OK;
	return ELF_ENTRY;
}

enum elf_status elf_parse(const void *file, size_t size, uint32_t mem_start,
		uint32_t mem_end, struct elf_image *image)
{
	struct elf_header h;
	enum elf_status status;

	if (!elf_magic(file, size))
		return ELF_NOT_ELF;
	if (size < sizeof(h))
		return ELF_TRUNCATED;
	memcpy(&h, file, sizeof(h));
	status = check_header(&h, size);
	if (status)
		return status;
	*image = (struct elf_image){ .entry = h.entry };
	for (uint32_t i = 0; i < h.phnum; i++) {
		struct elf_phdr p;

		memcpy(&p, (const uint8_t *)file + h.phoff + i * sizeof(p),
			sizeof(p));
		if (p.type != PT_LOAD || !p.memsz)
			continue;
		status = check_segment(&p, size, mem_start, mem_end);
		if (!status)
			status = add_segment(image, &p);
		if (status)
			return status;
	}
	return check_entry(image);
}

void elf_load(const void *file, const struct elf_image *image,
		uint32_t mem_start, void *memory)
{
	for (uint32_t i = 0; i < image->nsegments; i++) {
		const struct elf_segment *s = &image->segment[i];
		uint8_t *to = (uint8_t *)memory + (s->start - mem_start);

		memcpy(to, (const uint8_t *)file + s->offset, s->filesz);
		memset(to + s->filesz, 0, s->memsz - s->filesz);
	}
}

const char *elf_strerror(enum elf_status status)
{
	static const char *const text[ELF_STATUS_MAX] = {
		[ELF_OK] = "no error",
		[ELF_NOT_ELF] = "not an ELF file",
		[ELF_TRUNCATED] = "truncated ELF file",
		[ELF_CLASS] = "not a 32-bit little-endian ELF file",
		[ELF_MACHINE] = "not for i386",
		[ELF_TYPE] = "not an executable with fixed addresses",
		[ELF_HEADER] = "malformed ELF headers",
		[ELF_SEGMENT_FILE] = "truncated: a segment ends beyond the file",
		[ELF_SEGMENT_SIZE] = "a segment is larger in the file than in memory",
		[ELF_SEGMENT_LOW] = "linked below the guest's memory",
		[ELF_SEGMENT_HIGH] = "too large for the guest's memory",
		[ELF_OVERLAP] = "overlapping segments",
		[ELF_EMPTY] = "nothing to load",
		[ELF_ENTRY] = "the entry point lies outside the loaded file",
	};

	return status < ELF_STATUS_MAX ? text[status] : "unknown error";
}

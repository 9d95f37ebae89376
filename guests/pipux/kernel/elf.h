/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading of ELF headers, System V ABI chapters 4 and 5, i386 supplement.
 * Pure: everything comes from the buffers given, so the host tests it.
 */
#ifndef PIPUX_ELF_H
#define PIPUX_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENTS_MAX	16
#define ELF_PHNUM_MAX		128
#define ELF_EHDR_SIZE		52
#define ELF_PHDR_SIZE		32

#define ELF_X	1
#define ELF_W	2
#define ELF_R	4

struct elf_segment {
	uint32_t start, end;		/* pages in memory, without the bias */
	uint32_t file_start;		/* file offset of the page at start */
	uint32_t file_end;		/* address after the last file byte */
	uint32_t mem_end;		/* address after the last byte */
	uint32_t rights;		/* ELF_R | ELF_W | ELF_X */
};

struct elf {
	/* elf_header */
	uint32_t entry, phoff;
	uint16_t phnum;
	bool dynamic;			/* ET_DYN: may go anywhere */
	/* elf_segments */
	struct elf_segment segment[ELF_SEGMENTS_MAX];
	unsigned segments;
	uint32_t low, high;		/* all of them lie in [low, high) */
	uint32_t phdr_addr;		/* of the program headers, 0: nowhere */
	uint32_t interp_off, interp_size;	/* size 0: none */
};

/* size: what `buf` holds of the file's start.  0 or -ENOEXEC */
int elf_header(struct elf *elf, const void *buf, size_t size);
/*
 * phdrs: elf->phnum headers as in the file.  [base, top): where segments of
 * a program that is not `dynamic` may lie.  0, -ENOEXEC, -EINVAL.
 */
int elf_segments(struct elf *elf, const void *phdrs, uint32_t base,
	uint32_t top);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of i386 ELF executables: pure, so that it also runs on the host.
 */
#ifndef VMM_ELF_H
#define VMM_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENTS_MAX	16

enum elf_status {
	ELF_OK,
	ELF_NOT_ELF,		/* no ELF magic */
	ELF_TRUNCATED,		/* a header lies outside the file */
	ELF_CLASS,		/* not 32 bits, little-endian, version 1 */
	ELF_MACHINE,		/* not i386 */
	ELF_TYPE,		/* not an executable with fixed addresses */
	ELF_HEADER,		/* a header's size or count makes no sense */
	ELF_SEGMENT_FILE,	/* a segment's bytes lie outside the file */
	ELF_SEGMENT_SIZE,	/* more bytes in the file than in memory */
	ELF_SEGMENT_LOW,	/* below the start of the memory */
	ELF_SEGMENT_HIGH,	/* beyond its end */
	ELF_OVERLAP,		/* two segments share an address */
	ELF_EMPTY,		/* nothing to load */
	ELF_ENTRY,		/* the entry lies in no segment */
	ELF_STATUS_MAX
};

struct elf_segment {
	uint32_t offset, filesz;	/* in the file */
	uint32_t start, memsz;		/* in memory */
};

struct elf_image {
	uint32_t entry;
	uint32_t end;			/* address after the last byte */
	uint32_t nsegments;
	struct elf_segment segment[ELF_SEGMENTS_MAX];
};

/* Does the file begin like an ELF file, whatever follows? */
bool elf_magic(const void *file, size_t size);

/*
 * Checks the whole file against the memory [mem_start, mem_end) it is linked
 * into.  `image` is complete on ELF_OK only.
 */
enum elf_status elf_parse(const void *file, size_t size, uint32_t mem_start,
		uint32_t mem_end, struct elf_image *image);

/*
 * Copies a parsed file's segments, and clears the rest of each, to `memory`,
 * which stands for the address mem_start.
 */
void elf_load(const void *file, const struct elf_image *image,
		uint32_t mem_start, void *memory);

const char *elf_strerror(enum elf_status status);

#endif

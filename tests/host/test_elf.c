/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/kernel/elf.c */
/* pipux's reading of ELF headers: a good image, each refusal, random ones. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../guests/pipux/kernel/elf.h"

#define BASE	0x00400000u
#define TOP	0xBFFE0000u
#define PAGE	4096u

static Elf32_Ehdr header;
static Elf32_Phdr phdr[4];

/* Text, data with .bss, a loader's name, a stack: as a linker makes them */
static int setup(void **state)
{
	header = (Elf32_Ehdr){
		.e_ident = { 0x7F, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB,
			EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_386, .e_version = 1,
		.e_entry = 0x08049000, .e_phoff = sizeof(header),
		.e_phentsize = sizeof(phdr[0]), .e_phnum = 4,
	};
	phdr[0] = (Elf32_Phdr){ PT_LOAD, 0, 0x08048000, 0, 0x5123, 0x5123,
		PF_R | PF_X, PAGE };
	phdr[1] = (Elf32_Phdr){ PT_LOAD, 0x5ABC, 0x0804EABC, 0, 0x100, 0x3000,
		PF_R | PF_W, PAGE };
	phdr[2] = (Elf32_Phdr){ PT_INTERP, 0x200, 0x08048200, 0, 19, 19,
		PF_R, 1 };
	phdr[3] = (Elf32_Phdr){ .p_type = PT_GNU_STACK };
	return 0;
}

static int parse(struct elf *elf)
{
	int rc;

	memset(elf, 0, sizeof(*elf));
	rc = elf_header(elf, &header, sizeof(header));
	return rc ? rc : elf_segments(elf, phdr, BASE, TOP);
}

static void test_good(void **state)
{
	struct elf elf;

	assert_int_equal(parse(&elf), 0);
	assert_int_equal(elf.segments, 2);
	assert_int_equal(elf.entry, 0x08049000);
	assert_int_equal(elf.low, 0x08048000);
	assert_int_equal(elf.high, 0x08052000);
	assert_int_equal(elf.phdr_addr, 0x08048000 + sizeof(header));
	assert_int_equal(elf.interp_off, 0x200);
	assert_int_equal(elf.interp_size, 19);
	assert_int_equal(elf.segment[0].end, 0x0804E000);
	assert_int_equal(elf.segment[1].start, 0x0804E000);
	assert_int_equal(elf.segment[1].file_start, 0x5000);
	assert_int_equal(elf.segment[1].file_end, 0x0804EBBC);
	assert_int_equal(elf.segment[1].mem_end, 0x08051ABC);
	assert_int_equal(elf.segment[1].rights, ELF_R | ELF_W);
}

static void test_header_refused(void **state)
{
	struct elf elf;

	assert_int_equal(elf_header(&elf, &header, sizeof(header) - 1),
		-ENOEXEC);
	for (int i = 0; i < EI_NIDENT; i++) {
		header.e_ident[i] ^= 0x20;
		assert_int_equal(parse(&elf), i < SELFMAG ? -ENOEXEC : 0);
		header.e_ident[i] ^= 0x20;
	}
	header.e_type = ET_REL;
	assert_int_equal(parse(&elf), -ENOEXEC);
	setup(state);
	header.e_machine = EM_X86_64;
	assert_int_equal(parse(&elf), -ENOEXEC);
	setup(state);
	header.e_phentsize = 56;
	assert_int_equal(parse(&elf), -ENOEXEC);
	setup(state);
	header.e_phnum = 0;
	assert_int_equal(parse(&elf), -ENOEXEC);
	header.e_phnum = ELF_PHNUM_MAX + 1;
	assert_int_equal(parse(&elf), -ENOEXEC);
}

static void test_segment_refused(void **state)
{
	struct elf elf;

	phdr[0].p_filesz = 0x6000;		/* more than in memory */
	assert_int_equal(parse(&elf), -ENOEXEC);
	setup(state);
	phdr[1].p_offset++;			/* not congruent */
	assert_int_equal(parse(&elf), -ENOEXEC);
	setup(state);
	phdr[1].p_vaddr -= PAGE;		/* overlaps the first */
	assert_int_equal(parse(&elf), -ENOEXEC);
	setup(state);
	phdr[0].p_vaddr = BASE - PAGE;		/* below user addresses */
	assert_int_equal(parse(&elf), -EINVAL);
	setup(state);
	phdr[1].p_memsz = 0xC0000000;		/* above them */
	assert_int_equal(parse(&elf), -EINVAL);
	setup(state);
	phdr[1].p_memsz = 0xFFFFFFFF;		/* a sum that overflows */
	assert_int_equal(parse(&elf), -EINVAL);
	setup(state);
	phdr[2].p_filesz = 1;			/* a loader without a name */
	assert_int_equal(parse(&elf), -ENOEXEC);
	setup(state);
	phdr[0].p_type = phdr[1].p_type = PT_NULL;
	assert_int_equal(parse(&elf), -ENOEXEC);
}

static void test_dynamic_may_start_at_zero(void **state)
{
	struct elf elf;

	header.e_type = ET_DYN;
	phdr[0].p_vaddr -= 0x08048000;
	phdr[1].p_vaddr -= 0x08048000;
	assert_int_equal(parse(&elf), 0);
	assert_true(elf.dynamic);
	assert_int_equal(elf.low, 0);
	assert_int_equal(elf.high, 0xA000);
}

/* Whatever is accepted keeps the promise of elf.c's first comment */
static void test_random(void **state)
{
	struct elf elf;

	srandom(1);
	for (int n = 0; n < 300000; n++) {
		uint32_t end = BASE;

		setup(state);
		for (int k = random() % 4; k >= 0; k--)
			((uint32_t *)phdr)[random() % (sizeof(phdr) / 4)] =
				random() % 2 ? (uint32_t)random() * 3
				: (uint32_t)random() % 16 * 0x1000;
		if (random() % 4 == 0)
			header.e_type = ET_DYN;
		if (parse(&elf))
			continue;
		if (elf.dynamic)
			end = 0;
		for (unsigned i = 0; i < elf.segments; i++) {
			const struct elf_segment *s = &elf.segment[i];

			assert_true(s->start >= end);
			assert_true(s->start < s->end);
			assert_true(s->start <= s->file_end);
			assert_true(s->file_end <= s->mem_end);
			assert_true(s->mem_end <= s->end);
			end = s->end;
		}
		assert_true(elf.low < elf.high && elf.high <= TOP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, setup),
		cmocka_unit_test_setup(test_header_refused, setup),
		cmocka_unit_test_setup(test_segment_refused, setup),
		cmocka_unit_test_setup(test_dynamic_may_start_at_zero, setup),
		cmocka_unit_test_setup(test_random, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory at boot, from the multiboot information (Multiboot 0.6.96,
 * 3.3): what is RAM, what the loader has put into it, and two cursors that
 * hand the rest out, from below for the root and from above for its tables.
 */
#include "x86.h"

#define MBI_CMDLINE	(1u << 2)
#define MBI_MODS	(1u << 3)
#define MBI_MMAP	(1u << 6)
#define RAM		1
#define LOWEST		0x100000u	/* below live firmware and devices */
#define RANGES		16
#define TEXT_BYTES	4096

struct mbi {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
	uint32_t mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
};

struct mbi_module {
	uint32_t start, end, cmdline, reserved;
};

struct mbi_mmap {
	uint32_t size;
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

struct range {
	uint32_t start, end;
};

struct module modules[PIP_INFO_MODULES + 1];
uint32_t nmodules;

static struct range ram[RANGES];
static uint32_t nram;
static word low, high;			/* free pages: [low, high) less modules */
static char text[TEXT_BYTES];		/* the command lines, out of harm's way */
static uint32_t text_used;

static const char *text_keep(uint32_t addr)
{
	char *start = text + text_used;
	const char *s = (const char *)addr;

	do {
		if (text_used == TEXT_BYTES)
			fatal("the boot command lines are too long");
		text[text_used++] = *s;
	} while (*s++);
	return start;
}

static void ram_add(uint64_t base, uint64_t length)
{
	uint64_t end = base + length;

	if (end > WINDOW_SIZE)
		end = WINDOW_SIZE;
	if (base < LOWEST)
		base = LOWEST;
	base = (base + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
	end &= ~(uint64_t)(PAGE_BYTES - 1);
	if (base >= end || nram == RANGES)
		return;
	ram[nram++] = (struct range){ (uint32_t)base, (uint32_t)end };
	if (end > high)
		high = (word)end;
}

static void modules_read(const struct mbi *mbi)
{
	const struct mbi_module *m = (const void *)mbi->mods_addr;

	if (mbi->mods_count > PIP_INFO_MODULES + 1)
		fatal("%u modules, at most %u", mbi->mods_count,
			PIP_INFO_MODULES + 1);
	for (; nmodules < mbi->mods_count; nmodules++, m++) {
		if (m->start & ~PAGE_MASK || m->end <= m->start)
			fatal("module %u is empty or not page aligned",
				nmodules);
		if (m->end > WINDOW_SIZE)
			fatal("module %u does not lie in the first %u MiB",
				nmodules, WINDOW_SIZE >> 20);
		modules[nmodules] = (struct module){ m->start, m->end,
			text_keep(m->cmdline) };
	}
}

/* Reads everything that is needed of the loader's data, which is then free */
void memory_init(uint32_t multiboot_info)
{
	const struct mbi *mbi = (const void *)multiboot_info;
	uint32_t at = mbi->mmap_addr;

	log_init(mbi->flags & MBI_CMDLINE ? text_keep(mbi->cmdline) : "");
	log_at(LOG_INFO, "Pip, ABI version %u", PIP_ABI_VERSION);
	if (!(mbi->flags & MBI_MMAP))
		fatal("the loader gives no memory map");
	if (!(mbi->flags & MBI_MODS) || !mbi->mods_count)
		fatal("no root partition: the first module is missing");
	modules_read(mbi);
	while (at < mbi->mmap_addr + mbi->mmap_length) {
		const struct mbi_mmap *m = (const void *)at;

		if (m->type == RAM)
			ram_add(m->base, m->length);
		at += m->size + sizeof(m->size);
	}
	low = (word)image_end;
	if (low > 1u << 22)
		fatal("Pip does not fit below 4 MiB");
}

static bool is_free(word page)
{
	uint32_t i;

	for (i = 0; i < nmodules; i++)
		if (page >= modules[i].start && page < modules[i].end)
			return false;
	for (i = 0; i < nram; i++)
		if (page >= ram[i].start && page < ram[i].end)
			return true;
	return false;
}

/* The next free page from below, or 0: all are taken */
word memory_take_low(void)
{
	while (low < high) {
		low += PAGE_BYTES;
		if (is_free(low - PAGE_BYTES))
			return low - PAGE_BYTES;
	}
	return 0;
}

/* The next free page from above, wiped */
word memory_take_high(void)
{
	while (low < high) {
		high -= PAGE_BYTES;
		if (is_free(high)) {
			page_wipe(high);
			return high;
		}
	}
	fatal("not enough memory");
}

/* Are there `pages` left at least?  Counts only so far. */
bool memory_enough(uint32_t pages)
{
	for (word page = low; pages && page < high; page += PAGE_BYTES)
		pages -= is_free(page);
	return !pages;
}

uint32_t memory_kib(void)
{
	uint32_t kib = 0;

	for (uint32_t i = 0; i < nram; i++)
		kib += (ram[i].end - ram[i].start) / 1024;
	return kib;
}

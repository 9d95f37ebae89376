/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root partition: the first module, with all free memory, the other
 * modules, and the information page.  Built with the same structures as any
 * partition, from pages that nobody lent.
 */
#include "x86.h"

#define MODULES_BASE	0x80000000u
#define VGA_TEXT	0x000B8000u
#define BSS_RESERVE	0x40000u	/* zeroed memory behind the image, for
					   a .bss that a flat file hides */

static const char revision[] = "pipstack";

/* Maps a page in the root, with tables from above where there are none */
static struct slot root_map(word va, word page)
{
	struct slot s;

	if (!prepared(root, dir_index(va))) {
		word dir = dir_index(va);

		*region_word(root->pd, dir) = memory_take_high() | PTE_P |
			PTE_W | PTE_U;
		*region_word(root->sh1, dir) = memory_take_high();
		*region_word(root->sh2, dir) = memory_take_high();
	}
	s = slot_at(root, va);
	*s.pte = page | PTE_P | PTE_W | PTE_U;
	(*region_word(root->sh1, dir_index(va)))++;
	return s;
}

static void *root_page(word va)
{
	word page = memory_take_high();

	root_map(va, page);
	return page_at(page);
}

/* Maps a module at `va`, its last page padded with zeros; the next address */
static word map_module(word va, const struct module *m)
{
	word page;

	for (word p = m->end; p & ~PAGE_MASK; p++)
		*(uint8_t *)page_at(p) = 0;
	for (page = m->start; page < m->end; page += PAGE_BYTES) {
		root_map(va, page);
		va += PAGE_BYTES;
	}
	return va;
}

static uint32_t copy_text(char *page, uint32_t used, const char *s)
{
	do {
		if (used == PAGE_BYTES)
			fatal("the module command lines are too long");
		page[used++] = *s;
	} while (*s++);
	return used;
}

/* Strings go behind the structure, in the same page */
static void info_fill(pip_fpinfo_t *info, word begin, word end)
{
	uint32_t used = sizeof(*info);
	word va = MODULES_BASE;

	info->magic = PIP_INFO_MAGIC;
	info->membegin = begin;
	info->memend = end;
	__builtin_memcpy(info->revision, revision, sizeof(revision));
	info->ext_magic = PIP_INFO_EXT_MAGIC;
	info->version = PIP_ABI_VERSION;
	info->ram_kib = memory_kib();
	info->cmdline = PIP_ROOT_INFO + used;
	used = copy_text((char *)info, used, modules[0].cmdline);
	for (uint32_t i = 1; i < nmodules; i++) {
		info->module[i - 1].start = va;
		info->module[i - 1].size = modules[i].end - modules[i].start;
		info->module[i - 1].cmdline = PIP_ROOT_INFO + used;
		used = copy_text((char *)info, used, modules[i].cmdline);
		va += (modules[i].end - modules[i].start + PAGE_BYTES - 1) &
			PAGE_MASK;
	}
	info->nmodules = nmodules - 1;
}

static void context_fill(uint8_t *stack_page, uint32_t *vidt)
{
	user_ctx_t *ctx = (user_ctx_t *)(stack_page +
		(PIP_ROOT_CONTEXT & ~PAGE_MASK));

	ctx->eip = PIP_ROOT_BASE;
	ctx->regs.esp = PIP_ROOT_CONTEXT;
	ctx->regs.ebx = PIP_ROOT_INFO;
	vidt[0] = PIP_ROOT_CONTEXT;
	vidt[PIP_VINT_IRQ] = PIP_ROOT_CONTEXT;
}

static word map_free_memory(word begin)
{
	word va = begin, page;

	for (; dir_index(va) < dir_index(MODULES_BASE); va += PAGE_BYTES) {
		/* the tables first: they come from the other end */
		if (!prepared(root, dir_index(va)) && !memory_enough(4))
			break;
		page = memory_take_low();
		if (!page)
			break;
		root_map(va, page);
	}
	return va;
}

void root_create(void)
{
	pip_fpinfo_t *info;
	uint32_t *vidt;
	word va, begin, end = MODULES_BASE;

	root = page_at(memory_take_high());
	root->pd = memory_take_high();
	root->sh1 = memory_take_high();
	root->sh2 = memory_take_high();
	root->list = memory_take_high();
	directory_init(root->pd);
	root->port_map = offsetof(struct tss, ports);
	fpu_init(root->fpu);

	vidt = root_page(PIP_VIDT);
	info = root_page(PIP_ROOT_INFO);
	root_page(PIP_ROOT_STACK);
	context_fill(root_page(PIP_ROOT_STACK + PAGE_BYTES), vidt);
	/* device memory is no page to make a page table of */
	*root_map(PIP_ROOT_VGA, VGA_TEXT).sh1 = SH1_DERIVED;

	for (uint32_t i = 1; i < nmodules; i++)
		end = map_module(end, &modules[i]);
	va = map_module(PIP_ROOT_BASE, &modules[0]);
	begin = va + BSS_RESERVE;
	while (va < begin) {
		root_page(va);
		va += PAGE_BYTES;
	}
	va = map_free_memory(begin);
	info_fill(info, begin, va);
	log_at(LOG_INFO, "%u KiB of memory, %u KiB free for the root, "
		"%u more modules", memory_kib(), (va - begin) / 1024,
		nmodules - 1);
}

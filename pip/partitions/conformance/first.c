/* SPDX-License-Identifier: BSD-2-Clause */
/* The root's first state and the first-partition information. */
#include "conformance.h"

extern uint8_t _start[];

static void check_map(const pip_fpinfo_t *info)
{
	volatile uint16_t *vga = (void *)PIP_ROOT_VGA;
	uint32_t bad = 0;

	is(Pip_Probe(PIP_ROOT_INFO), 3, "info page readable and writable");
	is(Pip_Probe(PIP_ROOT_STACK), 3, "0xFFFFD000 readable and writable");
	is(Pip_Probe(PIP_ROOT_STACK + 4096), 3, "0xFFFFE000 the same");
	is(Pip_Probe(PIP_VIDT), 3, "the VIDT page is writable");
	((volatile uint32_t *)PIP_VIDT)[1023] = 0x1234;
	is(((volatile uint32_t *)PIP_VIDT)[1023], 0x1234,
		"a word at 0xFFFFFFFC, as the original's libpip writes");
	vga[0] = 0x0741;
	is(vga[0], 0x0741, "VGA text memory at 0xFFFFB000");
	for (uint32_t va = info->membegin; va < info->memend; va += 4096)
		bad += Pip_Probe(va) != 3;
	is(bad, 0, "all pages from membegin to memend are read-write");
	is(Pip_Probe(info->memend), 0, "memend is exclusive");
	for (uint32_t va = 0; va < PIP_USER_BASE; va += 4096)
		bad += Pip_Probe(va) != 0;
	is(bad, 0, "nothing below 4 MiB is the partition's");
	for (uint32_t va = PIP_ROOT_BASE; va < info->membegin; va += 4096)
		bad += Pip_Probe(va) != 3;
	is(bad, 0, "the image is read-write up to membegin");
}

static void check_info(const pip_fpinfo_t *info)
{
	extern uint8_t end[];

	is(((const uint32_t *)info)[0], 0xDEADCAFE, "info: magic");
	is(((const uint32_t *)info)[1], info->membegin, "membegin at 4");
	is(((const uint32_t *)info)[2], info->memend, "memend at 8");
	is(info->membegin % 4096, 0, "membegin is page aligned");
	check(info->membegin >= (uint32_t)end && info->membegin <
		(uint32_t)end + 0x100000, "membegin follows the image");
	check(info->memend > info->membegin + 0x100000,
		"more than a megabyte is free");
	is(memcmp(info->revision + 63, "", 1), 0, "revision is terminated");
	is(info->ext_magic, PIP_INFO_EXT_MAGIC, "extension: magic at 88");
	is(info->version, PIP_ABI_VERSION, "extension: version");
	check(info->ram_kib >= (info->memend - info->membegin) / 1024,
		"extension: amount of memory");
	check(info->cmdline > PIP_ROOT_INFO &&
		info->cmdline < PIP_ROOT_INFO + 4096,
		"extension: the command line is in the page");
}

void check_first_state(const pip_fpinfo_t *info, const struct registers *r)
{
	const user_ctx_t *ctx = (const user_ctx_t *)PIP_ROOT_CONTEXT;

	is((uint32_t)_start, PIP_ROOT_BASE, "EIP is 0x700000");
	is((uint32_t)info, PIP_ROOT_INFO, "EBX is 0xFFFFC000");
	/* crt0 aligns ESP, which is aligned, and pushes 16 bytes */
	is(r->cfa, PIP_ROOT_CONTEXT - 16, "ESP is 0xFFFFEFC0");
	is(r->eflags & EFLAGS_IF, 0, "starts virtually masked");
	is(r->cs & 0xFFFF, 0x1B, "CS is 0x1B");
	is(r->ss & 0xFFFF, 0x23, "SS is 0x23");
	is(r->ds & 0xFFFF, 0x23, "DS is 0x23");
	is(r->es & 0xFFFF, 0x23, "ES is 0x23");
	is(r->fs & 0xFFFF, 0x23, "FS is 0x23");
	is(r->gs & 0xFFFF, 0x23, "GS is 0x23");
	is((uint32_t)VIDT[0], PIP_ROOT_CONTEXT, "VIDT[0] is its context");
	is((uint32_t)VIDT[32], PIP_ROOT_CONTEXT, "VIDT[32] too");
	is((uint32_t)VIDT[48], 0, "VIDT[48] is empty");
	is(ctx->eip, PIP_ROOT_BASE, "the context's EIP is 0x700000");
	is(ctx->pipflags, 0, "the context's pipflags are 0");
	is(ctx->regs.esp, PIP_ROOT_CONTEXT, "the context's ESP is its own");
	check_info(info);
	check_map(info);
}

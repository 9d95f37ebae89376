/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The auxiliary vector, getauxval(3): what the kernel tells a new program,
 * in Linux's order.  The address space keeps it for /proc/PID/auxv.
 */
#include "exec.h"
#include <cpuid.h>
#include <pipux/signal.h>
#include <pipux/vdso.h>
#include <linux/auxvec.h>

static uint32_t *aux(uint32_t *p, uint32_t type, uint32_t value)
{
	*p++ = type;
	*p++ = value;
	return p;
}

/* What the processor can do: CPUID.1:EDX, Intel SDM volume 2A */
static uint32_t hwcap(void)
{
	static uint32_t features;
	unsigned a, b, c, d;

	if (!features) {
		__cpuid(1, a, b, c, d);
		features = d;
	}
	return features;
}

uint32_t auxv_fill(const struct exec *e)
{
	const struct credentials *c = &current->cred;
	uint32_t *vector = e->mm->auxv, *p = vector;

	if (e->vdso) {
		p = aux(p, AT_SYSINFO, vdso_entry(e->vdso));
		p = aux(p, AT_SYSINFO_EHDR, e->vdso);
	}
	p = aux(p, AT_MINSIGSTKSZ, sigframe_max());
	p = aux(p, AT_HWCAP, hwcap());
	p = aux(p, AT_PAGESZ, PAGE_SIZE);
	p = aux(p, AT_CLKTCK, HZ);
	if (e->elf.phdr_addr)
		p = aux(p, AT_PHDR, e->elf.phdr_addr + e->bias);
	p = aux(p, AT_PHENT, ELF_PHDR_SIZE);
	p = aux(p, AT_PHNUM, e->elf.phnum);
	p = aux(p, AT_BASE, e->interp_base);
	p = aux(p, AT_FLAGS, 0);
	p = aux(p, AT_ENTRY, e->elf.entry + e->bias);
	p = aux(p, AT_UID, c->uid);
	p = aux(p, AT_EUID, c->euid);
	p = aux(p, AT_GID, c->gid);
	p = aux(p, AT_EGID, c->egid);
	p = aux(p, AT_SECURE, e->secure);
	p = aux(p, AT_RANDOM, e->random);
	p = aux(p, AT_HWCAP2, 0);
	p = aux(p, AT_EXECFN, e->execfn);
	p = aux(p, AT_PLATFORM, e->platform);
	p = aux(p, AT_NULL, 0);
	BUG_ON(p > vector + AUXV_WORDS);
	e->mm->auxv_size = (p - vector) * sizeof(*p);
	return e->mm->auxv_size;
}

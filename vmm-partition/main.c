/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root partition's start: takes over the machine from Pip, finds the
 * guests among the modules and shares out the memory.  From then on event.c
 * and sched.c have the word.
 */
#include "vmm.h"

static void read_options(const char *words, struct config *defaults)
{
	const char *bad;

	while (*words && *words != ' ')
		words++;
	bad = options_vmm(words, defaults);
	if (bad)
		vmm_fail(STATUS_BAD_OPTION, "unknown option '%s'", bad);
}

void main(pip_fpinfo_t *info)
{
	struct config defaults = { .weight = 1, .start = true };

	console_init();
	event_init();
	com2_init();
	if (info->magic != PIP_INFO_MAGIC
			|| info->ext_magic != PIP_INFO_EXT_MAGIC)
		vmm_fail(STATUS_NO_KERNEL, "this Pip hands over no modules");
	read_options((const char *)info->cmdline, &defaults);
	modules_find(info, &defaults);
	clock_init(info->tsc_khz);
	timer_init();
	memory_init(info->membegin, info->memend);
	for (uint32_t i = 0; i < nvms; i++)
		vm_init(&vms[i]);
	memory_split();
	sched_init();
	for (uint32_t i = 0; i < nvms; i++)
		if (vms[i].config.start)
			vm_start(&vms[i]);
	sched_next();
}

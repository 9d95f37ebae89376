/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot loader brought: each ELF module is a guest kernel, the next
 * module after it, if it is no ELF file, that guest's initrd.
 */
#include "elf.h"
#include "vmm.h"

struct vm vms[VM_MAX];
uint32_t nvms;

/* Returns what follows the first word of `s` */
static const char *skip_word(const char *s)
{
	while (*s && *s != ' ')
		s++;
	return s;
}

/* The first word of a module's string without directories, cut if too long */
static void copy_name(char name[VM_NAME_MAX], const char *string)
{
	uint32_t n = 0;

	for (; *string && *string != ' '; string++)
		if (*string == '/')
			n = 0;
		else if (n < VM_NAME_MAX - 1)
			name[n++] = *string;
	name[n] = 0;
}

/* A module whose only word is `disk` is for block devices */
static bool is_disk(const char *string)
{
	return !strcmp(skip_word(string), " disk");
}

static struct module take(const pip_fpinfo_t *info, uint32_t i)
{
	return (struct module){
		.start = info->module[i].start, .size = info->module[i].size,
		.string = (const char *)info->module[i].cmdline,
	};
}

static void refuse(uint32_t id, const char *bad)
{
	if (bad)
		vmm_fail(STATUS_BAD_OPTION, "unknown option '%s' for guest %u",
			bad, id);
}

static void add_guest(const pip_fpinfo_t *info, uint32_t i,
		const struct config *defaults)
{
	const char *own = skip_word((const char *)info->cmdline);
	struct vm *vm = &vms[nvms++];
	static char words[VMM_CMDLINE_MAX];
	const char *string;

	vm->id = nvms;
	vm->kernel = take(info, i);
	vm->config = *defaults;
	copy_name(vm->config.name, vm->kernel.string);
	string = skip_word(vm->kernel.string);
	refuse(nvms, options_module(string, &vm->config));
	refuse(nvms, options_guest(own, nvms, &vm->config));
	if (options_strip(string, words, sizeof(words)))
		vmm_fail(STATUS_BAD_OPTION,
			"the guest's command line is longer than %u bytes",
			(uint32_t)sizeof(words) - 1);
}

/* Fills vms[]; ends the machine if there is no guest at all */
void modules_find(const pip_fpinfo_t *info, const struct config *defaults)
{
	for (uint32_t i = 0; i < info->nmodules; i++) {
		struct vm *vm = nvms ? &vms[nvms - 1] : NULL;

		if (elf_magic((void *)info->module[i].start,
				info->module[i].size))
			add_guest(info, i, defaults);
		else if (is_disk((const char *)info->module[i].cmdline))
			continue;
		else if (vm && !vm->initrd_module.size)
			vm->initrd_module = take(info, i);
		else if (info->nmodules > 1)
			vmm_log(LOG_WARNING, "module %u is not used", i + 1);
	}
	if (nvms)
		return;
	if (!info->nmodules)
		vmm_fail(STATUS_NO_KERNEL, "no guest kernel: no modules");
	copy_name(vms[0].config.name, (const char *)info->module[0].cmdline);
	vmm_fail(STATUS_BAD_KERNEL, "%s: %s", vms[0].config.name,
		elf_strerror(ELF_NOT_ELF));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root partition's start: takes over the machine from Pip, finds the
 * guest among the modules and starts it.  From then on event.c has the word.
 */
#include "elf.h"
#include "vmm.h"

static struct module kernel, initrd;

/* Returns what follows the first word of `s` and the spaces after it */
static const char *skip_word(const char *s)
{
	while (*s && *s != ' ')
		s++;
	while (*s == ' ')
		s++;
	return s;
}

static void copy(char *to, uint32_t size, const char *from, const char *what)
{
	if (strlen(from) >= size)
		vmm_fail(STATUS_BAD_OPTION, "%s is longer than %u bytes",
			what, size - 1);
	memcpy(to, from, strlen(from) + 1);
}

/* The first word of a module's string without directories, cut if too long */
static void copy_name(char *to, uint32_t size, const char *string)
{
	uint32_t n = 0;

	for (; *string && *string != ' '; string++)
		if (*string == '/')
			n = 0;
		else if (n < size - 1)
			to[n++] = *string;
	to[n] = 0;
}

static void take(struct module *module, const pip_fpinfo_t *info, uint32_t i)
{
	const char *string = (const char *)info->module[i].cmdline;

	module->start = info->module[i].start;
	module->size = info->module[i].size;
	copy_name(module->name, sizeof(module->name), string);
	copy(module->cmdline, sizeof(module->cmdline), skip_word(string),
		"the guest's command line");
}

/*
 * The first ELF module is the guest kernel, the first one after it that is
 * no ELF file its initrd.
 */
static void choose_modules(const pip_fpinfo_t *info)
{
	for (uint32_t i = 0; i < info->nmodules; i++) {
		bool elf = elf_magic((void *)info->module[i].start,
				info->module[i].size);

		if (elf && !kernel.size)
			take(&kernel, info, i);
		else if (!elf && kernel.size && !initrd.size)
			take(&initrd, info, i);
		else if (elf || info->nmodules > 1)
			vmm_log(LOG_WARNING, "module %u is not used", i + 1);
	}
	if (kernel.size)
		return;
	if (!info->nmodules)
		vmm_fail(STATUS_NO_KERNEL, "no guest kernel: no modules");
	copy_name(kernel.name, sizeof(kernel.name),
		(const char *)info->module[0].cmdline);
	vmm_fail(STATUS_BAD_KERNEL, "%s: %s", kernel.name,
		elf_strerror(ELF_NOT_ELF));
}

static void read_options(const pip_fpinfo_t *info, struct options *options)
{
	static char words[VMM_CMDLINE_MAX];
	const char *bad;

	copy(words, sizeof(words), skip_word((const char *)info->cmdline),
		"the VMM's command line");
	bad = options_parse(words, options);
	if (bad)
		vmm_fail(STATUS_BAD_OPTION, "unknown option '%s'", bad);
}

void main(pip_fpinfo_t *info)
{
	struct options options = { 0 };

	serial_init();
	event_init();
	if (info->magic != PIP_INFO_MAGIC
			|| info->ext_magic != PIP_INFO_EXT_MAGIC)
		vmm_fail(STATUS_NO_KERNEL, "this Pip hands over no modules");
	read_options(info, &options);
	choose_modules(info);
	clock_init(info->tsc_khz);
	timer_init();
	vm_create(&guest, &kernel, &initrd, options.mem_mib, info->membegin,
		info->memend);
	vm_start(&guest);
}

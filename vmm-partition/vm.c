/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest: its partition, its memory and the ways into it.
 *
 * Everything a guest gets comes from one range of the VMM's free memory, the
 * pool for Pip's tables first and RAM behind it, and from its initrd's own
 * pages; so its end is one call to Pip, and a census of that range shows
 * whether all of it came back.
 *
 * Guest memory is mapped in the VMM too, unless the guest lent the page to
 * Pip: a page that is not there any more would fault the VMM, which ends the
 * machine.  Hence guest_page() and guest_context(): the only ways to it.
 */
#include "elf.h"
#include "vmm.h"

#define PAGES(bytes)	(((bytes) + PAGE_SIZE - 1) / PAGE_SIZE)
#define REGION_PAGES	1024u		/* under one page table */
#define PARTITION_PAGES	5u
#define TABLE_PAGES	3u		/* for one region */
#define HIGH_PAGES	4u		/* info, shared, context, VIDT */
#define RESERVE_PAGES	16u		/* stay with the VMM */

#define EFLAGS_FIXED	0x2
#define ACCESS_RW	(PIP_PROBE_READ | PIP_PROBE_WRITE)

/* A slot that stays zero: nothing of the VMM is saved when it yields */
#define VINT_NO_SAVE	PIP_VIDT_MAX

static uint32_t round_page(uint32_t size)
{
	return (size + PAGE_SIZE - 1) & -PAGE_SIZE;
}

/*
 * The upper bound of pages that a guest with `pages` of RAM takes beside
 * them: two regions more for a broken last one and for the pages above RAM,
 * and one page in a thousand tables for Pip's own list of them.
 */
static uint32_t overhead(uint32_t pages)
{
	uint32_t regions = pages / REGION_PAGES + 2;

	return PARTITION_PAGES + HIGH_PAGES + regions * TABLE_PAGES
		+ regions / 64;
}

/* Pages of RAM to take from `free` ones when `initrd` more come with it */
static uint32_t ram_pages(uint32_t free, uint32_t initrd, uint32_t mem_mib)
{
	uint32_t max = (VMM_GUEST_MAX - VMM_GUEST_BASE) / PAGE_SIZE;
	uint32_t total, taken = RESERVE_PAGES;

	if (mem_mib) {
		total = mem_mib * (MIB / PAGE_SIZE);
		taken += overhead(total);
	} else {
		taken += overhead(free + initrd);
		total = free > taken ? free - taken + initrd : 0;
		total = total < max ? total : max;
	}
	if (total > max || free < taken || (total > initrd
			&& total - initrd > free - taken))
		vmm_fail(STATUS_NO_MEMORY, "too little memory: "
			"%u MiB asked for, %u KiB free", mem_mib, free * 4);
	if (total <= initrd)
		vmm_fail(STATUS_NO_MEMORY, "too little memory: "
			"%u KiB free, the initrd alone has %u",
			(mem_mib ? total : free) * 4, initrd * 4);
	return total - initrd;
}

static uint32_t pool_page(struct vm *vm)
{
	uint32_t page = vm->pool_next;

	if (page == vm->ram)
		vmm_fail(STATUS_INTERNAL, "out of pages for tables");
	vm->pool_next += PAGE_SIZE;
	return page;
}

/* One for the guest itself: free memory may hold anything */
static uint32_t clear_page(struct vm *vm)
{
	uint32_t page = pool_page(vm);

	memset((void *)page, 0, PAGE_SIZE);
	return page;
}

static void partition_create(struct vm *vm)
{
	uint32_t page[PARTITION_PAGES];

	for (uint32_t i = 0; i < PARTITION_PAGES; i++)
		page[i] = pool_page(vm);
	vm->desc = page[0];
	if (!Pip_CreatePartition(page[0], page[1], page[2], page[3], page[4]))
		vmm_fail(STATUS_INTERNAL, "Pip refuses the partition");
	/* An empty range: no ports at all */
	if (!Pip_Restrict(vm->desc, PIP_RESTRICT_PORTS, 1, 0))
		vmm_fail(STATUS_INTERNAL, "Pip keeps the ports open");
}

/* The tables of the region of `gva`, if Pip lacks them */
static void region_prepare(struct vm *vm, gva_t gva)
{
	uint32_t count = Pip_CountToMap(vm->desc, gva), list = 0;

	if (!count)
		return;
	while (count--) {
		uint32_t page = pool_page(vm);

		*(uint32_t *)page = list;
		list = page;
	}
	if (!(Pip_Prepare(vm->desc, gva, list) & 1))
		vmm_fail(STATUS_INTERNAL, "Pip refuses tables at %#x", gva);
}

static void map(struct vm *vm, gva_t gva, uint32_t page, uint32_t size,
		bool writable)
{
	for (uint32_t done = 0; done < size; done += PAGE_SIZE) {
		gva_t at = gva + done;

		if (!done || !(at % (REGION_PAGES * PAGE_SIZE)))
			region_prepare(vm, at);
		if (!Pip_AddVAddr(page + done, vm->desc, at, 1, writable, 1))
			vmm_fail(STATUS_INTERNAL, "Pip refuses a page at %#x",
				at);
	}
}

/* Copies the kernel into RAM */
static void load(struct vm *vm, const struct module *kernel,
		struct elf_image *image)
{
	enum elf_status status = elf_parse((void *)kernel->start, kernel->size,
			VMM_GUEST_BASE, VMM_GUEST_BASE + vm->ram_size, image);

	if (status)
		vmm_fail(STATUS_BAD_KERNEL, "%s: %s", kernel->name,
			elf_strerror(status));
	elf_load((void *)kernel->start, image, VMM_GUEST_BASE,
		(void *)vm->ram);
}

static void fill_info(struct vm *vm, const struct module *kernel,
		const struct module *initrd, uint32_t kernel_end)
{
	struct vmm_start_info *info = (void *)vm->info;
	gva_t ram_end = VMM_GUEST_BASE + vm->ram_size;

	info->magic = VMM_START_MAGIC;
	info->version = VMM_ABI_VERSION;
	info->mem_start = VMM_GUEST_BASE;
	info->mem_end = ram_end + vm->initrd_size;
	info->kernel_end = round_page(kernel_end);
	info->initrd_start = initrd->size ? ram_end : 0;
	info->initrd_size = initrd->size;
	info->tsc_khz = clock_tsc_khz();
	memcpy(info->cmdline, kernel->cmdline, sizeof(info->cmdline));
}

static void fill_context(struct vm *vm, uint32_t entry)
{
	user_ctx_t *ctx = (void *)(vm->context + VMM_SAVE_CTX % PAGE_SIZE);
	uint32_t *vidt = (void *)vm->vidt;

	*ctx = (user_ctx_t){
		.eip = entry,
		.eflags = EFLAGS_FIXED,
		.regs = { .ebx = VMM_START_INFO },
	};
	vidt[0] = VMM_SAVE_CTX;
	vidt[PIP_VIDT_SAVE_CLI] = VMM_SAVE_CTX;
}

/*
 * Makes the guest from the free memory [free_begin, free_end), page aligned;
 * mem_mib 0 means all of it.  Fails with a clear line and ends the machine.
 */
void vm_create(struct vm *vm, const struct module *kernel,
		const struct module *initrd, uint32_t mem_mib,
		uint32_t free_begin, uint32_t free_end)
{
	uint32_t free = (free_end - free_begin) / PAGE_SIZE;
	uint32_t initrd_pages = PAGES(initrd->size);
	uint32_t ram = ram_pages(free, initrd_pages, mem_mib);
	struct elf_image image;

	vm->name = kernel->name;
	vm->pool = vm->pool_next = free_begin;
	vm->ram = free_begin + overhead(ram + initrd_pages) * PAGE_SIZE;
	vm->ram_size = ram * PAGE_SIZE;
	vm->initrd = initrd->start;
	vm->initrd_size = initrd_pages * PAGE_SIZE;
	load(vm, kernel, &image);
	partition_create(vm);
	vm->info = clear_page(vm);
	vm->shared = clear_page(vm);
	vm->context = clear_page(vm);
	vm->vidt = clear_page(vm);
	fill_info(vm, kernel, initrd, image.end);
	fill_context(vm, image.entry);
	clock_publish((void *)vm->shared);
	((struct vmm_shared *)vm->shared)->vmm_free_pages =
		(free_end - vm->ram) / PAGE_SIZE - ram;
	map(vm, VMM_GUEST_BASE, vm->ram, vm->ram_size, true);
	map(vm, VMM_GUEST_BASE + vm->ram_size, vm->initrd, vm->initrd_size,
		true);
	map(vm, VMM_START_INFO, vm->info, PAGE_SIZE, false);
	map(vm, VMM_SHARED, vm->shared, PAGE_SIZE, true);
	map(vm, VMM_CTX_PAGE, vm->context, PAGE_SIZE, true);
	map(vm, PIP_VIDT, vm->vidt, PAGE_SIZE, true);
	vmm_log(LOG_INFO, "guest %u: %s, %u KiB of memory, initrd %u KiB, "
		"TSC %u kHz", vm->id, kernel->name,
		(vm->ram_size + vm->initrd_size) / 1024,
		(initrd->size + 1023) / 1024, clock_tsc_khz());
}

/* Pages of a range that are the VMM's alone again */
static uint32_t count_own(uint32_t begin, uint32_t end)
{
	uint32_t count = 0;

	for (uint32_t page = begin; page < end; page += PAGE_SIZE)
		count += Pip_Probe(page) == ACCESS_RW
			&& !Pip_MappedInChild(page);
	return count;
}

/* Takes everything back; returns how many pages are missing */
uint32_t vm_destroy(struct vm *vm)
{
	uint32_t ram_end = vm->ram + vm->ram_size;
	uint32_t initrd_end = vm->initrd + vm->initrd_size;

	if (!Pip_DeletePartition(vm->desc))
		vmm_log(LOG_WARNING, "Pip keeps the partition");
	return (ram_end - vm->pool + vm->initrd_size) / PAGE_SIZE
		- count_own(vm->pool, ram_end)
		- count_own(vm->initrd, initrd_end);
}

/* The VMM's address of a guest address, 0: no memory of the guest */
static uint32_t translate(const struct vm *vm, gva_t gva)
{
	uint32_t offset = gva - VMM_GUEST_BASE;

	if (offset < vm->ram_size)
		return vm->ram + offset;
	offset -= vm->ram_size;
	if (offset < vm->initrd_size)
		return vm->initrd + offset;
	offset = gva % PAGE_SIZE;
	switch (gva - offset) {
	case VMM_START_INFO: return vm->info + offset;
	case VMM_SHARED: return vm->shared + offset;
	case VMM_CTX_PAGE: return vm->context + offset;
	}
	return 0;
}

/*
 * The gate: a pointer to guest address `gva`, good to the end of its page and
 * until the guest runs again, or NULL if the guest may not use it with
 * `rights` (PIP_PROBE_*) or lent the page to Pip.
 */
void *guest_page(struct vm *vm, gva_t gva, uint32_t rights)
{
	uint32_t address = translate(vm, gva);

	if (!address || (Pip_Probe(address) & rights) != rights)
		return NULL;
	if (rights & PIP_PROBE_WRITE && address - vm->info < PAGE_SIZE)
		return NULL;
	return (void *)address;
}

/* As guest_page(), for those who cannot go on without */
struct vmm_shared *vm_shared(struct vm *vm)
{
	if (Pip_Probe(vm->shared) != ACCESS_RW)
		vm_kill(vm, NULL, "no access to its shared page");
	return (struct vmm_shared *)vm->shared;
}

/* Gives the processor to the guest at its context VIDT[vint] */
_Noreturn void vm_enter(struct vm *vm, uint32_t vint)
{
	uint32_t code = Pip_Yield(vm->desc, vint, VINT_NO_SAVE, 0, 0);

	vm_kill(vm, NULL, "cannot be entered at VIDT[%u]: %s", vint,
		code == PIP_YIELD_TARGET_VIDT ? "no access to its VIDT"
		: code == PIP_YIELD_TARGET_CTX ? "no context there"
		: "refused by Pip");
}

_Noreturn void vm_start(struct vm *vm)
{
	vm_enter(vm, 0);
}

/*
 * After a hardware interrupt: makes `raised` pending, and resumes the kernel
 * if that was interrupted.  Otherwise one of its processes was, which only
 * the kernel can resume: it is entered even when nothing is pending.
 */
_Noreturn void vm_interrupt(struct vm *vm, uint32_t raised)
{
	user_ctx_t *ctx = vm_context(vm);

	if (raised) {
		struct vmm_shared *shared = vm_shared(vm);

		shared->pending |= raised;
		if (ctx->valid && ctx->eip >= shared->restart_begin
				&& ctx->eip < shared->restart_end)
			ctx->eip = shared->restart_eip;
	}
	if (ctx->valid)
		vm_resume(vm, ctx);
	vm_enter(vm, VMM_VINT);
}

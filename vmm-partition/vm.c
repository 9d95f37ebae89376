/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest: its partition, its memory and the ways into it.
 *
 * Everything a guest gets comes from one range of the VMM's free memory, the
 * pool for Pip's tables first and RAM behind it, and from its initrd's own
 * pages unless they are kept for a restart; so its end is one call to Pip,
 * and a census of that range shows whether all of it came back.
 *
 * Guest memory is mapped in the VMM too, unless the guest lent the page to
 * Pip: a page that is not there any more would fault the VMM, which ends the
 * machine.  Hence guest_page() and guest_context(): the only ways to it.
 */
#include <trace_hook.h>
#include "elf.h"
#include "vmm.h"

#define REGION_PAGES	1024u		/* under one page table */
#define PARTITION_PAGES	5u
#define TABLE_PAGES	3u		/* for one region */
#define HIGH_PAGES	4u		/* info, shared, context, VIDT */
#define KEPT_PART	8u		/* a copy may be one page in so many */

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

/* Pages that the guest took from the VMM's free memory */
uint32_t vm_pages(const struct vm *vm)
{
	uint32_t ram_end = vm->ram + vm->ram_size;

	if (vm->kept)
		ram_end += vm->initrd_size;
	return (ram_end - vm->pool) / PAGE_SIZE;
}

static bool too_little(const struct vm *vm, uint32_t pages, uint32_t free,
		uint32_t initrd)
{
	vmm_log(LOG_ERROR, "guest %u: too little memory: %u KiB free for "
		"%u, the initrd alone has %u", vm->id, free * 4, pages * 4,
		initrd * 4);
	return false;
}

/*
 * Lays the guest's memory out, at offsets in a range of up to `free` pages.
 * An initrd is kept, by a copy, where a restart may need it or where the copy
 * costs little; otherwise its own pages become the guest's.
 */
bool vm_plan(struct vm *vm, uint32_t free)
{
	uint32_t max = (VMM_GUEST_MAX - VMM_GUEST_BASE) / PAGE_SIZE;
	uint32_t initrd = PAGES(vm->initrd_module.size), lent, taken;
	uint32_t total = vm->config.mem_mib * (MIB / PAGE_SIZE);

	vm->kept = nvms > 1 || vm->config.restart
		|| initrd < free / KEPT_PART;
	lent = vm->kept ? 0 : initrd;
	taken = overhead(total ? total : free + lent);
	if (!total && free > taken)
		total = free - taken + lent;
	total = total < max ? total : max;
	if (free < taken || total <= initrd || total - lent > free - taken)
		return too_little(vm, total, free, initrd);
	vm->ram = taken * PAGE_SIZE;
	vm->ram_size = (total - initrd) * PAGE_SIZE;
	vm->initrd = vm->initrd_module.start;
	vm->initrd_size = initrd * PAGE_SIZE;
	vm->planned = true;
	return true;
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

/* Copies the kernel, and an initrd that is kept, into RAM */
static bool load(struct vm *vm, struct elf_image *image)
{
	const struct module *kernel = &vm->kernel;
	enum elf_status status = elf_parse((void *)kernel->start, kernel->size,
			VMM_GUEST_BASE, VMM_GUEST_BASE + vm->ram_size, image);

	if (status) {
		vmm_log(LOG_ERROR, "%s: %s", vm->config.name,
			elf_strerror(status));
		return false;
	}
	elf_load((void *)kernel->start, image, VMM_GUEST_BASE,
		(void *)vm->ram);
	if (vm->kept)
		memcpy((void *)vm->initrd, (void *)vm->initrd_module.start,
			vm->initrd_size);
	return true;
}

static void fill_info(struct vm *vm, uint32_t kernel_end)
{
	struct vmm_start_info *info = (void *)vm->info;
	gva_t ram_end = VMM_GUEST_BASE + vm->ram_size;
	const char *words = vm->kernel.string;

	info->magic = VMM_START_MAGIC;
	info->version = VMM_ABI_VERSION;
	info->mem_start = VMM_GUEST_BASE;
	info->mem_end = ram_end + vm->initrd_size;
	info->kernel_end = round_page(kernel_end);
	info->initrd_start = vm->initrd_size ? ram_end : 0;
	info->initrd_size = vm->initrd_module.size;
	info->tsc_khz = clock_tsc_khz();
	while (*words && *words != ' ')
		words++;
	(void)options_strip(words, info->cmdline, sizeof(info->cmdline));
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
 * Makes the guest's partition in its range of memory.  0, or the status of a
 * guest that cannot start, with a line that says why.
 */
uint32_t vm_create(struct vm *vm)
{
	struct elf_image image;

	if (!vm->planned)
		return STATUS_NO_MEMORY;
	vm->pool_next = vm->pool;
	vm->balloon_pages = 0;
	if (!load(vm, &image))
		return STATUS_BAD_KERNEL;
	partition_create(vm);
	vm->info = clear_page(vm);
	vm->shared = clear_page(vm);
	vm->context = clear_page(vm);
	vm->vidt = clear_page(vm);
	fill_info(vm, image.end);
	fill_context(vm, image.entry);
	clock_publish((void *)vm->shared);
	((struct vmm_shared *)vm->shared)->vmm_free_pages = memory_free();
	map(vm, VMM_GUEST_BASE, vm->ram, vm->ram_size, true);
	map(vm, VMM_GUEST_BASE + vm->ram_size, vm->initrd, vm->initrd_size,
		true);
	map(vm, VMM_START_INFO, vm->info, PAGE_SIZE, false);
	map(vm, VMM_SHARED, vm->shared, PAGE_SIZE, true);
	map(vm, VMM_CTX_PAGE, vm->context, PAGE_SIZE, true);
	map(vm, PIP_VIDT, vm->vidt, PAGE_SIZE, true);
	vmm_log(LOG_INFO, "guest %u: %s, %u KiB of memory, initrd %u KiB, "
		"TSC %u kHz", vm->id, vm->config.name,
		(vm->ram_size + vm->initrd_size) / 1024,
		(vm->initrd_module.size + 1023) / 1024, clock_tsc_khz());
	return 0;
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
	if (vm->balloon_pages && Pip_MappedInChild(address) != vm->desc)
		return NULL;
	return (void *)address;
}

/* Takes a page of RAM from the guest; false: it is none, or lent on */
bool vm_page_take(struct vm *vm, gva_t gva)
{
	if (gva - VMM_GUEST_BASE >= vm->ram_size + vm->initrd_size
			|| !Pip_RemoveVAddr(vm->desc, gva))
		return false;
	vm->balloon_pages++;
	return true;
}

/* Gives one back that was taken */
bool vm_page_give(struct vm *vm, gva_t gva)
{
	uint32_t page = translate(vm, gva);

	if (gva - VMM_GUEST_BASE >= vm->ram_size + vm->initrd_size
			|| Pip_MappedInChild(page)
			|| !Pip_AddVAddr(page, vm->desc, gva, 1, 1, 1))
		return false;
	vm->balloon_pages--;
	return true;
}

/* As guest_page(), for those who cannot go on without */
struct vmm_shared *vm_shared(struct vm *vm)
{
	if (!vm->waits && Pip_Probe(vm->shared) != ACCESS_RW)
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

/*
 * Makes what was raised pending, before the guest goes on, and sends a kernel
 * that stands in its restart range back to the begin of its way out.
 */
void vm_deliver(struct vm *vm, user_ctx_t *ctx)
{
	struct vmm_shared *shared = vm_shared(vm);

	TRACE_EVENT(VMM_DELIVER, 0, vm->id, vm->raised, 0, 0, 0);
	shared->pending |= vm->raised;
	if (vm->waits)
		ctx->regs.eax = shared->pending;
	else if (vm->raised && ctx->valid
			&& ctx->eip >= shared->restart_begin
			&& ctx->eip < shared->restart_end)
		ctx->eip = shared->restart_eip;
	if (vm->publish)
		shared->steal_ticks = vm->stat.steal;
	vm->raised = 0;
	vm->waits = false;
	vm->publish = false;
}

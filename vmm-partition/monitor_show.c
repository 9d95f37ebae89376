/* SPDX-License-Identifier: BSD-2-Clause */
/* What the monitor shows of a guest: list, statistics, registers. */
#include "vmm.h"

#define FRAMES_MAX	16u
#define STACK_WORDS	16u

void put_format(pip_put_t *put, void *arg, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)pip_vformat(put, arg, format, ap);
	va_end(ap);
}

static const char *state_name(const struct vm *vm)
{
	static const char *const name[] = {
		[VM_STOPPED] = "stopped", [VM_HOLD] = "restarts",
		[VM_STARTING] = "starts", [VM_READY] = "ready",
		[VM_WAITING] = "waits",
	};

	return vm->paused ? "paused" : vm == running ? "runs"
		: name[vm->state];
}

/* part / whole in thousandths */
static uint32_t per_mille(uint64_t part, uint64_t whole)
{
	while (whole >> 22) {
		whole >>= 1;
		part >>= 1;
	}
	return whole ? divide(part * 1000, (uint32_t)whole) : 0;
}

static uint32_t to_ms(uint64_t ticks)
{
	return divide(ticks, clock_tsc_khz());
}

/* All that was accounted for since boot */
static uint64_t total(void)
{
	uint64_t sum = sched_idle;

	for (uint32_t i = 0; i < nvms; i++)
		sum += vms[i].stat.cpu;
	return sum;
}

static uint32_t memory_kib(const struct vm *vm)
{
	return (vm->ram_size + vm->initrd_size) / 1024;
}

void monitor_list(pip_put_t *put, void *arg)
{
	uint32_t share;

	sched_account();
	put_format(put, arg, "N   name             state    weight  "
		"memory KiB  CPU %%  starts  status\n");
	for (uint32_t i = 0; i < nvms; i++) {
		const struct vm *vm = &vms[i];

		share = per_mille(vm->stat.cpu, total());
		put_format(put, arg, "%-2u%c %-16s %-8s %6u  %10u  %3u.%u  "
			"%6u", vm->id, vm == console_front ? '*' : ' ',
			vm->config.name, state_name(vm), vm->config.weight,
			memory_kib(vm), share / 10, share % 10,
			vm->stat.starts);
		if (vm->state == VM_STOPPED && vm->stat.starts)
			put_format(put, arg, "  %6u", vm->status);
		put_format(put, arg, "\n");
	}
	share = per_mille(sched_idle, total());
	put_format(put, arg, "idle %u.%u %%, %u KiB of memory free\n",
		share / 10, share % 10, memory_free() * 4);
}

static void put_counts(pip_put_t *put, void *arg, const char *what,
		const uint32_t *count, const char *const *name, uint32_t n)
{
	put_format(put, arg, "  %s:", what);
	for (uint32_t i = 0; i < n; i++)
		if (count[i] && name[i])
			put_format(put, arg, " %s %u", name[i], count[i]);
		else if (count[i])
			put_format(put, arg, " %u: %u", i, count[i]);
	put_format(put, arg, "\n");
}

void monitor_stat(struct vm *vm, pip_put_t *put, void *arg)
{
	static const char *const hypercall_name[VMM_HC_MAX + 1] = {
		[VMM_HC_VERSION] = "version",
		[VMM_HC_CONSOLE_WRITE] = "write",
		[VMM_HC_CONSOLE_READ] = "read",
		[VMM_HC_SET_TIMER] = "timer", [VMM_HC_WAIT] = "wait",
		[VMM_HC_POWEROFF] = "poweroff", [VMM_HC_REBOOT] = "reboot",
		[VMM_HC_CRASH] = "crash", [VMM_HC_WATCHDOG] = "watchdog",
		[VMM_HC_VIRTIO_READ] = "virtio-read",
		[VMM_HC_VIRTIO_WRITE] = "virtio-write",
		[VMM_HC_VIRTIO_NOTIFY] = "virtio-notify",
		[VMM_HC_MAX] = "unknown",
	};
	static const char *const raised_name[32] = {
		[VMM_IRQ_TIMER] = "timer", [VMM_IRQ_CONSOLE] = "console",
		[VMM_IRQ_VIRTIO] = "virtio0", "virtio1", "virtio2", "virtio3",
		"virtio4", "virtio5", "virtio6", "virtio7", "virtio8",
		"virtio9", "virtio10", "virtio11", "virtio12", "virtio13",
		"virtio14", "virtio15",
	};
	const struct vm_stat *stat = &vm->stat;
	uint32_t share;

	sched_account();
	share = per_mille(stat->cpu, total());
	put_format(put, arg, "guest %u (%s): %s\n", vm->id, vm->config.name,
		state_name(vm));
	put_format(put, arg, "  cpu: %u ms, %u.%u %%, waited for others %u ms,"
		" weight %u, switches %u\n", to_ms(stat->cpu), share / 10,
		share % 10, to_ms(stat->steal), vm->config.weight,
		stat->switches);
	put_format(put, arg, "  memory: %u KiB, initrd %u KiB%s, tables %u "
		"KiB\n", memory_kib(vm), vm->initrd_size / 1024,
		vm->kept ? " kept" : "", (vm->pool_next - vm->pool) / 1024);
	put_format(put, arg, "  starts: %u, watchdog %u ms\n", stat->starts,
		vm->watchdog_ms);
	put_counts(put, arg, "hypercalls", stat->hypercalls, hypercall_name,
		VMM_HC_MAX + 1);
	put_counts(put, arg, "virtual interrupts", stat->raised, raised_name,
		32);
	put_format(put, arg, "  hardware interrupts while it ran: %u\n",
		stat->irqs);
}

/* A word of the guest's memory.  False: out of reach. */
static bool read_word(struct vm *vm, gva_t gva, uint32_t *word)
{
	const uint32_t *at = gva % 4 ? NULL
		: guest_page(vm, gva, PIP_PROBE_READ);

	if (at)
		*word = *at;
	return at;
}

/* As far as the kernel keeps frame pointers; each frame lies above the last */
static void put_backtrace(struct vm *vm, gva_t frame, pip_put_t *put,
		void *arg)
{
	put_format(put, arg, "  backtrace:");
	for (uint32_t i = 0; i < FRAMES_MAX; i++) {
		uint32_t next, caller;

		if (!read_word(vm, frame, &next)
				|| !read_word(vm, frame + 4, &caller))
			break;
		put_format(put, arg, " %08x", caller);
		if (next <= frame)
			break;
		frame = next;
	}
	put_format(put, arg, "\n");
}

static void put_stack(struct vm *vm, gva_t esp, pip_put_t *put, void *arg)
{
	put_format(put, arg, "  stack:");
	for (uint32_t i = 0; i < STACK_WORDS; i++) {
		uint32_t word;

		if (!read_word(vm, esp + 4 * i, &word))
			break;
		put_format(put, arg, " %08x", word);
	}
	put_format(put, arg, "\n");
}

/* The kernel as it was saved last */
void monitor_dump(struct vm *vm, pip_put_t *put, void *arg)
{
	const user_ctx_t *c = guest_context(vm);

	if (!c) {
		put_format(put, arg, "  its save context is out of reach\n");
		return;
	}
	if (!c->valid)
		put_format(put, arg, "  a process runs; the kernel when it "
			"was last saved:\n");
	put_format(put, arg, "  eip %08x  eflags %08x  pending %08x\n",
		c->eip, c->eflags, vm->raised);
	put_format(put, arg, "  eax %08x  ebx %08x  ecx %08x  edx %08x\n",
		c->regs.eax, c->regs.ebx, c->regs.ecx, c->regs.edx);
	put_format(put, arg, "  esi %08x  edi %08x  ebp %08x  esp %08x\n",
		c->regs.esi, c->regs.edi, c->regs.ebp, c->regs.esp);
	put_format(put, arg, "  vector %#x  error %08x  address %08x\n",
		c->nfu[PIP_NFU_VECTOR], c->nfu[PIP_NFU_ERROR],
		c->nfu[PIP_NFU_ADDRESS]);
	put_backtrace(vm, c->regs.ebp, put, arg);
	put_stack(vm, c->regs.esp, put, arg);
}

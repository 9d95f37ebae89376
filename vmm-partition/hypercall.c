/* SPDX-License-Identifier: BSD-2-Clause */
/* What a guest kernel asks for.  Numbers and contracts: <vmm/guest.h>. */
#include "vmm.h"

/* The part of [gva, gva + size) that lies in gva's page */
static uint32_t chunk(gva_t gva, uint32_t size)
{
	uint32_t left = PAGE_SIZE - gva % PAGE_SIZE;

	return size < left ? size : left;
}

/*
 * LIMIT: output is polled with interrupts off, so a long text delays the
 * guest's own timer.
 */
static uint32_t hc_console_write(struct vm *vm, gva_t gva, uint32_t size)
{
	uint32_t done = 0;

	while (done < size) {
		uint32_t n = chunk(gva + done, size - done);
		void *bytes = guest_page(vm, gva + done, PIP_PROBE_READ);

		if (!bytes)
			return -(uint32_t)VMM_EFAULT;
		console_write(bytes, n);
		done += n;
	}
	/* Input that came meanwhile raises no interrupt of its own any more */
	if (serial_news())
		vm_shared(vm)->pending |= PENDING_CONSOLE;
	return done;
}

static uint32_t hc_console_read(struct vm *vm, gva_t gva, uint32_t size)
{
	uint32_t done = 0;

	while (done < size) {
		uint32_t n = chunk(gva + done, size - done), got;
		void *bytes = guest_page(vm, gva + done, PIP_PROBE_WRITE);

		if (!bytes)
			return done ? done : -(uint32_t)VMM_EFAULT;
		got = console_read(bytes, n);
		done += got;
		if (got < n)
			break;
	}
	return done;
}

static uint32_t hc_set_timer(struct vm *vm, uint64_t deadline)
{
	if (timer_set(vm, deadline))
		vm_shared(vm)->pending |= PENDING_TIMER;
	return 0;
}

static uint32_t hc_wait(struct vm *vm)
{
	struct vmm_shared *shared = vm_shared(vm);

	while (!shared->pending)
		shared->pending |= event_irq(vm, Pip_Idle());
	return shared->pending;
}

/* Performs the call in ctx->regs and stores its result there */
void hypercall(struct vm *vm, user_ctx_t *ctx)
{
	uint32_t a = ctx->regs.ebx, b = ctx->regs.ecx;
	uint32_t result = -(uint32_t)VMM_ENOSYS;

	switch (ctx->regs.eax) {
	case VMM_HC_VERSION:
		result = VMM_ABI_VERSION;
		break;
	case VMM_HC_CONSOLE_WRITE:
		result = hc_console_write(vm, a, b);
		break;
	case VMM_HC_CONSOLE_READ:
		result = hc_console_read(vm, a, b);
		break;
	case VMM_HC_SET_TIMER:
		result = hc_set_timer(vm, (uint64_t)b << 32 | a);
		break;
	case VMM_HC_WAIT:
		result = hc_wait(vm);
		break;
	case VMM_HC_POWEROFF:
		if (a <= 255)
			power_off(a);
		result = -(uint32_t)VMM_EINVAL;
		break;
	case VMM_HC_REBOOT:
		power_reset();
	case VMM_HC_CRASH:
		vm_crash(vm, a, b);
	}
	ctx->regs.eax = result;
}

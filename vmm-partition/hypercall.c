/* SPDX-License-Identifier: BSD-2-Clause */
/* What a guest kernel asks for.  Numbers and contracts: <vmm/guest.h>. */
#include "virtio/bus.h"
#include "vmm.h"

/* `int n`: to go back over it is to make the call again */
#define INT_SIZE	2u

#define WRITE_MAX	1024u	/* divides a page */
#define WRITE_CALL	16384u	/* between two looks at interrupts */

/* The begin of [gva, gva + size), within a page */
static uint32_t chunk(gva_t gva, uint32_t size)
{
	uint32_t left = WRITE_MAX - gva % WRITE_MAX;

	return size < left ? size : left;
}

/*
 * The running guest's call stops here and goes on, with vm->progress as given
 * and the same registers, when its turn comes again.
 */
_Noreturn void hypercall_again(struct vm *vm, uint32_t progress)
{
	vm->progress = progress;
	vm->in_call = true;
	sched_next();
}

/*
 * True: the guest has to call again, from vm->progress on; interrupts come in
 * between, for other guests may wait for one.
 * LIMIT: output is polled with interrupts off, so a long text delays the
 * guest's own timer; other guests that can run wait for WRITE_MAX bytes at
 * most.
 */
static NOINLINE bool hc_console_write(struct vm *vm, gva_t gva,
		uint32_t size, uint32_t *result)
{
	uint32_t done = vm->progress;

	vm->progress = 0;
	while (done < size) {
		uint32_t n = chunk(gva + done, size - done);
		void *bytes = guest_page(vm, gva + done, PIP_PROBE_READ);

		if (!bytes) {
			*result = -(uint32_t)VMM_EFAULT;
			return false;
		}
		console_write(vm, bytes, n);
		done += n;
		if (done < size
				&& done / WRITE_CALL > (done - n) / WRITE_CALL) {
			vm->progress = done;
			return true;
		}
		if (done < size && sched_due())
			hypercall_again(vm, done);
	}
	*result = done;
	return false;
}

static NOINLINE uint32_t hc_console_read(struct vm *vm, gva_t gva,
		uint32_t size)
{
	uint32_t done = 0;

	while (done < size) {
		uint32_t n = chunk(gva + done, size - done), got;
		void *bytes = guest_page(vm, gva + done, PIP_PROBE_WRITE);

		if (!bytes)
			return done ? done : -(uint32_t)VMM_EFAULT;
		got = console_read(vm, bytes, n);
		done += got;
		if (got < n)
			break;
	}
	return done;
}

static NOINLINE uint32_t hc_set_timer(struct vm *vm, uint64_t when)
{
	if (!when) {
		timer_cancel(&vm->deadline);
	} else if (when <= rdtsc()) {
		timer_cancel(&vm->deadline);
		vm_raise(vm, PENDING_TIMER);
	} else {
		timer_set(&vm->deadline, when);
	}
	return 0;
}

/* What is pending, or once something is: vm_deliver() then has the result */
static NOINLINE uint32_t hc_wait(struct vm *vm)
{
	uint32_t pending = vm_shared(vm)->pending | vm->raised;

	if (pending)
		return pending;
	vm->waits = true;
	vm->state = VM_WAITING;
	sched_next();
}

static NOINLINE _Noreturn void hc_end(struct vm *vm, enum vm_end why,
		uint32_t status)
{
	vm_stop(vm, why, status);
	sched_next();
}

/* Performs the call in ctx->regs and stores its result there */
void hypercall(struct vm *vm, user_ctx_t *ctx)
{
	uint32_t a = ctx->regs.ebx, b = ctx->regs.ecx;
	uint32_t result = -(uint32_t)VMM_ENOSYS;
	bool again = false;

	switch (ctx->regs.eax) {
	case VMM_HC_VERSION:
		result = VMM_ABI_VERSION;
		break;
	case VMM_HC_CONSOLE_WRITE:
		again = hc_console_write(vm, a, b, &result);
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
			hc_end(vm, END_POWEROFF, a);
		result = -(uint32_t)VMM_EINVAL;
		break;
	case VMM_HC_REBOOT:
		if (nvms == 1)
			power_reset();
		hc_end(vm, END_REBOOT, 0);
	case VMM_HC_CRASH:
		vm_crash(vm, a, b);
	case VMM_HC_WATCHDOG:
		result = vm_watchdog(vm, a);
		break;
	case VMM_HC_VIRTIO_READ:
		result = virtio_read(vm, a, b, ctx->regs.edx);
		break;
	case VMM_HC_VIRTIO_WRITE:
		again = virtio_write(vm, a, b, ctx->regs.edx, ctx->regs.esi,
				&result);
		break;
	case VMM_HC_VIRTIO_NOTIFY:
		again = virtio_notify(vm, a, b, &result);
		break;
	}
	if (again)
		ctx->eip -= INT_SIZE;
	else
		ctx->regs.eax = result;
}

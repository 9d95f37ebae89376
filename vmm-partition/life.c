/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lives of guests: start, pause, end, restart, watchdog.  vm_stop() works
 * on any guest at any time and returns; if it was the running one, nobody is.
 *
 * The machine ends with its last guest, with the status of the first one; a
 * guest that the monitor ends does not count, so that it can start it again.
 */
#include "virtio/bus.h"
#include "vmm.h"

#define CRASH_PAUSE_MS	100u	/* before a guest that crashed starts again */

static void on_deadline(struct timer *timer)
{
	struct vm *vm = VM_OF(timer, deadline);

	if (vm != running)
		sched_blame(vm);
	vm_raise(vm, PENDING_TIMER);
}

static void on_watchdog(struct timer *timer)
{
	struct vm *vm = VM_OF(timer, watchdog);

	vm_report(vm, guest_context(vm), "watchdog: no sign of life for %u ms",
		vm->watchdog_ms);
}

static void on_again(struct timer *timer)
{
	vm_start(VM_OF(timer, again));
}

void vm_init(struct vm *vm)
{
	vm->deadline.fire = on_deadline;
	vm->watchdog.fire = on_watchdog;
	vm->again.fire = on_again;
	vm->inverse = 65536 / vm->config.weight;
	console_attach(vm);
	virtio_init(vm);
}

/* The guest gets its partition when its turn comes */
void vm_start(struct vm *vm)
{
	timer_cancel(&vm->again);
	vm->state = VM_STARTING;
	sched_wake(vm);
}

static uint64_t after_ms(uint32_t ms)
{
	return rdtsc() + (uint64_t)ms * clock_tsc_khz();
}

/* The turn has come */
_Noreturn void vm_born(struct vm *vm)
{
	uint32_t status;

	vm->raised = 0;
	vm->waits = vm->in_call = vm->publish = false;
	vm->progress = 0;
	virtio_reset(vm);
	status = vm_create(vm);
	if (status) {
		vm_stop(vm, END_FAILED, status);
		sched_next();
	}
	vm->state = VM_READY;
	vm->stat.starts++;
	vm->born = rdtsc();
	(void)vm_watchdog(vm, vm->config.watchdog_ms);
	vm_enter(vm, 0);
}

static bool has_partition(const struct vm *vm)
{
	return vm->state == VM_READY || vm->state == VM_WAITING;
}

/* The guest whose initrd became its memory has no other one */
bool vm_restartable(const struct vm *vm)
{
	return vm->planned && (vm->kept || !vm->initrd_size
			|| !vm->stat.starts);
}

static bool wants_restart(const struct vm *vm, enum vm_end why)
{
	return why == END_REBOOT
		|| (why == END_CRASH && vm->config.restart >= RESTART_CRASH)
		|| (why == END_POWEROFF
			&& vm->config.restart == RESTART_ALWAYS);
}

static bool others_alive(const struct vm *vm)
{
	for (uint32_t i = 0; i < nvms; i++)
		if (&vms[i] != vm && vms[i].state != VM_STOPPED)
			return true;
	return false;
}

/* At the guest's expense, though another one may run */
static void take_back(struct vm *vm)
{
	uint32_t missing;

	sched_account();
	missing = vm_destroy(vm);
	if (missing)
		vmm_log_more("%u pages of its memory are lost", missing);
	else
		vmm_log_more("all of its memory is back");
	sched_charge(vm);
}

/*
 * Ends the guest: its memory comes back and is counted, then it starts again
 * if it should, or the machine ends with its last guest.
 */
void vm_stop(struct vm *vm, enum vm_end why, uint32_t status)
{
	bool again = wants_restart(vm, why) && vm_restartable(vm);
	bool last = !again && why != END_MONITOR && !others_alive(vm);

	if (vm->state == VM_STOPPED)
		return;
	vm->status = status;
	timer_cancel(&vm->deadline);
	timer_cancel(&vm->watchdog);
	timer_cancel(&vm->again);
	sched_leave(vm);
	virtio_reset(vm);
	if (!last && why == END_POWEROFF)
		vmm_log(LOG_INFO, "guest %u (%s) ended with status %u",
			vm->id, vm->config.name, status);
	if (has_partition(vm) && !(last && why == END_POWEROFF))
		take_back(vm);
	vm->state = VM_STOPPED;
	vm->paused = false;
	if (last)
		power_off(vms[0].status);
	if (!again) {
		console_lost(vm);
	} else if (why == END_CRASH) {
		vm->state = VM_HOLD;
		timer_set(&vm->again, after_ms(CRASH_PAUSE_MS));
	} else {
		vm_start(vm);
	}
}

/* Its time stands still, its timers go on and its watchdog waits */
void vm_pause(struct vm *vm)
{
	vm->paused = true;
	timer_cancel(&vm->watchdog);
	if (vm == running)
		sched_wanted = true;
}

void vm_unpause(struct vm *vm)
{
	vm->paused = false;
	if (has_partition(vm) && vm->watchdog_ms)
		timer_set(&vm->watchdog, after_ms(vm->watchdog_ms));
	if (vm->state == VM_READY || vm->state == VM_STARTING)
		sched_wake(vm);
}

/* From now on; 0 ms: off, or back to what the configuration demands */
uint32_t vm_watchdog(struct vm *vm, uint32_t ms)
{
	if (ms > VMM_WATCHDOG_MAX)
		return -(uint32_t)VMM_EINVAL;
	vm->watchdog_ms = ms ? ms : vm->config.watchdog_ms;
	if (vm->watchdog_ms)
		timer_set(&vm->watchdog, after_ms(vm->watchdog_ms));
	else
		timer_cancel(&vm->watchdog);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs next.  Each guest has a virtual time: the TSC ticks that it used,
 * what the VMM did for it included, divided by its weight.  The one that is
 * least far runs, for a slice if others want to run too.
 *
 * A guest that wakes up is at most BONUS behind, so sleeping saves nothing
 * up; it goes first as soon as the running one is MARGIN further.
 */
#include "vmm.h"

#define SLICE_MS	10u
#define BONUS_MS	5u
#define MARGIN_MS	1u
#define IRQ_US		2u	/* a guest's interrupt while another runs */

struct vm *running;
bool sched_wanted;
uint64_t sched_idle;

static uint64_t mark;		/* up to here all time is accounted for */
static uint64_t vclock;	/* virtual time of the running, never back */
static struct timer slice;
static uint32_t slice_ticks, bonus_ticks, margin_ticks;

static void on_slice(struct timer *timer)
{
	(void)timer;
	sched_wanted = true;
}

void sched_init(void)
{
	slice.fire = on_slice;
	slice_ticks = SLICE_MS * clock_tsc_khz();
	bonus_ticks = BONUS_MS * clock_tsc_khz();
	margin_ticks = MARGIN_MS * clock_tsc_khz();
	mark = rdtsc();
}

static bool before(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) < 0;
}

static bool can_run(const struct vm *vm)
{
	return !vm->paused
		&& (vm->state == VM_READY || vm->state == VM_STARTING);
}

static void charge(struct vm *vm, uint64_t used)
{
	vm->stat.cpu += used;
	vm->vtime += used * vm->inverse >> 16;
}

static void vclock_advance(const struct vm *vm)
{
	if (before(vclock, vm->vtime))
		vclock = vm->vtime;
}

/* Brings the running guest's times up to now */
void sched_account(void)
{
	uint64_t now = rdtsc();

	if (running)
		charge(running, now - mark);
	else
		sched_idle += now - mark;
	mark = now;
	if (running)
		vclock_advance(running);
}

/* The time since the last account went to this guest, running or not */
void sched_charge(struct vm *vm)
{
	uint64_t now = rdtsc();

	charge(vm, now - mark);
	mark = now;
}

static void end_slice(uint64_t when)
{
	if (!slice.when || when < slice.when)
		timer_set(&slice, when);
}

/* The guest can run from now on */
void sched_wake(struct vm *vm)
{
	uint64_t floor, ahead;

	if (nvms == 1)
		return;
	sched_account();
	floor = vclock - bonus_ticks;
	if (before(vm->vtime, floor))
		vm->vtime = floor;
	vm->ready_since = mark;
	if (!running || !can_run(vm))
		return;
	ahead = vm->vtime + margin_ticks - running->vtime;
	if (before(ahead, 0))
		sched_wanted = true;
	else
		end_slice(mark + (ahead < slice_ticks
				? ahead * running->config.weight
				: slice_ticks));
}

/* The guest cannot run any more */
void sched_leave(struct vm *vm)
{
	vm->ready_since = 0;
	if (vm != running)
		return;
	sched_account();
	running = NULL;
	sched_wanted = true;
}

/* An interrupt that is this guest's affair took time from the running one */
void sched_blame(struct vm *vm)
{
	uint32_t cost = clock_tsc_khz() * IRQ_US / 1000;

	if (!running)
		return;
	sched_account();
	if (running->stat.cpu < cost)
		return;
	charge(vm, cost);
	running->stat.cpu -= cost;
	running->vtime -= (uint64_t)cost * running->inverse >> 16;
}

/* In the midst of long work for the running guest: should it stop here? */
bool sched_due(void)
{
	if (nvms > 1)
		timer_poll();
	return sched_wanted;
}

static struct vm *pick(void)
{
	struct vm *best = NULL;

	for (struct vm *vm = vms; vm < vms + nvms; vm++)
		if (can_run(vm) && (!best || before(vm->vtime, best->vtime)))
			best = vm;
	return best;
}

static bool others_want(const struct vm *self)
{
	for (const struct vm *vm = vms; vm < vms + nvms; vm++)
		if (vm != self && can_run(vm))
			return true;
	return false;
}

static _Noreturn void go(struct vm *vm)
{
	user_ctx_t *ctx;

	if (vm->state == VM_STARTING)
		vm_born(vm);
	ctx = vm_context(vm);
	if (vm->in_call) {
		vm->in_call = false;
		hypercall(vm, ctx);
		if (sched_wanted)
			sched_next();
	}
	vm_resume(vm, ctx);
}

static void begin(struct vm *vm, const struct vm *last)
{
	running = vm;
	vm->stat.switches += vm != last;
	vclock_advance(vm);
	if (vm->ready_since) {
		vm->stat.steal += mark - vm->ready_since;
		vm->ready_since = 0;
		vm->publish = true;
	}
	if (nvms > 1 && others_want(vm))
		timer_set(&slice, mark + slice_ticks);
}

static _Noreturn void loop(void)
{
	struct vm *last = running, *vm;

	sched_account();
	if (last && can_run(last))
		last->ready_since = mark;
	running = NULL;
	for (;;) {
		sched_wanted = false;
		while (console_due)
			console_input();
		vm = pick();
		if (vm)
			break;
		event_irq(Pip_Idle());
	}
	sched_account();
	begin(vm, last);
	go(vm);
}

/* Leaves whatever the VMM was doing; the stack is empty anew */
_Noreturn void sched_next(void)
{
	__asm__ volatile("movl %0, %%esp\n\tjmp *%1"
			: : "i"(EVENT_STACK), "r"(loop));
	__builtin_unreachable();
}

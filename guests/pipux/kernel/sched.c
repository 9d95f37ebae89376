/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: the runnable task that had least of the processor, weighted
 * by its nice value, runs next.  A tick exists only while somebody waits.
 * Real-time tasks (sched(7)) come before all others, by priority; of twenty
 * ticks that they take one goes to the others, as Linux throttles them.  Those
 * with a deadline come first of all; deadline.c has the time that they get.
 *
 * Invariant: `queue` holds every TASK_RUNNING task but current and those that
 * deadline.c throttles, the real-time ones first, by priority, then the others
 * in order of vruntime.  Without any the current stack idles, whoever's it is.
 */
#include "deadline.h"
#include <trace_hook.h>
#include <pipux/arch.h>
#include <pipux/signal.h>
#include <pipux/vmm.h>
#include <linux/sched.h>

#define TICK		(NSEC_PER_SEC / 100)
#define RT_TICKS	19		/* in a row, then one for the others */
#define WAKE_CREDIT	6	/* ms that a sleeper comes back with */
#define WAKE_LEAD	4	/* ms that it takes to replace current at once */

struct task *current;
bool need_resched, idling;

static struct list queue = LIST_INIT(queue);
static uint32_t nr_queued;
static uint64_t min_vruntime, switches;
static uint32_t rt_ticks;
static bool others_turn, yielding;

static void tick(struct ktimer *t);
static struct ktimer tick_timer = {
	.link = LIST_INIT(tick_timer.link), .fn = tick,
};
static bool ticking;

/* a runs before b; with less than 0 at first, by a sleeper's credit */
static inline bool before(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) < 0;
}

/* n milliseconds as vruntime counts them */
static inline uint32_t vtime(uint32_t ms)
{
	return (vmm_info->tsc_khz >> 10) * ms;
}

static void tick_start(void)
{
	ticking = true;
	ktimer_start(&tick_timer, ktime_get() + TICK);
}

static void tick(struct ktimer *t)
{
	ticking = false;
	if (list_empty(&queue))
		return;
	need_resched = true;
	rt_ticks = current->rt && !current->deadline ? rt_ticks + 1 : 0;
	others_turn = rt_ticks > RT_TICKS;
	tick_start();
}

/* SCHED_FIFO keeps its place if it did not give the processor up */
static inline bool goes_before(const struct task *t, const struct task *other)
{
	if (likely(!(t->rt | other->rt)))
		return before(t->vruntime, other->vruntime);
	if (t->rt != other->rt)
		return t->rt > other->rt;
	if (t->rt == RT_DEADLINE)
		return deadline_before(t, other);
	return t == current && t->policy == SCHED_FIFO && !yielding;
}

static void enqueue(struct task *t)
{
	struct list *pos = queue.prev;

	while (pos != &queue && goes_before(t,
			list_entry(pos, struct task, run_link)))
		pos = pos->prev;
	list_add_after(pos, &t->run_link);
	nr_queued++;
	if (unlikely(!ticking))
		tick_start();
}

/* A new task: has had as much of the processor as current */
void sched_enqueue(struct task *t)
{
	account_run();
	t->state = TASK_RUNNING;
	t->vruntime = current->vruntime;
	enqueue(t);
}

/* No ticks, so nobody noted how long: it is to be as if they had been there */
static void ran_alone(void)
{
	account_run();
	if (!current->rt && before(min_vruntime, current->vruntime))
		min_vruntime = current->vruntime;
}

/*
 * A sleeper comes back with a small credit, so that it gets the processor
 * from one who computes, but never with all the time that it slept.
 */
void wake_task(struct task *t)
{
	uint64_t least;

	if (t->state == TASK_RUNNING || t->state == TASK_ZOMBIE)
		return;
	if (unlikely(!ticking) && !idling)
		ran_alone();
	least = min_vruntime - vtime(WAKE_CREDIT);
	t->state = TASK_RUNNING;
	if (unlikely(t->deadline != NULL)) {
		deadline_wake(t);
		if (is_throttled(t))
			return;
	}
	if (before(t->vruntime, least))
		t->vruntime = least;
	enqueue(t);
	if (idling)
		return;
	if (unlikely(t->rt | current->rt) ? goes_before(t, current)
			: before(t->vruntime + vtime(WAKE_LEAD),
				current->vruntime))
		need_resched = true;
}

void sched_resume(struct task *t)
{
	if (t->state != TASK_RUNNING)
		return;
	enqueue(t);
	need_resched = true;
}

static void idle(void)
{
	idling = true;
	account_run();
	current->kernel_tsc += rdtsc_low() - kernel_since;
	while (list_empty(&queue)) {
		if (!vmm_shared->pending)
			vmm_wait();
		interrupts_handle();
	}
	account_idle();
	kernel_since = rdtsc_low();
	idling = false;
}

/* Who runs next, off the queue */
static struct task *choose(void)
{
	struct task *first = list_first(&queue, struct task, run_link), *t;

	if (unlikely(others_turn && first->rt && !first->deadline)) {
		rt_ticks = 0;
		others_turn = false;
		list_for_each(t, &queue, run_link)
			if (!t->rt) {
				first = t;
				break;
			}
	}
	list_del(&first->run_link);
	nr_queued--;
	if (before(min_vruntime, first->vruntime) && !first->rt)
		min_vruntime = first->vruntime;
	return first;
}

void schedule(void)
{
	struct task *prev = current, *next;

	need_resched = false;
	account_run();
	if (unlikely(prev->deadline != NULL))
		deadline_pause(prev);
	if (prev->state == TASK_RUNNING && likely(!is_throttled(prev)))
		enqueue(prev);
	yielding = false;
	if (list_empty(&queue))
		idle();
	next = choose();
	if (unlikely(next->deadline != NULL))
		deadline_run(next);
	if (next == prev)
		return;
	switches++;
	if (prev->state == TASK_RUNNING)
		prev->preempted++;
	else
		prev->switches++;
	prev->kernel_tsc += rdtsc_low() - kernel_since;
	current = next;
	TRACE_TASK(next);
	kstack_top = (uint32_t)next->kstack + KSTACK_SIZE;
	context_switch(&prev->ksp, next->ksp);
	switch_finish();
}

void switch_finish(void)
{
	kernel_since = rdtsc_low();
	task_free_deferred();
	task_activate();
}

void sched_point(void)
{
	if (vmm_shared->pending)
		interrupts_handle();
	if (need_resched)
		schedule();
}

/* Behind those of the same priority: as SCHED_RR goes at each tick */
static void yield_rt(void)
{
	yielding = true;
	schedule();
}

/* t's place in the queue by new priorities */
static void requeue(struct task *t, int policy)
{
	uint8_t rt = MAX(t->rt_own, t->rt_inherited);
	bool queued = t != current && t->state == TASK_RUNNING
		&& !is_throttled(t);

	if (!list_empty(&t->run_link)) {
		list_del(&t->run_link);
		nr_queued--;
	}
	if (t->rt && !rt)
		t->vruntime = min_vruntime;
	t->policy = policy;
	t->rt = rt;
	if (queued)
		enqueue(t);
	need_resched = true;
}

void sched_set_policy(struct task *t, int policy, int rt)
{
	if (policy != SCHED_DEADLINE)
		deadline_drop(t);
	t->rt_own = rt;
	requeue(t, policy);
}

void sched_inherit(struct task *t, int rt)
{
	t->rt_inherited = rt;
	requeue(t, t->policy);
}

/* Behind everybody who waits now */
void sched_yield_current(void)
{
	if (unlikely(current->deadline != NULL)) {
		deadline_yield(current);
		schedule();
		return;
	}
	if (list_empty(&queue))
		return;
	account_run();
	if (unlikely(current->rt)) {
		yield_rt();
		return;
	}
	if (before(current->vruntime, list_entry(queue.prev, struct task,
			run_link)->vruntime))
		current->vruntime = list_entry(queue.prev, struct task,
			run_link)->vruntime;
	schedule();
}

uint32_t nr_runnable(void)
{
	return nr_queued + !idling;
}

uint64_t switch_count(void)
{
	return switches;
}

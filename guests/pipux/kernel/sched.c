/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: the runnable task that had least of the processor, weighted
 * by its nice value, runs next.  A tick exists only while somebody waits.
 *
 * Invariant: `queue` holds every TASK_RUNNING task but current, in order of
 * vruntime.  Without any the current stack idles, whoever's it is.
 */
#include <pipux/arch.h>
#include <pipux/signal.h>
#include <pipux/vmm.h>

#define TICK		(NSEC_PER_SEC / 100)
#define WAKE_CREDIT	6	/* ms that a sleeper comes back with */
#define WAKE_LEAD	4	/* ms that it takes to replace current at once */

struct task *current;
bool need_resched;

static struct list queue = LIST_INIT(queue);
static uint32_t nr_queued, min_vruntime;
static uint64_t switches;
static bool idling;

static void tick(struct ktimer *t);
static struct ktimer tick_timer = {
	.link = LIST_INIT(tick_timer.link), .fn = tick,
};
static bool ticking;

/* vruntime wraps around: a runs before b */
static inline bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
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
	tick_start();
}

static void enqueue(struct task *t)
{
	struct list *pos = queue.prev;

	while (pos != &queue && before(t->vruntime,
			list_entry(pos, struct task, run_link)->vruntime))
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

/*
 * A sleeper comes back with a small credit, so that it gets the processor
 * from one who computes, but never with all the time that it slept.
 */
void wake_task(struct task *t)
{
	uint32_t least = min_vruntime - vtime(WAKE_CREDIT);

	if (t->state == TASK_RUNNING || t->state == TASK_ZOMBIE)
		return;
	t->state = TASK_RUNNING;
	if (before(t->vruntime, least))
		t->vruntime = least;
	enqueue(t);
	if (!idling && before(t->vruntime + vtime(WAKE_LEAD),
			current->vruntime))
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

void schedule(void)
{
	struct task *prev = current, *next;

	need_resched = false;
	account_run();
	if (prev->state == TASK_RUNNING)
		enqueue(prev);
	if (list_empty(&queue))
		idle();
	next = list_first(&queue, struct task, run_link);
	list_del(&next->run_link);
	nr_queued--;
	if (before(min_vruntime, next->vruntime))
		min_vruntime = next->vruntime;
	if (next == prev)
		return;
	switches++;
	if (prev->state == TASK_RUNNING)
		prev->preempted++;
	else
		prev->switches++;
	prev->kernel_tsc += rdtsc_low() - kernel_since;
	current = next;
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

/* Behind everybody who waits now */
void sched_yield_current(void)
{
	if (list_empty(&queue))
		return;
	account_run();
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

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An earliest-deadline-first scheduler.  Tasks are child partitions; each
 * releases a job at every multiple of its period, to be done before the next.
 * At each timer interrupt the job whose deadline is nearest gets the
 * processor; a task says that its job is done by `int 100`.
 *
 * Time is counted in ticks, and so is a job's work: what comes out does not
 * depend on the speed of the machine.
 */
#include <pip/lib.h>
#include "edf.h"

#define NTASKS		3
#define SPAN		60u		/* ticks that a set is run for */
#define VINT_TIMER	PIP_VINT_IRQ
#define SAVE		0

struct task {
	uint32_t desc;
	user_ctx_t *context;
	volatile struct job *job;
	uint32_t period, deadline, release;
	int active;
	uint32_t jobs, missed;
	char chart[SPAN + 1];
};

static const struct set {
	const char *name;
	struct {
		uint32_t period, cost;
	} task[NTASKS];
} sets[] = {
	/* demand 1/4 + 2/5 + 2/6 = 0.98 of the processor, then 1.23 */
	{ "feasible", { { 4, 1 }, { 5, 2 }, { 6, 2 } } },
	{ "infeasible", { { 2, 1 }, { 3, 1 }, { 5, 2 } } },
};
#define NSETS	(sizeof(sets) / sizeof(sets[0]))

extern uint8_t image_begin[];
extern const uint32_t image_size;

static struct task task[NTASKS], *running;
static uint32_t set, now, missed[NSETS];

__attribute__((noreturn)) static void schedule(void);

__attribute__((noreturn))
static void panic(const char *what)
{
	printf("edf: FAIL: %s\n", what);
	Pip_Outw(0x604, 0x2000);
	for (;;)
		;
}

static uint32_t page(void)
{
	void *p = Pip_AllocPage();

	if (!p)
		panic("no more pages");
	memset(p, 0, PIP_PAGE_SIZE);
	return (uint32_t)p;
}

static void map(struct task *t, uint32_t from, uint32_t to)
{
	if (Pip_MapPageWrapper(from, t->desc, to))
		panic("a page is refused");
}

static void task_create(struct task *t)
{
	uint32_t p[5], size = image_size;
	uint32_t stack, *vidt, at = TASK_STACK + PIP_PAGE_SIZE -
		sizeof(user_ctx_t);

	for (int i = 0; i < 5; i++)
		p[i] = page();
	if (!Pip_CreatePartition(p[0], p[1], p[2], p[3], p[4]))
		panic("a partition is refused");
	t->desc = p[0];
	for (uint32_t offset = 0; offset < size; offset += PIP_PAGE_SIZE) {
		uint32_t copy = page();

		memcpy((void *)copy, image_begin + offset, PIP_PAGE_SIZE);
		map(t, copy, PIP_ROOT_BASE + offset);
	}
	t->job = (struct job *)page();
	map(t, (uint32_t)t->job, TASK_JOB);
	stack = page();
	t->context = (user_ctx_t *)(stack + PIP_PAGE_SIZE) - 1;
	map(t, stack, TASK_STACK);
	vidt = (uint32_t *)page();
	vidt[0] = vidt[PIP_VIDT_SAVE_CLI] = vidt[PIP_VIDT_SAVE_STI] = at;
	map(t, (uint32_t)vidt, PIP_VIDT);
}

/* From its beginning, whatever the last set left of it */
static void task_reset(struct task *t, uint32_t period, uint32_t cost)
{
	*t = (struct task){ .desc = t->desc, .context = t->context,
		.job = t->job, .period = period };
	memset(t->chart, '.', SPAN);
	t->job->cost = cost;
	t->job->ran = 0;
	*t->context = (user_ctx_t){ .eip = PIP_ROOT_BASE, .eflags = 0x202,
		.regs.esp = TASK_STACK + PIP_PAGE_SIZE - sizeof(user_ctx_t) };
}

static void set_begin(void)
{
	printf("edf: %s set\n", sets[set].name);
	for (int i = 0; i < NTASKS; i++) {
		task_reset(&task[i], sets[set].task[i].period,
			sets[set].task[i].cost);
		printf("edf: task %d: period %u, cost %u\n", i,
			task[i].period, task[i].job->cost);
	}
	now = 0;
	running = NULL;
	(void)Pip_Idle();		/* a tick begins */
}

static void set_end(void)
{
	for (int i = 0; i < NTASKS; i++) {
		printf("edf: task %d |%s| %u jobs, %u missed\n", i,
			task[i].chart, task[i].jobs, task[i].missed);
		missed[set] += task[i].missed;
	}
	printf("edf: %s set: %u deadlines missed\n", sets[set].name,
		missed[set]);
}

__attribute__((noreturn))
static void all_done(void)
{
	if (missed[0] || !missed[1])
		panic("deadlines");
	puts("edf: PASS");
	Pip_Outw(0x604, 0x2000);
	for (;;)
		;
}

/* What is left of the job is given up: the next one starts anew */
static void task_miss(struct task *t)
{
	printf("edf: [%2u] task %u missed its deadline\n", now,
		(uint32_t)(t - task));
	t->missed++;
	t->active = 0;
}

static void jobs_update(void)
{
	for (struct task *t = task; t < task + NTASKS; t++) {
		if (t->active && now >= t->deadline)
			task_miss(t);
		if (!t->active && now >= t->release) {
			t->active = 1;
			t->deadline = t->release + t->period;
			t->release = t->deadline;
			t->job->ran = 0;
		}
	}
}

static struct task *earliest(void)
{
	struct task *best = NULL;

	for (struct task *t = task; t < task + NTASKS; t++)
		if (t->active && (!best || t->deadline < best->deadline))
			best = t;
	return best;
}

__attribute__((noreturn))
static void task_run(struct task *t)
{
	running = t;
	(void)Pip_Yield(t->desc, 0, SAVE, 0, 0);
	panic("yield is refused");
}

/* Gives the processor to the job to be done next; idle ticks pass here */
static void schedule(void)
{
	for (;;) {
		struct task *next;

		if (now >= SPAN) {
			set_end();
			if (++set == NSETS)
				all_done();
			set_begin();
		}
		jobs_update();
		next = earliest();
		if (next)
			task_run(next);
		running = NULL;
		if (Pip_Idle() == VINT_TIMER)
			now++;
	}
}

static void on_timer(void)
{
	struct task *t = running;

	t->chart[now++] = '#';
	t->job->ran++;
	/* the tick that ends its work is its own to say so */
	if (t->job->ran == t->job->cost)
		task_run(t);
	schedule();
}

static void on_done(void)
{
	struct task *t = running;

	if (t->job->ran != t->job->cost)
		panic("a task ends too early");
	printf("edf: [%2u] task %u done, deadline %u\n", now,
		(uint32_t)(t - task), t->deadline);
	t->jobs++;
	t->active = 0;
	schedule();
}

static void handle(uint32_t vint, void (*handler)(void))
{
	user_ctx_t *context = Pip_AllocContext();

	if (!context)
		panic("no context");
	Pip_RegisterInterrupt(context, vint, handler, page(), 0);
}

void main(pip_fpinfo_t *info)
{
	Pip_InitPaging(info->membegin, info->memend);
	for (uint32_t line = 1; line < 16; line++)
		Pip_Irq(line, PIP_IRQ_MASK);
	handle(VINT_TIMER, on_timer);
	handle(VINT_DONE, on_done);
	for (int i = 0; i < NTASKS; i++)
		task_create(&task[i]);
	set_begin();
	schedule();
}

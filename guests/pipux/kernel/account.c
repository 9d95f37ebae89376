/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who used the processor: TSC ticks, exact, folded into nanoseconds only
 * when somebody asks.  A task's ticks in the kernel are counted at each way
 * out of it, all of its ticks at each switch; the difference is user time.
 */
#include <pipux/arch.h>
#include <pipux/vmm.h>

#define NSEC_PER_MSEC	1000000u

static uint64_t run_start;		/* TSC of the last look */
static uint64_t idle_tsc, idle_ns;

/* nice -20 to 19: 1024 * 1.25^nice, the rate at which vruntime goes */
static const uint32_t rate[40] = {
	12, 15, 18, 23, 29, 36, 45, 56, 70, 88,
	110, 137, 172, 215, 268, 336, 419, 524, 655, 819,
	1024, 1280, 1600, 2000, 2500, 3125, 3906, 4883, 6104, 7629,
	9537, 11921, 14901, 18626, 23283, 29104, 36380, 45475, 56843, 71054,
};

static uint64_t tsc_to_ns(uint64_t tsc)
{
	uint32_t khz = vmm_info->tsc_khz;
	uint64_t ms = tsc / khz;

	return ms * NSEC_PER_MSEC
		+ (tsc - ms * khz) * NSEC_PER_MSEC / khz;
}

void account_run(void)
{
	uint64_t now = rdtsc(), ran = now - run_start;
	uint64_t weighted = ran >> 10;

	run_start = now;
	current->ran_tsc += ran;
	if (unlikely(current->nice))
		weighted = weighted * rate[current->nice + 20] >> 10;
	current->vruntime += weighted;
}

void account_idle(void)
{
	uint64_t now = rdtsc();

	idle_tsc += now - run_start;
	run_start = now;
}

void task_account(struct task *t)
{
	uint64_t in_kernel;

	if (t == current && !idling) {
		account_run();
		t->kernel_tsc += rdtsc_low() - kernel_since;
		kernel_since = rdtsc_low();
	}
	in_kernel = MIN(t->kernel_tsc, t->ran_tsc);
	t->stime += tsc_to_ns(in_kernel);
	t->utime += tsc_to_ns(t->ran_tsc - in_kernel);
	t->kernel_tsc = 0;
	t->ran_tsc = 0;
}

uint64_t idle_time(void)
{
	idle_ns += tsc_to_ns(idle_tsc);
	idle_tsc = 0;
	return idle_ns;
}

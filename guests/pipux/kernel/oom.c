/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out of memory: the process with most pages ends, and whoever wants memory
 * waits for it.  The first process is spared.
 */
#include <pipux/arch.h>
#include <pipux/page.h>

#define WAIT		(NSEC_PER_SEC / 100)

static struct process *victim_find(bool *dying)
{
	struct process *p, *victim = NULL;
	uint32_t most = 0;

	*dying = false;
	list_for_each(p, &all_processes, all_link) {
		struct task *t;

		if (p == init_process || p->zombie)
			continue;
		if (p->exiting && p != current->process) {
			*dying = true;
			continue;
		}
		list_for_each(t, &p->threads, thread_link)
			if (t->mm && t->mm->nr_pages > most) {
				most = t->mm->nr_pages;
				victim = p;
			}
	}
	return victim;
}

void out_of_memory(void)
{
	bool dying;
	struct process *victim = victim_find(&dying);

	if (!dying && victim && !victim->oom_killed) {
		victim->oom_killed = true;
		printk("Out of memory: killed process %d (%s), %u KiB\n",
			victim->pid, victim->leader->comm,
			victim->leader->mm ? victim->leader->mm->nr_pages * 4
			: 0);
		(void)send_signal_process(SIGKILL, NULL, victim);
	} else if (!dying && !victim) {
		do_group_exit(SIGKILL);
	}
	if (victim == current->process)
		return;
	if (pages_free_count() <= pages_reserve())
		sleep_on(false, ktime_get() + WAIT);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out of memory: a process with many pages ends, and whoever wants memory
 * waits for it.  The youngest goes first, for a bomb's children are younger
 * than the shell; the first process is spared.
 */
#include <pipux/arch.h>
#include <pipux/fs.h>
#include <pipux/page_cache.h>
#include <pipux/partition.h>
#include <linux/oom.h>

#define WAIT		(NSEC_PER_SEC / 100)

/* With the tables of its address space, which may be more than is in it */
static uint32_t size_of(const struct process *p)
{
	struct task *t;
	uint32_t pages = 0;

	if (p->oom_score_adj == OOM_SCORE_ADJ_MIN)
		return 0;
	list_for_each(t, &p->threads, thread_link)
		if (t->mm)
			pages = t->mm->nr_pages + t->mm->part->pages;
	return pages;
}

/* Of those at least half as large as the largest, the youngest */
static struct process *victim_find(bool *dying)
{
	struct process *p, *victim = NULL;
	uint32_t most = 0;

	*dying = false;
	list_for_each(p, &all_processes, all_link) {
		if (p == init_process || p->zombie)
			continue;
		if (p->exiting && p != current->process)
			*dying = true;
		else
			most = MAX(most, size_of(p));
	}
	list_for_each(p, &all_processes, all_link) {
		uint32_t size = p == init_process || p->exiting ? 0
			: size_of(p);

		if (size && size >= most / 2)
			victim = p;
	}
	return victim;
}

/* What is written can be given up: true if that made room */
static bool write_back(void)
{
	uint32_t before = cache_dirty_pages();

	if (before)
		fs_sync();
	return cache_dirty_pages() < before;
}

/* Kills a process if none is dying; false: it is the current one */
static bool make_room(void)
{
	bool dying;
	struct process *victim = victim_find(&dying);

	if (!dying && victim && !victim->oom_killed) {
		victim->oom_killed = true;
		printk("Out of memory: killed process %d (%s), %u KiB\n",
			victim->pid, victim->leader->comm,
			size_of(victim) * 4);
		(void)send_signal_process(SIGKILL, NULL, victim);
	} else if (!dying && !victim) {
		do_group_exit(SIGKILL);
	}
	return victim != current->process;
}

/*
 * Always waits, for the others have to run to free anything; who waits for
 * room that another one makes only does that, because they may be many.
 */
void out_of_memory(void)
{
	static uint64_t next;
	uint64_t now = ktime_get();

	if (write_back())
		return;
	if (now >= next) {
		next = now + WAIT;
		if (!make_room())
			return;
	}
	sleep_on(false, now + WAIT);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel thread "kworker" and what it has to do: <pipux/work.h>. */
#include <pipux/sched.h>
#include <pipux/work.h>

static struct list queue = LIST_INIT(queue);
static struct wait_queue wait = WAIT_QUEUE_INIT(wait);

static void worker(void *unused)
{
	struct work *w;

	for (;;) {
		(void)wait_event(&wait, !list_empty(&queue));
		w = list_first(&queue, struct work, link);
		list_del(&w->link);
		w->fn(w);
		sched_point();
	}
}

void work_init(void)
{
	if (!kthread_create(worker, NULL, "kworker"))
		panic("no memory for kworker");
}

void work_schedule(struct work *w)
{
	if (!list_empty(&w->link))
		return;
	list_add_tail(&queue, &w->link);
	wake_up(&wait);
}

void work_cancel(struct work *w)
{
	list_del(&w->link);
}

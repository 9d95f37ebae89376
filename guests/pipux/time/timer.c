/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel timers: a list in order of expiry, and the VMM's one-shot timer
 * armed for its head.  The VMM is told only when the head becomes earlier
 * than what it was told last: a cancelled head merely causes one needless
 * interrupt, and most timers are cancelled.
 *
 * Handling timers takes at most half of the time: after a run as long a pause
 * follows, however many are due, so that processes can be told to stop them.
 */
#include <pipux/time.h>
#include <pipux/vmm.h>

static struct list timers = LIST_INIT(timers);
static ktime_t armed;			/* 0: the VMM has nothing to do */

static void arm(ktime_t expires)
{
	armed = expires;
	vmm_set_timer(ktime_to_tsc(expires));
}

void ktimer_init(struct ktimer *t, void (*fn)(struct ktimer *t))
{
	list_init(&t->link);
	t->fn = fn;
	t->expires = 0;
}

/* From the end: what is started last usually ends last */
static void insert(struct ktimer *t)
{
	struct list *pos = timers.prev;

	while (pos != &timers &&
			list_entry(pos, struct ktimer, link)->expires >
			t->expires)
		pos = pos->prev;
	list_add_after(pos, &t->link);
}

void ktimer_start(struct ktimer *t, ktime_t expires)
{
	list_del(&t->link);
	t->expires = expires;
	insert(t);
	if (!armed || expires < armed)
		arm(expires);
}

void ktimer_cancel(struct ktimer *t)
{
	list_del(&t->link);
}

/* Fires what was due when it began; what that starts is armed for at its end */
void timers_run(void)
{
	ktime_t began = ktime_get(), ended;
	struct ktimer *t = NULL;

	armed = 1;
	while (!list_empty(&timers)) {
		t = list_first(&timers, struct ktimer, link);
		if (t->expires > began)
			break;
		list_del(&t->link);
		t->fn(t);
	}
	armed = 0;
	if (list_empty(&timers))
		return;
	ended = ktime_get();
	arm(MAX(t->expires, ended + (ended - began)));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwIP's periodic work: TCP's four times a second while there are
 * connections, ARP's, IGMP's and reassembly's every second while an interface
 * with a link is up, or fragments wait.  Else nothing: an idle machine stays
 * asleep.
 */
#include "inet.h"
#include "interface.h"
#include <pipux/time.h>
#include <pipux/work.h>
#include <lwip/etharp.h>
#include <lwip/igmp.h>
#include <lwip/ip4_frag.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/timeouts.h>

#define MS		1000000u
/* After the last fragment nothing can wait any more */
#define FRAGMENT_TICKS	(IP_REASS_MAXAGE + 2)

static void tick(struct work *w);
static struct work tick_work = WORK_INIT(tick_work, tick);
static ktime_t next_second;
static unsigned fragment_ticks;		/* seconds that they need still */

static void expired(struct ktimer *t)
{
	work_schedule(&tick_work);
}

static struct ktimer timer = {
	.link = LIST_INIT(timer.link), .fn = expired,
};

u32_t sys_now(void)
{
	return ns_div(ktime_get(), MS);
}

static bool tcp_is_active(void)
{
	return tcp_active_pcbs || tcp_tw_pcbs;
}

static void arm(ktime_t now)
{
	if (tcp_is_active())
		ktimer_start(&timer, now + TCP_TMR_INTERVAL * MS);
	else if (fragment_ticks || inet_link_is_up())
		ktimer_start(&timer, next_second);
}

static void tick(struct work *w)
{
	ktime_t now = ktime_get();

	tcp_tmr();
	if (now >= next_second) {
		etharp_tmr();
		ip_reass_tmr();
		for (int i = 0; i < 1000 / IGMP_TMR_INTERVAL; i++)
			igmp_tmr();
		inet_tcp_second();
		fragment_ticks -= fragment_ticks > 0;
		next_second = now + 1000 * MS;
	}
	inet_run();
	arm(now);
}

/* Called by lwIP for each new connection, by us when a link comes up */
void tcp_timer_needed(void)
{
	ktime_t now = ktime_get();

	if (list_empty(&timer.link) && list_empty(&tick_work.link))
		next_second = now + 1000 * MS;
	else if (timer.expires <= now + TCP_TMR_INTERVAL * MS)
		return;
	arm(now);
}

void inet_fragments_wait(void)
{
	fragment_ticks = FRAGMENT_TICKS;
	tcp_timer_needed();
}

/* lwIP's own list of timers is not used */
void sys_timeouts_init(void)
{
}

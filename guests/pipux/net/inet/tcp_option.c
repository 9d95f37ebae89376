/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP sockets: options of level IPPROTO_TCP (tcp(7)), and what becomes of
 * SOL_SOCKET's and IPPROTO_IP's.
 *
 * LIMIT: TCP_MAXSEG is checked only, and SO_RCVBUF kept: the window is always
 * TCP_WND.  More than SYNCNT_DEFAULT SYNs are not sent again.
 */
#include "tcp.h"
#include <linux/tcp.h>

#define TCP_CA_NAME_SIZE	16

#define KEEPIDLE_DEFAULT	7200
#define KEEPINTVL_DEFAULT	75
#define KEEPCNT_DEFAULT		9
#define SYNCNT_DEFAULT		6
#define KEEP_TIME_MAX		32767
#define COUNT_MAX		127
#define MSEC			1000

/* The options that apply to lwIP's pcb, whenever one is there */
void tcp_apply_options(struct tcp_sock *t)
{
	const struct socket_options *o = &t->k.s->opt;
	struct netdev *dev = netdev_by_index(o->bound_dev);
	struct tcp_pcb *pcb = t->pcb;

	if (!pcb)
		return;
	pcb->so_options &= ~(SOF_REUSEADDR | SOF_KEEPALIVE);
	if (o->reuseaddr)
		ip_set_option(pcb, SOF_REUSEADDR);
	pcb->ttl = t->k.ttl;
	pcb->tos = t->k.tos;
	tcp_bind_netif(pcb, dev && dev->stack ? inet_netif(dev) : NULL);
	if (pcb->state == LISTEN)
		return;
	if (o->keepalive)
		ip_set_option(pcb, SOF_KEEPALIVE);
	if (t->nodelay)
		tcp_nagle_disable(pcb);
	else
		tcp_nagle_enable(pcb);
	pcb->keep_idle = (t->keepidle ? t->keepidle : KEEPIDLE_DEFAULT) * MSEC;
	pcb->keep_intvl = (t->keepintvl ? t->keepintvl : KEEPINTVL_DEFAULT)
		* MSEC;
	pcb->keep_cnt = t->keepcnt ? t->keepcnt : KEEPCNT_DEFAULT;
}

void tcp_option_changed(struct socket *s, int name)
{
	tcp_apply_options(tcp_sk(s));
}

/* The option that is a number, with its bounds */
static int *number_of(struct tcp_sock *t, int name, int *min, int *max)
{
	*min = 1;
	*max = KEEP_TIME_MAX;
	switch (name) {
	case TCP_KEEPIDLE:
		return &t->keepidle;
	case TCP_KEEPINTVL:
		return &t->keepintvl;
	case TCP_KEEPCNT:
		*max = COUNT_MAX;
		return &t->keepcnt;
	case TCP_SYNCNT:
		*max = COUNT_MAX;
		return &t->syncnt;
	case TCP_USER_TIMEOUT:
		*min = 0;
		*max = INT_MAX;
		return &t->user_timeout;
	case TCP_DEFER_ACCEPT:
		*min = -INT_MAX;
		*max = INT_MAX;
		return &t->defer_accept;
	default:
		return NULL;
	}
}

static int default_of(int name)
{
	switch (name) {
	case TCP_KEEPIDLE:
		return KEEPIDLE_DEFAULT;
	case TCP_KEEPINTVL:
		return KEEPINTVL_DEFAULT;
	case TCP_KEEPCNT:
		return KEEPCNT_DEFAULT;
	case TCP_SYNCNT:
		return SYNCNT_DEFAULT;
	default:
		return 0;
	}
}

static int set_number(struct tcp_sock *t, int name, int val)
{
	int min, max, *number = number_of(t, name, &min, &max);

	if (!number)
		return -ENOPROTOOPT;
	if (val < min || val > max)
		return -EINVAL;
	*number = val;
	return 0;
}

/* lwIP's way of avoiding congestion is RFC 5681's */
static const char congestion[TCP_CA_NAME_SIZE] = "reno";

static int set_congestion(const void *uval, int len)
{
	char name[TCP_CA_NAME_SIZE] = "";

	if (len < 1)
		return -EINVAL;
	if (copy_from_user(name, uval, MIN(len, TCP_CA_NAME_SIZE - 1)))
		return -EFAULT;
	return strcmp(name, congestion) ? -ENOENT : 0;
}

int tcp_setsockopt(struct socket *s, int name, const void *uval, int len)
{
	struct tcp_sock *t = tcp_sk(s);
	int val, rc = 0;

	if (name == TCP_CONGESTION)
		return set_congestion(uval, len);
	if (len < (int)sizeof(val))
		return -EINVAL;
	if (get_user(val, (const int *)uval))
		return -EFAULT;
	switch (name) {
	case TCP_NODELAY:
		t->nodelay = val;
		break;
	case TCP_CORK:
		t->cork = !!val;
		break;
	case TCP_QUICKACK:
		t->quickack = val ? QUICKACK_ON : QUICKACK_OFF;
		break;
	case TCP_MAXSEG:
		rc = val && (val < 88 || val > 32767) ? -EINVAL : 0;
		break;
	default:
		rc = set_number(t, name, val);
	}
	if (rc)
		return rc;
	tcp_apply_options(t);
	if ((t->nodelay || name == TCP_CORK) && !t->cork && t->pcb
			&& t->pcb->state != LISTEN && t->pcb->unsent) {
		(void)tcp_output(t->pcb);
		inet_run();
	}
	return 0;
}

/* What programs look at: Linux's numbers of the states */
int tcp_state_number(enum tcp_state state)
{
	static const uint8_t numbers[] = {
		[CLOSED] = 7, [LISTEN] = 10, [SYN_SENT] = 2, [SYN_RCVD] = 3,
		[ESTABLISHED] = 1, [FIN_WAIT_1] = 4, [FIN_WAIT_2] = 5,
		[CLOSE_WAIT] = 8, [CLOSING] = 11, [LAST_ACK] = 9,
		[TIME_WAIT] = 6,
	};

	return numbers[state];
}

#define TICK_US		(TCP_SLOW_INTERVAL * 1000)

/* lwIP measures in ticks of half a second */
static void fill_info(struct tcp_info *i, const struct tcp_pcb *p)
{
	i->tcpi_snd_mss = i->tcpi_rcv_mss = i->tcpi_advmss = tcp_mss(p);
	i->tcpi_retransmits = p->nrtx;
	i->tcpi_snd_cwnd = p->cwnd / tcp_mss(p);
	i->tcpi_snd_ssthresh = p->ssthresh / tcp_mss(p);
	i->tcpi_rcv_space = p->rcv_wnd;
	i->tcpi_rto = p->rto * TICK_US;
	i->tcpi_rtt = (p->sa >> 3) * TICK_US;
	i->tcpi_rttvar = (p->sv >> 2) * TICK_US;
	i->tcpi_options = (p->flags & TF_SACK ? TCPI_OPT_SACK : 0)
		| (p->flags & TF_WND_SCALE ? TCPI_OPT_WSCALE : 0);
	i->tcpi_snd_wscale = p->snd_scale;
	i->tcpi_rcv_wscale = p->rcv_scale;
	for (const struct tcp_seg *s = p->unacked; s; s = s->next)
		i->tcpi_unacked++;
}

static int get_info(struct tcp_sock *t, void *uval, int *ulen)
{
	struct tcp_info info = {
		.tcpi_state = tcp_state_number(t->pcb ? t->pcb->state : CLOSED),
	};
	int len;

	if (get_user(len, ulen))
		return -EFAULT;
	if (t->pcb && t->pcb->state != LISTEN)
		fill_info(&info, t->pcb);
	len = MIN(len, (int)sizeof(info));
	if (copy_to_user(uval, &info, len))
		return -EFAULT;
	return put_user(len, ulen);
}

int tcp_getsockopt(struct socket *s, int name, void *uval, int *ulen)
{
	struct tcp_sock *t = tcp_sk(s);
	int val, min, max, *number;

	switch (name) {
	case TCP_NODELAY:
		val = t->nodelay;
		break;
	case TCP_CORK:
		val = t->cork;
		break;
	case TCP_QUICKACK:
		val = t->quickack != QUICKACK_OFF;
		break;
	case TCP_MAXSEG:
		val = t->pcb && t->pcb->state > LISTEN ? tcp_mss(t->pcb) : 536;
		break;
	case TCP_CONGESTION:
		return socket_put_option(uval, ulen, congestion,
			sizeof(congestion));
	case TCP_INFO:
		return get_info(t, uval, ulen);
	default:
		number = number_of(t, name, &min, &max);
		if (!number)
			return -ENOPROTOOPT;
		val = *number ? *number : default_of(name);
	}
	return option_put_int(uval, ulen, val);
}

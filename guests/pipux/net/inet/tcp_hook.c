/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP sockets: each packet as lwIP shows it, before it takes it.
 *
 * A packet without data that the peer should not have sent is answered with
 * what is right (RFC 9293, 3.10.7.4).  Two ends of which each believes the
 * other wrong would never stop: like Linux's, ours says so twice a second.
 *
 * lwIP takes an MSS from any packet, and does not bear one that shrinks while
 * data is queued.
 */
#include "tcp.h"
#include <lwip/sys.h>

#define ANSWER_MS	500
#define OPTION_NOP	1

static u8_t answered_id;	/* of lwIP's extra argument: when, odd */

/* Its place is in the window, and what it acknowledges was sent */
static bool acceptable(const struct tcp_pcb *pcb, const struct tcp_hdr *h)
{
	return h->seqno - pcb->rcv_nxt <= pcb->rcv_wnd
		&& (int32_t)(h->ackno - pcb->snd_nxt) <= 0;
}

static bool answered_lately(struct tcp_pcb *pcb)
{
	u32_t now = sys_now() | 1;
	u32_t last = (u32_t)tcp_ext_arg_get(pcb, answered_id);

	if (last && now - last < ANSWER_MS)
		return true;
	tcp_ext_arg_set(pcb, answered_id, (void *)now);
	return false;
}

/*
 * lwIP's hook; numbers in host order.  The options, n bytes, lie behind the
 * header, or n1 of them and the rest at `more`.  Anything but ERR_OK: the
 * packet is dropped
 */
err_t tcp_packet_hook(struct tcp_pcb *pcb, struct tcp_hdr *h, u16_t n,
		u16_t n1, u8_t *more, const struct pbuf *p)
{
	if (pcb->state < ESTABLISHED)
		return ERR_OK;
	if (unlikely(n) && !(TCPH_FLAGS(h) & TCP_SYN)) {
		memset(h + 1, OPTION_NOP, n1);
		memset(more, OPTION_NOP, n - n1);
	}
	if (!p->tot_len && !(TCPH_FLAGS(h) & (TCP_SYN | TCP_FIN | TCP_RST))
			&& unlikely(!acceptable(pcb, h))
			&& answered_lately(pcb))
		return ERR_ABRT;
	if (unlikely(TCPH_FLAGS(h) & TCP_URG))
		tcp_urgent_announced(pcb, h);
	return ERR_OK;
}

void tcp_hook_init(void)
{
	answered_id = tcp_ext_arg_alloc_id();
}

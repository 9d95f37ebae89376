/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/net: interfaces, routes, ARP and sockets (proc(5)), as text. */
#include "tcp.h"
#include "datagram.h"
#include <pipux/procfs.h>
#include <linux/route.h>
#include <linux/if_arp.h>
#include <lwip/etharp.h>

#define STATE_ESTABLISHED	1	/* Linux's numbers */
#define STATE_CLOSE		7

static int dev_show(struct proc_out *o, const struct proc_node *n)
{
	struct netdev *dev;

	proc_printf(o, "Inter-|   Receive                            "
		"                    |  Transmit\n face |bytes    packets errs "
		"drop fifo frame compressed multicast|bytes    packets errs "
		"drop fifo colls carrier compressed\n");
	list_for_each(dev, &all_netdevs, link) {
		const struct rtnl_link_stats64 *s = &dev->stats;

		proc_printf(o, "%6s: %7llu %7llu %4llu %4llu    0     0"
			"          0 %9llu ", dev->name, s->rx_bytes,
			s->rx_packets, s->rx_errors, s->rx_dropped,
			s->multicast);
		proc_printf(o, "%8llu %7llu %4llu %4llu    0     0       0"
			"          0\n", s->tx_bytes, s->tx_packets,
			s->tx_errors, s->tx_dropped);
	}
	return 0;
}

static int route_show(struct proc_out *o, const struct proc_node *n)
{
	const struct inet_route *r;

	proc_printf(o, "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\t"
		"Metric\tMask\t\tMTU\tWindow\tIRTT\n");
	list_for_each(r, &inet_routes, link)
		proc_printf(o, "%s\t%08X\t%08X\t%04X\t0\t0\t%u\t%08X\t0\t0\t0"
			"\n", r->dev->name, r->dest, r->gateway, RTF_UP
			| (r->gateway ? RTF_GATEWAY : 0)
			| (r->mask == 0xFFFFFFFF ? RTF_HOST : 0),
			r->metric, r->mask);
	return 0;
}

static int arp_show(struct proc_out *o, const struct proc_node *n)
{
	struct eth_addr *mac;
	struct netif *netif;
	char text[16];
	ip4_addr_t *ip;

	proc_printf(o, "IP address       HW type     Flags       HW address"
		"            Mask     Device\n");
	for (unsigned i = 0; i < ARP_TABLE_SIZE; i++) {
		if (!etharp_get_entry(i, &ip, &netif, &mac))
			continue;
		snprintf(text, sizeof(text), "%u.%u.%u.%u", ip4_addr1(ip),
			ip4_addr2(ip), ip4_addr3(ip), ip4_addr4(ip));
		proc_printf(o, "%-16s 0x%-10x0x%-10x"
			"%02x:%02x:%02x:%02x:%02x:%02x     *        %s\n",
			text, ARPHRD_ETHER, ATF_COM, mac->addr[0],
			mac->addr[1], mac->addr[2], mac->addr[3],
			mac->addr[4], mac->addr[5], inet_netdev(netif)->name);
	}
	return 0;
}

/* One line of tcp, udp or raw */
struct line {
	uint32_t laddr, raddr;
	uint16_t lport, rport;
	int state, timer;
	uint32_t sending, received;
	const struct socket *s;		/* NULL: nobody's any more */
};

static void show_line(struct proc_out *o, int number, const struct line *l)
{
	const struct inode *inode = l->s ? l->s->file->inode : NULL;

	proc_printf(o, "%4d: %08X:%04X %08X:%04X %02X %08X:%08X %02X:%08X "
		"%08X %5u %8d %u 1 0\n", number, l->laddr, l->lport, l->raddr,
		l->rport, l->state, l->sending, l->received, l->timer, 0, 0,
		inode ? inode->uid : 0, 0, inode ? inode->ino : 0);
}

#define TITLE "  sl  local_address rem_address   st tx_queue rx_queue tr " \
	"tm->when retrnsmt   uid  timeout inode\n"

static void show_tcp_pcb(struct proc_out *o, int number,
		const struct tcp_pcb *p)
{
	struct tcp_sock *t = p->callback_arg;
	struct line l = {
		.laddr = p->local_ip.addr, .lport = p->local_port,
		.state = tcp_state_number(p->state),
	};

	if (p->state == SYN_RCVD)
		t = NULL;		/* still the listener's argument */
	if (t) {
		l.s = t->k.s;
		l.received = t->rx_len;
	}
	if (p->state != LISTEN) {
		l.raddr = p->remote_ip.addr;
		l.rport = p->remote_port;
		l.sending = TCP_SND_BUF - p->snd_buf;
	} else if (t) {
		l.received = tcp_accepting(t);
	}
	show_line(o, number, &l);
}

static int tcp_show(struct proc_out *o, const struct proc_node *n)
{
	int number = 0;

	proc_printf(o, TITLE);
	for (int i = 0; i < NUM_TCP_PCB_LISTS; i++)
		for (struct tcp_pcb *p = *tcp_pcb_lists[i]; p; p = p->next)
			if (tcp_pcb_lists[i] != &tcp_bound_pcbs)
				show_tcp_pcb(o, number++, p);
	return 0;
}

static void show_dgram(struct proc_out *o, int number,
		const struct dgram_sock *d)
{
	show_line(o, number, &(struct line){
		.laddr = d->k.laddr, .lport = d->k.lport,
		.raddr = d->k.raddr, .rport = d->k.rport,
		.state = d->k.raddr ? STATE_ESTABLISHED : STATE_CLOSE,
		.received = d->queued, .s = d->k.s,
	});
}

static int udp_show(struct proc_out *o, const struct proc_node *n)
{
	int number = 0;

	proc_printf(o, TITLE);
	for (struct udp_pcb *p = udp_pcbs; p; p = p->next)
		show_dgram(o, number++, p->recv_arg);
	return 0;
}

static int raw_show(struct proc_out *o, const struct proc_node *n)
{
	const struct dgram_sock *d;
	int number = 0;

	proc_printf(o, TITLE);
	list_for_each(d, &inet_raws, link)
		show_dgram(o, number++, d);
	return 0;
}

void inet_proc_init(void)
{
	proc_net_register("dev", dev_show);
	proc_net_register("route", route_show);
	proc_net_register("arp", arp_show);
	proc_net_register("tcp", tcp_show);
	proc_net_register("udp", udp_show);
	proc_net_register("raw", raw_show);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwIP as pipux wants it: the raw interface, one thread of control, memory
 * from the kernel's allocator under a common bound (../memory.c).
 *
 * Sizes follow from kmalloc's: a segment of the loopback interface is two
 * pages, one of an Ethernet half a page.
 */
#ifndef PIPUX_LWIPOPTS_H
#define PIPUX_LWIPOPTS_H

/* One caller at a time: the kernel is not preempted inside the kernel */
#define NO_SYS				1
#define SYS_LIGHTWEIGHT_PROT		0
#define LWIP_NETCONN			0
#define LWIP_SOCKET			0
#define LWIP_TIMERS			1
#define LWIP_TIMERS_CUSTOM		1	/* ../timer.c */
#define LWIP_STATS			0

/* Memory */
#define MEM_LIBC_MALLOC			1
#define MEMP_MEM_MALLOC			1
#define MEM_ALIGNMENT			4
#define mem_clib_malloc			inet_alloc
#define mem_clib_calloc			inet_calloc
#define mem_clib_free			inet_free
#define LWIP_SUPPORT_CUSTOM_PBUF	1
#define PBUF_POOL_BUFSIZE		2000

/* Interfaces: lo is ours, ../loopback.c */
#define LWIP_NETIF_LOOPBACK		0
#define LWIP_HAVE_LOOPIF		0
#define LWIP_CHECKSUM_CTRL_PER_NETIF	1
#define LWIP_ARP			1
#define ARP_TABLE_SIZE			64
#define ARP_QUEUEING			1
#define ARP_QUEUE_LEN			16
#define ETHARP_SUPPORT_STATIC_ENTRIES	1
#define LWIP_NETIF_HWADDRHINT		0

/* IPv4 only */
#define LWIP_IPV4			1
#define LWIP_IPV6			0
#define IP_FORWARD			0
#define IP_REASSEMBLY			1
#define IP_FRAG				1
#define IP_REASS_MAX_PBUFS		256
#define IP_DEFAULT_TTL			64
#define IP_SOF_BROADCAST		1
#define IP_SOF_BROADCAST_RECV		0
#define LWIP_ICMP			1
#define LWIP_RAW			1
#define LWIP_UDP			1
#define SO_REUSE			1
#define SO_REUSE_RXTOALL		1
#define LWIP_DNS			0
#define LWIP_DHCP			0
#define LWIP_AUTOIP			0
#define LWIP_IGMP			1
#define LWIP_RAND()			inet_random()

/* TCP: no sack is used by lwIP's sender, but a Linux peer's can be */
#define LWIP_TCP			1
#define TCP_MSS				8040
#define LWIP_WND_SCALE			1
#define TCP_RCV_SCALE			2
#define TCP_WND				(128 * 1024)
#define TCP_SND_BUF			(128 * 1024)
#define TCP_SND_QUEUELEN		512
#define TCP_SNDLOWAT			(32 * 1024)
#define TCP_WND_UPDATE_THRESHOLD	(TCP_WND / 8)
#define TCP_OOSEQ_MAX_BYTES		TCP_WND
#define TCP_OOSEQ_MAX_PBUFS		256
#define TCP_LISTEN_BACKLOG		1
#define LWIP_TCP_KEEPALIVE		1
#define LWIP_TCP_SACK_OUT		1
#define LWIP_TCP_PCB_NUM_EXT_ARGS	2	/* ../tcp.c, ../tcp_hook.c */
#define TCP_MSL				30000UL	/* TIME_WAIT: 60 s */

/* What lwIP asks of us */
struct ip4_addr;
struct netif;
struct pbuf;
struct tcp_pcb;
struct tcp_hdr;
signed char tcp_packet_hook(struct tcp_pcb *pcb, struct tcp_hdr *h,
	unsigned short n, unsigned short n1, unsigned char *more,
	const struct pbuf *p);
struct netif *route_hook(const struct ip4_addr *src,
	const struct ip4_addr *dest);
const struct ip4_addr *gateway_hook(struct netif *netif,
	const struct ip4_addr *dest);
#define LWIP_HOOK_IP4_ROUTE_SRC(src, dest)	route_hook(src, dest)
#define LWIP_HOOK_ETHARP_GET_GW(netif, dest)	gateway_hook(netif, dest)
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, hdr, optlen, opt1len, opt2, p) \
	tcp_packet_hook(pcb, hdr, optlen, opt1len, opt2, p)
#define LWIP_HOOK_TCP_ISN(lip, lport, rip, rport) \
	inet_isn((lip)->addr, lport, (rip)->addr, rport)

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* AF_PACKET and AF_NETLINK, for init.c. */
#ifndef PIPUX_NET_PACKET_H
#define PIPUX_NET_PACKET_H

#include <pipux/socket.h>

void packet_init(void);			/* packet.c */
void netlink_init(void);		/* netlink.c */

#endif

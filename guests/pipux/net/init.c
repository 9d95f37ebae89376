/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol families there are. */
#include "packet.h"
#include "unix.h"

void net_init(void)
{
	unix_init();
	packet_init();
	netlink_init();
}

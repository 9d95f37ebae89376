/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What <linux/if.h> wants of the C library: an address of any family.  It
 * leaves struct sockaddr to <sys/socket.h>, and so has it from here.
 */
#ifndef PIPUX_SYS_SOCKET_H
#define PIPUX_SYS_SOCKET_H

struct sockaddr {
	unsigned short sa_family;
	char sa_data[14];
};

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Internet protocols inside pipux: lwIP's raw interface and what makes
 * Linux's sockets and interfaces out of it.
 *
 * lwIP wants to be called by one at a time, which the kernel guarantees: all
 * of this runs in tasks, and nobody is preempted inside the kernel.  lwIP's
 * callbacks must not sleep.  Whoever has made it send calls inet_run() before
 * he sleeps or returns: only that brings packets to lo's other end.
 *
 * Addresses are in network order unless said otherwise.
 */
#ifndef PIPUX_INET_INTERNAL_H
#define PIPUX_INET_INTERNAL_H

#include <pipux/kernel.h>
#include <pipux/inet.h>
#include <pipux/netdev.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/def.h>

#endif

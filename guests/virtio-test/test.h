/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance guest: checks and what the files share. */
#ifndef VIRTIO_TEST_H
#define VIRTIO_TEST_H

#include "lib.h"

#define ALL_FEATURES	UINT64_MAX
#define F(bit)		((uint64_t)1 << (bit))

/* test.c */
void ok(bool good, const char *name);
void note(const char *name, uint32_t number);

bool broken(uint32_t device);	/* DEVICE_NEEDS_RESET is set */

/* One file each */
void test_transport(void);
void test_queue(void);
void test_malformed(void);
void test_fuzz(void);
void test_entropy(void);
void test_block(void);
void test_console(void);
void test_net(void);
void test_balloon(void);
void test_watchdog(void);

/* tftp.c, exchange.c: on a net device in use */
struct net {
	uint32_t device;
	uint8_t mac[6];
	struct queue rx, tx;
};
bool net_open(struct net *net, uint32_t device);
void net_send(struct net *net, const void *frame, uint32_t size);
/* A frame, good until the next call, or NULL after `ms` */
const uint8_t *net_next(struct net *net, uint32_t ms, uint32_t *size);
void test_tftp(struct net *net);
void test_exchange(struct net *net, uint32_t role);

#endif

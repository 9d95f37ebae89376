/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic BPF programs (SO_ATTACH_FILTER): checked, then run on frames. */
#ifndef PIPUX_NET_BPF_H
#define PIPUX_NET_BPF_H

#include <pipux/kernel.h>
#include <linux/filter.h>

struct bpf_program {
	uint16_t len;
	struct sock_filter code[];
};

/* The program at user address `ufprog`, checked: ERR_PTR(-EINVAL, ...) */
struct bpf_program *bpf_from_user(const void *ufprog, int len);
/* How many bytes of the packet are to be kept; 0: drop it */
uint32_t bpf_run(const struct bpf_program *p, const uint8_t *data,
		uint32_t len);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic BPF programs: checked, then run on packets (SO_ATTACH_FILTER) or on
 * system calls (seccomp(2)).  kernel/bpf.c */
#ifndef PIPUX_BPF_H
#define PIPUX_BPF_H

#include <pipux/kernel.h>
#include <linux/filter.h>

struct bpf_program {
	uint16_t len;
	struct sock_filter code[];
};

/* The program that prog, a copy, tells of, checked: ERR_PTR(-EINVAL, ...) */
struct bpf_program *bpf_load(const struct sock_fprog *prog);
/* What it returns: of a packet, how many bytes are to be kept */
uint32_t bpf_run(const struct bpf_program *p, const uint8_t *data,
		uint32_t len);

#endif

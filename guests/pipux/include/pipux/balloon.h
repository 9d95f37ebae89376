/* SPDX-License-Identifier: BSD-2-Clause */
/* drivers/virtio_balloon.c: pages that the VMM has borrowed. */
#ifndef PIPUX_BALLOON_H
#define PIPUX_BALLOON_H

#include <pipux/kernel.h>

uint32_t balloon_pages(void);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtio devices as the rest of the kernel sees them: drivers/. */
#ifndef PIPUX_VIRTIO_H
#define PIPUX_VIRTIO_H

#include <pipux/kernel.h>

/* drivers/virtio.c: finds the devices and starts their drivers */
void virtio_init(void);
/* Bit N: device N has used a buffer, or its configuration changed */
void virtio_interrupt(uint32_t devices);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rest of the VMM knows of virtio. */
#ifndef VMM_VIRTIO_BUS_H
#define VMM_VIRTIO_BUS_H

#include <stdbool.h>
#include <stdint.h>

struct vm;

/* Is `word` one of a guest's settings that asks for a device? */
bool virtio_setting(const char *word);

/*
 * Gives a guest its devices, for all its lives.  Before memory_split(); ends
 * the machine if it cannot have what its settings ask for.
 */
void virtio_init(struct vm *vm);

/* At the guest's start and at its end: no device is driven */
void virtio_reset(struct vm *vm);

/* Hypercalls.  virtio_write, virtio_notify: true: it has to call again. */
uint32_t virtio_read(struct vm *vm, uint32_t device, uint32_t offset,
		uint32_t width);
bool virtio_write(struct vm *vm, uint32_t device, uint32_t offset,
		uint32_t width, uint32_t value, uint32_t *result);
bool virtio_notify(struct vm *vm, uint32_t device, uint32_t queue,
		uint32_t *result);

/* Console input waits for this guest */
void virtio_console_input(struct vm *vm);
/* The same for its second port, COM2 */
void virtio_port_input(struct vm *vm);

/* Asks the guest for pages of its memory; false: it has no driver for that */
bool virtio_balloon_ask(struct vm *vm, uint32_t pages);

#endif

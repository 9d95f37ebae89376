/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rest of the VMM knows of virtio. */
#ifndef VMM_VIRTIO_BUS_H
#define VMM_VIRTIO_BUS_H

#include <stdbool.h>
#include <stdint.h>

struct vm;

/* Gives a new guest the devices that every guest has */
void virtio_create(struct vm *vm);

/*
 * A word of the guest's settings, `vmm.disk=...` or `vmm.net=...`: one device
 * more.  NULL, or what is wrong with it.
 */
const char *virtio_word(struct vm *vm, const char *word);

/* The guest ends */
void virtio_release(struct vm *vm);

/* Is the module called `name` to be a disk rather than an initrd? */
bool virtio_is_disk(const char *module_words);

/* Hypercalls.  virtio_notify: true if the guest has to call again. */
uint32_t virtio_read(struct vm *vm, uint32_t device, uint32_t offset,
		uint32_t width);
bool virtio_write(struct vm *vm, uint32_t device, uint32_t offset,
		uint32_t width, uint32_t value, uint32_t *result);
bool virtio_notify(struct vm *vm, uint32_t device, uint32_t queue,
		uint32_t *result);

/* Console input waits for this guest */
void virtio_console_input(struct vm *vm);

/* The monitor asks the guest for `pages` of its memory */
bool virtio_balloon_ask(struct vm *vm, uint32_t pages);
uint32_t virtio_balloon_pages(const struct vm *vm);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a small guest kernel needs beside its own subject: an entry with a
 * stack, output, time, and the driver's side of a virtio device.
 */
#ifndef GUEST_LIB_H
#define GUEST_LIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmm/guest.h>
#include <vmm/virtio.h>

#define PAGE_SIZE	4096u
#define PAGE_ALIGNED	__attribute__((aligned(4096)))
#define BARRIER()	__asm__ volatile("" : : : "memory")

#define INFO	((const struct vmm_start_info *)VMM_START_INFO)
#define SHARED	((volatile struct vmm_shared *)VMM_SHARED)

/* The guest's own first function, on a stack of 16 KiB */
void guest_main(void);

/* guest.c */
uint32_t hypercall(uint32_t number, uint32_t a, uint32_t b, uint32_t c,
		uint32_t d);
_Noreturn void power_off(uint32_t status);
void print(const char *s);
void print_number(uint32_t n);
void print_hex(uint32_t n);
uint64_t rdtsc(void);

/* The value of `name=NUMBER` on the command line, else `otherwise` */
uint32_t option(const char *name, uint32_t otherwise);

/*
 * Sleeps until one of `bits` is pending, takes it and returns true; false if
 * none came in `ms` milliseconds.
 */
bool wait_for(uint32_t bits, uint32_t ms);

/* Takes those of `bits` that are pending, without waiting */
uint32_t take_pending(uint32_t bits);

/* string.c */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
uint32_t crc32(uint32_t crc, const void *bytes, size_t n);

/* virtio.c: the transport, one call for each register */
uint32_t virtio_get(uint32_t device, uint32_t reg);
uint32_t virtio_put(uint32_t device, uint32_t reg, uint32_t value);
uint32_t virtio_config(uint32_t device, uint32_t offset, uint32_t width);

/* The number of the n-th device of this type, or VIRTIO_DEVICES_MAX */
uint32_t virtio_find(uint32_t type, uint32_t n);

/*
 * Resets the device and takes it up to FEATURES_OK with those of `wanted`
 * that it offers, which are returned; 0: it refuses.
 */
uint64_t virtio_begin(uint32_t device, uint64_t wanted);

/* DRIVER_OK */
void virtio_go(uint32_t device);

/* A queue with the most entries that this library uses */
#define QUEUE_SIZE	64u

struct queue {
	uint32_t device, index;
	uint16_t next;			/* descriptor to use next */
	uint16_t seen;			/* used elements taken */
	struct virtq_desc desc[QUEUE_SIZE] __attribute__((aligned(16)));
	struct {
		uint16_t flags, idx, ring[QUEUE_SIZE], used_event;
	} avail;
	struct {
		uint16_t flags, idx;
		struct virtq_used_elem ring[QUEUE_SIZE];
		uint16_t avail_event;
	} used __attribute__((aligned(4)));
};

/* Between virtio_begin() and virtio_go() */
void queue_init(struct queue *queue, uint32_t device, uint32_t index);

struct buffer {
	void *at;
	uint32_t size;
	bool write;		/* the device writes */
};

/* Makes one chain available, without telling; its head */
uint16_t queue_add(struct queue *queue, const struct buffer *buffers,
		uint32_t count);
void queue_notify(struct queue *queue);

/* Takes one used element; false: there is none now */
bool queue_take(struct queue *queue, struct virtq_used_elem *elem);

/* Adds, notifies, and waits for the end; the bytes written, or -1 */
int32_t queue_do(struct queue *queue, const struct buffer *buffers,
		uint32_t count);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device's side of a split virtqueue (virtio 1.2, 2.7).  Pure: memory is
 * reached through a gate that the caller gives, so that it also runs on the
 * host.
 *
 * The driver is hostile.  A descriptor is copied, then checked, and the copy
 * is used; every access passes the gate; whatever a ring holds, a walk ends
 * after as many descriptors as the queue has.  The first thing that is wrong
 * sets `error`, and from then on the queue does nothing until its reset.
 */
#ifndef VMM_VIRTQUEUE_H
#define VMM_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <vmm/virtio.h>

#define VQ_PAGE		4096u

/*
 * A pointer to guest address `gva`, good to the end of its page and until the
 * guest runs again; NULL if it is no memory that the guest may use so.
 */
typedef void *vq_gate_t(void *owner, uint32_t gva, bool write);

/* The page seen last by one kind of access */
struct vq_window {
	uint8_t *at;		/* NULL: none */
	uint32_t page;
	bool writable;
};

struct virtqueue {
	/* What the driver has set; checked by vq_start() */
	uint64_t desc, avail, used;
	uint32_t size;
	bool ready;
	bool indirect, event_idx;	/* negotiated */

	vq_gate_t *gate;
	void *owner;
	const char *error;	/* why the device needs a reset */

	uint32_t done;		/* of the chain that is next: the caller's */
	uint16_t next;		/* avail index to take next */
	uint16_t used_idx;
	uint16_t told_idx;	/* used index at the last interrupt */
	bool told;		/* there was one */
	struct vq_window desc_window, avail_window, used_window;
};

struct vq_segment {
	uint32_t gva, size;
};

/* The buffers of one chain: those the device reads, then those it writes */
struct vq_chain {
	uint16_t head;
	uint32_t nreadable, nwritable;		/* segments */
	uint32_t readable, writable;		/* bytes not yet passed */
	uint32_t written;			/* bytes passed by vq_write */
	struct vq_segment segment[VIRTIO_QUEUE_MAX];
	/* Where vq_read and vq_write go on */
	struct vq_cursor {
		uint32_t segment, offset;
	} reader, writer;
	struct vq_window window;
};

/* The state after reset; the gate stays */
void vq_reset(struct virtqueue *vq);

/* Queue Ready: checks what the driver has set */
void vq_start(struct virtqueue *vq);

/*
 * Forgets the pages seen so far.  To be called whenever the guest may have
 * run since the queue was used last.
 */
void vq_open(struct virtqueue *vq);

/*
 * The next chain that the driver made available, which stays available until
 * vq_push().  False: there is none, or `error` is set.
 */
bool vq_peek(struct virtqueue *vq, struct vq_chain *chain);

/* Gives the chain back with what was written into it */
void vq_push(struct virtqueue *vq, const struct vq_chain *chain);

/*
 * Copy out of, into a chain, or pass over; false, with `error` set, if an
 * address is bad, and without if the chain is too short: then nothing was
 * copied.
 */
bool vq_read(struct virtqueue *vq, struct vq_chain *chain, void *to,
		uint32_t size);
bool vq_write(struct virtqueue *vq, struct vq_chain *chain, const void *from,
		uint32_t size);
bool vq_skip_read(struct vq_chain *chain, uint32_t size);
bool vq_skip_write(struct vq_chain *chain, uint32_t size);

/*
 * After the last of some pushes.  True: the driver wants an interrupt.  Asks
 * to be notified of the next chain.
 */
bool vq_finish(struct virtqueue *vq);

#endif

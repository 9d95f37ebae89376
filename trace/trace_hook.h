/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events of all layers, for images built with TRACE (`make trace`); to all
 * others TRACE_EVENT() is nothing.  Each image keeps its last events in a
 * ring of its own, which scripts/trace finds in the machine's memory after
 * the end: reading it costs nothing that is measured.
 */
#ifndef TRACE_HOOK_H
#define TRACE_HOOK_H

#include <stdint.h>

#define TRACE_MAGIC	"PIPTRACE"

/* Kinds; number; values.  trace_events.py knows them by these names. */
enum trace_kind {
	/* Pip: who is the current partition, value[3] its parent */
	PIP_CALL = 1,		/* selector; EIP, first two arguments */
	PIP_RETURN,		/* selector; result */
	PIP_EVENT,		/* vector; EIP, error, CR2 */
	PIP_BACK,		/* 7 or 0; the interrupted goes on */
	PIP_ENTER,		/* -; EIP: a context was loaded */
	/* VMM: who is the guest's number, 0: none */
	VMM_LINE,		/* vector of a hardware interrupt */
	VMM_CALL,		/* hypercall; EBX, ECX, EDX, ESI */
	VMM_FAULT,		/* vector */
	VMM_DELIVER,		/* -; bits that become pending */
	VMM_DEVICE,		/* virtio device; interrupt bits */
	/* pipux: who is the thread */
	GUEST_CALL,		/* system call; EBX, ECX, EDX, ESI */
	GUEST_FAULT,		/* vector; address, error, EIP */
	GUEST_IRQ,		/* -; pending bits */
	GUEST_EXIT,		/* -; EAX, EIP: it goes on in user mode */
	GUEST_TASK,		/* -; name: it got the kernel, or a new name */
};

struct trace_record {
	uint64_t tsc;
	uint16_t kind, number;
	uint32_t who;
	uint32_t value[4];
};

struct trace_ring {
	char magic[8];
	uint32_t layer;		/* enum trace_layer */
	uint32_t capacity;
	uint32_t next;		/* events so far */
	uint32_t zero[3];
	struct trace_record record[];
};

enum trace_layer { TRACE_PIP = 1, TRACE_VMM, TRACE_PIPUX };

_Static_assert(sizeof(struct trace_record) == 32, "trace_events.py");
_Static_assert(sizeof(struct trace_ring) == 32, "trace_events.py");

#ifdef TRACE
void trace_put(uint32_t what, uint32_t who, uint32_t a, uint32_t b,
		uint32_t c, uint32_t d);
#define TRACE_EVENT(kind, number, who, a, b, c, d) \
	trace_put((kind) | (uint32_t)(number) << 16, who, a, b, c, d)
#else
#define TRACE_EVENT(kind, number, who, a, b, c, d)	((void)0)
#endif

/* struct task of pipux */
#define TRACE_NAME(t, i)	(((const uint32_t *)(t)->comm)[i])
#define TRACE_TASK(t)	TRACE_EVENT(GUEST_TASK, 0, (t)->tid, \
	TRACE_NAME(t, 0), TRACE_NAME(t, 1), TRACE_NAME(t, 2), TRACE_NAME(t, 3))

#endif

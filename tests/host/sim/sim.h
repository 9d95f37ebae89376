/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated machine around pip/core and what the tests say about it:
 * a view of who holds what, a checker that derives it from memory and demands
 * every invariant, and a specification of each service over the view.
 */
#ifndef SIM_H
#define SIM_H

#include "pip.h"

#ifndef SIM_DEPTH
#define SIM_DEPTH	8	/* partitions on one path, the root included */
#endif
#ifndef SIM_REGIONS
#define SIM_REGIONS	8	/* prepared regions of a partition */
#endif

/* What a frame is */
enum role {
	ROLE_NONE,		/* nobody's */
	ROLE_USER, ROLE_DEVICE,
	/* Pip's, in the order in which they are lent */
	ROLE_DESC, ROLE_PD, ROLE_SH1, ROLE_SH2, ROLE_LIST,
	ROLE_TABLE, ROLE_TABLE_SH1, ROLE_TABLE_SH2,
};

/*
 * Partitions are named by the frame of their descriptor.  No padding: views
 * are compared as bytes.
 */
struct view {
	struct frame {
		uint16_t role;
		uint16_t of;		/* partition whose structure it is */
		uint16_t region;	/* of a table */
		uint16_t depth;		/* places that hold it, root first */
		struct place {
			word va;
			uint16_t part;
			uint16_t w;
		} at[SIM_DEPTH];
	} frame[SIM_FRAMES];
	struct part {
		uint16_t live, parent, depth, nregions;
		uint16_t regions[SIM_REGIONS];	/* in list order */
		word desc;		/* address of the descriptor in the
					   parent */
		word state, restricted, own_ports, nports;
		word ports[PORT_RANGES];	/* last << 16 | first */
	} part[SIM_FRAMES];
	uint16_t current, root, fpu;	/* fpu: SIM_FRAMES if nobody */
	uint16_t unused;
};

enum service {
	S_CREATE, S_DELETE, S_COUNT, S_PREPARE, S_COLLECT, S_ADD, S_REMOVE,
	S_MAPPED, S_PROBE, S_STATE, S_RESTRICT, S_MAX
};

struct call {
	enum service service;
	word a[6];
};

extern const struct service_info {
	const char *name;
	unsigned nargs;
} services[S_MAX];

/* sim.c: the machine */
void sim_reset(void);
word sim_root_page(word va, word rights);
void sim_device_page(word va);
word sim_kernel_entry(word dir);
word sim_va(word dir, word index);
void *sim_frame(unsigned frame);
unsigned sim_frame_of(const void *page);
struct partition *sim_partition(unsigned frame);
void sim_switch(unsigned frame);
word sim_run(const struct call *c);
void sim_print_call(const struct call *c);

extern word sim_root_va[SIM_FRAMES];	/* 0: not given to the root */
extern word sim_root_w[SIM_FRAMES];

#define SIM_DROPS	8
extern word sim_dropped[SIM_DROPS];	/* invalidated by the last call */
extern unsigned sim_ndropped;
extern void (*sim_on_wild)(word paddr);

/* check.c: NULL and the view, or the first violation, property first */
const char *sim_check(struct view *v);

/* spec.c: the result; `v` becomes what must hold afterwards */
word spec_call(struct view *v, const struct call *c);
int view_find(const struct view *v, unsigned part, word va);
int view_child(const struct view *v, word desc);
bool view_prepared(const struct view *v, unsigned part, word dir);

/* step.c: a call with everything checked; NULL or what is wrong */
void step_begin(void);
const char *step(const struct call *c, word *result);
const char *step_switch(unsigned frame);
void step_fill(unsigned frame);
const char *step_after(const struct view *before,
	const struct view *expected);
const char *step_result(const struct call *c, word got, word want);
extern struct view step_view;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile acts, each with the one outcome that it must have.  An act is a
 * function that a child, a grandchild or the root itself calls; after it, the
 * sibling and the root's marker are as they were and no page is missing.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <harness.h>

enum who { CHILD = 1, GRANDCHILD = 2, ROOT = 4, ALL = 7 };

/* Vectors where processors or emulators differ; also in acts.asm */
#define FAULTS		0x201	/* 12, 13 or 14 */
#define DEBUG_OR_UD	0x202	/* 1 or 6 */
#define GOES_OR_FAULTS	0x203	/* REPORT or 14 */
#define ANY_VALUE	0xFFFFFFF5u

struct act {
	act_fn *fn;
	uint32_t argument;
	uint32_t who;
	uint32_t vector;	/* that reaches the actor's parent */
	uint32_t error;		/* its error code, for faults */
	uint32_t value;		/* what fn returns, for REPORT */
	void (*setup)(struct child *c);	/* by the parent, before it runs */
	uint32_t heap;		/* pages, 0: POOL */
	uint32_t thread;	/* base of its thread selector, 0: it has none */
};

#define POOL		24	/* pages of an actor's heap unless it says */
extern struct act now;

/* main.c */
__attribute__((format(printf, 2, 3)))
void perform(const struct act *a, const char *format, ...);
void actor_vidt_init(void);

void attack_instructions(void);	/* cpu.c */
void attack_vectors(void);
void attack_selectors(void);
void attack_flags(void);
void attack_stacks(void);
void attack_services(void);	/* services.c */
void attack_lists(void);	/* lists.c */
void attack_contexts(void);	/* contexts.c */
void attack_trees(void);	/* trees.c */
void attack_interrupts(void);	/* storm.c */
void attack_ports(void);
void attack_by_root(const char *name);	/* fatal.c */

/* acts.asm */
extern const struct instruction {
	const char *name;
	act_fn *code;
	uint32_t vector, error, value;
} instructions[];		/* ends with a NULL name */
extern uint8_t int_stubs[];
extern uint32_t esp_wanted;
uint32_t load_ds(uint32_t), load_es(uint32_t), load_fs(uint32_t),
	load_gs(uint32_t), load_ss(uint32_t), jump_far(uint32_t),
	call_far(uint32_t), int_at_esp(uint32_t), fault_at_esp(uint32_t),
	int_with_flags(uint32_t), fault_with_flags(uint32_t),
	yield_with_flags(uint32_t), gate_with_ds(uint32_t),
	read_thread(uint32_t), gate_on_thread(uint32_t), see_registers(uint32_t);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the partitions that test Pip share: checks in the form of the Test
 * Anything Protocol, and children.
 *
 * A child runs a copy of its parent's image at the same addresses, so that any
 * function linked here can be its main one, with variables of its own; heap
 * pages let it have children in turn.  The parent runs it until something
 * brings the parent back: every entry of the parent's VIDT resumes the call
 * that gave the processor away and says which vector it was.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <pip/lib.h>

/* A child's memory, beside the image at PIP_ROOT_BASE */
#define HEAP		0x10000000u
#define BOX		0xFFFFD000u	/* shared with the parent for results */
#define STACK		0xFFFFE000u
#define CONTEXT		(STACK + PIP_PAGE_SIZE - sizeof(user_ctx_t))

#define REGION_SIZE	0x400000u
#define START		1000		/* VIDT index of the child's context */
#define REPORT		0xF0		/* `int` by which a child ends */
#define NOTHING		1001		/* VIDT index that stays empty */
#define REFUSED		0x10000u	/* run(): yield returned; + its code */

#define EFLAGS_TF	0x00100u
#define EFLAGS_IF	0x00200u
#define EFLAGS_DF	0x00400u
#define EFLAGS_NT	0x04000u
#define EFLAGS_AC	0x40000u

#define COM1		0x3F8u
#define COM1_LSR	0x3FDu

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* check.c */
extern uint32_t checks_failed;
__attribute__((format(printf, 2, 3)))
void check(bool good, const char *format, ...);
__attribute__((format(printf, 3, 4)))
void is(uint32_t got, uint32_t want, const char *format, ...);
__attribute__((noreturn)) void finish(void);
__attribute__((noreturn)) void power_off(uint32_t status);

/* child.c */
typedef uint32_t act_fn(uint32_t argument);

struct child {
	uint32_t desc;
	uint32_t **vidt;	/* its pages, as the parent sees them */
	user_ctx_t *ctx;
	uint32_t *box;
	struct owned {		/* every page of it, and where it sees it */
		uint32_t page, va;
	} *owned[8];
	uint32_t nowned;
};

uint32_t page_new(void);
bool create(const uint32_t page[5]);
bool child_create(struct child *c);
bool child_map(struct child *c, uint32_t page, uint32_t va);
uint32_t child_take(struct child *c);
void *child_view(const struct child *c, uint32_t va);
bool child_new(struct child *c, uint32_t heap_pages);
void child_start(struct child *c, act_fn *fn, uint32_t argument);
void child_start_raw(struct child *c, void (*code)(void));
void child_free(struct child *c);
uint32_t child_run(struct child *c);
uint32_t child_call(struct child *c, act_fn *fn, uint32_t argument);
void child_is_parent(uint32_t heap_pages);

/* Pages of [begin, end) that are whole: a sum that leaks change */
uint32_t census(uint32_t begin, uint32_t end);

/* run.asm */
extern user_ctx_t landing[256], landing_any;
extern uint32_t landing_eflags, landing_regs[8];
void landing_init(void);
uint32_t run(uint32_t desc, uint32_t vint);
void child_entry(void);
uint32_t spin_for_interrupt(uint32_t turns);

extern struct gate_call {
	uint32_t offset, selector;
	uint32_t nargs, args[6];
	uint32_t eflags;	/* loaded just before the call */
	uint32_t own_esp, esp;	/* if own_esp: ESP at the call, no EFLAGS */
	uint32_t eax, ecx, edx, ebx, esi, edi, ebp, esp_change, eflags_after;
} gate;
void gate_call(void);

/* Any service by its selector: EAX */
uint32_t service(uint32_t selector, uint32_t nargs, const uint32_t *args);

#endif

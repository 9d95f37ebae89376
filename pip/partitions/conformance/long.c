/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deletePartition of a large child lets interrupts in: the root's handler
 * runs in between, with EIP at the call, and the call then goes on.
 */
#include "conformance.h"

#define PAGES		1000u
#define ROUNDS		200u		/* until a tick falls into one */
#define RATE		150		/* PIT periods: some 8 kHz */
#define PIT_COUNTER	0x40
#define PIT_RELOAD	11931		/* 100 Hz, as Pip leaves it */
#define STATE		1		/* interrupts on in the root */

user_ctx_t long_saved;
uint32_t long_ticks, long_at_call;
void long_tick(void);

/*
 * Counts, then goes back to where the root was: the registers move from the
 * context to the root's own stack before interrupts are on again.
 */
__asm__(
	"long_tick:\n\t"
	"incl	long_ticks\n\t"
	"movl	long_saved, %eax\n\t"
	"cmpb	$0x9A, (%eax)\n\t"		/* lcall */
	"jne	1f\n\t"
	"incl	long_at_call\n"
	"1:\tmovl	long_saved + 24, %esp\n\t"
	"pushl	long_saved\n\t"
	"pushl	long_saved + 8\n\t"
	"pushl	long_saved + 40\n\t"		/* as PUSHA would */
	"pushl	long_saved + 36\n\t"
	"pushl	long_saved + 32\n\t"
	"pushl	long_saved + 28\n\t"
	"pushl	$0\n\t"
	"pushl	long_saved + 20\n\t"
	"pushl	long_saved + 16\n\t"
	"pushl	long_saved + 12\n\t"
	"pushl	$1\n\t"
	"lcall	$0x98, $0\n\t"			/* set_int_state */
	"addl	$4, %esp\n\t"
	"popal\n\t"
	"popfl\n\t"
	"ret");

static user_ctx_t handler;

static void timer(uint32_t reload)
{
	Pip_Outb(PIT_COUNTER, reload);
	Pip_Outb(PIT_COUNTER, reload >> 8);
}

/* Makes a child of PAGES pages and deletes it with the timer on: the result */
static uint32_t delete_large(struct child *c)
{
	uint32_t *pages = NULL, result;

	child_create(c);
	for (uint32_t i = 0; i < PAGES; i++) {
		uint32_t *page = Pip_AllocPage();

		page[0] = (uint32_t)pages;
		pages = page;
		child_map(c, (uint32_t)page, HEAP + i * PIP_PAGE_SIZE);
	}
	Pip_Irq(0, PIP_IRQ_UNMASK);
	Pip_SetIntState(STATE);
	result = Pip_DeletePartition(c->desc);
	Pip_SetIntState(0);
	Pip_Irq(0, PIP_IRQ_MASK);
	result += Pip_DeletePartition(c->desc);	/* 0: it is gone */
	c->desc = 0;
	child_free(c);
	while (pages) {
		uint32_t *next = (uint32_t *)pages[0];

		Pip_FreePage(pages);
		pages = next;
	}
	return result;
}

void check_long(void)
{
	user_ctx_t *line = VIDT[PIP_VINT_IRQ], *save = VIDT[PIP_VIDT_SAVE_STI];
	uint32_t rounds, good = 0;
	struct child c;

	handler.eip = (uint32_t)long_tick;
	VIDT[PIP_VINT_IRQ] = &handler;
	VIDT[PIP_VIDT_SAVE_STI] = &long_saved;
	timer(RATE);
	for (rounds = 0; rounds < ROUNDS && !long_at_call; rounds++)
		good += delete_large(&c) == 1;
	timer(PIT_RELOAD);
	VIDT[PIP_VINT_IRQ] = line;
	VIDT[PIP_VIDT_SAVE_STI] = save;
	is(good, rounds, "long deletePartition: succeeds each time");
	check(long_ticks > 0, "long deletePartition: interrupts arrive");
	check(long_at_call > 0, "long deletePartition: and find EIP at the "
		"call");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Hardware interrupts: always to the root. */
#include "conformance.h"

#define TIMER		0
#define SERIAL		4
#define RTC		8
#define LONG		0x7FFFFFFFu	/* turns: some seconds at least */
#define TICKS		12000000u	/* turns: some ticks at least */

#define PIT_COUNTER	0x40
#define PIT_COMMAND	0x43
#define PIT_READ_BACK	0xE2		/* status of counter 0 */
#define PIT_RELOAD	11931		/* 100 Hz */

#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71
#define RTC_B		0x0B
#define RTC_B_PERIODIC	0x40
#define RTC_C		0x0C

static user_ctx_t saved;

static void check_rate(void)
{
	uint32_t max = 0;

	Pip_Outb(PIT_COMMAND, PIT_READ_BACK);
	is(Pip_Inb(PIT_COUNTER) & 0x3F, 0x34, "the timer repeats");
	for (uint32_t i = 0; i < 300000 && max < PIT_RELOAD - 200; i++) {
		uint32_t count;

		Pip_Outb(PIT_COMMAND, 0);
		count = Pip_Inb(PIT_COUNTER);
		count |= Pip_Inb(PIT_COUNTER) << 8;
		max = count > max ? count : max;
	}
	check(max > PIT_RELOAD - 200 && max <= PIT_RELOAD,
		"the timer runs at 100 Hz");
}

static void check_in_child(struct child *c, uint32_t state)
{
	user_ctx_t *slot = (user_ctx_t *)(c->box + 0x100);

	memset(slot, 0, 2 * sizeof(*slot));
	c->vidt[48] = (uint32_t *)(BOX + 0x400);
	c->vidt[49] = (uint32_t *)(BOX + 0x440);
	child_start_raw(c, (void (*)(void))stub_loop);
	c->ctx->regs.eax = LONG;
	c->ctx->regs.ebx = 0xB0B;
	c->ctx->pipflags = state;
	is(child_run(c), 32, "state %u: the timer reaches the root", state);
	is(Pip_GetIntState(c->desc), state, "state %u is unchanged", state);
	is(slot[0].valid, !state, "state %u: slot 48", state);
	is(slot[1].valid, !!state, "state %u: slot 49", state);
	slot += !!state;
	is(slot->nfu[PIP_NFU_VECTOR], 32, "state %u: nfu[0] is 32", state);
	is(slot->regs.ebx, 0xB0B, "state %u: registers are saved", state);
	check(slot->eip - (uint32_t)stub_loop < 8, "state %u: EIP", state);
}

static void check_no_handler(struct child *c)
{
	VIDT[32] = NULL;
	child_start_raw(c, (void (*)(void))stub_loop);
	c->ctx->regs.eax = TICKS;
	c->box[0] = 0;
	is(child_run(c), REPORT, "no handler in the root: the child goes on");
	is(c->box[0], 1, "and its registers are its own");
	VIDT[32] = &landing[32];
}

static struct child grandchild;

static uint32_t make_grandchild(uint32_t argument)
{
	(void)argument;
	child_is_parent(90);
	VIDT[32] = NULL;
	if (!child_new(&grandchild, 0))
		return 0;
	child_start_raw(&grandchild, (void (*)(void))stub_loop);
	grandchild.ctx->regs.eax = LONG;
	return (uint32_t)grandchild.ctx;
}

static uint32_t run_grandchild(uint32_t argument)
{
	(void)argument;
	return child_run(&grandchild);
}

static void check_in_grandchild(void)
{
	struct child c;
	const user_ctx_t *ctx;

	child_new(&c, 90);
	ctx = child_view(&c, child_call(&c, make_grandchild, 0));
	child_start(&c, run_grandchild, 0);
	Pip_Irq(TIMER, PIP_IRQ_UNMASK);
	Pip_Idle();
	is(child_run(&c), 32, "an interrupt in a grandchild: to the root");
	Pip_Irq(TIMER, PIP_IRQ_MASK);
	is(ctx ? ctx->nfu[PIP_NFU_VECTOR] : 0, 32,
		"the grandchild is saved in its own memory");
	child_free(&c);
}

static void check_in_root(void)
{
	saved = (user_ctx_t){ 0 };
	VIDT[48] = NULL;
	VIDT[49] = &saved;
	is(spin_for_interrupt(LONG), 32, "state 1: the root is interrupted");
	is(saved.valid, 1, "and saved in its slot 49");
	is(saved.pipflags, 1, "with its state");
	is(landing_eflags & EFLAGS_IF, 0, "its handler runs masked");
	Pip_Irq(TIMER, PIP_IRQ_MASK);
	is(spin_for_interrupt(TICKS), 0, "a masked line is silent");
	VIDT[48] = &landing[48];
	VIDT[49] = &landing[49];
}

static void check_serial(struct child *c)
{
	is(Pip_Irq(SERIAL, PIP_IRQ_UNMASK), 1, "line 4 unmasked");
	Pip_Outb(COM1 + 4, 0x0B);		/* OUT2 connects the line */
	child_start_raw(c, (void (*)(void))stub_loop);
	c->ctx->regs.eax = LONG;
	Pip_Outb(COM1 + 1, 2);			/* transmitter empty */
	is(child_run(c), 36, "the serial port's interrupt: vector 36");
	Pip_Outb(COM1 + 1, 0);
	(void)Pip_Inb(COM1 + 2);
	Pip_Irq(SERIAL, PIP_IRQ_MASK);
}

static void rtc_write(uint32_t index, uint32_t value)
{
	Pip_Outb(CMOS_INDEX, index);
	Pip_Outb(CMOS_DATA, value);
}

static uint32_t rtc_read(uint32_t index)
{
	Pip_Outb(CMOS_INDEX, index);
	return Pip_Inb(CMOS_DATA);
}

/* The second controller needs an end-of-interrupt at both */
static void check_rtc(struct child *c)
{
	uint32_t b = rtc_read(RTC_B), vector[3];

	Pip_Irq(RTC, PIP_IRQ_UNMASK);
	rtc_write(RTC_B, b | RTC_B_PERIODIC);
	for (int i = 0; i < 3; i++) {
		(void)rtc_read(RTC_C);
		child_start_raw(c, (void (*)(void))stub_loop);
		c->ctx->regs.eax = LONG;
		vector[i] = child_run(c);
	}
	rtc_write(RTC_B, b);
	(void)rtc_read(RTC_C);
	Pip_Irq(RTC, PIP_IRQ_MASK);
	check(vector[0] == 40 && vector[1] == 40 && vector[2] == 40,
		"the clock's interrupts, line 8: vector 40");
}

static uint32_t idle_in_child(uint32_t argument)
{
	return Pip_Idle() + argument;
}

static uint32_t irq_in_child(uint32_t line)
{
	return Pip_Irq(line, PIP_IRQ_MASK);
}

static void check_services(struct child *c)
{
	is(Pip_Irq(16, PIP_IRQ_MASK), 0, "irq: there is no line 16");
	is(Pip_Irq(2, PIP_IRQ_UNMASK), 0, "irq: line 2 is the cascade's");
	is(Pip_Irq(0, 2), 0, "irq: there is no operation 2");
	is(Pip_Irq(0xFFFFFFFF, 0), 0, "irq: there is no line ~0");
	is(child_call(c, irq_in_child, 0), 0, "irq is the root's");
	is(child_call(c, idle_in_child, 5), 5, "idle is the root's: 0");
	Pip_Irq(TIMER, PIP_IRQ_UNMASK);
	is(Pip_Idle(), 32, "idle: the vector of the next interrupt");
	is(Pip_Idle(), 32, "idle: and of the one after it");
	Pip_Irq(TIMER, PIP_IRQ_MASK);
}

void check_interrupts(void)
{
	struct child c;

	check_rate();
	child_new(&c, 0);
	is(Pip_Irq(TIMER, PIP_IRQ_UNMASK), 1, "line 0 unmasked");
	check_in_child(&c, 0);
	check_in_child(&c, 1);
	check_no_handler(&c);
	check_in_root();
	check_serial(&c);
	check_rtc(&c);
	check_services(&c);
	child_free(&c);
	check_in_grandchild();
}

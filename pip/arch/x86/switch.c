/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control flow between partitions: what core decided is carried out here.
 *
 * A context is saved through the address space that still runs and loaded
 * through the one that was switched to, at addresses that core has checked.
 */
#include "x86.h"

#define LCALL_OPCODE	0x9A
#define LCALL_BYTES	7		/* opcode, offset, selector */
#define DELETE_FRAME	20		/* EIP, CS, one argument, ESP, SS */

struct partition *current, *root;
uint32_t irq_pending;		/* vector taken at a gate's first instruction */
uint32_t user_if;		/* EFLAGS_IF if the current partition runs so */

static uint32_t additions;	/* PIP_CTX_* of the context that runs */
static uint32_t thread_base;

static inline bool is_irq(uint32_t vector)
{
	return vector - PIP_VINT_IRQ < IRQ_LINES;
}

/* The caller fills in pipflags, which depends on why */
static inline void save(user_ctx_t *ctx, const struct regs *r, uint32_t eip,
		uint32_t esp, uint32_t eflags)
{
	ctx->eip = eip;
	ctx->eflags = eflags;
	ctx->regs.edi = r->edi;
	ctx->regs.esi = r->esi;
	ctx->regs.ebp = r->ebp;
	ctx->regs.esp = esp;
	ctx->regs.ebx = r->ebx;
	ctx->valid = 1;
	ctx->nfu[PIP_NFU_THREAD] = thread_base;
}

static void save_event(user_ctx_t *ctx, const struct event *e)
{
	uint32_t cr2 = 0;

	if (e->vector == EXC_PF)
		__asm__ volatile("movl %%cr2, %0" : "=r"(cr2));
	save(ctx, &e->r, e->eip, e->esp, e->eflags);
	ctx->regs.edx = e->r.edx;
	ctx->regs.ecx = e->r.ecx;
	ctx->regs.eax = e->r.eax;
	ctx->pipflags = current->state | additions;
	ctx->nfu[PIP_NFU_VECTOR] = e->vector;
	ctx->nfu[PIP_NFU_ERROR] = e->error;
	ctx->nfu[PIP_NFU_ADDRESS] = cr2;
}

static void interrupt_before(const user_ctx_t *ctx, uint32_t eflags);

/* `context`: checked by core, an address in `to` */
__attribute__((always_inline))
static inline void switch_to(struct partition *to, word context)
{
	const user_ctx_t *ctx = (const user_ctx_t *)context;
	uint32_t eflags, state, gs = PIP_SEL_USER_DS;

	if (to != current) {
		current = to;
		__asm__ volatile("movl %0, %%cr3" : : "r"(to->pd) : "memory");
		tss.port_map = to->port_map;
		if (__builtin_expect(to == fpu_owner || !fpu_trapped, 0))
			fpu_trap(to != fpu_owner);
	}
	state = ctx->pipflags;
	eflags = (ctx->eflags & EFLAGS_LOADED) | EFLAGS_FIXED;
	if (__builtin_expect(additions, 0)) {
		additions = 0;
		if (thread_base) {	/* nobody else's to be seen */
			thread_base = 0;
			thread_base_set(0);
		}
	}
	if ((state & PIP_CTX_MASK) == PIP_CTX_MAGIC) {
		additions = state & ~0xFFFFu;
		state &= 0xFFFF;
		if (additions & PIP_CTX_THREAD) {
			thread_base = ctx->nfu[PIP_NFU_THREAD];
			thread_base_set(thread_base);
			gs = PIP_SEL_THREAD;
		}
		if (additions & PIP_CTX_STEP)
			eflags |= EFLAGS_TF;
	}
	to->state = state;
	user_if = state || to != root ? EFLAGS_IF : 0;
	eflags |= user_if;
	if (__builtin_expect(irq_pending && user_if, 0))
		interrupt_before(ctx, eflags);
	enter_user(ctx, eflags, gs);
}

void enter_partition(struct partition *to, word context)
{
	switch_to(to, context);
	__builtin_unreachable();
}

static COLD void describe(const struct event *e)
{
	uint32_t cr2;

	__asm__ volatile("movl %%cr2, %0" : "=r"(cr2));
	log_at(LOG_ERROR, "vector %u error %x cr2 %08x eip %08x cs %x "
		"eflags %08x", e->vector, e->error, cr2, e->eip, e->cs,
		e->eflags);
	log_at(LOG_ERROR, "eax %08x ebx %08x ecx %08x edx %08x", e->r.eax,
		e->r.ebx, e->r.ecx, e->r.edx);
	log_at(LOG_ERROR, "esi %08x edi %08x ebp %08x", e->r.esi, e->r.edi,
		e->r.ebp);
}

/* An event with interrupts on or a trap from a caller's TF at a gate's first
 * instruction, or an interrupt that ends idle(); else a bug of ours. */
static COLD void kernel_event(struct event *e)
{
	if (is_irq(e->vector)) {
		irq_pending = e->vector;
		e->eflags &= ~EFLAGS_IF;
	} else if (e->vector == EXC_DB) {
		e->eflags &= ~EFLAGS_TF;
	} else {
		describe(e);
		fatal("exception %u inside Pip", e->vector);
	}
}

static COLD __attribute__((noreturn)) void unhandled(const struct event *e)
{
	describe(e);
	fatal(current == root ? "the root partition raised vector %u" :
		"no partition handles vector %u of a child", e->vector);
}

/* Every vector comes here; returns if what it interrupted goes on */
void event(struct event *e)
{
	struct transfer t;

	/* an emulator that lets a partition into virtual-8086 mode lets it
	 * choose any CS */
	if (e->cs == SEL_KERNEL_CS && !(e->eflags & EFLAGS_VM)) {
		kernel_event(e);
		return;
	}
	if (is_irq(e->vector)) {
		if (!pic_accept(e->vector) || !route_irq(e->vector, &t))
			return;
	} else if (!route_event(e->vector, &t)) {
		unhandled(e);
	}
	if (t.save)
		save_event((user_ctx_t *)t.save, e);
	switch_to(t.to, t.context);
}

static void event_at_gate(struct gate_frame *f, struct event *e)
{
	e->r = f->r;
	e->eip = f->eip;
	e->cs = PIP_SEL_USER_CS;
	e->eflags = EFLAGS_FIXED | user_if;
	e->esp = f->args[f->nargs];
	e->ss = PIP_SEL_USER_DS;
}

/* A call that the partition may not make: a general-protection fault whose
 * error code is the gate's selector, EIP after the call. */
COLD void gate_refused(struct gate_frame *f)
{
	struct event e;

	event_at_gate(f, &e);
	e.r.eax = e.r.ecx = e.r.edx = 0;
	e.vector = EXC_GP;
	e.error = f->selector;
	event(&e);
	__builtin_unreachable();
}

/* The pending interrupt, as if it came just after the call returned */
COLD void gate_interrupted(struct gate_frame *f)
{
	struct event e;
	user_ctx_t ctx = { 0 };

	event_at_gate(f, &e);
	e.vector = irq_pending;
	e.error = 0;
	irq_pending = 0;
	event(&e);
	/* the root did not want it */
	save(&ctx, &e.r, e.eip, e.esp, e.eflags);
	ctx.regs.eax = e.r.eax;
	ctx.pipflags = current->state | additions;
	enter_partition(current, (word)&ctx);
}

/* The same for a context about to be entered; returns if it is not wanted */
static COLD void interrupt_before(const user_ctx_t *ctx, uint32_t eflags)
{
	struct event e = {
		.r = {
			.edi = ctx->regs.edi, .esi = ctx->regs.esi,
			.ebp = ctx->regs.ebp, .ebx = ctx->regs.ebx,
			.edx = ctx->regs.edx, .ecx = ctx->regs.ecx,
			.eax = ctx->regs.eax,
		},
		.vector = irq_pending, .eip = ctx->eip,
		.cs = PIP_SEL_USER_CS, .eflags = eflags,
		.esp = ctx->regs.esp, .ss = PIP_SEL_USER_DS,
	};

	irq_pending = 0;
	event(&e);
}

/*
 * Service yield: returns only to say why not.  The caller resumes with
 * EAX = ECX = EDX = 0 and on_wake as its state, which is on_yield until then.
 */
word yield(struct yield_call *c)
{
	struct transfer t;
	word error = yield_decode(c->desc, c->vint, c->save, &t);

	if (error)
		return error;
	current->state = c->on_yield;
	if (t.save) {
		user_ctx_t *ctx = (user_ctx_t *)t.save;

		save(ctx, &c->r, c->eip, c->esp, EFLAGS_FIXED | EFLAGS_IF);
		ctx->regs.edx = 0;
		ctx->regs.ecx = 0;
		ctx->regs.eax = 0;
		ctx->pipflags = c->on_wake | additions;
		ctx->nfu[PIP_NFU_VECTOR] = PIP_EVENT_YIELD;
		ctx->nfu[PIP_NFU_ERROR] = 0;
		ctx->nfu[PIP_NFU_ADDRESS] = 0;
	}
	switch_to(t.to, t.context);
	__builtin_unreachable();
}

/* Sets the caller's own interrupt state; 0 */
word setIntState(word state)
{
	current->state = state;
	user_if = state || current != root ? EFLAGS_IF : 0;
	return 0;
}

/* Waits for a hardware interrupt and returns its vector, acknowledged; 0 at
 * once for anybody but the root. */
word idle(void)
{
	uint32_t vector;

	if (current != root)
		return 0;
	do {
		while (!irq_pending)
			__asm__ volatile("sti; hlt; cli" : : : "memory");
		vector = irq_pending;
		irq_pending = 0;
	} while (!pic_accept(vector));
	return vector;
}

/* For long services: opens the door for one instruction */
bool interrupted(void)
{
	if (!user_if)
		return false;
	if (!irq_pending)
		__asm__ volatile("sti; nop; cli" : : : "memory");
	return irq_pending;
}

/* Is the instruction before `eip` a direct far call of this gate? */
static bool called_from(uint32_t eip, uint32_t selector)
{
	const uint8_t *call = (const uint8_t *)(eip - LCALL_BYTES);

	return accessible_range(current, eip - LCALL_BYTES, LCALL_BYTES,
			PTE_P) && call[0] == LCALL_OPCODE &&
		(call[5] & ~3u) == selector && !call[6];
}

/*
 * Service deletePartition.  Interrupted, it lets the caller make the same
 * call again: the arguments still lie on its stack.  A caller with another
 * form of call is not interrupted.
 */
word delete(word desc)
{
	uint32_t *eip = (uint32_t *)((uint32_t)kernel_stack_top -
		DELETE_FRAME);
	word result;

	while ((result = deletePartition(desc)) == DELETE_AGAIN)
		if (called_from(*eip, PIP_SEL_DELETE)) {
			*eip -= LCALL_BYTES;
			break;
		}
	return result;
}

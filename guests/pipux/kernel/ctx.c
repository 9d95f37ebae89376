/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User registers.  Those of an address space's last task lie in its context
 * page, where Pip saves and loads them; those of its other threads lie in
 * their struct task.  x87 and SSE registers likewise are Pip's, per
 * partition, and a thread's `fpu` image while another one runs.
 *
 * Invariant: current, if it has an mm, is its partition's ctx_owner.
 *
 * LIMIT: of EFLAGS Pip loads the arithmetic flags and DF.  What a program
 * sets of TF, AC and ID is gone after its next call, fault or interrupt.
 */
#include <pipux/arch.h>
#include <pipux/partition.h>
#include "fpstate.h"
#include "task.h"

#define FPU_RAISED	0x3Fu	/* exception flags of either unit */
#define MXCSR_MASKS	7	/* where MXCSR masks them */

struct partition *current_part;
user_ctx_t *current_ctx;
uint32_t current_desc;

user_ctx_t *task_ctx(struct task *t)
{
	if (t->mm && t->mm->part->ctx_owner == t)
		return t->mm->part->ctx;
	return &t->saved_ctx;
}

static void fpu_move(struct partition *part, uint32_t op, void *image)
{
	if (image)
		(void)Pip_Fpu(part->desc, op, (uint32_t)image);
}

static void take_over(struct partition *part, struct task *t)
{
	struct task *old = part->ctx_owner;

	if (old) {
		old->saved_ctx = *part->ctx;
		fpu_move(part, PIP_FPU_READ, old->fpu);
	}
	*part->ctx = t->saved_ctx;
	fpu_move(part, PIP_FPU_WRITE, t->fpu);
	part->ctx_owner = t;
}

void task_activate(void)
{
	struct partition *part = current->mm ? current->mm->part : NULL;

	current_part = part;
	if (!part)
		return;
	if (part->ctx_owner != current)
		take_over(part, current);
	current_ctx = part->ctx;
	current_desc = part->desc;
}

/* Pip loads GS with PIP_SEL_THREAD and this base; 0: as before main */
void task_tls_set(struct task *t, uint32_t base)
{
	user_ctx_t *ctx = task_ctx(t);

	t->tls_base = base;
	ctx->pipflags = PIP_CTX_MAGIC | PIP_CTX_THREAD;
	ctx->nfu[PIP_NFU_THREAD] = base;
}

/* The registers are in Pip: this is where they pass through */
static struct fxsave image __attribute__((aligned(PIP_FPU_SIZE)));

uint32_t fpu_exceptions(bool sse)
{
	(void)Pip_Fpu(current->mm->desc, PIP_FPU_READ, (uint32_t)&image);
	return sse ? ~(image.mxcsr >> MXCSR_MASKS) & image.mxcsr & FPU_RAISED
		: ~image.control & image.status & FPU_RAISED;
}

int fpu_copy(struct task *child)
{
	(void)Pip_Fpu(current->mm->desc, PIP_FPU_READ, (uint32_t)&image);
	(void)Pip_Fpu(child->mm->desc, PIP_FPU_WRITE, (uint32_t)&image);
	return 0;
}

/* LIMIT (above): a vfork child has those of its parent */
static void *own_image(const struct task *t)
{
	return t->mm->part->ctx_owner == t ? NULL : t->fpu;
}

void fpu_read(struct task *t, struct fxsave *to)
{
	const void *own = own_image(t);

	if (own)
		memcpy(to, own, sizeof(*to));
	else
		(void)Pip_Fpu(t->mm->desc, PIP_FPU_READ, (uint32_t)to);
}

void fpu_write(struct task *t, const struct fxsave *from)
{
	void *own = own_image(t);

	if (own)
		memcpy(own, from, sizeof(*from));
	else
		(void)Pip_Fpu(t->mm->desc, PIP_FPU_WRITE, (uint32_t)from);
}

/* From now on both have an image to be switched through */
int fpu_share(struct task *child)
{
	if (!current->fpu)
		current->fpu = kmalloc(PIP_FPU_SIZE);
	child->fpu = kmalloc(PIP_FPU_SIZE);
	if (!current->fpu || !child->fpu)
		return -ENOMEM;
	(void)Pip_Fpu(current->mm->desc, PIP_FPU_READ, (uint32_t)child->fpu);
	return 0;
}

void ctx_abandon(void)
{
	struct partition *part = current->mm->part;

	if (part->ctx_owner == current)
		part->ctx_owner = NULL;
	current_part = NULL;
}

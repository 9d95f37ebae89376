/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signal frames on user stacks, as i386 Linux lays them out, and the two
 * calls that undo them.  From the stack pointer up:
 *
 *	return address, arguments, sigcontext or siginfo and ucontext,
 *	a trampoline for handlers without SA_RESTORER,
 *	then, 64-byte aligned, the x87/SSE state: an FSAVE image and an FXSAVE
 *	image behind it (struct _fpstate_32).
 *
 * The x87 registers exist in both images; on return the FSAVE one counts.
 */
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/unistd.h>
#include <pipux/arch.h>
#include <pipux/partition.h>
#include <pipux/signal.h>
#include "fpstate.h"
#include "task.h"

#define FP_ALIGN	64
#define STACK_ALIGN	16u
#define EFLAGS_DF	0x400u

#ifndef SS_ONSTACK
#define SS_ONSTACK	1
#define SS_DISABLE	2
#endif
#define SS_AUTODISARM	(1u << 31)

struct altstack_user {
	uint32_t sp, flags, size;
};

struct sigframe {
	uint32_t retaddr;
	int sig;
	struct sigcontext_32 sc;
	struct _fpstate_32 unused;	/* where Linux once kept the state */
	uint32_t extramask;
	uint8_t retcode[8];
};

struct ucontext_user {
	uint32_t flags, link;
	struct altstack_user stack;
	struct sigcontext_32 sc;
	ksigset_t mask;
};

struct rt_sigframe {
	uint32_t retaddr;
	int sig;
	uint32_t info_ptr, uc_ptr;
	siginfo_t info;
	struct ucontext_user uc;
	uint8_t retcode[8];
};

_Static_assert(sizeof(struct sigcontext_32) == 88, "sigcontext");
_Static_assert(sizeof(siginfo_t) == 128, "siginfo");
_Static_assert(offsetof(struct sigframe, extramask) == 720, "sigframe");
_Static_assert(offsetof(struct rt_sigframe, uc) == 144, "rt_sigframe");

/* popl %eax; movl $__NR_sigreturn, %eax; int $0x80 */
static const uint8_t retcode[8] = {
	0x58, 0xB8, __NR_sigreturn, 0, 0, 0, 0xCD, 0x80,
};
/* movl $__NR_rt_sigreturn, %eax; int $0x80 */
static const uint8_t rt_retcode[8] = {
	0xB8, __NR_rt_sigreturn, 0, 0, 0, 0xCD, 0x80, 0,
};

long sys_sigreturn(void);
long sys_rt_sigreturn(void);

/* As the processor last said: a program's image must not widen it */
static uint32_t mxcsr_mask = MXCSR_VALID;

static bool in_altstack(uint32_t sp)
{
	const struct task *t = current;

	return t->altstack.size && sp > t->altstack.sp &&
		sp - t->altstack.sp <= t->altstack.size;
}

/* One that disarms itself is never "in use" */
static bool on_altstack(uint32_t sp)
{
	return !(current->altstack.flags & SS_AUTODISARM) && in_altstack(sp);
}

uint32_t sigframe_max(void)
{
	return MAX(sizeof(struct sigframe), sizeof(struct rt_sigframe))
		+ sizeof(struct _fpstate_32) + FP_ALIGN + STACK_ALIGN;
}

/* The state below sp; *sp becomes its address.  false: no memory there */
static bool push_fpu(uint32_t *sp)
{
	_Alignas(PIP_FPU_SIZE) uint8_t image[PIP_FPU_SIZE];
	struct fsave legacy;

	*sp = (*sp - sizeof(struct _fpstate_32)) & ~(FP_ALIGN - 1u);
	if (!Pip_Fpu(current_part->desc, PIP_FPU_READ, (uint32_t)image))
		return false;
	if (((const struct fxsave *)image)->mxcsr_mask)
		mxcsr_mask = ((const struct fxsave *)image)->mxcsr_mask;
	fsave_from_fxsave(&legacy, (const struct fxsave *)image);
	return !copy_to_user((void *)*sp, &legacy, sizeof(legacy)) &&
		!copy_to_user((void *)(*sp + sizeof(legacy)), image,
			sizeof(image));
}

static bool pop_fpu(uint32_t at)
{
	_Alignas(PIP_FPU_SIZE) uint8_t image[PIP_FPU_SIZE];
	struct fsave legacy;

	if (!at)
		return Pip_Fpu(current_part->desc, PIP_FPU_RESET, 0);
	if (copy_from_user(&legacy, (const void *)at, sizeof(legacy)) ||
			copy_from_user(image,
				(const void *)(at + sizeof(legacy)),
				sizeof(image)))
		return false;
	fxsave_from_fsave((struct fxsave *)image, &legacy, mxcsr_mask);
	return Pip_Fpu(current_part->desc, PIP_FPU_WRITE, (uint32_t)image);
}

static void fill_context(struct sigcontext_32 *sc, const user_ctx_t *ctx,
		uint32_t fpstate, uint32_t mask)
{
	uint32_t vector = ctx->nfu[PIP_NFU_VECTOR];

	*sc = (struct sigcontext_32){
		.gs = current->tls_base ? PIP_SEL_THREAD : 0, .fs = 0,
		.es = PIP_SEL_USER_DS, .ds = PIP_SEL_USER_DS,
		.di = ctx->regs.edi, .si = ctx->regs.esi,
		.bp = ctx->regs.ebp, .sp = ctx->regs.esp,
		.bx = ctx->regs.ebx, .dx = ctx->regs.edx,
		.cx = ctx->regs.ecx, .ax = ctx->regs.eax,
		.ip = ctx->eip, .cs = PIP_SEL_USER_CS,
		.flags = ctx->eflags, .sp_at_signal = ctx->regs.esp,
		.ss = PIP_SEL_USER_DS, .fpstate = fpstate, .oldmask = mask,
	};
	if (vector >= 32)
		return;
	sc->trapno = vector;
	sc->err = ctx->nfu[PIP_NFU_ERROR];
	sc->cr2 = ctx->nfu[PIP_NFU_ADDRESS];
}

static void load_context(user_ctx_t *ctx, const struct sigcontext_32 *sc)
{
	ctx->eip = sc->ip;
	ctx->eflags = (ctx->eflags & ~EFLAGS_USER) | (sc->flags & EFLAGS_USER);
	ctx->regs.edi = sc->di;
	ctx->regs.esi = sc->si;
	ctx->regs.ebp = sc->bp;
	ctx->regs.esp = sc->sp;
	ctx->regs.ebx = sc->bx;
	ctx->regs.edx = sc->dx;
	ctx->regs.ecx = sc->cx;
	ctx->regs.eax = sc->ax;
}

/* The ABI wants ESP + 4 to be a multiple of 16 where a function begins */
static uint32_t align_frame(uint32_t sp, uint32_t size)
{
	return ((sp - size + 4) & ~(STACK_ALIGN - 1)) - 4;
}

static uint32_t return_address(const struct ksigaction *sa, uint32_t code)
{
	return sa->flags & SA_RESTORER ? sa->restorer : code;
}

/* sp: below it the frame goes, the state at fpstate; its address, or 0 */
static uint32_t push_plain(uint32_t sp, uint32_t fpstate, int sig,
		const struct ksigaction *sa, const ksigset_t *mask)
{
	const uint32_t tail = offsetof(struct sigframe, extramask);
	struct {
		uint32_t retaddr;
		int sig;
		struct sigcontext_32 sc;
	} head;
	struct {
		uint32_t extramask;
		uint8_t retcode[8];
	} end = { mask->sig[1], { 0 } };

	sp = align_frame(sp, sizeof(struct sigframe));
	head.retaddr = return_address(sa,
		sp + offsetof(struct sigframe, retcode));
	head.sig = sig;
	fill_context(&head.sc, task_ctx(current), fpstate, mask->sig[0]);
	memcpy(end.retcode, retcode, sizeof(retcode));
	if (copy_to_user((void *)sp, &head, sizeof(head)) ||
			copy_to_user((void *)(sp + tail), &end, sizeof(end)))
		return 0;
	return sp;
}

static uint32_t push_rt(uint32_t sp, uint32_t fpstate, int sig,
		const struct ksigaction *sa, const struct ksiginfo *info,
		const ksigset_t *mask)
{
	struct rt_sigframe f;
	struct task *t = current;

	sp = align_frame(sp, sizeof(f));
	f.retaddr = return_address(sa,
		sp + offsetof(struct rt_sigframe, retcode));
	f.sig = sig;
	f.info_ptr = sp + offsetof(struct rt_sigframe, info);
	f.uc_ptr = sp + offsetof(struct rt_sigframe, uc);
	siginfo_to_user_form(&f.info, info);
	f.uc.flags = f.uc.link = 0;
	f.uc.stack.sp = t->altstack.sp;
	f.uc.stack.flags = t->altstack.flags;
	f.uc.stack.size = t->altstack.size;
	fill_context(&f.uc.sc, task_ctx(t), fpstate, mask->sig[0]);
	f.uc.mask = *mask;
	memcpy(f.retcode, rt_retcode, sizeof(rt_retcode));
	return copy_to_user((void *)sp, &f, sizeof(f)) ? 0 : sp;
}

bool sigframe_push(int sig, const struct ksigaction *sa,
		const struct ksiginfo *info, const ksigset_t *mask)
{
	user_ctx_t *ctx = task_ctx(current);
	struct task *t = current;
	bool rt = sa->flags & SA_SIGINFO, alt = on_altstack(ctx->regs.esp);
	uint32_t sp = ctx->regs.esp, fpstate, frame;

	if (sa->flags & SA_ONSTACK && t->altstack.size && !alt) {
		sp = t->altstack.sp + t->altstack.size;
		alt = true;
	}
	if (!push_fpu(&sp))
		return false;
	fpstate = sp;
	frame = rt ? push_rt(sp, fpstate, sig, sa, info, mask)
		: push_plain(sp, fpstate, sig, sa, mask);
	/* A full alternate stack must not grow into what lies below it */
	if (!frame || (alt && !in_altstack(frame)))
		return false;
	if (t->altstack.flags & SS_AUTODISARM) {
		t->altstack.sp = t->altstack.size = 0;
		t->altstack.flags = SS_DISABLE;
	}
	ctx = task_ctx(t);
	ctx->eip = sa->handler;
	ctx->eflags &= ~EFLAGS_DF;
	ctx->regs.esp = frame;
	ctx->regs.eax = (uint32_t)sig;
	ctx->regs.edx = rt ? frame + offsetof(struct rt_sigframe, info) : 0;
	ctx->regs.ecx = rt ? frame + offsetof(struct rt_sigframe, uc) : 0;
	return true;
}

/* Back to `sc`; the result is what EAX was, for the way out stores it */
static long resume(const struct sigcontext_32 *sc, const ksigset_t *mask)
{
	user_ctx_t *ctx;

	sigmask_set(mask);
	if (!pop_fpu(sc->fpstate)) {
		force_signal(SIGSEGV, SI_KERNEL, 0);
		return 0;
	}
	ctx = task_ctx(current);
	load_context(ctx, sc);
	current->orig_eax = (uint32_t)-1;
	current->restart_fn = NULL;
	return (long)ctx->regs.eax;
}

static long bad_return(void)
{
	force_signal(SIGSEGV, SI_KERNEL, 0);
	return 0;
}

/* sigreturn(2): the handler's return and the trampoline popped two words */
long sys_sigreturn(void)
{
	uint32_t frame = task_ctx(current)->regs.esp - 8;
	struct sigcontext_32 sc;
	ksigset_t mask;

	if (get_user(sc, (void *)(frame + offsetof(struct sigframe, sc))) ||
			get_user(mask.sig[1], (void *)(frame +
				offsetof(struct sigframe, extramask))))
		return bad_return();
	mask.sig[0] = sc.oldmask;
	return resume(&sc, &mask);
}

long sys_rt_sigreturn(void)
{
	uint32_t frame = task_ctx(current)->regs.esp - 4;
	struct ucontext_user uc;
	long rc;

	if (get_user(uc, (void *)(frame + offsetof(struct rt_sigframe, uc))))
		return bad_return();
	rc = resume(&uc.sc, &uc.mask);
	current->altstack.sp = uc.stack.sp;
	current->altstack.size = uc.stack.size;
	current->altstack.flags = uc.stack.flags & SS_AUTODISARM;
	return rc;
}

long sys_sigaltstack(const struct altstack_user *unew,
	struct altstack_user *uold);

static long altstack_set(const struct altstack_user *new)
{
	struct task *t = current;
	uint32_t mode = new->flags & ~SS_AUTODISARM;

	if (on_altstack(task_ctx(t)->regs.esp))
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode)
		return -EINVAL;
	if (mode == SS_DISABLE) {
		t->altstack.sp = t->altstack.size = 0;
		t->altstack.flags = new->flags;
		return 0;
	}
	if (new->size < MINSIGSTKSZ)
		return -ENOMEM;
	t->altstack.sp = new->sp;
	t->altstack.size = new->size;
	t->altstack.flags = new->flags & SS_AUTODISARM;
	return 0;
}

/* sigaltstack(2) */
long sys_sigaltstack(const struct altstack_user *unew,
		struct altstack_user *uold)
{
	const struct task *t = current;
	uint32_t sp = task_ctx(current)->regs.esp;
	struct altstack_user old = {
		t->altstack.sp, t->altstack.flags & SS_AUTODISARM,
		t->altstack.size,
	}, new;
	long rc;

	if (!old.size)
		old.flags |= SS_DISABLE;
	else if (on_altstack(sp))
		old.flags |= SS_ONSTACK;
	if (unew) {
		if (get_user(new, unew))
			return -EFAULT;
		rc = altstack_set(&new);
		if (rc)
			return rc;
	}
	return uold ? put_user(old, uold) : 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of a task that is stopped, in the layouts in which i386 Linux
 * shows them to debuggers: register sets (<linux/elf.h>, NT_*) and struct
 * user.  Nothing that a tracer writes here can give its tracee more rights.
 *
 * LIMIT: selectors are as they are, and no others can be set.  LIMIT: no
 * debug registers, no XSAVE set, no TF but single steps.
 */
#include <pipux/arch.h>
#include <pipux/partition.h>
#include <pipux/ptrace.h>
#include <asm/ptrace.h>
#include <linux/audit.h>
#include <linux/elf.h>
#include "fpstate.h"
#include "task.h"

#define EFLAGS_TF	0x100u
/* struct user: the size, and where in it the debug registers are */
#define USER_SIZE	284u
#define USER_DEBUGREG	252u
#define RPL_USER	3

_Static_assert(sizeof(struct pt_regs) == 68, "elf_gregset_t");
_Static_assert(sizeof(struct fxsave) == REGSET_MAX, "elf_fpxregset_t");
#define FSAVE_SIZE	offsetof(struct fsave, status_copy)

void task_step_set(struct task *t, bool on)
{
	user_ctx_t *ctx = task_ctx(t);

	if (on) {
		ctx->pipflags = (ctx->pipflags & ~PIP_CTX_MASK)
			| PIP_CTX_MAGIC | PIP_CTX_STEP;
	} else {
		ctx->pipflags &= ~PIP_CTX_STEP;
		ctx->eflags &= ~EFLAGS_TF;
	}
}

static void general_get(struct task *t, struct pt_regs *r)
{
	const user_ctx_t *ctx = task_ctx(t);

	*r = (struct pt_regs){
		.ebx = (long)ctx->regs.ebx, .ecx = (long)ctx->regs.ecx,
		.edx = (long)ctx->regs.edx, .esi = (long)ctx->regs.esi,
		.edi = (long)ctx->regs.edi, .ebp = (long)ctx->regs.ebp,
		.eax = (long)ctx->regs.eax, .esp = (long)ctx->regs.esp,
		.xds = PIP_SEL_USER_DS, .xes = PIP_SEL_USER_DS,
		.xss = PIP_SEL_USER_DS, .xcs = PIP_SEL_USER_CS,
		.xgs = t->tls_base ? PIP_SEL_THREAD : 0,
		.orig_eax = (long)t->orig_eax, .eip = (long)ctx->eip,
		.eflags = (long)(ctx->eflags & ~EFLAGS_TF),
	};
}

static bool selectors_kept(const struct pt_regs *r, const struct pt_regs *old)
{
	return r->xds == old->xds && r->xes == old->xes && r->xss == old->xss
		&& r->xcs == old->xcs && r->xfs == old->xfs
		&& r->xgs == old->xgs;
}

static long general_set(struct task *t, const struct pt_regs *r)
{
	user_ctx_t *ctx = task_ctx(t);
	struct pt_regs old;

	general_get(t, &old);
	if (!selectors_kept(r, &old))
		return -EIO;
	ctx->regs.ebx = (uint32_t)r->ebx;
	ctx->regs.ecx = (uint32_t)r->ecx;
	ctx->regs.edx = (uint32_t)r->edx;
	ctx->regs.esi = (uint32_t)r->esi;
	ctx->regs.edi = (uint32_t)r->edi;
	ctx->regs.ebp = (uint32_t)r->ebp;
	ctx->regs.eax = (uint32_t)r->eax;
	ctx->regs.esp = (uint32_t)r->esp;
	ctx->eip = (uint32_t)r->eip;
	ctx->eflags = (ctx->eflags & ~EFLAGS_USER)
		| ((uint32_t)r->eflags & EFLAGS_USER);
	t->orig_eax = (uint32_t)r->orig_eax;
	return 0;
}

static long float_set(struct task *t, const struct fxsave *new)
{
	_Alignas(PIP_FPU_SIZE) struct fxsave image;
	uint32_t mask;

	fpu_read(t, &image);
	mask = image.mxcsr_mask ? image.mxcsr_mask : MXCSR_VALID;
	if (new->mxcsr & ~mask)
		return -EINVAL;
	image = *new;
	fpu_write(t, &image);
	return 0;
}

static long legacy_float_set(struct task *t, const struct fsave *new)
{
	_Alignas(PIP_FPU_SIZE) struct fxsave image;

	fpu_read(t, &image);
	fxsave_from_fsave(&image, new, MXCSR_VALID | image.mxcsr_mask);
	fpu_write(t, &image);
	return 0;
}

long regset_get(struct task *t, uint32_t type, void *buf)
{
	_Alignas(PIP_FPU_SIZE) struct fxsave image;

	switch (type) {
	case NT_PRSTATUS:
		general_get(t, buf);
		return sizeof(struct pt_regs);
	case NT_PRFPREG:
		fpu_read(t, &image);
		fsave_from_fxsave(buf, &image);
		return FSAVE_SIZE;
	case NT_PRXFPREG:
		fpu_read(t, &image);
		memcpy(buf, &image, sizeof(image));
		return sizeof(image);
	}
	return -EINVAL;
}

long regset_set(struct task *t, uint32_t type, const void *buf)
{
	switch (type) {
	case NT_PRSTATUS:
		return general_set(t, buf);
	case NT_PRFPREG:
		return legacy_float_set(t, buf);
	case NT_PRXFPREG:
		return float_set(t, buf);
	}
	return -EINVAL;
}

static bool bad_offset(uint32_t offset)
{
	return offset % sizeof(uint32_t) || offset >= USER_SIZE;
}

long user_area_get(struct task *t, uint32_t offset, uint32_t *value)
{
	struct pt_regs r;

	if (bad_offset(offset))
		return -EIO;
	*value = 0;
	if (offset < sizeof(r)) {
		general_get(t, &r);
		memcpy(value, (const char *)&r + offset, sizeof(*value));
	}
	return 0;
}

long user_area_set(struct task *t, uint32_t offset, uint32_t value)
{
	struct pt_regs r;

	if (bad_offset(offset))
		return -EIO;
	if (offset >= sizeof(r))
		return offset >= USER_DEBUGREG && !value ? 0 : -EIO;
	general_get(t, &r);
	memcpy((char *)&r + offset, &value, sizeof(value));
	return general_set(t, &r);
}

uint32_t call_info_get(struct task *t, struct ptrace_syscall_info *info)
{
	const struct ptrace *tr = t->ptrace;
	const user_ctx_t *ctx = task_ctx(t);
	int result = (int)ctx->regs.eax;
	bool seccomp;

	*info = (struct ptrace_syscall_info){
		.op = PTRACE_SYSCALL_INFO_NONE, .arch = AUDIT_ARCH_I386,
		.instruction_pointer = ctx->eip,
		.stack_pointer = ctx->regs.esp,
	};
	seccomp = tr->info && tr->info->code
		== (SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
	if (!seccomp && (!tr->info || tr->info->code != (SIGTRAP | 0x80)))
		return offsetof(struct ptrace_syscall_info, entry);
	if (seccomp || tr->message == PTRACE_EVENTMSG_SYSCALL_ENTRY) {
		info->op = seccomp ? PTRACE_SYSCALL_INFO_SECCOMP
			: PTRACE_SYSCALL_INFO_ENTRY;
		info->entry.nr = t->orig_eax;
		info->entry.args[0] = ctx->regs.ebx;
		info->entry.args[1] = ctx->regs.ecx;
		info->entry.args[2] = ctx->regs.edx;
		info->entry.args[3] = ctx->regs.esi;
		info->entry.args[4] = ctx->regs.edi;
		info->entry.args[5] = ctx->regs.ebp;
		if (!seccomp)
			return offsetof(struct ptrace_syscall_info,
				seccomp.ret_data);
		info->seccomp.ret_data = tr->message;
		return offsetof(struct ptrace_syscall_info, seccomp.ret_data)
			+ sizeof(info->seccomp.ret_data);
	}
	info->op = PTRACE_SYSCALL_INFO_EXIT;
	info->exit.rval = result;
	info->exit.is_error = IS_ERR(result);
	return offsetof(struct ptrace_syscall_info, exit.is_error) + 1;
}

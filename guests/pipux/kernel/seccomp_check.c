/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of a system call by seccomp(2).  All of a task's filters run,
 * the newest first; the strictest answer holds, of the same the newest.
 */
#include <asm/siginfo.h>
#include <asm/unistd.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <pipux/arch.h>
#include <pipux/ptrace.h>
#include <pipux/seccomp.h>
#include "coredump.h"

#define ERRNO_MAX	4095u
#define DATA_WORDS	(sizeof(struct seccomp_data) / 4)

/*
 * struct seccomp_data as a packet has its words: the machine's loads are
 * big-endian, and a filter of calls loads aligned words only.
 */
static void data_fill(uint32_t *data)
{
	const user_ctx_t *ctx = current_ctx;
	const uint32_t words[DATA_WORDS] = {
		current->orig_eax, AUDIT_ARCH_I386, ctx->eip, 0,
		ctx->regs.ebx, 0, ctx->regs.ecx, 0, ctx->regs.edx, 0,
		ctx->regs.esi, 0, ctx->regs.edi, 0, ctx->regs.ebp, 0,
	};

	for (size_t i = 0; i < DATA_WORDS; i++)
		data[i] = __builtin_bswap32(words[i]);
}

/* The answer, and whose it is: NULL if all allow it */
static uint32_t filters_run(const struct seccomp_filter **whose)
{
	const struct seccomp_filter *f = current->seccomp;
	uint32_t data[DATA_WORDS], answer = SECCOMP_RET_ALLOW;

	*whose = NULL;
	data_fill(data);
	for (; f; f = f->prev) {
		uint32_t a = bpf_run(f->program, (const uint8_t *)data,
			sizeof(data));

		if ((int32_t)(a & SECCOMP_RET_ACTION_FULL)
		    < (int32_t)(answer & SECCOMP_RET_ACTION_FULL)) {
			answer = a;
			*whose = f;
		}
	}
	return answer;
}

static void log_call(uint32_t action)
{
	printk(KERN_NOTICE "seccomp: %s[%d]: call %u, code %#x\n",
		current->comm, current->tid, current->orig_eax, action);
}

static struct ksiginfo call_info(uint32_t data)
{
	return (struct ksiginfo){
		.signo = SIGSYS, .code = SYS_SECCOMP, .errno_ = (int)data,
		.addr = current_ctx->eip, .value = current->orig_eax,
	};
}

/* The last thread leaves a core, and the registers show the call */
static __attribute__((noreturn)) void die(uint32_t action, uint32_t data)
{
	struct ksiginfo info = call_info(data);

	current_ctx->regs.eax = current->orig_eax;
	if (action == SECCOMP_RET_KILL_THREAD
	    && current->process->nr_threads > 1)
		do_exit(SIGSYS);
	core_dump(&info);
	do_group_exit(SIGSYS);
}

static bool ask_tracer(uint32_t data)
{
	const struct ptrace *tr = current->ptrace;

	if (!tr || !(tr->options & PTRACE_O_TRACESECCOMP)) {
		current_ctx->regs.eax = (uint32_t)-ENOSYS;
		return false;
	}
	ptrace_event(PTRACE_EVENT_SECCOMP, data);
	return !fatal_signal_pending() && (int32_t)current->orig_eax >= 0;
}

static bool filter_check(bool asked)
{
	const struct seccomp_filter *whose;
	uint32_t answer = filters_run(&whose);
	uint32_t action = answer & SECCOMP_RET_ACTION_FULL;
	uint32_t data = answer & SECCOMP_RET_DATA;
	struct ksiginfo info;

	if (likely(action == SECCOMP_RET_ALLOW))
		return true;
	if (whose->log || action == SECCOMP_RET_LOG
			|| action == SECCOMP_RET_KILL_THREAD
			|| action == SECCOMP_RET_KILL_PROCESS)
		log_call(action);
	switch (action) {
	case SECCOMP_RET_LOG:
		return true;
	case SECCOMP_RET_TRACE:
		return asked || (ask_tracer(data) && filter_check(true));
	case SECCOMP_RET_ERRNO:
		current_ctx->regs.eax = -MIN(data, ERRNO_MAX);
		return false;
	case SECCOMP_RET_USER_NOTIF:		/* nobody ever listens */
		current_ctx->regs.eax = (uint32_t)-ENOSYS;
		return false;
	case SECCOMP_RET_TRAP:
		current_ctx->regs.eax = current->orig_eax;
		info = call_info(data);
		force_signal_info(&info);
		return false;
	}
	die(action, data);
}

/* seccomp(2), SECCOMP_SET_MODE_STRICT */
static bool strict_check(void)
{
	switch (current->orig_eax) {
	case __NR_read:
	case __NR_write:
	case __NR_exit:
	case __NR_sigreturn:
		return true;
	}
	log_call(SECCOMP_RET_KILL_THREAD);
	do_exit(SIGKILL);
}

bool seccomp_check(void)
{
	return current->seccomp_mode == SECCOMP_MODE_STRICT ? strict_check()
		: filter_check(false);
}

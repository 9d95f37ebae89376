/* SPDX-License-Identifier: BSD-2-Clause */
/* prctl(2) and personality(2): what of them makes sense here. */
#include <trace_hook.h>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <pipux/seccomp.h>
#include <pipux/signal.h>

#define COMM_SIZE	sizeof(current->comm)
#define QUERY		0xFFFFFFFFu	/* personality: only asks */

long sys_prctl(int option, uint32_t arg, uint32_t arg3, uint32_t arg4,
	uint32_t arg5);
long sys_personality(uint32_t persona);

static long name_set(const char *uname)
{
	char name[COMM_SIZE];
	long n = strncpy_from_user(name, uname, sizeof(name));

	if (n == -ENAMETOOLONG)
		n = copy_from_user(name, uname, sizeof(name) - 1);
	if (n < 0)
		return n;
	name[sizeof(name) - 1] = 0;
	strlcpy(current->comm, name, COMM_SIZE);
	TRACE_TASK(current);
	return 0;
}

static long name_get(char *uname)
{
	char name[COMM_SIZE] = { 0 };

	strlcpy(name, current->comm, COMM_SIZE);
	return copy_to_user(uname, name, COMM_SIZE);
}

static long pdeath_set(uint32_t sig)
{
	if (sig > NSIG_MAX)
		return -EINVAL;
	current->process->leader->pdeath_signal = (int)sig;
	return 0;
}

/* 0, or the error of arguments that must be 0 and are not */
static long no_arguments(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	return a || b || c || d ? -EINVAL : 0;
}

static long flag_set(bool *flag, uint32_t on)
{
	if (on > 1)
		return -EINVAL;
	*flag = on;
	return 0;
}

static long slack_set(uint32_t ns)
{
	if (current->rt_own)
		return 0;
	current->timer_slack = ns && (int32_t)ns > 0 ? ns
		: current->default_slack;
	return 0;
}

/* Memory errors never happen here: what a program wants of them is kept */
static long memory_errors_set(uint32_t what, uint32_t policy, uint32_t c,
		uint32_t d)
{
	if (c || d || what > PR_MCE_KILL_SET || (policy && !what)
			|| policy > PR_MCE_KILL_DEFAULT)
		return -EINVAL;
	current->process->memory_errors = !what ? 0
		: (uint8_t)(PR_MCE_KILL_DEFAULT - policy);
	return 0;
}

/* Nothing is done for a process that writes for others: kept */
static long flusher(int option, uint32_t arg, uint32_t b, uint32_t c,
		uint32_t d)
{
	struct process *p = current->process;

	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (b || c || d || (option == PR_GET_IO_FLUSHER && arg))
		return -EINVAL;
	return option == PR_GET_IO_FLUSHER ? p->io_flusher
		: flag_set(&p->io_flusher, arg);
}

static long privs_renounce(uint32_t arg, uint32_t b, uint32_t c, uint32_t d)
{
	if (arg != 1 || b || c || d)
		return -EINVAL;
	current->no_new_privs = true;
	return 0;
}

/*
 * LIMIT: timer slack and huge pages are kept and have no effect.  The TSC can
 * be read always.
 */
long sys_prctl(int option, uint32_t arg, uint32_t arg3, uint32_t arg4,
		uint32_t arg5)
{
	struct process *p = current->process;
	long rc;

	switch (option) {
	case PR_SET_NAME:
		return name_set((const char *)arg);
	case PR_GET_NAME:
		return name_get((char *)arg);
	case PR_SET_PDEATHSIG:
		return pdeath_set(arg);
	case PR_GET_PDEATHSIG:
		return put_user(current->process->leader->pdeath_signal,
			(int *)arg);
	case PR_GET_DUMPABLE:
		return p->dumpable;
	case PR_SET_DUMPABLE:
		return flag_set(&p->dumpable, arg);
	case PR_GET_NO_NEW_PRIVS:
		rc = no_arguments(arg, arg3, arg4, arg5);
		return rc ? rc : current->no_new_privs;
	case PR_SET_NO_NEW_PRIVS:
		return privs_renounce(arg, arg3, arg4, arg5);
	case PR_GET_SECCOMP:
		return current->seccomp_mode;
	case PR_SET_SECCOMP:
		return seccomp_prctl(arg, (const struct sock_fprog *)arg3);
	case PR_GET_THP_DISABLE:
		rc = no_arguments(arg, arg3, arg4, arg5);
		return rc ? rc : p->thp_disable;
	case PR_SET_THP_DISABLE:
		rc = no_arguments(0, arg3, arg4, arg5);
		return rc ? rc : flag_set(&p->thp_disable, !!arg);
	case PR_GET_TIMING:
		return 0;
	case PR_SET_TIMING:
		return arg == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_GET_TSC:
		return put_user(PR_TSC_ENABLE, (int *)arg);
	case PR_SET_TSC:
		return arg == PR_TSC_ENABLE ? 0 : -EINVAL;
	case PR_GET_TIMERSLACK:
		return (long)current->timer_slack;
	case PR_SET_TIMERSLACK:
		return slack_set(arg);
	case PR_GET_CHILD_SUBREAPER:
		return put_user((int)p->subreaper, (int *)arg);
	case PR_SET_CHILD_SUBREAPER:
		return flag_set(&p->subreaper, !!arg);
	case PR_TASK_PERF_EVENTS_DISABLE:
	case PR_TASK_PERF_EVENTS_ENABLE:
		return 0;
	case PR_MCE_KILL:
		return memory_errors_set(arg, arg3, arg4, arg5);
	case PR_MCE_KILL_GET:
		rc = no_arguments(arg, arg3, arg4, arg5);
		return rc ? rc : PR_MCE_KILL_DEFAULT - p->memory_errors;
	case PR_SET_IO_FLUSHER:
	case PR_GET_IO_FLUSHER:
		return flusher(option, arg, arg3, arg4, arg5);
	}
	rc = cap_prctl(option, arg, arg3, arg4, arg5);
	return rc == -ENOSYS ? -EINVAL : rc;
}

long sys_personality(uint32_t persona)
{
	uint32_t old = current->process->personality;

	if (persona != QUERY)
		current->process->personality = persona;
	return (long)old;
}

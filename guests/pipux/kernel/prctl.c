/* SPDX-License-Identifier: BSD-2-Clause */
/* prctl(2) and personality(2): what of them makes sense here. */
#include <linux/capability.h>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <pipux/signal.h>

#define COMM_SIZE	sizeof(current->comm)
#define QUERY		0xFFFFFFFFu	/* personality: only asks */
#define TIMER_SLACK_NS	50000		/* Linux's default */

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

/*
 * LIMIT: KEEPCAPS, DUMPABLE, NO_NEW_PRIVS, timer slack and the child
 * subreaper are accepted and have no effect; reading them gives the default.
 */
long sys_prctl(int option, uint32_t arg, uint32_t arg3, uint32_t arg4,
		uint32_t arg5)
{
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
		return 1;
	case PR_SET_DUMPABLE:
	case PR_SET_KEEPCAPS:
		return arg > 1 ? -EINVAL : 0;
	case PR_GET_KEEPCAPS:
	case PR_GET_NO_NEW_PRIVS:
	case PR_GET_SECCOMP:
	case PR_GET_SECUREBITS:
	case PR_SET_TIMERSLACK:
	case PR_SET_CHILD_SUBREAPER:
		return 0;
	case PR_SET_NO_NEW_PRIVS:
		return arg != 1 || arg3 || arg4 || arg5 ? -EINVAL : 0;
	case PR_GET_TIMERSLACK:
		return TIMER_SLACK_NS;
	case PR_GET_CHILD_SUBREAPER:
		return put_user(0, (int *)arg);
	case PR_CAPBSET_READ:
		return arg > CAP_LAST_CAP ? -EINVAL : 1;
	}
	return -EINVAL;
}

long sys_personality(uint32_t persona)
{
	uint32_t old = current->process->personality;

	if (persona != QUERY)
		current->process->personality = persona;
	return (long)old;
}

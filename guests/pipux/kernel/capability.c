/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capabilities(7): what a thread may do beyond its own user's rights, and how
 * that changes by setuid(2), execve(2), capset(2) and prctl(2).
 *
 * Invariant: effective lies within permitted, ambient within permitted and
 * inheritable.
 *
 * LIMIT: files have no capabilities.
 */
#include <linux/prctl.h>
#include <pipux/sched.h>

/* What the file-system user id alone decides */
#define CAP_FILES (CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_MKNOD) \
	| CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_DAC_READ_SEARCH) \
	| CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) \
	| CAP_BIT(CAP_LINUX_IMMUTABLE) | CAP_BIT(CAP_MAC_OVERRIDE))

long sys_capget(struct __user_cap_header_struct *uheader,
	struct __user_cap_data_struct *udata);
long sys_capset(struct __user_cap_header_struct *uheader,
	const struct __user_cap_data_struct *udata);

static bool secure(const struct credentials *c, int bit)
{
	return c->securebits & issecure_mask(bit);
}

static bool subset(uint64_t a, uint64_t of)
{
	return !(a & ~of);
}

void cap_init(struct credentials *c)
{
	c->effective = c->permitted = c->bounding = CAP_ALL;
}

static bool any_root(const struct credentials *c)
{
	return !c->uid || !c->euid || !c->suid;
}

void cap_setuid(const struct credentials *old)
{
	struct credentials *c = &current->cred;

	if (secure(c, SECURE_NO_SETUID_FIXUP))
		return;
	if (any_root(old) && !any_root(c)) {
		if (!secure(c, SECURE_KEEP_CAPS))
			c->permitted = c->effective = 0;
		c->ambient = 0;
	}
	if (!old->euid && c->euid)
		c->effective = 0;
	if (old->euid && !c->euid)
		c->effective = c->permitted;
}

void cap_setfsuid(uint32_t old)
{
	struct credentials *c = &current->cred;

	if (secure(c, SECURE_NO_SETUID_FIXUP))
		return;
	if (!old && c->fsuid)
		c->effective &= ~CAP_FILES;
	if (old && !c->fsuid)
		c->effective |= c->permitted & CAP_FILES;
}

uint64_t cap_of_real(const struct credentials *c)
{
	return secure(c, SECURE_NO_SETUID_FIXUP) ? c->effective
		: c->uid ? 0 : c->permitted;
}

/* "Transformation of capabilities during execve()", without file ones */
bool cap_exec(const struct credentials *old)
{
	struct credentials *c = &current->cred;
	bool root = !secure(c, SECURE_NOROOT);
	bool other_ids = c->euid != old->uid || c->egid != old->gid;
	bool effective = root && !c->euid;

	if (other_ids)
		c->ambient = 0;
	c->permitted = root && (!c->euid || !c->uid)
		? c->bounding | c->inheritable : 0;
	if (current->no_new_privs)
		c->permitted &= old->permitted;
	c->permitted |= c->ambient;
	c->effective = effective ? c->permitted : c->ambient;
	c->securebits &= ~issecure_mask(SECURE_KEEP_CAPS);
	return other_ids || (c->uid && (effective
		|| !subset(c->permitted, c->ambient)));
}

/* The number of data structures that the header's version has, or errno */
static long cap_version(struct __user_cap_header_struct *uheader, int *pid)
{
	struct __user_cap_header_struct h;

	if (get_user(h.version, &uheader->version))
		return -EFAULT;
	switch (h.version) {
	case _LINUX_CAPABILITY_VERSION_1:
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3:
		break;
	default:
		return put_user((uint32_t)_LINUX_CAPABILITY_VERSION_3,
			&uheader->version) ? -EFAULT : -EINVAL;
	}
	if (get_user(*pid, &uheader->pid))
		return -EFAULT;
	return h.version == _LINUX_CAPABILITY_VERSION_1
		? _LINUX_CAPABILITY_U32S_1 : _LINUX_CAPABILITY_U32S_3;
}

long sys_capget(struct __user_cap_header_struct *uheader,
		struct __user_cap_data_struct *udata)
{
	struct __user_cap_data_struct data[2];
	const struct credentials *c;
	const struct task *t = current;
	int pid;
	long n = cap_version(uheader, &pid);

	if (!udata && (n > 0 || n == -EINVAL))
		return 0;
	if (n < 0)
		return n;
	if (pid < 0)
		return -EINVAL;
	if (pid)
		t = task_by_tid(pid);
	if (!t)
		return -ESRCH;
	c = &t->cred;
	for (int i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.effective = (uint32_t)(c->effective >> 32 * i),
			.permitted = (uint32_t)(c->permitted >> 32 * i),
			.inheritable = (uint32_t)(c->inheritable >> 32 * i),
		};
	return copy_to_user(udata, data, (uint32_t)n * sizeof(data[0]));
}

static uint64_t join(uint32_t low, uint32_t high)
{
	return ((uint64_t)high << 32 | low) & CAP_ALL;
}

long sys_capset(struct __user_cap_header_struct *uheader,
		const struct __user_cap_data_struct *udata)
{
	struct __user_cap_data_struct d[2] = { { 0 } };
	struct credentials *c = &current->cred;
	uint64_t effective, permitted, inheritable;
	int pid;
	long n = cap_version(uheader, &pid);

	if (n < 0)
		return n;
	if (pid && pid != current->tid)
		return -EPERM;
	if (copy_from_user(d, udata, (uint32_t)n * sizeof(d[0])))
		return -EFAULT;
	effective = join(d[0].effective, d[1].effective);
	permitted = join(d[0].permitted, d[1].permitted);
	inheritable = join(d[0].inheritable, d[1].inheritable);
	if ((!capable(CAP_SETPCAP)
			&& !subset(inheritable, c->inheritable | c->permitted))
			|| !subset(inheritable, c->inheritable | c->bounding)
			|| !subset(permitted, c->permitted)
			|| !subset(effective, permitted))
		return -EPERM;
	c->effective = effective;
	c->permitted = permitted;
	c->inheritable = inheritable;
	c->ambient &= permitted & inheritable;
	return 0;
}

static long bounding_drop(uint32_t cap)
{
	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	current->cred.bounding &= ~CAP_BIT(cap);
	return 0;
}

static long securebits_set(uint32_t bits)
{
	uint32_t old = current->cred.securebits;
	uint32_t locked = (old & SECURE_ALL_LOCKS) >> 1;

	if ((locked & (old ^ bits)) || (old & SECURE_ALL_LOCKS & ~bits)
			|| (bits & ~(SECURE_ALL_LOCKS | SECURE_ALL_BITS))
			|| !capable(CAP_SETPCAP))
		return -EPERM;
	current->cred.securebits = bits;
	return 0;
}

static long keepcaps_set(uint32_t on)
{
	struct credentials *c = &current->cred;

	if (on > 1)
		return -EINVAL;
	if (secure(c, SECURE_KEEP_CAPS_LOCKED))
		return -EPERM;
	c->securebits &= ~issecure_mask(SECURE_KEEP_CAPS);
	if (on)
		c->securebits |= issecure_mask(SECURE_KEEP_CAPS);
	return 0;
}

static long ambient_change(uint32_t what, uint32_t cap)
{
	struct credentials *c = &current->cred;
	uint64_t bit = CAP_BIT(cap);

	switch (what) {
	case PR_CAP_AMBIENT_IS_SET:
		return !!(c->ambient & bit);
	case PR_CAP_AMBIENT_RAISE:
		if (!(c->permitted & c->inheritable & bit)
				|| secure(c, SECURE_NO_CAP_AMBIENT_RAISE))
			return -EPERM;
		c->ambient |= bit;
		return 0;
	case PR_CAP_AMBIENT_LOWER:
		c->ambient &= ~bit;
		return 0;
	}
	return -EINVAL;
}

static long ambient_call(uint32_t what, uint32_t cap, uint32_t arg4,
		uint32_t arg5)
{
	if (arg4 || arg5)
		return -EINVAL;
	if (what != PR_CAP_AMBIENT_CLEAR_ALL)
		return cap > CAP_LAST_CAP ? -EINVAL
			: ambient_change(what, cap);
	if (cap)
		return -EINVAL;
	current->cred.ambient = 0;
	return 0;
}

long cap_prctl(int option, uint32_t arg, uint32_t arg3, uint32_t arg4,
		uint32_t arg5)
{
	const struct credentials *c = &current->cred;

	switch (option) {
	case PR_CAPBSET_READ:
		return arg > CAP_LAST_CAP ? -EINVAL
			: !!(c->bounding & CAP_BIT(arg));
	case PR_CAPBSET_DROP:
		return bounding_drop(arg);
	case PR_GET_SECUREBITS:
		return (long)c->securebits;
	case PR_SET_SECUREBITS:
		return securebits_set(arg);
	case PR_GET_KEEPCAPS:
		return secure(c, SECURE_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return keepcaps_set(arg);
	case PR_CAP_AMBIENT:
		return ambient_call(arg, arg3, arg4, arg5);
	}
	return -ENOSYS;
}

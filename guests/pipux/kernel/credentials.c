/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Users and groups of a thread (credentials(7)): the setuid family in its
 * 32-bit form and, for old programs, the 16-bit one, where an id beyond 16
 * bits shows as 65534 and 65535 means "no change".
 */
#include <linux/capability.h>
#include <pipux/sched.h>

#define OVERFLOW_ID	65534u
#define NO_ID		0xFFFFFFFFu
#define MAX_GROUPS	ARRAY_SIZE(((struct credentials *)0)->groups)

/* The four ids of either kind, as struct credentials has them in a row */
enum { REAL, EFFECTIVE, SAVED, FS };

_Static_assert(offsetof(struct credentials, fsuid) == 4 * FS, "uids");
_Static_assert(offsetof(struct credentials, fsgid) -
	offsetof(struct credentials, gid) == 4 * FS, "gids");

static uint32_t *uids(void)
{
	return &current->cred.uid;
}

static uint32_t *gids(void)
{
	return &current->cred.gid;
}

static long narrow(uint32_t id)
{
	return id > 0xFFFF ? OVERFLOW_ID : id;
}

static uint32_t widen(uint16_t id)
{
	return id == 0xFFFF ? NO_ID : id;
}

/* proc(5): who changes what it may do is not to be looked into */
static long changed(uint32_t *ids, uint32_t old_effective, uint32_t old_fs)
{
	if (ids[EFFECTIVE] != old_effective || ids[FS] != old_fs)
		current->process->dumpable = false;
	return 0;
}

static long set_id(uint32_t *ids, uint32_t id)
{
	uint32_t effective = ids[EFFECTIVE], fs = ids[FS];

	if (id == NO_ID)
		return -EINVAL;
	if (capable())
		ids[REAL] = ids[SAVED] = id;
	else if (id != ids[REAL] && id != ids[SAVED])
		return -EPERM;
	ids[EFFECTIVE] = ids[FS] = id;
	return changed(ids, effective, fs);
}

static long set_re(uint32_t *ids, uint32_t real, uint32_t effective)
{
	uint32_t old_real = ids[REAL], old = ids[EFFECTIVE], fs = ids[FS];

	if (!capable() && ((real != NO_ID && real != ids[REAL] &&
				real != ids[EFFECTIVE]) ||
			(effective != NO_ID && effective != ids[REAL] &&
				effective != ids[EFFECTIVE] &&
				effective != ids[SAVED])))
		return -EPERM;
	if (real != NO_ID)
		ids[REAL] = real;
	if (effective != NO_ID)
		ids[EFFECTIVE] = effective;
	if (real != NO_ID || (effective != NO_ID && effective != old_real))
		ids[SAVED] = ids[EFFECTIVE];
	ids[FS] = ids[EFFECTIVE];
	return changed(ids, old, fs);
}

static bool one_of_three(const uint32_t *ids, uint32_t id)
{
	return id == NO_ID || id == ids[REAL] || id == ids[EFFECTIVE] ||
		id == ids[SAVED];
}

static long set_res(uint32_t *ids, uint32_t real, uint32_t effective,
		uint32_t saved)
{
	uint32_t old = ids[EFFECTIVE], fs = ids[FS];

	if (!capable() && !(one_of_three(ids, real) &&
			one_of_three(ids, effective) &&
			one_of_three(ids, saved)))
		return -EPERM;
	if (real != NO_ID)
		ids[REAL] = real;
	if (effective != NO_ID)
		ids[EFFECTIVE] = effective;
	if (saved != NO_ID)
		ids[SAVED] = saved;
	ids[FS] = ids[EFFECTIVE];
	return changed(ids, old, fs);
}

static long set_fs(uint32_t *ids, uint32_t id)
{
	uint32_t old = ids[FS];

	if (id != NO_ID && (capable() || one_of_three(ids, id) || id == old))
		ids[FS] = id;
	return (long)old;
}

static long get_res(const uint32_t *ids, uint32_t *r, uint32_t *e,
		uint32_t *s)
{
	if (put_user(ids[REAL], r) || put_user(ids[EFFECTIVE], e) ||
			put_user(ids[SAVED], s))
		return -EFAULT;
	return 0;
}

static long get_res16(const uint32_t *ids, uint16_t *r, uint16_t *e,
		uint16_t *s)
{
	if (put_user((uint16_t)narrow(ids[REAL]), r) ||
			put_user((uint16_t)narrow(ids[EFFECTIVE]), e) ||
			put_user((uint16_t)narrow(ids[SAVED]), s))
		return -EFAULT;
	return 0;
}

/* One line per call: the same on users and groups, in two widths */
#define CALL0(name, value) \
	long sys_##name(void); long sys_##name(void) { return (long)(value); }
#define CALL1(name, fn, ids, type, conv) \
	long sys_##name(type a); \
	long sys_##name(type a) { return fn(ids, conv(a)); }
#define CALL2(name, fn, ids, type, conv) \
	long sys_##name(type a, type b); \
	long sys_##name(type a, type b) { return fn(ids, conv(a), conv(b)); }
#define CALL3(name, fn, ids, type, conv) \
	long sys_##name(type a, type b, type c); \
	long sys_##name(type a, type b, type c) \
	{ return fn(ids, conv(a), conv(b), conv(c)); }
#define GET3(name, fn, ids, type) \
	long sys_##name(type *a, type *b, type *c); \
	long sys_##name(type *a, type *b, type *c) \
	{ return fn(ids, a, b, c); }

CALL0(getuid32, current->cred.uid)
CALL0(geteuid32, current->cred.euid)
CALL0(getgid32, current->cred.gid)
CALL0(getegid32, current->cred.egid)
CALL0(getuid, narrow(current->cred.uid))
CALL0(geteuid, narrow(current->cred.euid))
CALL0(getgid, narrow(current->cred.gid))
CALL0(getegid, narrow(current->cred.egid))

CALL1(setuid32, set_id, uids(), uint32_t, )
CALL1(setgid32, set_id, gids(), uint32_t, )
CALL1(setuid, set_id, uids(), uint16_t, widen)
CALL1(setgid, set_id, gids(), uint16_t, widen)
CALL2(setreuid32, set_re, uids(), uint32_t, )
CALL2(setregid32, set_re, gids(), uint32_t, )
CALL2(setreuid, set_re, uids(), uint16_t, widen)
CALL2(setregid, set_re, gids(), uint16_t, widen)
CALL3(setresuid32, set_res, uids(), uint32_t, )
CALL3(setresgid32, set_res, gids(), uint32_t, )
CALL3(setresuid, set_res, uids(), uint16_t, widen)
CALL3(setresgid, set_res, gids(), uint16_t, widen)
CALL1(setfsuid32, set_fs, uids(), uint32_t, )
CALL1(setfsgid32, set_fs, gids(), uint32_t, )
CALL1(setfsuid, set_fs, uids(), uint16_t, widen)
CALL1(setfsgid, set_fs, gids(), uint16_t, widen)
GET3(getresuid32, get_res, uids(), uint32_t)
GET3(getresgid32, get_res, gids(), uint32_t)
GET3(getresuid, get_res16, uids(), uint16_t)
GET3(getresgid, get_res16, gids(), uint16_t)

static long groups_out(void *ulist, int size, bool wide)
{
	const struct credentials *c = &current->cred;
	uint16_t narrowed[MAX_GROUPS];

	if (size < 0 || (size && (uint32_t)size < c->ngroups))
		return -EINVAL;
	if (!size)
		return (long)c->ngroups;
	for (uint32_t i = 0; i < c->ngroups; i++)
		narrowed[i] = (uint16_t)narrow(c->groups[i]);
	if (wide ? copy_to_user(ulist, c->groups, 4 * c->ngroups)
			: copy_to_user(ulist, narrowed, 2 * c->ngroups))
		return -EFAULT;
	return (long)c->ngroups;
}

/* getgroups(2) shows them in order, as Linux keeps them */
static void sort_groups(struct credentials *c)
{
	for (uint32_t i = 1; i < c->ngroups; i++) {
		uint32_t id = c->groups[i], j = i;

		for (; j && c->groups[j - 1] > id; j--)
			c->groups[j] = c->groups[j - 1];
		c->groups[j] = id;
	}
}

/* LIMIT: 32 supplementary groups, where Linux has room for 65,536 */
static long groups_in(const void *ulist, int size, bool wide)
{
	struct credentials *c = &current->cred;
	uint32_t list[MAX_GROUPS];
	uint16_t narrowed[MAX_GROUPS];

	if (!capable())
		return -EPERM;
	if ((uint32_t)size > MAX_GROUPS)
		return -EINVAL;
	if (wide ? copy_from_user(list, ulist, 4 * (uint32_t)size)
			: copy_from_user(narrowed, ulist, 2 * (uint32_t)size))
		return -EFAULT;
	for (int i = 0; i < size; i++)
		c->groups[i] = wide ? list[i] : narrowed[i];
	c->ngroups = (uint32_t)size;
	sort_groups(c);
	return 0;
}

#define GROUPS(name, type, fn, wide) \
	long sys_##name(int size, type *ulist); \
	long sys_##name(int size, type *ulist) { return fn(ulist, size, wide); }

GROUPS(getgroups32, uint32_t, groups_out, true)
GROUPS(getgroups, uint16_t, groups_out, false)
GROUPS(setgroups32, const uint32_t, groups_in, true)
GROUPS(setgroups, const uint16_t, groups_in, false)

long sys_capget(struct __user_cap_header_struct *uheader,
	struct __user_cap_data_struct *udata);
long sys_capset(struct __user_cap_header_struct *uheader,
	const struct __user_cap_data_struct *udata);

/* The number of data structures that the header's version has, or errno */
static long cap_version(struct __user_cap_header_struct *uheader, int *pid)
{
	struct __user_cap_header_struct h;

	if (get_user(h, uheader))
		return -EFAULT;
	*pid = h.pid;
	switch (h.version) {
	case _LINUX_CAPABILITY_VERSION_1:
		return _LINUX_CAPABILITY_U32S_1;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3:
		return _LINUX_CAPABILITY_U32S_3;
	}
	return put_user((uint32_t)_LINUX_CAPABILITY_VERSION_3,
		&uheader->version) ? -EFAULT : -EINVAL;
}

/*
 * capget(2).  LIMIT: root has every capability and nobody else has any;
 * capset succeeds for root and changes nothing.
 */
long sys_capget(struct __user_cap_header_struct *uheader,
		struct __user_cap_data_struct *udata)
{
	const struct task *t = current;
	struct __user_cap_data_struct data[2] = { { 0 } };
	int pid;
	long n = cap_version(uheader, &pid);

	if (n < 0)
		return !udata && n == -EINVAL ? 0 : n;
	if (pid < 0)
		return -EINVAL;
	if (pid)
		t = task_by_tid(pid);
	if (!t)
		return -ESRCH;
	if (!t->cred.euid) {
		data[0].effective = data[0].permitted = 0xFFFFFFFF;
		data[1].effective = data[1].permitted =
			(2u << (CAP_LAST_CAP - 32)) - 1;
	}
	return copy_to_user(udata, data, (uint32_t)n * sizeof(data[0]));
}

long sys_capset(struct __user_cap_header_struct *uheader,
		const struct __user_cap_data_struct *udata)
{
	struct __user_cap_data_struct data[2];
	int pid;
	long n = cap_version(uheader, &pid);

	if (n < 0)
		return n;
	if (pid && pid != current->tid)
		return -EPERM;
	if (copy_from_user(data, udata, (uint32_t)n * sizeof(data[0])))
		return -EFAULT;
	return capable() ? 0 : -EPERM;
}

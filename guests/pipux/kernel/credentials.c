/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Users and groups of a thread (credentials(7)): the setuid family in its
 * 32-bit form and, for old programs, the 16-bit one, where an id beyond 16
 * bits shows as 65534 and 65535 means "no change".
 */
#include <pipux/resource.h>
#include <pipux/sched.h>

#define OVERFLOW_ID	65534u
#define NO_ID		0xFFFFFFFFu

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
void cred_changed(const struct credentials *old)
{
	const struct credentials *c = &current->cred;

	if (c->euid == old->euid && c->egid == old->egid
			&& c->fsuid == old->fsuid && c->fsgid == old->fsgid
			&& !(c->permitted & ~old->permitted))
		return;
	current->process->dumpable = false;
	current->process->leader->pdeath_signal = 0;
}

/*
 * A program that takes another user does not expect that to fail for a limit
 * of that user's: execve(2) fails later, if it is still exceeded.
 */
static void count_user(uint32_t uid)
{
	uint32_t others = tasks_of_user(uid)
		- (current == current->process->leader);

	current->nproc_exceeded = uid
		&& others > rlimit_get(RLIMIT_NPROC);
}

/* The ids, user or group, were changed from those of `old` */
static long changed(const struct credentials *old)
{
	if (current->cred.uid != old->uid)
		count_user(current->cred.uid);
	cap_setuid(old);
	cred_changed(old);
	return 0;
}

static bool may_change(const uint32_t *ids)
{
	return ids == uids() ? capable(CAP_SETUID) : capable(CAP_SETGID);
}

static long set_id(uint32_t *ids, uint32_t id)
{
	struct credentials old = current->cred;

	if (id == NO_ID)
		return -EINVAL;
	if (may_change(ids))
		ids[REAL] = ids[SAVED] = id;
	else if (id != ids[REAL] && id != ids[SAVED])
		return -EPERM;
	ids[EFFECTIVE] = ids[FS] = id;
	return changed(&old);
}

static long set_re(uint32_t *ids, uint32_t real, uint32_t effective)
{
	struct credentials old = current->cred;
	uint32_t old_real = ids[REAL];

	if (!may_change(ids) && ((real != NO_ID && real != ids[REAL] &&
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
	return changed(&old);
}

static bool one_of_three(const uint32_t *ids, uint32_t id)
{
	return id == NO_ID || id == ids[REAL] || id == ids[EFFECTIVE] ||
		id == ids[SAVED];
}

static long set_res(uint32_t *ids, uint32_t real, uint32_t effective,
		uint32_t saved)
{
	struct credentials old = current->cred;

	if (!may_change(ids) && !(one_of_three(ids, real) &&
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
	return changed(&old);
}

static long set_fs(uint32_t *ids, uint32_t id)
{
	struct credentials old = current->cred;
	uint32_t old_id = ids[FS];

	if (id == NO_ID || (!may_change(ids) && !one_of_three(ids, id)
			&& id != old_id))
		return (long)old_id;
	ids[FS] = id;
	cap_setfsuid(old.fsuid);
	cred_changed(&old);
	return (long)old_id;
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

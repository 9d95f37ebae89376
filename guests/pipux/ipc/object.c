/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of System V objects; the contract is in object.h. */
#include "object.h"
#include <pipux/time.h>

/* ipc(2): an identifier is a sequence number and an index of 15 bits */
#define INDEX_BITS	15
#define INDEX_MASK	((1u << INDEX_BITS) - 1)
#define SEQ_MAX		(1u << (31 - INDEX_BITS))
#define TABLE_MIN	16u

uint32_t ipc_time(void)
{
	return now_timespec().tv_sec;
}

static bool in_group(uint32_t gid)
{
	const struct credentials *c = &current->cred;

	return c->egid == gid || groups_have(c->groups, gid);
}

int ipc_permission(const struct ipc_object *o, int wanted)
{
	uint32_t euid = current->cred.euid, mode = o->mode;
	int bits = (wanted | wanted >> 3 | wanted >> 6) & 7;

	if (euid == o->cuid || euid == o->uid)
		mode >>= 6;
	else if (in_group(o->cgid) || in_group(o->gid))
		mode >>= 3;
	return (bits & ~mode) && !capable(CAP_IPC_OWNER) ? -EACCES : 0;
}

int ipc_may_control(const struct ipc_object *o)
{
	uint32_t euid = current->cred.euid;

	return euid == o->cuid || euid == o->uid || capable(CAP_SYS_ADMIN)
		? 0 : -EPERM;
}

static bool table_grow(struct ipc_table *t)
{
	uint32_t size = t->size ? t->size * 2 : TABLE_MIN;
	struct ipc_object **slot = kzalloc(size * sizeof(*slot));

	if (!slot)
		return false;
	if (t->slot)
		memcpy(slot, t->slot, t->size * sizeof(*slot));
	kfree(t->slot);
	t->slot = slot;
	t->size = size;
	return true;
}

/* An empty table takes no memory */
static void table_trim(struct ipc_table *t)
{
	if (t->used)
		return;
	kfree(t->slot);
	t->slot = NULL;
	t->size = 0;
}

static uint32_t free_index(const struct ipc_table *t, uint32_t from)
{
	uint32_t i = from;

	while (i < t->size && t->slot[i])
		i++;
	return i;
}

/*
 * The sequence number goes on when an index comes again, but to the one of
 * the identifier that was wanted (/proc/sys/kernel/msg_next_id and the like).
 */
static void enter(struct ipc_table *t, struct ipc_object *o,
		const struct ipc_request *r, uint32_t index)
{
	const struct credentials *c = &current->cred;

	if (*t->next_id >= 0)
		t->seq = (uint32_t)*t->next_id >> INDEX_BITS;
	else if ((int)index <= t->last && t->seq++ == SEQ_MAX - 1)
		t->seq = 0;
	*t->next_id = -1;
	t->last = index;
	*o = (struct ipc_object){ .refs = 1, .key = r->key,
		.id = t->seq << INDEX_BITS | index, .mode = r->flags & 0777,
		.uid = c->euid, .cuid = c->euid, .gid = c->egid,
		.cgid = c->egid };
	t->slot[index] = o;
	t->used++;
}

static long make(struct ipc_table *t, const struct ipc_request *r)
{
	struct ipc_object *o;
	uint32_t index;

	if (t->used >= (uint32_t)*t->max)
		return -ENOSPC;
	index = free_index(t, *t->next_id < 0 ? 0
			: (uint32_t)*t->next_id & INDEX_MASK);
	if (index > INDEX_MASK)
		return -ENOSPC;
	while (index >= t->size)
		if (!table_grow(t))
			return -ENOMEM;
	o = r->make(r);
	if (IS_ERR(o)) {
		table_trim(t);
		return PTR_ERR(o);
	}
	enter(t, o, r, index);
	return o->id;
}

static struct ipc_object *by_key(const struct ipc_table *t, int key)
{
	for (uint32_t i = 0; i < t->size; i++)
		if (t->slot[i] && t->slot[i]->key == key)
			return t->slot[i];
	return NULL;
}

long ipc_get(struct ipc_table *t, const struct ipc_request *r)
{
	struct ipc_object *o;
	int rc;

	if (r->key == IPC_PRIVATE)
		return make(t, r);
	o = by_key(t, r->key);
	if (!o)
		return (r->flags & IPC_CREAT) ? make(t, r) : -ENOENT;
	if ((r->flags & IPC_CREAT) && (r->flags & IPC_EXCL))
		return -EEXIST;
	rc = r->fits ? r->fits(o, r) : 0;
	if (rc == 0)
		rc = ipc_permission(o, r->flags);
	return rc ? rc : o->id;
}

void *ipc_find_index(struct ipc_table *t, uint32_t index)
{
	struct ipc_object *o = index < t->size ? t->slot[index] : NULL;

	if (!o)
		return ERR_PTR(-EINVAL);
	o->refs++;
	return o;
}

void *ipc_find(struct ipc_table *t, int id)
{
	struct ipc_object *o;

	if (id < 0)
		return ERR_PTR(-EINVAL);
	o = ipc_find_index(t, id & INDEX_MASK);
	if (IS_ERR(o) || o->id == id)
		return o;
	ipc_put(t, o);
	return ERR_PTR(-EINVAL);
}

void ipc_put(struct ipc_table *t, struct ipc_object *o)
{
	if (--o->refs == 0)
		t->free(o);
}

void ipc_remove(struct ipc_table *t, struct ipc_object *o)
{
	t->slot[o->id & INDEX_MASK] = NULL;
	t->used--;
	table_trim(t);
	o->removed = true;
	ipc_put(t, o);
}

int ipc_set_perm(struct ipc_object *o, const struct ipc64_perm *p)
{
	if (p->uid == (uint32_t)-1 || p->gid == (uint32_t)-1)
		return -EINVAL;
	o->uid = p->uid;
	o->gid = p->gid;
	o->mode = (o->mode & ~0777u) | (p->mode & 0777);
	return 0;
}

void ipc_fill_perm(struct ipc64_perm *p, const struct ipc_object *o)
{
	*p = (struct ipc64_perm){ .key = o->key, .uid = o->uid, .gid = o->gid,
		.cuid = o->cuid, .cgid = o->cgid, .mode = o->mode,
		.seq = o->id >> INDEX_BITS };
}

int ipc_last_index(const struct ipc_table *t)
{
	uint32_t i = t->size;

	while (i && !t->slot[i - 1])
		i--;
	return i ? i - 1 : 0;
}

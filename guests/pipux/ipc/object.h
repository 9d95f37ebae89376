/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the three kinds of System V objects have in common: identifiers,
 * keys, owners, permission (sysvipc(7)).
 *
 * Invariant: an object lives while it is in its table or somebody who sleeps
 * holds a reference; out of the table it is `removed`.
 */
#ifndef PIPUX_IPC_OBJECT_H
#define PIPUX_IPC_OBJECT_H

#include <pipux/kernel.h>
#include <pipux/mm.h>
#include <pipux/sched.h>
#include <pipux/setting.h>
#include <linux/ipc.h>
#include <linux/stat.h>
#include <asm/ipcbuf.h>

struct ipc_object {
	int refs;
	int id, key;
	uint32_t uid, gid, cuid, cgid, mode;
	bool removed;
};

struct ipc_table {
	struct ipc_object **slot;
	uint32_t size;			/* of slot */
	const int *max;			/* objects that may exist */
	int *next_id;			/* wanted for the next one, or -1 */
	uint32_t used;
	int last;			/* index given out; -1: none yet */
	uint32_t seq;			/* for identifiers */
	void (*free)(struct ipc_object *o);
};

#define IPC_READ	0444
#define IPC_WRITE	0222

/* Commands of all three ...ctl calls come with this bit in ipc(2) */
#define IPC_COMMAND(cmd)	((cmd) & ~IPC_64)

/* object.c */
/*
 * The ...get calls: the identifier for a key, of a new object if it is
 * wanted.  `make` gives one with no references and nothing of ipc_object
 * filled in, ERR_PTR if it cannot; `fits` says whether an existing one will
 * do: 0 or errno.
 */
struct ipc_request {
	int key, flags;
	uint32_t size;
	struct ipc_object *(*make)(const struct ipc_request *r);
	int (*fits)(const struct ipc_object *o, const struct ipc_request *r);
};
long ipc_get(struct ipc_table *t, const struct ipc_request *r);
/* With a reference; ERR_PTR(-EINVAL): no such object */
void *ipc_find(struct ipc_table *t, int id);
/* The same by its place in the table: the ..._STAT commands */
void *ipc_find_index(struct ipc_table *t, uint32_t index);
void ipc_put(struct ipc_table *t, struct ipc_object *o);
/* 0, -EACCES */
int ipc_permission(const struct ipc_object *o, int wanted);
/* May current change or remove it? 0, -EPERM */
int ipc_may_control(const struct ipc_object *o);
void ipc_remove(struct ipc_table *t, struct ipc_object *o);
int ipc_set_perm(struct ipc_object *o, const struct ipc64_perm *p);
void ipc_fill_perm(struct ipc64_perm *p, const struct ipc_object *o);
/* The highest index in use, for the ..._INFO commands; 0 if there is none */
int ipc_last_index(const struct ipc_table *t);
uint32_t ipc_time(void);		/* seconds since 1970 */

/* msg.c, sem.c, shm.c */
extern struct ipc_table msg_table, sem_table, shm_table;

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* Byte-range locks of one file as a list: pure, also built on the host. */
#ifndef PIPUX_LOCK_RANGE_H
#define PIPUX_LOCK_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#define LOCK_END	INT64_MAX	/* "to the end, however far it is" */

enum lock_type { RANGE_FREE, RANGE_READ, RANGE_WRITE };

struct file_lock {
	struct file_lock *next;
	void *owner;
	int pid;			/* as F_GETLK shows it */
	enum lock_type type;
	int64_t start, end;		/* inclusive */
};

/* The first lock of another owner in the way of `want`, NULL: none */
struct file_lock *lock_conflict(struct file_lock *list,
		const struct file_lock *want);
/*
 * Gives `want`'s owner its type (RANGE_FREE: unlocks) in its range: pieces of
 * older locks stay outside of it, equal neighbours grow together.  Needs up
 * to two new records, taken from spare[]; those used become NULL.
 */
void lock_apply(struct file_lock **list, const struct file_lock *want,
		struct file_lock *spare[2], void (*release)(void *));

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte-range locks.  Invariant: the locks of one owner do not overlap, and
 * neighbours of the same type are one; in the list they go upwards, so that
 * the lowest one in the way is found first (fcntl(2), F_GETLK, as Linux).
 */
#include "lock_range.h"
#include <stddef.h>

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

struct file_lock *lock_conflict(struct file_lock *list,
		const struct file_lock *want)
{
	for (; list; list = list->next)
		if (list->owner != want->owner && overlap(list, want)
		    && (list->type == RANGE_WRITE || want->type == RANGE_WRITE))
			return list;
	return NULL;
}

/* The same owner's lock that touches `want` and has its type */
static bool merges(const struct file_lock *l, const struct file_lock *want)
{
	return l->type == want->type
		&& (l->start == 0 || l->start - 1 <= want->end)
		&& (want->start == 0 || want->start - 1 <= l->end);
}

static struct file_lock *take(struct file_lock *spare[2])
{
	struct file_lock *l = spare[0] ? spare[0] : spare[1];

	if (spare[0])
		spare[0] = NULL;
	else
		spare[1] = NULL;
	return l;
}

static void insert(struct file_lock **list, struct file_lock *l,
		const struct file_lock *from)
{
	*l = *from;
	l->next = *list;
	*list = l;
}

/* Cuts `want`'s range out of *p; true if *p went altogether */
static bool cut(struct file_lock **p, const struct file_lock *want,
		struct file_lock *spare[2], void (*release)(void *))
{
	struct file_lock *l = *p;

	if (l->start < want->start && l->end > want->end) {
		struct file_lock *rest = take(spare);

		insert(&l->next, rest, &(struct file_lock){ l->next, l->owner,
			l->pid, l->type, want->end + 1, l->end });
		l->end = want->start - 1;
	} else if (l->start < want->start) {
		l->end = want->start - 1;
	} else if (l->end > want->end) {
		l->start = want->end + 1;
	} else {
		*p = l->next;
		release(l);
		return true;
	}
	return false;
}

/* Where a lock goes: before its owner's next, or at the end */
static struct file_lock **place_of(struct file_lock **list,
		const struct file_lock *new)
{
	struct file_lock **p;

	for (p = list; *p; p = &(*p)->next)
		if ((*p)->owner == new->owner && (*p)->start > new->start)
			break;
	return p;
}

void lock_apply(struct file_lock **list, const struct file_lock *want,
		struct file_lock *spare[2], void (*release)(void *))
{
	struct file_lock new = *want, **p = list;

	while (*p) {
		struct file_lock *l = *p;

		if (l->owner == new.owner && merges(l, &new)) {
			if (l->start < new.start)
				new.start = l->start;
			if (l->end > new.end)
				new.end = l->end;
			*p = l->next;
			release(l);
			continue;
		}
		if (l->owner == new.owner && overlap(l, &new)
		    && cut(p, &new, spare, release))
			continue;
		p = &(*p)->next;
	}
	if (new.type != RANGE_FREE)
		insert(place_of(list, &new), take(spare), &new);
}

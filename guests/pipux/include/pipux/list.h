/* SPDX-License-Identifier: BSD-2-Clause */
/* Circular doubly linked lists, links embedded in the objects. */
#ifndef PIPUX_LIST_H
#define PIPUX_LIST_H

#include <pipux/kernel.h>

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(l)	{ &(l), &(l) }

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_add_after(struct list *pos, struct list *l)
{
	l->next = pos->next;
	l->prev = pos;
	pos->next->prev = l;
	pos->next = l;
}

static inline void list_add(struct list *head, struct list *l)
{
	list_add_after(head, l);
}

static inline void list_add_tail(struct list *head, struct list *l)
{
	list_add_after(head->prev, l);
}

/* Unlinks and leaves the node an empty list: deleting twice is harmless */
static inline void list_del(struct list *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}

#define list_entry(p, type, member)	container_of(p, type, member)
#define list_first(head, type, member)	list_entry((head)->next, type, member)
#define list_for_each(pos, head, member)				\
	for (pos = list_entry((head)->next, __typeof__(*pos), member);	\
	     &pos->member != (head);					\
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))
#define list_for_each_safe(pos, tmp, head, member)			\
	for (pos = list_entry((head)->next, __typeof__(*pos), member),	\
	     tmp = list_entry(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head);					\
	     pos = tmp,							\
	     tmp = list_entry(tmp->member.next, __typeof__(*tmp), member))

#endif

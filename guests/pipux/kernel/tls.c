/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local storage: set_thread_area(2), get_thread_area(2).  Pip offers
 * one segment with a base of the program's choice, for GS: it is the first of
 * Linux's three.
 *
 * LIMIT: the other two are kept and told, but no segment register can be
 * loaded with them.
 */
#include <pipux/arch.h>
#include "task.h"
#include <asm/ldt.h>

#define TLS_ENTRY	(PIP_SEL_THREAD >> 3)
#define TLS_LAST	(TLS_ENTRY + ARRAY_SIZE(current->tls_more))
#define ANY_ENTRY	0xFFFFFFFFu

/* user_desc(2): not a segment, or one that a thread may have */
static bool is_empty(const struct user_desc *d)
{
	return !d->base_addr && !d->limit && !d->contents && !d->seg_32bit
		&& !d->limit_in_pages && !d->useable
		&& d->read_exec_only == d->seg_not_present;
}

static bool is_valid(const struct user_desc *d)
{
	return is_empty(d) || (d->seg_32bit && d->contents <= 1
		&& !d->seg_not_present);
}

int tls_read(const void *udesc, uint32_t *base)
{
	struct user_desc d;

	if (copy_from_user(&d, udesc, sizeof(d)))
		return -EFAULT;
	if (d.entry_number != TLS_ENTRY || !is_valid(&d))
		return -EINVAL;
	*base = d.base_addr;
	return 0;
}

int tls_get(const struct task *t, uint32_t entry, struct user_desc *d)
{
	if (entry < TLS_ENTRY || entry > TLS_LAST)
		return -EINVAL;
	*d = entry != TLS_ENTRY ? t->tls_more[entry - TLS_ENTRY - 1]
		: (struct user_desc){
			.base_addr = t->tls_base, .limit = 0xFFFFF,
			.seg_32bit = 1, .limit_in_pages = 1, .useable = 1,
		};
	d->entry_number = entry;
	if (!d->seg_32bit)
		d->read_exec_only = d->seg_not_present = 1;
	return 0;
}

int tls_set(struct task *t, uint32_t entry, const struct user_desc *d)
{
	if (entry < TLS_ENTRY || entry > TLS_LAST || !is_valid(d))
		return -EINVAL;
	if (entry == TLS_ENTRY)
		task_tls_set(t, d->base_addr);
	else
		t->tls_more[entry - TLS_ENTRY - 1] = *d;
	return 0;
}

static bool is_free(uint32_t entry)
{
	return entry == TLS_ENTRY ? !current->tls_base
		: !current->tls_more[entry - TLS_ENTRY - 1].seg_32bit;
}

/* The first free entry, or 0 */
static uint32_t find_free(void)
{
	for (uint32_t entry = TLS_ENTRY; entry <= TLS_LAST; entry++)
		if (is_free(entry))
			return entry;
	return 0;
}

long sys_set_thread_area(struct user_desc *udesc)
{
	struct user_desc d;

	if (copy_from_user(&d, udesc, sizeof(d)))
		return -EFAULT;
	if (d.entry_number != ANY_ENTRY)
		return tls_set(current, d.entry_number, &d);
	if (!is_valid(&d))
		return -EINVAL;
	d.entry_number = find_free();
	if (!d.entry_number)
		return -ESRCH;
	if (put_user(d.entry_number, &udesc->entry_number))
		return -EFAULT;
	return tls_set(current, d.entry_number, &d);
}

long sys_get_thread_area(struct user_desc *udesc)
{
	struct user_desc d;
	uint32_t entry;

	if (get_user(entry, &udesc->entry_number))
		return -EFAULT;
	if (tls_get(current, entry, &d))
		return -EINVAL;
	return copy_to_user(udesc, &d, sizeof(d));
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local storage: set_thread_area(2), get_thread_area(2).  Pip offers
 * one segment with a base of the program's choice, for GS.
 *
 * LIMIT: one TLS entry, loadable into GS only; Linux has three.
 */
#include <pipux/arch.h>
#include "task.h"
#include <asm/ldt.h>

#define TLS_ENTRY	(PIP_SEL_THREAD >> 3)
#define ANY_ENTRY	0xFFFFFFFFu

int tls_read(const void *udesc, uint32_t *base)
{
	struct user_desc d;

	if (copy_from_user(&d, udesc, sizeof(d)))
		return -EFAULT;
	if (d.entry_number != TLS_ENTRY)
		return -EINVAL;
	*base = d.base_addr;
	return 0;
}

int tls_get(const struct task *t, uint32_t entry, struct user_desc *d)
{
	if (entry != TLS_ENTRY)
		return -EINVAL;
	*d = (struct user_desc){
		.entry_number = TLS_ENTRY, .base_addr = t->tls_base,
		.limit = 0xFFFFF, .seg_32bit = 1, .limit_in_pages = 1,
		.useable = 1,
	};
	return 0;
}

int tls_set(struct task *t, uint32_t entry, const struct user_desc *d)
{
	if (entry != TLS_ENTRY)
		return -EINVAL;
	task_tls_set(t, d->base_addr);
	return 0;
}

long sys_set_thread_area(struct user_desc *udesc)
{
	struct user_desc d;

	if (copy_from_user(&d, udesc, sizeof(d)))
		return -EFAULT;
	if (d.entry_number == ANY_ENTRY) {
		d.entry_number = TLS_ENTRY;
		if (put_user(TLS_ENTRY, &udesc->entry_number))
			return -EFAULT;
	}
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

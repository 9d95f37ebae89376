/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For Frama-C's Eva: every service of pip/core with any arguments, from any
 * contents of Pip's pages, again and again.  No run-time error may be left.
 */
#include "pip.h"
#include <__fc_builtin.h>

struct page page_0, page_1, page_2;
struct partition *current, *root;

static word any(void)
{
	return Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

static void unknown(struct page *page)
{
	Frama_C_make_unknown((char *)page, sizeof(*page));
}

static void control(void)
{
	struct transfer t;

	if (!yield_decode(any(), any(), any(), &t))
		(void)(t.to->state + t.context + t.save);
	if (route_event(Frama_C_unsigned_int_interval(0, 255), &t))
		(void)(t.to->state + t.context + t.save);
	if (route_irq(Frama_C_unsigned_int_interval(32, 47), &t))
		(void)(t.to->state + t.context + t.save);
	(void)ports_allowed(Frama_C_unsigned_int_interval(0, 65535),
		Frama_C_unsigned_int_interval(1, 4));
}

void eva_main(void)
{
	while (Frama_C_interval(0, 1)) {
		unknown(&page_0);
		unknown(&page_1);
		unknown(&page_2);
		current = page_at(any());
		root = page_at(any());
		switch (Frama_C_interval(0, 11)) {
		case 0: createPartition(any(), any(), any(), any(), any());
			break;
		case 1: deletePartition(any()); break;
		case 2: countToMap(any(), any()); break;
		case 3: prepare(any(), any(), any()); break;
		case 4: collect(any(), any()); break;
		case 5: addVAddr(any(), any(), any(), any(), any(), any());
			break;
		case 6: removeVAddr(any(), any()); break;
		case 7: mappedInChild(any()); break;
		case 8: probe(any()); break;
		case 9: getIntState(any()); break;
		case 10: restrictChild(any(), any(), any(), any()); break;
		default: control();
		}
	}
}

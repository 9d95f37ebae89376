/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a partition may do beyond its memory: ports, services, its virtual
 * interrupt state as the parent sees it.
 *
 * A port is allowed if every ancestor's ranges and the partition's own hold
 * it; a partition without ranges of its own has its parent's.  The ports that
 * are closed to all are the machine's affair.
 */
#include "pip.h"
#include <pip/abi.h>

static bool in_ranges(const struct partition *p, word first, word last)
{
	word n = p->nports;

	//@ admit n <= PORT_RANGES;
	/*@ loop invariant 0 <= i <= n;
	    loop invariant \forall integer j; 0 <= j < i ==>
		first < p->ports[j].first || last > p->ports[j].last;
	    loop assigns i;
	    loop variant n - i; */
	for (word i = 0; i < n; i++)
		if (first >= p->ports[i].first && last <= p->ports[i].last)
			return true;
	return false;
}

/* May the current partition use ports [first, first + count)? */
bool ports_allowed(word first, word count)
{
	for (const struct partition *p = current; p; p = parent_of(p))
		if (p->own_ports && !in_ranges(p, first, first + count - 1))
			return false;
	return true;
}

/* The child's interrupt state, all ones if `desc` is no child */
word getIntState(word desc)
{
	struct partition *child = child_find(desc);

	return child ? child->state : ~(word)0;
}

/*
 * Takes rights from a child: PIP_RESTRICT_PORTS leaves it [first, last] only
 * (none if first > last), PIP_RESTRICT_ADD_PORTS adds a range to those,
 * PIP_RESTRICT_SERVICES refuses it every gate.  1, or 0 and nothing changed.
 */
word restrictChild(word desc, word what, word first, word last)
{
	struct partition *child = child_find(desc);
	word n;

	if (!child || what > PIP_RESTRICT_ADD_PORTS)
		return 0;
	if (what == PIP_RESTRICT_SERVICES) {
		child->restricted = 1;
		return 1;
	}
	if (last > UINT16_MAX)
		return 0;
	n = child->nports;
	if (what == PIP_RESTRICT_PORTS) {
		child->own_ports = 1;
		child->nports = n = 0;
		if (first > last)
			return 1;
	}
	if (first > last || !child->own_ports || n >= PORT_RANGES)
		return 0;
	child->ports[n].first = (uint16_t)first;
	child->ports[n].last = (uint16_t)last;
	child->nports = n + 1;
	return 1;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For Frama-C's WP: contracts of what in pip/core can be said without the
 * tree in memory, proved over the very text.  child_find's contract is
 * assumed: it speaks about pages.  docs/pip-checks.md has the list.
 */
#include "pip.h"
#include <pip/abi.h>

struct page page_0, page_1, page_2;
struct partition *current, *root;

/*@ axiomatic children {
	logic struct partition *child_of(word desc) reads \nothing;
    } */

/*@ assigns \nothing;
    ensures \result == child_of(desc);
    ensures \result == \null || (\valid(\result) &&
	\result->nports <= PORT_RANGES); */
struct partition *child_find(word desc);

/*@ requires \valid_read(p) && p->nports <= PORT_RANGES;
    assigns \nothing;
    ensures \result == 0 ==> \forall integer i; 0 <= i < p->nports ==>
	first < p->ports[i].first || last > p->ports[i].last;
    ensures \result != 0 ==> \exists integer i; 0 <= i < p->nports &&
	p->ports[i].first <= first && last <= p->ports[i].last;
*/
static bool in_ranges(const struct partition *p, word first, word last);

/*@ assigns \nothing;
    behavior none:
	assumes child_of(desc) == \null;
	ensures \result == 0xFFFFFFFF;
    behavior child:
	assumes child_of(desc) != \null;
	ensures \result == child_of(desc)->state;
    complete behaviors;
    disjoint behaviors; */
word getIntState(word desc);

/*@ assigns child_of(desc)->restricted, child_of(desc)->own_ports,
	child_of(desc)->nports, child_of(desc)->ports[0 .. PORT_RANGES - 1];
    ensures \result == 0 || \result == 1;
    ensures child_of(desc) == \null ==> \result == 0;
    ensures child_of(desc) != \null ==>
	child_of(desc)->nports <= PORT_RANGES;
    behavior services:
	assumes child_of(desc) != \null && what == PIP_RESTRICT_SERVICES;
	ensures \result == 1 && child_of(desc)->restricted == 1;
	ensures child_of(desc)->nports == \old(child_of(desc)->nports);
    behavior none_left:
	assumes child_of(desc) != \null && what == PIP_RESTRICT_PORTS &&
		last <= 65535 && first > last;
	ensures \result == 1 && child_of(desc)->own_ports == 1 &&
		child_of(desc)->nports == 0;
    behavior one_left:
	assumes child_of(desc) != \null && what == PIP_RESTRICT_PORTS &&
		first <= last <= 65535;
	ensures \result == 1 && child_of(desc)->own_ports == 1 &&
		child_of(desc)->nports == 1;
	ensures child_of(desc)->ports[0].first == first &&
		child_of(desc)->ports[0].last == last;
    behavior bad:
	assumes what > PIP_RESTRICT_ADD_PORTS ||
		(what != PIP_RESTRICT_SERVICES && last > 65535);
	assigns \nothing;
	ensures \result == 0; */
word restrictChild(word desc, word what, word first, word last);

#include "rights.c"

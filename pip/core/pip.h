/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The partition tree and the services over it, in plain C.
 *
 * A partition is five pages lent by its parent: a descriptor, a page
 * directory, two shadows shaped like the directory, and a list.  A 4 MiB
 * region is usable once three more pages are lent for it: a page table and
 * one page of each shadow.
 *
 *   page table   the hardware's.  0: nothing; PTE_P clear but not 0: the
 *                page is lent to Pip and comes back by setting PTE_P.
 *   shadow 1     per page, what became of it: 0 nothing, or an address and
 *                one SH1_* flag.  Its root counts the mapped pages.
 *   shadow 2     per page, its address in the parent.
 *   list         per region, the parent's address of the lent page table and
 *                the index of the next prepared region.
 *
 * Pages lent together are chained through the lender's shadow 1, so that
 * giving them back needs nothing but the first address.
 *
 * Every service decodes, which may fail and changes nothing, then performs,
 * which cannot fail.  hal.h comes from the machine: arch/x86, or the
 * simulated memory of the tests.
 *
 * `//@ admit` tells Frama-C of an invariant of the whole tree: the tests check
 * those after every call, docs/pip-checks.md.
 */
#ifndef PIP_CORE_PIP_H
#define PIP_CORE_PIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <hal.h>

#define PAGE_MASK	(~(word)(PAGE_BYTES - 1))

#define SH1_DERIVED	1u	/* address: descriptor of the child it is in */
#define SH1_PARTITION	2u	/* a child's descriptor; address: next lent */
#define SH1_LENT	4u	/* a table of a child; address: next lent */
#define SH1_DYING	8u	/* as SH1_PARTITION, its deletion has begun */

#define PORTS_INDIRECT	0xDFFF	/* beyond any map: by the services only */

#ifndef PORT_RANGES
#define PORT_RANGES	8
#endif

struct partition {
	word pd, sh1, sh2, list;	/* physical */
	word parent;		/* physical address of its descriptor, 0: root */
	word state;		/* interrupt state, 0: virtually masked */
	word regions;		/* first prepared region, 0: none */
	word restricted;	/* no services */
	word child, child_key;	/* last looked up: descriptor, address | low */
	word vidt;		/* known physical address, 0: look it up */
	word context;		/* known to be a writable context, 0: none */
	word own_ports;		/* ranges below count, else the parent's do */
	word nports;
	struct {
		uint16_t first, last;
	} ports[PORT_RANGES];
	uint16_t port_map;	/* the machine's; PORTS_INDIRECT: none */
	_Alignas(16) uint8_t fpu[FPU_BYTES];
};

_Static_assert(sizeof(struct partition) <= PAGE_BYTES, "one page");

/* A page of p becomes unreachable or changes hands: trust no look-up */
static inline void forget(struct partition *p)
{
	p->child_key = 0;
	p->vidt = 0;
	p->context = 0;
}

struct slot {			/* the three words about one page */
	word *pte, *sh1, *sh2;
};

/* Where control goes: filled by a decode, carried out by the machine */
struct transfer {
	struct partition *to;
	word context;		/* checked address in `to` */
	word save;		/* checked address in the source, 0: none */
};

extern struct partition *current, *root;

/* The page that a table entry or directory word points to */
static inline word *words(word entry)
{
	return page_at(entry & PAGE_MASK);
}

/* The word about a region in one of the partition's four roots */
static inline word *region_word(word page, word dir)
{
	return &((word *)page_at(page))[dir];
}

static inline struct partition *parent_of(const struct partition *p)
{
	return p->parent ? page_at(p->parent) : NULL;
}

/* The region of `va` is known to be prepared */
static inline struct slot slot_at(const struct partition *p, word va)
{
	word dir = dir_index(va), table = table_index(va);

	return (struct slot){
		.pte = &words(*region_word(p->pd, dir))[table],
		.sh1 = &words(*region_word(p->sh1, dir))[table],
		.sh2 = &words(*region_word(p->sh2, dir))[table],
	};
}

/* A prepared region; the kernel's own entries lack PTE_U */
static inline bool prepared(const struct partition *p, word dir)
{
	return *region_word(p->pd, dir) & PTE_U;
}

static inline bool slot_find(const struct partition *p, word va,
		struct slot *s)
{
	if (!prepared(p, dir_index(va)))
		return false;
	*s = slot_at(p, va);
	return true;
}

static inline bool accessible(const struct partition *p, word va, word rights)
{
	struct slot s;

	return slot_find(p, va, &s) && (*s.pte & rights) == rights;
}

/* [va, va + size) with size <= PAGE_BYTES, wrapping refused */
static inline bool accessible_range(const struct partition *p, word va,
		word size, word rights)
{
	word last = va + size - 1;

	return accessible(p, va, rights) && (!((va ^ last) & PAGE_MASK) ||
		(last > va && accessible(p, last, rights)));
}

/* tree.c: shared by the services */
struct partition *child_find(word desc);
bool lendable(word va, struct slot *s);
void lend(word va, word next, word kind);
void give_back(word va);
void restore(word va);

/* Services; contracts in docs/pip-abi.md and beside the code */
word createPartition(word desc, word pd, word sh1, word sh2, word list);
#define DELETE_AGAIN	2	/* deletePartition was interrupted */
word deletePartition(word desc);
word countToMap(word desc, word va);
word prepare(word desc, word va, word first);
word collect(word desc, word va);
word addVAddr(word src, word desc, word dst, word r, word w, word e);
word removeVAddr(word desc, word va);
word mappedInChild(word va);
word probe(word va);
word getIntState(word desc);
word restrictChild(word desc, word what, word first, word last);

/* route.c */
word yield_decode(word desc, word vint, word save, struct transfer *t);
bool route_event(word vector, struct transfer *t);
bool route_irq(word vector, struct transfer *t);

/* rights.c */
bool ports_allowed(word first, word count);

#endif

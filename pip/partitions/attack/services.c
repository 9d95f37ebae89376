/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every argument of every service swept over edge values, the others good.
 *
 * The actor has pages pool[0..POOL-1]: a child's five, a region's three at VA,
 * one page mapped there, the rest free.  A value in a table that lies in the
 * heap stands for pool[that page]; the root's pool is elsewhere.
 */
#include "attack.h"

#define VA		0x01000000u
#define P(n)		(HEAP + (n) * PIP_PAGE_SIZE)
#define DESC		P(0)
#define LENT_PD		P(1)
#define LENT_TABLE	P(5)
#define MAPPED		P(8)
#define FREE		P(9)		/* and those behind it */
#define GP		13

static const uint32_t edges[] = {
	0, 1, 0xFFF, 0x3FFFFF, 0x400000, 0xBFFFFFFF, 0xC0000000, 0xC0100000,
	0xFFBFFFFF, 0xFFC00000, 0xFFFFFFFF, LENT_PD, LENT_TABLE, MAPPED, FREE,
	DESC,
};

static uint32_t pool[POOL];
static struct {
	uint32_t selector, nargs, args[6];
} call;

static uint32_t real(uint32_t value)
{
	uint32_t n = (value - HEAP) / PIP_PAGE_SIZE;

	return value >= HEAP && n < POOL ? pool[n] | (value & 0xFFF) : value;
}

static void link_pages(uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		*(uint32_t *)pool[first + i] = i + 1 < count ?
			pool[first + i + 1] : 0;
}

static bool is_root(void)
{
	return Pip_Probe(HEAP) == 0;
}

static void pool_fill(void)
{
	if (!is_root())
		Pip_InitPaging(HEAP, HEAP + POOL * PIP_PAGE_SIZE);
	for (uint32_t i = 0; i < POOL; i++)
		pool[i] = page_new();
	create(pool);
	link_pages(5, 3);
	Pip_Prepare(pool[0], VA, pool[5]);
	Pip_AddVAddr(pool[8], pool[0], VA, 1, 1, 1);
	link_pages(16, 4);
}

/* Deletes all children; the number of pages that did not come back */
static uint32_t pool_empty(bool root)
{
	uint32_t missing = 0;

	Pip_DeletePartition(PIP_VIDT);
	for (uint32_t i = 0; i < POOL; i++)
		Pip_DeletePartition(pool[i]);
	for (uint32_t i = 0; i < POOL; i++) {
		missing += Pip_Probe(pool[i]) != 3 ||
			Pip_MappedInChild(pool[i]);
		if (root && Pip_Probe(pool[i]) == 3)
			Pip_FreePage((void *)pool[i]);
	}
	return missing;
}

/* The service's result, or 0xBAD00000 + pages that are missing */
static uint32_t edge_call(uint32_t argument)
{
	bool root = is_root();
	uint32_t args[6], result, missing;

	(void)argument;
	pool_fill();
	if (root)
		VIDT[0] = NULL;		/* read if the VIDT is a list's page */
	for (uint32_t i = 0; i < call.nargs; i++)
		args[i] = real(call.args[i]);
	result = service(call.selector, call.nargs, args);
	missing = pool_empty(root);
	if (root)
		actor_vidt_init();
	/* addresses as the tables write them */
	for (uint32_t n = 0; n < POOL; n++)
		if ((result & -PIP_PAGE_SIZE) == pool[n])
			result = P(n) | (result & 0xFFF);
	return missing ? 0xBAD00000 + missing : result;
}

/* What the service must answer with edge value e as argument `at` */
typedef uint32_t oracle_fn(uint32_t at, uint32_t e);

static bool is_vidt(uint32_t e)
{
	return e >= PIP_VIDT;
}

static bool in_kernel(uint32_t e)
{
	return e < PIP_USER_BASE || (e >= PIP_USER_END && e < PIP_USER_HIGH);
}

static uint32_t of_create(uint32_t at, uint32_t e)
{
	/* 9 to 13 are the other four and itself */
	return is_vidt(e) || (e == FREE && at == 0);
}

static uint32_t of_count(uint32_t at, uint32_t e)
{
	if (at == 0)
		return e == DESC ? 3 : 0;
	return in_kernel(e) ? 0 : 3;
}

static uint32_t of_prepare(uint32_t at, uint32_t e)
{
	switch (at) {
	case 0:
		return e == DESC ? P(19) | 1 : P(16);
	case 1:
		if (e < PIP_USER_BASE)
			return P(16) | 1;
		return in_kernel(e) ? P(16) : P(19) | 1;
	}
	return e & ~1u;
}

static uint32_t of_add(uint32_t at, uint32_t e)
{
	switch (at) {
	case 0:
		return is_vidt(e) || e == FREE;
	case 1:
		return e == DESC;
	case 2:
		return 0;
	case 4:
		return 1;
	}
	return e != 0;
}

static uint32_t of_child(uint32_t at, uint32_t e)
{
	return at == 0 && e == DESC;
}

static uint32_t of_state(uint32_t at, uint32_t e)
{
	return of_child(at, e) ? 0 : 0xFFFFFFFF;
}

static uint32_t of_mapped(uint32_t at, uint32_t e)
{
	(void)at;
	return e == MAPPED ? DESC : 0;
}

static uint32_t of_probe(uint32_t at, uint32_t e)
{
	(void)at;
	return is_vidt(e) || e == MAPPED || e == FREE ? 3 : 0;
}

static uint32_t of_yield(uint32_t at, uint32_t e)
{
	switch (at) {
	case 0:
		return e == DESC ? PIP_YIELD_TARGET_VIDT : PIP_YIELD_NOT_CHILD;
	case 1:
		return e > PIP_VIDT_MAX ? PIP_YIELD_BAD_VINT :
			PIP_YIELD_TARGET_VIDT;
	case 2:
		return e > PIP_VIDT_MAX ? PIP_YIELD_BAD_SAVE :
			PIP_YIELD_TARGET_VIDT;
	}
	return PIP_YIELD_TARGET_VIDT;
}

static uint32_t of_fpu(uint32_t at, uint32_t e)
{
	if (at == 0)
		return e == DESC;
	if (at == 1)
		return e <= PIP_FPU_WRITE;
	return e == MAPPED || e == FREE;
}

static uint32_t of_restrict(uint32_t at, uint32_t e)
{
	if (at == 0)
		return e == DESC;
	if (at == 1)
		return e <= PIP_RESTRICT_SERVICES;
	return at == 2 || e <= 0xFFFF;
}

static const struct sweep {
	const char *name;
	uint32_t selector, nargs, args[6];
	oracle_fn *oracle;
} sweeps[] = {
	{ "createPartition", 0x60, 5, { FREE, P(10), P(11), P(12), P(13) },
		of_create },
	{ "countToMap", 0x68, 2, { DESC, 0x02000000 }, of_count },
	{ "prepare", 0x70, 3, { DESC, 0x02000000, P(16) }, of_prepare },
	{ "addVAddr", 0x78, 6, { FREE, DESC, VA + 0x1000, 1, 1, 1 }, of_add },
	{ "get_int_state", 0x80, 1, { 0 }, of_state },
	{ "removeVAddr", 0xA0, 2, { DESC, VA }, of_child },
	{ "mappedInChild", 0xA8, 1, { 0 }, of_mapped },
	{ "deletePartition", 0xB0, 1, { 0 }, of_child },
	{ "collect", 0xB8, 2, { DESC, VA }, of_child },
	{ "yield", 0xC0, 5, { DESC, 0, 0, 0, 0 }, of_yield },
	{ "probe", 0xD0, 1, { 0 }, of_probe },
	{ "fpu", 0xD8, 3, { DESC, 0, FREE }, of_fpu },
	{ "restrict", 0xE0, 4, { DESC, 0, 0, 0xFFFF }, of_restrict },
};

static void sweep_argument(const struct sweep *s, uint32_t at)
{
	call.selector = s->selector;
	call.nargs = s->nargs;
	for (uint32_t k = 0; k < ARRAY_SIZE(edges); k++) {
		memcpy(call.args, s->args, sizeof(call.args));
		call.args[at] = edges[k];
		/* 0 is the parent: a transfer, not a refusal */
		if (s->selector == PIP_SEL_YIELD && !at && !edges[k])
			continue;
		perform(&(struct act){ .fn = edge_call,
			.who = k % 4 ? CHILD | ROOT : ALL, .vector = REPORT,
			.value = s->oracle(at, edges[k]) },
			"%s, argument %u = 0x%x", s->name, at + 1, edges[k]);
	}
}

/* prepare of four pages leaves the last one: 16 to 18 are used, 19 is next */
void attack_services(void)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(sweeps); i++)
		for (uint32_t at = 0; at < sweeps[i].nargs; at++)
			sweep_argument(&sweeps[i], at);
}

static void only_com1(struct child *c)
{
	Pip_Restrict(c->desc, PIP_RESTRICT_PORTS, COM1, COM1 + 7);
}

static uint32_t port_call(uint32_t selector)
{
	uint32_t args[2] = { call.args[0], 0 };

	service(selector, call.nargs, args);
	return 1;
}

static void port_sweep(uint32_t selector, uint32_t bytes, uint32_t port)
{
	bool open = port >= COM1 && port <= COM1 + 8 - bytes;
	bool in = selector & 8;

	call.nargs = in ? 1 : 2;
	call.args[0] = port;
	perform(&(struct act){ .fn = port_call, .argument = selector,
		.who = CHILD | GRANDCHILD, .vector = open ? REPORT : GP,
		.error = selector, .value = 1, .setup = only_com1 },
		"%s of %u bytes at port 0x%x, COM1 allowed",
		in ? "read" : "write", bytes, port);
}

/* Around the ends of the one range allowed, and of all ports */
void attack_ports(void)
{
	static const uint32_t ports[] = { 0, 0x20, 0x21, 0x60, 0x64, 0x80,
		0xCF8, 0xCFC, COM1 - 4, COM1 - 1, COM1 + 8, COM1 + 7,
		COM1 + 5, 0xFFFD, 0xFFFF, 0x10000, 0x103F8, 0x800003F8,
		0xFFFFFFFF };

	for (uint32_t i = 0; i < ARRAY_SIZE(ports); i++)
		for (uint32_t s = 0; s < 6; s++) {
			/* what is written to the transmitter is seen */
			if (ports[i] + 1 < COM1 || ports[i] > COM1 + 4)
				port_sweep(PIP_SEL_OUTB + 8 * s, 1 << s / 2,
					ports[i]);
		}
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists for prepare and pages for createPartition that refer to each other,
 * and partitions used after their end. */
#include "attack.h"

#define VA	0x01000000u

/* The actor's own world: a child and free pages */
static uint32_t pages_of_actor[POOL];

static uint32_t begin(void)
{
	uint32_t *p = pages_of_actor;

	if (Pip_Probe(HEAP))
		Pip_InitPaging(HEAP, HEAP + POOL * PIP_PAGE_SIZE);
	for (uint32_t i = 0; i < POOL; i++)
		p[i] = page_new();
	create(p);
	return p[0];
}

/* Gives everything back; `result`, or how many pages are missing */
static uint32_t end_with(uint32_t result)
{
	uint32_t *p = pages_of_actor, missing = 0;
	bool root = !Pip_Probe(HEAP);

	for (uint32_t i = 0; i < POOL; i++)
		Pip_DeletePartition(p[i]);
	for (uint32_t i = 0; i < POOL; i++)
		missing += Pip_Probe(p[i]) != 3 || Pip_MappedInChild(p[i]);
	for (uint32_t i = 0; root && !missing && i < POOL; i++)
		Pip_FreePage((void *)p[i]);
	return missing ? 0xBAD00000 + missing : result;
}

enum { SELF, PAIR, BACK, TO_DESC, TO_LENT, TO_KERNEL, TO_NULL, TO_ODD,
	TO_MAPPED };

/* 1 if prepare refuses the list as it must */
static uint32_t bad_list(uint32_t kind)
{
	uint32_t desc = begin(), *p = pages_of_actor, first = p[8];
	uint32_t *word[3] = { (uint32_t *)p[8], (uint32_t *)p[9],
		(uint32_t *)p[10] };

	*word[0] = p[9];
	*word[1] = p[10];
	*word[2] = 0;
	switch (kind) {
	case SELF: *word[0] = p[8]; break;
	case PAIR: *word[1] = p[9]; break;
	case BACK: *word[1] = p[8]; break;
	case TO_DESC: *word[1] = desc; break;
	case TO_LENT: *word[0] = p[2]; break;
	case TO_KERNEL: *word[0] = 0xC0000000; break;
	case TO_NULL: *word[1] = 0; break;
	case TO_ODD: *word[0] = 0xFFF; break;
	}
	if (kind == TO_MAPPED) {
		*(uint32_t *)p[11] = p[12];
		*(uint32_t *)p[12] = p[13];
		*(uint32_t *)p[13] = 0;
		Pip_Prepare(desc, 0x02000000, p[11]);
		Pip_AddVAddr(p[10], desc, 0x02000000, 1, 1, 1);
	}
	return end_with(Pip_Prepare(desc, VA, first) == first &&
		Pip_Probe(p[8]) == 3 && Pip_Probe(p[9]) == 3 &&
		Pip_CountToMap(desc, VA) == 3 &&
		Pip_MappedInChild(p[10]) == (kind == TO_MAPPED ? desc : 0));
}

/* A list whose last word leads back to its own pages: consumed, and the next
 * unused page is what the word said, lent or not */
static uint32_t list_into_itself(uint32_t argument)
{
	uint32_t desc = begin(), *p = pages_of_actor, next;

	(void)argument;
	*(uint32_t *)p[8] = p[9];
	*(uint32_t *)p[9] = p[10];
	*(uint32_t *)p[10] = p[8];
	next = Pip_Prepare(desc, VA, p[8]);
	return end_with(next == (p[8] | 1) &&
		Pip_Prepare(desc, 0x02000000, p[8]) == p[8]);
}

static uint32_t after_delete(uint32_t selector)
{
	static const uint32_t want[32] = {
		[0x80 / 8] = 0xFFFFFFFF, [0xC0 / 8] = PIP_YIELD_NOT_CHILD,
	};
	uint32_t desc = begin(), *p = pages_of_actor, result;
	uint32_t args[6] = { desc, VA, p[8], 1, 1, 1 };

	Pip_DeletePartition(desc);
	if (selector == PIP_SEL_ADD_VADDR) {
		args[0] = p[8];
		args[1] = desc;
		args[2] = VA;
	}
	if (selector == PIP_SEL_YIELD)
		args[1] = args[2] = args[3] = args[4] = 0;
	result = service(selector, selector == PIP_SEL_ADD_VADDR ? 6 :
		selector == PIP_SEL_YIELD ? 5 : selector == PIP_SEL_PREPARE ||
		selector == PIP_SEL_FPU ? 3 : selector == PIP_SEL_RESTRICT ?
		4 : selector == PIP_SEL_DELETE || selector ==
		PIP_SEL_GET_INT_STATE ? 1 : 2, args);
	if (selector == PIP_SEL_PREPARE)
		result -= p[8];
	return end_with(result == want[selector / 8]);
}

/* A page of a collected table, used again at once in another role */
static uint32_t after_collect(uint32_t argument)
{
	uint32_t desc = begin(), *p = pages_of_actor, good = 0;

	(void)argument;
	for (int i = 0; i < 100; i++) {
		*(uint32_t *)p[8] = p[9];
		*(uint32_t *)p[9] = p[10];
		*(uint32_t *)p[10] = 0;
		good += Pip_Prepare(desc, VA, p[8]) == 1;
		good += Pip_AddVAddr(p[11], desc, VA, 1, 1, 1);
		good += Pip_RemoveVAddr(desc, VA);
		good += Pip_Collect(desc, VA);
		good += Pip_Prepare(desc, VA, 0) == 0;
		good += !Pip_AddVAddr(p[8], desc, VA, 1, 1, 1);
	}
	return end_with(good);
}

static uint32_t create_and_delete(uint32_t times)
{
	uint32_t good = 0, *p = pages_of_actor;

	begin();
	for (uint32_t i = 0; i < times; i++)
		good += Pip_DeletePartition(p[0]) & create(p);
	return end_with(good);
}

/* The descriptor as its own tables, the tables as descriptors */
static uint32_t duplicate_pages(uint32_t pattern)
{
	uint32_t *p = pages_of_actor, q[5], good;

	begin();
	for (uint32_t i = 0; i < 5; i++)
		q[i] = p[8 + (pattern >> i * 3 & 7)];
	good = !create(q) && !create(p);
	return end_with(good);
}

static void refused(const char *name, act_fn *fn, uint32_t argument,
		uint32_t value)
{
	perform(&(struct act){ .fn = fn, .argument = argument, .who = ALL,
		.vector = REPORT, .value = value }, "%s", name);
}

void attack_lists(void)
{
	static const char *const kinds[] = { "leads to itself",
		"repeats its second page", "leads back to its first",
		"leads to the descriptor", "leads to a lent page",
		"leads to the kernel", "ends early", "leads below 4 MiB",
		"leads to a page of the child" };
	static const uint8_t used[] = { 0x68, 0x70, 0x78, 0x80, 0xA0, 0xB0,
		0xB8, 0xC0, 0xD8, 0xE0 };

	for (uint32_t i = 0; i < ARRAY_SIZE(kinds); i++)
		perform(&(struct act){ .fn = bad_list, .argument = i,
			.who = ALL, .vector = REPORT, .value = 1 },
			"a prepare list that %s", kinds[i]);
	refused("a prepare list whose end leads back", list_into_itself, 0, 1);
	for (uint32_t i = 0; i < ARRAY_SIZE(used); i++)
		perform(&(struct act){ .fn = after_delete,
			.argument = used[i], .who = ALL, .vector = REPORT,
			.value = 1 }, "gate 0x%x on a deleted child",
			used[i]);
	refused("tables collected and used again", after_collect, 0, 600);
	refused("create and delete 200 times", create_and_delete, 200, 200);
	refused("five times the same page", duplicate_pages, 0, 1);
	refused("two pages the same", duplicate_pages, 043200, 1);
	refused("first and last the same", duplicate_pages, 003210, 1);
}

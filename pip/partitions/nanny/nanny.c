/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nanny busy beaver of "Get Started with Pip", 3.3: makes a child, keeps
 * it busy, takes everything back and deletes it, many times; uses every
 * service on the way.  Ends with one line: PASS, or FAIL and the first check
 * that failed.
 */
#include <pip/lib.h>
#include "nanny.h"

#define ROUNDS		50u
#define HEAP_PAGES	20
#define SAVE		PIP_VIDT_SAVE_STI
#define LINE_STATUS	0x3FD
#define LINE_SCRATCH	0x3FF
#define VGA_CRTC	0x3D4
#define CURSOR_LOW	0x0F

extern uint8_t image_begin[];
extern const uint32_t image_size;

static const char *failure;
static uint32_t child, round_number;
static uint32_t lent[128], nlent;	/* pages of this round */
static uint32_t mapped[64], nmapped;	/* the child's addresses */
static user_ctx_t *context;
static user_ctx_t own;			/* the nanny while the child runs */

static void expect(int good, const char *what)
{
	if (!good && !failure) {
		failure = what;
		printf("nanny: round %u: %s\n", round_number, what);
	}
}

static uint32_t page(void)
{
	void *p = Pip_AllocPage();

	expect(p != NULL, "no more pages");
	memset(p, 0, PIP_PAGE_SIZE);
	return lent[nlent++] = (uint32_t)p;
}

/* Maps one page, with the tables that are missing */
static void give(uint32_t from, uint32_t to)
{
	uint32_t count = Pip_CountToMap(child, to), first = 0;

	while (count--) {
		uint32_t table = page();

		*(uint32_t *)table = first;
		first = table;
	}
	if (first)
		expect(Pip_Prepare(child, to, first) & 1, "prepare");
	expect(Pip_AddVAddr(from, child, to, 1, 1, 1) == 1, "addVAddr");
	expect(Pip_MappedInChild(from) == child, "mappedInChild");
	mapped[nmapped++] = to;
}

static void create_child(void)
{
	uint32_t p[5];

	nlent = nmapped = 0;
	for (int i = 0; i < 5; i++)
		p[i] = page();
	child = p[0];
	expect(Pip_CreatePartition(p[0], p[1], p[2], p[3], p[4]) == 1,
		"createPartition");
	for (int i = 0; i < 5; i++)
		expect(Pip_Probe(p[i]) == 0, "a lent page is in reach");
}

static void fill_child(void)
{
	uint32_t size = image_size;
	uint32_t stack, *vidt, at;

	for (uint32_t offset = 0; offset < size; offset += PIP_PAGE_SIZE) {
		uint32_t copy = page();

		memcpy((void *)copy, image_begin + offset, PIP_PAGE_SIZE);
		give(copy, PIP_ROOT_BASE + offset);
	}
	for (uint32_t i = 0; i < HEAP_PAGES; i++)
		give(page(), CHILD_HEAP + i * PIP_PAGE_SIZE);
	stack = page();
	vidt = (uint32_t *)page();
	context = (user_ctx_t *)(stack + PIP_PAGE_SIZE) - 1;
	at = CHILD_STACK + PIP_PAGE_SIZE - sizeof(*context);
	context->eip = PIP_ROOT_BASE;
	context->eflags = 0x202;
	context->regs.esp = at;
	context->regs.ebx = HEAP_PAGES;
	vidt[0] = vidt[PIP_VIDT_SAVE_CLI] = vidt[PIP_VIDT_SAVE_STI] = at;
	give(stack, CHILD_STACK);
	give((uint32_t)vidt, PIP_VIDT);
}

/* Until the child yields back or signals; the nanny's saved context is where
 * all of that leads */
static void run_child(void)
{
	expect(Pip_Yield(child, 0, SAVE, 0, 0) == 0, "yield");
}

static void pages_come_and_go(void)
{
	uint32_t p = page(), before = nlent;

	give(p, CHILD_REGION);
	nmapped--;
	expect(Pip_RemoveVAddr(child, CHILD_REGION) == 1, "removeVAddr");
	expect(Pip_RemoveVAddr(child, CHILD_REGION) == 0,
		"removeVAddr of nothing");
	expect(Pip_MappedInChild(p) == 0, "mappedInChild after removeVAddr");
	expect(Pip_Collect(child, CHILD_REGION) == 1, "collect");
	expect(Pip_CountToMap(child, CHILD_REGION) == 3,
		"the region after collect");
	for (; before < nlent; before++)
		expect(Pip_Probe(lent[before]) == 3, "collected page");
}

static void child_works(void)
{
	run_child();
	expect(Pip_GetIntState(child) == 1, "get_int_state");
	pages_come_and_go();
	run_child();
	expect(context->regs.eax == DONE_GOOD, "the child's own checks");
}

static void take_back(void)
{
	while (nmapped--)
		expect(Pip_RemoveVAddr(child, mapped[nmapped]) == 1,
			"removeVAddr at the end");
	expect(Pip_Collect(child, PIP_ROOT_BASE) == 1, "collect the image");
	expect(Pip_Collect(child, CHILD_HEAP) == 1, "collect the heap");
	expect(Pip_Collect(child, PIP_VIDT) == 1, "collect the VIDT");
	expect(Pip_DeletePartition(child) == 1, "deletePartition");
	expect(Pip_DeletePartition(child) == 0, "deletePartition again");
	while (nlent--) {
		expect(Pip_Probe(lent[nlent]) == 3, "a page is missing");
		expect(Pip_MappedInChild(lent[nlent]) == 0,
			"a page is still in a child");
		Pip_FreePage((void *)lent[nlent]);
	}
}

static void try_ports(void)
{
	expect(Pip_Inb(LINE_STATUS) != 0xFF, "inb");
	Pip_Outb(LINE_SCRATCH, 0x3C);
	expect(Pip_Inb(LINE_SCRATCH) == 0x3C, "outb");
	Pip_Outw(VGA_CRTC, 0x5A00 | CURSOR_LOW);
	expect(Pip_Inw(VGA_CRTC) == (0x5A00 | CURSOR_LOW), "outw, inw");
	Pip_Outl(0x80, 0);
	(void)Pip_Inl(0x3F8 + 4);
	expect(Pip_Outaddrl(0x80, PIP_ROOT_BASE) == 0, "outaddrl");
}

void main(pip_fpinfo_t *info)
{
	uint32_t pages;

	Pip_InitPaging(info->membegin, info->memend);
	for (uint32_t line = 0; line < 16; line++)
		Pip_Irq(line, PIP_IRQ_MASK);
	VIDT[SAVE] = VIDT[VINT_READY] = VIDT[VINT_DONE] = &own;
	for (int fault = 1; fault < 32; fault++)
		VIDT[fault] = &own;
	pages = Pip_FreePages();
	printf("nanny: %u rounds, %u free pages\n", ROUNDS, pages);
	try_ports();
	for (round_number = 1; round_number <= ROUNDS && !failure;
	     round_number++) {
		create_child();
		fill_child();
		child_works();
		take_back();
		expect(Pip_FreePages() == pages, "the number of free pages");
	}
	for (uint32_t p = info->membegin; p < info->memend; p += PIP_PAGE_SIZE)
		expect(Pip_Probe(p) == 3, "a page is lost");
	printf("nanny: %u free pages\n", Pip_FreePages());
	printf(failure ? "nanny: FAIL: %s\n" : "nanny: PASS\n", failure);
	Pip_Outw(0x604, 0x2000);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The launcher of "Get Started with Pip", 3.2: makes a child, gives it the
 * processor, and takes it back at each timer and keyboard interrupt.  Runs
 * until Escape is pressed.
 */
#include <pip/lib.h>

#define LOAD_ADDRESS	0x700000u
#define STACK_TOP_VADDR	0xFFFFE000u

#define VINT_TIMER	(PIP_VINT_IRQ + 0)
#define VINT_KEYBOARD	(PIP_VINT_IRQ + 1)
#define TICK_HZ		100

#define KBD_STATUS	0x64
#define KBD_DATA	0x60
#define KBD_FULL	1
#define KEY_RELEASED	0x80
#define KEY_ESCAPE	1

extern uint8_t image_begin[];
extern const uint32_t image_size;

static uint32_t child;
static uint32_t ticks;

__attribute__((noreturn, format(printf, 1, 2)))
static void panic(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	Pip_Vprintf(format, ap);
	va_end(ap);
	Pip_Outw(0x604, 0x2000);
	for (;;)
		;
}

/* The child goes on where it was: at its index 0, like its first time */
__attribute__((noreturn))
static void resume_child(void)
{
	panic("launcher: yield refused: %u\n",
		Pip_Yield(child, 0, PIP_VIDT_SAVE_STI, 0, 0));
}

static void timer_handler(void)
{
	if (++ticks % TICK_HZ == 0)
		printf("A timer interruption was triggered %u times ...\n",
			ticks);
	resume_child();
}

static void keyboard_handler(void)
{
	while (Pip_Inb(KBD_STATUS) & KBD_FULL) {
		uint32_t code = Pip_Inb(KBD_DATA);

		printf("A keyboard interruption was triggered: code 0x%x\n",
			code);
		if (code == (KEY_ESCAPE | KEY_RELEASED))
			panic("launcher: end\n");
	}
	resume_child();
}

static uint32_t page(void)
{
	void *p = Pip_AllocPage();

	if (!p)
		panic("launcher: no more pages\n");
	memset(p, 0, PIP_PAGE_SIZE);
	return (uint32_t)p;
}

static void map(uint32_t from, uint32_t to)
{
	enum pip_map_status status = Pip_MapPageWrapper(from, child, to);

	if (status)
		panic("launcher: cannot map 0x%x: %d\n", to, status);
}

static void create_child(void)
{
	uint32_t pd, sh1, sh2, list;

	child = page();
	pd = page();
	sh1 = page();
	sh2 = page();
	list = page();
	if (!Pip_CreatePartition(child, pd, sh1, sh2, list))
		panic("launcher: cannot create the child\n");
}

/* Stack with the first context at its top, and the VIDT that points at it */
static void fill_child(void)
{
	uint32_t size = image_size;
	uint32_t stack = page(), top = STACK_TOP_VADDR + PIP_PAGE_SIZE;
	user_ctx_t *context = (user_ctx_t *)(stack + PIP_PAGE_SIZE) - 1;
	uint32_t *vidt = (uint32_t *)page();
	uint32_t at = top - sizeof(*context);

	for (uint32_t offset = 0; offset < size; offset += PIP_PAGE_SIZE)
		map((uint32_t)image_begin + offset, LOAD_ADDRESS + offset);
	context->eip = LOAD_ADDRESS;
	context->pipflags = 0;
	context->eflags = 0x202;
	context->regs.ebp = top;
	context->regs.esp = at;
	context->valid = 1;
	map(stack, STACK_TOP_VADDR);
	vidt[0] = vidt[PIP_VIDT_SAVE_CLI] = vidt[PIP_VIDT_SAVE_STI] = at;
	map((uint32_t)vidt, PIP_VIDT);
}

static void handle(uint32_t vint, void (*handler)(void))
{
	user_ctx_t *context = Pip_AllocContext();

	if (!context)
		panic("launcher: no context\n");
	Pip_RegisterInterrupt(context, vint, handler, page(), 0);
}

void main(pip_fpinfo_t *info)
{
	Pip_InitPaging(info->membegin, info->memend);
	puts("launcher: creating the child");
	create_child();
	fill_child();
	handle(VINT_TIMER, timer_handler);
	handle(VINT_KEYBOARD, keyboard_handler);
	puts("launcher: yielding to the child");
	resume_child();
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Performs an act in a partition made for it, then looks at what it must not
 * have changed: the root's marker, every page of the sibling, the sibling's
 * registers and answer, and the census of pages.
 */
#include "attack.h"

#define MARKER		0x5EC12E75u
#define IMAGE_PAGES	(((uint32_t)end - PIP_ROOT_BASE) / PIP_PAGE_SIZE)

extern uint8_t end[];

struct act now;			/* copied with the image into the actor */

static struct child sibling;
static uint32_t sibling_sum, whole, free_pages, mem_begin, mem_end;
static uint32_t marker[64];
static uint32_t xmm[4] __attribute__((aligned(16)));

struct outcome {
	uint32_t vector, error, value;
};

void actor_vidt_init(void)
{
	landing_init();
	for (uint32_t v = 0; v < ARRAY_SIZE(landing); v++)
		VIDT[v] = &landing[v];
}

/* The sibling's answer: its marker, from memory and from XMM7 */
static uint32_t sibling_begin(uint32_t value)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(marker); i++)
		marker[i] = value + i;
	for (int i = 0; i < 4; i++)
		xmm[i] = value;
	__asm__ volatile("movaps %0, %%xmm7" : : "m"(xmm));
	return value;
}

static uint32_t sibling_answer(uint32_t value)
{
	uint32_t bad = 0;

	for (uint32_t i = 0; i < ARRAY_SIZE(marker); i++)
		bad |= marker[i] ^ (value + i);
	__asm__ volatile("movaps %%xmm7, %0" : "=m"(xmm));
	for (int i = 0; i < 4; i++)
		bad |= xmm[i] ^ value;
	return bad ? 0xBAD : value;
}

/* Over all that the sibling has, but for its stack page and its box */
static uint32_t sum_sibling(void)
{
	uint32_t sum = 0;

	for (uint32_t va = PIP_ROOT_BASE; va < (uint32_t)end;
	     va += PIP_PAGE_SIZE) {
		const uint32_t *page = child_view(&sibling, va);

		for (int i = 0; i < 1024; i++)
			sum = (sum << 5 | sum >> 27) ^ page[i];
	}
	for (int i = 0; i < 1024; i++)
		sum = (sum << 5 | sum >> 27) ^ (uint32_t)sibling.vidt[i];
	return sum;
}

/* NULL, or what the act has damaged */
static const char *damage(void)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(marker); i++)
		if (marker[i] != MARKER - i)
			return "the root's marker changed";
	if (sum_sibling() != sibling_sum)
		return "the sibling's memory changed";
	if (child_call(&sibling, sibling_answer, MARKER) != MARKER)
		return "the sibling does not answer";
	if (Pip_FreePages() != free_pages)
		return "pages are missing";
	if (census(mem_begin, mem_end) != whole)
		return "the census of pages changed";
	return NULL;
}

static struct outcome outcome_of(struct child *c)
{
	struct outcome o = { .vector = child_run(c) };

	o.value = Pip_Probe((uint32_t)c->box) ? c->box[0] : 0;
	/* it may have lent the page of its context, or its box */
	if (o.vector < 32 && Pip_Probe((uint32_t)c->ctx))
		o.error = c->ctx->nfu[PIP_NFU_ERROR];
	return o;
}

static struct outcome run_actor(struct child *c)
{
	if (!child_new(c, now.heap ? now.heap : POOL))
		return (struct outcome){ .vector = 0xBAD };
	if (now.setup)
		now.setup(c);
	child_start(c, now.fn, now.argument);
	if (now.thread) {
		c->ctx->pipflags = PIP_CTX_MAGIC | PIP_CTX_THREAD;
		c->ctx->nfu[PIP_NFU_THREAD] = now.thread;
	}
	return outcome_of(c);
}

/* The actor's parent, when that is not the root */
static uint32_t middle(uint32_t heap)
{
	static struct child c;
	volatile uint32_t *box = (uint32_t *)BOX;
	struct outcome o;

	child_is_parent(heap);
	o = run_actor(&c);
	box[1] = o.vector;
	box[2] = o.error;
	box[3] = o.value;
	return 1;
}

static struct outcome act_as(enum who who)
{
	struct outcome o = { .vector = REPORT };
	struct child c = { 0 };

	if (who == ROOT) {
		o.value = now.fn(now.argument);
	} else if (who == CHILD) {
		o = run_actor(&c);
		child_free(&c);
	} else {
		uint32_t heap = IMAGE_PAGES + 40 +
			(now.heap ? now.heap : POOL) * 17 / 16;

		if (child_new(&c, heap) &&
		    child_call(&c, middle, heap) == 1)
			o = (struct outcome){ c.box[1], c.box[2], c.box[3] };
		child_free(&c);
	}
	return o;
}

static bool expected(const struct outcome *o)
{
	if (now.vector == FAULTS)
		return o->vector >= 12 && o->vector <= 14;
	if (now.vector == DEBUG_OR_UD)
		return o->vector == 1 || o->vector == 6;
	if (now.vector == GOES_OR_FAULTS && o->vector == 14)
		return true;
	if (now.vector == GOES_OR_FAULTS)
		return o->vector == REPORT && o->value == now.value;
	if (o->vector != now.vector)
		return false;
	if (o->vector < 32)
		return o->error == now.error;
	return o->vector != REPORT || now.value == ANY_VALUE ||
		o->value == now.value;
}

static void perform_as(enum who who, const char *name)
{
	static const char *const by[] = { [CHILD] = "child",
		[GRANDCHILD] = "grandchild", [ROOT] = "root" };
	struct outcome o = act_as(who);
	const char *wrong = damage();

	check(expected(&o) && !wrong, "%s: %s", by[who], name);
	if (!expected(&o))
		printf("# got vector 0x%x error 0x%x value 0x%x, not 0x%x "
			"0x%x 0x%x\n", o.vector, o.error, o.value, now.vector,
			now.error, now.value);
	if (wrong)
		printf("# %s\n", wrong);
}

void perform(const struct act *a, const char *format, ...)
{
	char name[80];
	va_list ap;

	va_start(ap, format);
	pip_vsnprintf(name, sizeof(name), format, ap);
	va_end(ap);
	for (uint32_t who = CHILD; who <= ROOT; who <<= 1)
		if (a->who & who) {
			now = *a;
			perform_as(who, name);
		}
}

static void world_init(pip_fpinfo_t *info)
{
	Pip_InitPaging(info->membegin, info->memend);
	actor_vidt_init();
	for (uint32_t line = 0; line < 16; line++)
		Pip_Irq(line, PIP_IRQ_MASK);
	child_new(&sibling, 0);
	child_call(&sibling, sibling_begin, MARKER);
	child_call(&sibling, sibling_answer, MARKER);
	for (uint32_t i = 0; i < ARRAY_SIZE(marker); i++)
		marker[i] = MARKER - i;
	sibling_sum = sum_sibling();
	mem_begin = info->membegin;
	mem_end = info->memend;
	free_pages = Pip_FreePages();
	whole = census(mem_begin, mem_end);
}

/* Command line: `act=NAME` is one that must stop the machine */
static const char *word_act(const char *cmdline)
{
	for (; *cmdline; cmdline++)
		if (!strncmp(cmdline, "act=", 4))
			return cmdline + 4;
	return NULL;
}

void main(pip_fpinfo_t *info)
{
	static void (*const parts[])(void) = {
		attack_instructions, attack_vectors, attack_selectors,
		attack_flags, attack_stacks, attack_ports, attack_services,
		attack_lists, attack_contexts, attack_trees,
		attack_interrupts,
	};
	const char *name = word_act((const char *)info->cmdline);

	if (name)
		attack_by_root(name);
	world_init(info);
	for (uint32_t i = 0; i < ARRAY_SIZE(parts); i++)
		parts[i]();
	finish();
}

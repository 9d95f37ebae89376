/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thousands of mappings made, cut, joined, moved and removed at random, held
 * against a table of what each page must be: mmap(2), munmap(2), mprotect(2),
 * mremap(2).  A new mapping must be in the highest place that is large enough,
 * but on Linux, which takes another one at times since 6.1.
 */
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE		4096u
#define PAGES		4096		/* of the arena */
#define LONGEST		8
#define ROUNDS		40000

enum { FREE, NOTHING, READABLE, WRITABLE };	/* what a page allows */

static struct {
	uint8_t what, value;		/* its first byte */
} model[PAGES];

static uint8_t *arena;
static uint32_t state = 1;
static int pipe_fd[2], ours;

static uint32_t random_below(uint32_t n)
{
	state = state * 1103515245 + 12345;
	return (state >> 8) % n;
}

static uint8_t *page(int i)
{
	return arena + (uint32_t)i * PAGE;
}

static int prot_of(int what)
{
	return what == WRITABLE ? PROT_READ | PROT_WRITE
		: what == READABLE ? PROT_READ : PROT_NONE;
}

static void write_value(int i)
{
	if (model[i].what == WRITABLE)
		*page(i) = model[i].value = random_below(256);
}

/* Reads it by way of the kernel, which does not die of it */
static void check_page(int i)
{
	uint8_t value;

	if (model[i].what <= NOTHING) {
		CHECK_ERRNO(write(pipe_fd[1], page(i), 1), EFAULT);
		return;
	}
	CHECK(write(pipe_fd[1], page(i), 1) == 1);
	CHECK(read(pipe_fd[0], &value, 1) == 1);
	CHECK(value == model[i].value);
	if (model[i].what == READABLE) {
		CHECK(write(pipe_fd[1], "x", 1) == 1);
		CHECK_ERRNO(read(pipe_fd[0], page(i), 1), EFAULT);
		CHECK(read(pipe_fd[0], &value, 1) == 1);
	} else {
		write_value(i);
	}
}

static void enter(int at, int n, int what)
{
	for (int i = at; i < at + n; i++) {
		model[i].what = what;
		model[i].value = 0;
		write_value(i);
	}
}

static int run_length(int at, int most, int is_free)
{
	int n = 0;

	while (n < most && at + n < PAGES
			&& (model[at + n].what == FREE) == is_free)
		n++;
	return n;
}

/* The highest n free pages, -1: none */
static int highest(int n)
{
	int run = 0;

	for (int i = PAGES - 1; i >= 0; i--) {
		run = model[i].what == FREE ? run + 1 : 0;
		if (run == n)
			return i;
	}
	return -1;
}

static void map_anywhere(int n, int what)
{
	int at = highest(n);
	uint8_t *p;

	if (at < 0)
		return;
	p = mmap(NULL, n * PAGE, prot_of(what), MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	CHECK(p != MAP_FAILED && (!ours || p == page(at)));
	if (p < arena || p > page(PAGES - n)) {
		munmap(p, n * PAGE);
		return;
	}
	at = (p - arena) / PAGE;
	CHECK(run_length(at, n, 1) == n);
	enter(at, n, what);
}

static void map_here(int at, int n, int what)
{
	CHECK(mmap(page(at), n * PAGE, prot_of(what), MAP_PRIVATE | MAP_FIXED
		| MAP_ANONYMOUS, -1, 0) == page(at));
	enter(at, n, what);
}

static void unmap(int at, int n)
{
	CHECK(munmap(page(at), n * PAGE) == 0);
	enter(at, n, FREE);
}

static void protect(int at, int n, int what)
{
	n = run_length(at, n, 0);
	if (!n)
		return;
	CHECK(mprotect(page(at), n * PAGE, prot_of(what)) == 0);
	for (int i = at; i < at + n; i++)
		model[i].what = what;
}

static void move(int from, int to, int n)
{
	if (run_length(from, n, 0) < n || (from < to + n && to < from + n))
		return;
	if (mremap(page(from), n * PAGE, n * PAGE, MREMAP_MAYMOVE
			| MREMAP_FIXED, page(to)) == MAP_FAILED) {
		CHECK(errno == EFAULT);	/* of several mappings */
		/* what was there may be unmapped all the same */
		map_here(to, n, NOTHING);
		return;
	}
	for (int i = 0; i < n; i++) {
		model[to + i] = model[from + i];
		model[from + i].what = FREE;
	}
}

static void step(void)
{
	int n = 1 + random_below(LONGEST), at = random_below(PAGES - LONGEST),
		what = NOTHING + random_below(3);

	switch (random_below(8)) {
	case 0:
	case 1:
		unmap(at, n);
		break;
	case 2:
		map_here(at, n, what);
		break;
	case 3:
		protect(at, n, what);
		break;
	case 4:
		move(at, random_below(PAGES - LONGEST), n);
		break;
	default:
		map_anywhere(n, what);
	}
	for (int i = 0; i < 4; i++)
		check_page(random_below(PAGES));
}

/* Places above the arena, until nothing of the longest fits there any more */
static void fill_above(void)
{
	uint8_t *p;

	do
		p = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	while (p > arena && p != MAP_FAILED);
	CHECK(p != MAP_FAILED);
	munmap(p, PAGE);
}

static uint8_t *map_new(size_t n, int flags)
{
	uint8_t *p = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

/*
 * The room below a stack goes down with its end when it is cut: what lies
 * below that room stays there, wherever new mappings go.
 */
static void test_cut_stack(void)
{
	uint8_t *stack = map_new(32, MAP_GROWSDOWN), *below, *p;

	below = map_new(1, 0);
	CHECK(munmap(below, PAGE) == 0);
	below -= 19 * PAGE;
	CHECK(mmap(below, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED
		| MAP_ANONYMOUS, -1, 0) == below);
	*below = 'b';
	CHECK(mprotect(stack + 16 * PAGE, 16 * PAGE, PROT_READ) == 0);
	for (int n = 18; n > 0; n--) {
		p = map_new(n, 0);
		CHECK(p + n * PAGE <= below || p > below);
		CHECK(*below == 'b');
		memset(p, 'p', n * PAGE);
	}
	CHECK(*below == 'b');
}

int main(void)
{
	test_cut_stack();
	CHECK(pipe(pipe_fd) == 0);
	ours = access("/proc/pipstack", F_OK) == 0;
	arena = mmap(NULL, PAGES * PAGE, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(arena != MAP_FAILED);
	fill_above();
	enter(0, PAGES, NOTHING);
	for (int i = 0; i < ROUNDS; i++)
		step();
	for (int i = 0; i < PAGES; i++)
		check_page(i);
	return passed("mappings");
}

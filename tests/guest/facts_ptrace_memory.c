/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: the memory and the floating point state of a tracee. */
#include <sys/mman.h>
#include <sys/uio.h>

#include "facts_ptrace.h"

#define NT_PRFPREG	2
#define NT_PRXFPREG	0x46E62B7F

__attribute__((noinline)) static int text(void)
{
	__asm__ volatile("");
	return 41;
}

static const volatile int constant = 5;

static void test_memory(void)
{
	char path[32];
	int fd;
	long word;

	TRACED(pid, int r = text(); if (!r) raise(SIGUSR1);
		_exit(r + constant));
	FACT(pt(PTRACE_PEEKTEXT, pid, (long)text, &word), "peek text");
	FACT(pt(PTRACE_POKETEXT, pid, (long)text,
		number((word & ~0xFF) | 0xCC)), "poke a breakpoint");
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("breakpoint", pid);
	printf("at it: %ld; our own text: %d\n",
		peek_user(pid, REG(eip)) - (long)text, text());
	pt(PTRACE_POKETEXT, pid, (long)text, number(word));
	pt(PTRACE_POKEUSER, pid, REG(eip), text);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	FACT(fd >= 0, "open mem");
	FACT(pread(fd, &word, 4, (off_t)(uintptr_t)&constant), "read mem");
	printf("word %ld\n", word);
	word = 9;
	FACT(pwrite(fd, &word, 4, (off_t)(uintptr_t)&constant), "write mem");
	FACT(pread(fd, &word, 4, 16), "read mem at 16");
	FACT(pwrite(fd, &word, 4, 16), "write mem at 16");
	FACT(lseek(fd, 100, SEEK_SET), "seek");
	FACT(lseek(fd, 0, SEEK_END), "seek to the end");
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("its end", pid);
	FACT(pread(fd, &word, 4, (off_t)(uintptr_t)&constant), "its memory");
	close(fd);
	printf("our own constant %d\n", constant);
}

/* What a tracer's write reaches, and whether the parent has the same page */
static void test_mappings(void)
{
	enum { PAGES = 40, PAGE = 4096 };
	static const struct {
		const char *name;
		int page, prot, shared;
	} kinds[] = {
		{ "writable", 0, PROT_READ | PROT_WRITE, 0 },
		{ "read-only", 1, PROT_READ, 0 },
		{ "no access", 2, PROT_NONE, 0 },
		{ "shared, writable", PAGES, PROT_READ | PROT_WRITE, 1 },
		{ "shared, read-only", PAGES + 1, PROT_READ, 1 },
		{ "read-only, untouched", PAGES - 1, PROT_READ, 0 },
	};
	char *base = mmap(NULL, (PAGES + 2) * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long word;

	CHECK(base != MAP_FAILED);
	CHECK(mmap(base + PAGES * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
	for (int i = 0; i < PAGES + 2; i++)
		if (i != PAGES - 1)
			base[i * PAGE] = (char)(i + 1);
	for (size_t i = 0; i < COUNT(kinds); i++)
		CHECK(mprotect(base + kinds[i].page * PAGE, PAGE,
			kinds[i].prot) == 0);
	TRACED(pid, pause());
	for (size_t i = 0; i < COUNT(kinds); i++) {
		char *at = base + kinds[i].page * PAGE;

		FACT(pt(PTRACE_PEEKDATA, pid, (long)at, &word), "%s",
			kinds[i].name);
		printf("word %ld\n", word);
		FACT(pt(PTRACE_POKEDATA, pid, (long)at, number(99)), "%s",
			kinds[i].name);
		FACT(pt(PTRACE_PEEKDATA, pid, (long)at, &word), "%s",
			kinds[i].name);
		printf("word %ld\n", word);
		CHECK(mprotect(at, PAGE, PROT_READ | PROT_WRITE) == 0);
		printf("our own %d\n", *at);
	}
	FACT(pt(PTRACE_PEEKDATA, pid, (long)base + PAGE - 2, &word),
		"over the edge");
	FACT(pt(PTRACE_POKEDATA, pid, (long)base + PAGE - 2, number(-1)),
		"over the edge");
	end(pid);
	munmap(base, (PAGES + 2) * PAGE);
}

static void test_floats(void)
{
	struct { uint32_t word[27]; } legacy;
	struct { uint32_t word[128]; } image;
	struct iovec vec = { &image, sizeof(image) };
	double d = 1.5;
	uint64_t bits;

	TRACED(pid, double x; __asm__ volatile("movsd %1, %%xmm5\n\t"
		"fldl %1\n\tint3\n\tfstp %%st(0)\n\tmovsd %%xmm5, %0"
		: "=m"(x) : "m"(d)); _exit((int)(x * 2)));
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("int3", pid);
	FACT(pt(PTRACE_GETFPREGS, pid, 0, &legacy), "getfpregs");
	printf("control %x top %x tags %x\n", legacy.word[0] & 0xFFFF,
		legacy.word[1] >> 11 & 7, legacy.word[2] & 0xFFFF);
	FACT(pt(PTRACE_GETFPXREGS, pid, 0, &image), "getfpxregs");
	memcpy(&bits, &image.word[40 + 5 * 4], 8);
	printf("xmm5 %llx mxcsr %x\n", (unsigned long long)bits,
		image.word[6]);
	d = 8.0;
	memcpy(&image.word[40 + 5 * 4], &d, 8);
	FACT(pt(PTRACE_SETFPXREGS, pid, 0, &image), "setfpxregs");
	image.word[6] = 0xFFFFFFFF;
	FACT(pt(PTRACE_SETFPXREGS, pid, 0, &image), "mxcsr");
	FACT(pt(PTRACE_GETREGSET, pid, NT_PRXFPREG, &vec), "as a set");
	printf("length %zu\n", vec.iov_len);
	FACT(pt(PTRACE_GETREGSET, pid, NT_PRFPREG, &vec), "the other");
	printf("length %zu\n", vec.iov_len);
	FACT(pt(PTRACE_SETFPREGS, pid, 0, &legacy), "setfpregs");
	pt(PTRACE_CONT, pid, 0, NULL);
	waited("its end", pid);
}

int main(void)
{
	facts_ptrace_begin();
	test_memory();
	test_mappings();
	test_floats();
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* vdso(7): its functions answer what the system calls answer. */
#include <elf.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "check.h"

struct timespec32 {
	int32_t sec, nsec;
};

struct timespec64 {
	int64_t sec, nsec;
};

struct timeval32 {
	int32_t sec, usec;
};

static int (*vdso_gettime)(int, struct timespec32 *);
static int (*vdso_gettime64)(int, struct timespec64 *);
static int (*vdso_getres)(int, struct timespec32 *);
static int (*vdso_gettimeofday)(struct timeval32 *, void *);
static long (*vdso_time)(int32_t *);

/* The address of a dynamic symbol of the image (ELF specification) */
static void *symbol(uintptr_t base, const char *name)
{
	const Elf32_Ehdr *eh = (void *)base;
	const Elf32_Phdr *ph = (void *)(base + eh->e_phoff);
	const Elf32_Dyn *d = NULL;
	const Elf32_Sym *sym = NULL;
	const char *text = NULL;
	const Elf32_Word *hash = NULL;

	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			d = (void *)(base + ph[i].p_offset);
	for (; d && d->d_tag; d++) {
		if (d->d_tag == DT_STRTAB)
			text = (void *)(base + d->d_un.d_ptr);
		if (d->d_tag == DT_SYMTAB)
			sym = (void *)(base + d->d_un.d_ptr);
		if (d->d_tag == DT_HASH)
			hash = (void *)(base + d->d_un.d_ptr);
	}
	CHECK(text && sym && hash);
	for (Elf32_Word i = 0; i < hash[1]; i++)
		if (!strcmp(text + sym[i].st_name, name))
			return (void *)(base + sym[i].st_value);
	return NULL;
}

static void find_functions(void)
{
	uintptr_t base = getauxval(AT_SYSINFO_EHDR);

	CHECK(base && !memcmp((void *)base, ELFMAG, SELFMAG));
	vdso_gettime = symbol(base, "__vdso_clock_gettime");
	vdso_gettime64 = symbol(base, "__vdso_clock_gettime64");
	vdso_getres = symbol(base, "__vdso_clock_getres");
	vdso_gettimeofday = symbol(base, "__vdso_gettimeofday");
	vdso_time = symbol(base, "__vdso_time");
	CHECK(vdso_gettime && vdso_gettime64 && vdso_getres);
	CHECK(vdso_gettimeofday && vdso_time);
	CHECK(symbol(base, "__kernel_vsyscall"));
	CHECK(symbol(base, "__kernel_sigreturn"));
	CHECK(symbol(base, "__kernel_rt_sigreturn"));
}

static int64_t ns(struct timespec64 t)
{
	CHECK(t.nsec >= 0 && t.nsec < 1000000000);
	return t.sec * 1000000000 + t.nsec;
}

static int64_t ask(int clock)
{
	struct timespec64 t;

	CHECK(!syscall(SYS_clock_gettime64, clock, &t));
	return ns(t);
}

static void test_clock(int clock)
{
	for (int i = 0; i < 1000; i++) {
		int64_t before = ask(clock), after;
		struct timespec64 t;
		struct timespec32 s;

		CHECK(!vdso_gettime64(clock, &t) && !vdso_gettime(clock, &s));
		after = ask(clock);
		CHECK(before <= ns(t) && ns(t) <= after);
		t = (struct timespec64){ s.sec, s.nsec };
		CHECK(before <= ns(t) && ns(t) <= after);
	}
}

static void test_others(void)
{
	struct timespec32 s, r;
	struct timespec64 t;
	struct timeval32 tv;
	int32_t sec;
	long now;

	CHECK(!vdso_gettimeofday(&tv, NULL) && tv.usec < 1000000);
	now = vdso_time(&sec);
	CHECK(now == sec && now - tv.sec >= 0 && now - tv.sec <= 5);
	CHECK(!vdso_getres(CLOCK_MONOTONIC, &s));
	CHECK(!syscall(266, CLOCK_MONOTONIC, &r));
	CHECK(s.sec == r.sec && s.nsec == r.nsec);
	/* what it cannot read itself it asks the kernel for */
	CHECK(!vdso_gettime64(CLOCK_PROCESS_CPUTIME_ID, &t) && ns(t) > 0);
	CHECK(vdso_gettime64(99, &t) == -EINVAL);
	CHECK(vdso_gettime(99, &s) == -EINVAL);
}

static int64_t read_real(void)
{
	struct timespec64 t;

	CHECK(!vdso_gettime64(CLOCK_REALTIME, &t));
	return ns(t);
}

/* Every process has a copy: all of them must see that the time is set */
static void test_set(void)
{
	struct timespec64 t = { ask(CLOCK_REALTIME) / 1000000000 + 5000, 0 };
	int64_t before = read_real();
	int fd[2], back[2];
	char c;
	pid_t pid;

	CHECK(!pipe(fd) && !pipe(back));
	pid = checked_fork();
	if (!pid) {
		CHECK(read_real() >= before && write(back[1], "r", 1) == 1);
		CHECK(read(fd[0], &c, 1) == 1);
		_exit(read_real() < before + 4000000000000);
	}
	CHECK(read(back[0], &c, 1) == 1);
	CHECK(!syscall(SYS_clock_settime64, CLOCK_REALTIME, &t));
	CHECK(read_real() >= before + 4000000000000);
	CHECK(write(fd[1], "s", 1) == 1);
	expect_success(pid);
	test_clock(CLOCK_REALTIME);
	t.sec -= 5000;
	CHECK(!syscall(SYS_clock_settime64, CLOCK_REALTIME, &t));
}

/* The page is a mapping like others, and nobody can change another's */
static void test_page(void)
{
	char *page = (char *)getauxval(AT_SYSINFO_EHDR);
	pid_t pid = checked_fork();

	if (!pid) {
		*page = 0;
		_exit(0);
	}
	expect_signal(pid, 11);
	pid = checked_fork();
	if (!pid) {
		if (!mprotect(page, 4096, PROT_READ | PROT_WRITE))
			memset(page, 0xCC, 64);
		_exit(0);
	}
	expect_success(pid);
	test_clock(CLOCK_MONOTONIC);
}

/* A call that moves the page it came by returns into the new one.  Nothing
 * else knows where that is: the child ends by the interrupt. */
static void test_move(void)
{
	static uint32_t entry;
	char *page = (char *)getauxval(AT_SYSINFO_EHDR), *to;
	pid_t pid = checked_fork();
	int rc;

	if (pid) {
		expect_success(pid);
		return;
	}
	to = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(to != MAP_FAILED);
	entry = (uint32_t)page + ((Elf32_Ehdr *)page)->e_entry;
	__asm__ volatile("call *%[entry]" : "=a"(rc) : "0"(SYS_mremap),
		"b"(page), "c"(4096), "d"(4096), "D"(to), [entry] "m"(entry),
		"S"(MREMAP_MAYMOVE | MREMAP_FIXED) : "memory", "cc");
	rc = rc != (int)to || memcmp(to, ELFMAG, SELFMAG);
	__asm__ volatile("int $0x80" : : "a"(SYS_exit), "b"(rc));
}

int main(int argc, char **argv)
{
	(void)argv;
	alarm(60);
	find_functions();
	test_clock(CLOCK_REALTIME);
	test_clock(CLOCK_MONOTONIC);
	test_others();
	test_page();
	test_move();
	if (argc > 1)			/* in the guest only */
		test_set();
	return passed("vdso");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: mappings, their changes, advice, locks, limits. */
#include <linux/mman.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "facts.h"

#define PAGE	4096
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define UNMAP_NOT	4	/* MREMAP_DONTUNMAP */

static sigjmp_buf out;
static siginfo_t fault;

static void faulted(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	fault = *info;
	siglongjmp(out, 1);
}

/* What touching a byte gives */
static void touch(const char *what, volatile char *p, int write)
{
	struct sigaction sa = {
		.sa_sigaction = faulted, .sa_flags = SA_SIGINFO,
	};

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	if (sigsetjmp(out, 1)) {
		printf("%s: signal %d code %d address %s\n", what,
			fault.si_signo, fault.si_code,
			fault.si_addr == p ? "right" : "wrong");
		return;
	}
	if (write)
		*p = 1;
	printf("%s: %d\n", what, *p);
}

static char *area(size_t pages)
{
	char *p = mmap(NULL, pages * PAGE, RW, ANON, -1, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

/* 0, or the error as -1 */
static long map(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	void *p = mmap(at, n, prot, flags, fd, off);

	if (p == MAP_FAILED)
		return -1;
	munmap(p, n);
	return 0;
}

static void test_mmap(void)
{
	char *a = area(4);
	int fd = make_file("file", 0644), p[2];
	int rd = open("file", O_RDONLY), wr = open("file", O_WRONLY);

	CHECK(pipe(p) == 0);
	CHECK(write(fd, "hello", 5) == 5);
	FACT(map(NULL, 0, RW, ANON, -1, 0), "length 0");
	FACT(map(NULL, 0, RW, MAP_PRIVATE, 99, 0), "length 0, descriptor");
	FACT(map(NULL, PAGE, RW, MAP_PRIVATE, 99, 0), "descriptor");
	FACT(map(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), "no type");
	FACT(map(NULL, PAGE, RW, MAP_ANONYMOUS | 3, -1, 0), "validate, anon");
	FACT(map(NULL, PAGE, RW, 3, fd, 0), "validate");
	FACT(map(NULL, PAGE, RW, 3 | 0x8000000, fd, 0), "validate, unknown");
	FACT(map(NULL, PAGE, RW, 3 | MAP_SYNC, fd, 0), "MAP_SYNC");
	FACT(map(NULL, PAGE, RW, MAP_SHARED | 0x8000000, fd, 0), "unknown");
	FACT(map(NULL, -PAGE, RW, ANON, -1, 0), "nearly everything");
	FACT(map(NULL, -1, RW, ANON, -1, 0), "everything");
	FACT(map(a + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), "fixed, odd");
	FACT(map((void *)0xC0000000, PAGE, RW, ANON | MAP_FIXED, -1, 0),
		"fixed in the kernel");
	FACT(map(a, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0),
		"FIXED_NOREPLACE");
	FACT(map(NULL, PAGE, PROT_READ, MAP_SHARED, wr, 0), "write only");
	FACT(map(NULL, PAGE, RW, MAP_SHARED, rd, 0), "read only, shared RW");
	FACT(map(NULL, PAGE, RW, MAP_PRIVATE, rd, 0), "read only, private");
	FACT(map(NULL, PAGE, PROT_READ, MAP_PRIVATE, p[0], 0), "pipe");
	FACT(map(NULL, PAGE, RW, ANON | MAP_POPULATE, -1, 0), "POPULATE");
	FACT(map(NULL, PAGE, RW, ANON | MAP_NORESERVE, -1, 0), "NORESERVE");
	FACT(map(NULL, PAGE, RW, ANON | MAP_LOCKED, -1, 0), "LOCKED");
	FACT(map(NULL, PAGE, RW, ANON | MAP_STACK, -1, 0), "STACK");
	FACT(map(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN,
		-1, 0), "GROWSDOWN, shared");
	FACT(map(NULL, PAGE, RW, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0),
		"GROWSDOWN, file");
	FACT(map(NULL, PAGE, 0xF00, ANON, -1, 0), "unknown protection");
	FACT(munmap(a, 0), "munmap 0");
	FACT(munmap(a + 1, PAGE), "munmap, odd");
	FACT(munmap((void *)0xC0000000, PAGE), "munmap, kernel");
	FACT(munmap(a + PAGE, 1), "munmap a byte");
	FACT(munmap(a + PAGE, PAGE), "munmap a hole");
	touch("unmapped", a + PAGE, 0);
	a = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	touch("within the page of the end", a + 100, 1);
	touch("behind the end", a + PAGE, 0);
	touch("behind the end, written", a + PAGE, 1);
	FACT(write(fd, BAD_ADDRESS, 1), "write from nowhere");
	FACT(write(fd, a + PAGE, 1), "write from behind the end");
	ftruncate(fd, 0);
	touch("truncated", a, 0);
	close(fd), close(rd), close(wr), close(p[0]), close(p[1]);
}

static void test_mprotect(void)
{
	char *a = area(4);
	int rd = open("file", O_RDONLY);

	a[0] = 7;
	FACT(mprotect(a + 1, PAGE, RW), "mprotect, odd");
	FACT(mprotect(a, 0, RW), "mprotect 0");
	FACT(mprotect(a, -PAGE, RW), "mprotect, huge");
	FACT(mprotect(a, PAGE, 0x100), "mprotect, unknown");
	FACT(mprotect(a, PAGE, PROT_GROWSDOWN | RW), "GROWSDOWN");
	FACT(mprotect(a, PAGE, PROT_GROWSUP | RW), "GROWSUP");
	FACT(mprotect(a, PAGE, PROT_GROWSUP | PROT_GROWSDOWN), "both");
	FACT(mprotect(a, PAGE, PROT_SEM | RW), "SEM");
	FACT(mprotect(a, PAGE, PROT_READ), "read");
	touch("read", a, 0);
	touch("write", a, 1);
	FACT(mprotect(a, PAGE, PROT_NONE), "none");
	touch("none", a, 0);
	FACT(mprotect(a, PAGE, PROT_WRITE), "write");
	touch("write", a, 1);
	munmap(a + 2 * PAGE, PAGE);
	FACT(mprotect(a, 4 * PAGE, PROT_READ), "over a hole");
	touch("before the hole", a + PAGE, 1);
	touch("behind the hole", a + 3 * PAGE, 1);
	a = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, rd, 0);
	FACT(mprotect(a, PAGE, RW), "shared, read only");
	close(rd);
}

#define REMAP(...)	(mremap(__VA_ARGS__) == MAP_FAILED ? -1 : 0)

/* musl hands the place over with MREMAP_FIXED alone. */
static char *leave(char *old, char *to)
{
	return (char *)syscall(SYS_mremap, old, PAGE, PAGE,
		MREMAP_MAYMOVE | UNMAP_NOT, to);
}

static void test_mremap(void)
{
	char *a = area(8), *b = area(8), *s, *t;

	a[0] = 5;
	munmap(a + 4 * PAGE, 4 * PAGE);
	FACT(REMAP(a + 1, PAGE, PAGE, 0), "mremap, odd");
	FACT(REMAP(a, PAGE, 0, 0), "mremap to 0");
	FACT(REMAP(a, PAGE, PAGE, 8), "mremap, flag");
	FACT(REMAP(a, PAGE, PAGE, MREMAP_FIXED, b), "FIXED alone");
	FACT(REMAP(a, PAGE, PAGE, UNMAP_NOT, b), "DONTUNMAP alone");
	FACT(REMAP(a, PAGE, 2 * PAGE, 1 | UNMAP_NOT), "DONTUNMAP, size");
	FACT(REMAP(a + 4 * PAGE, PAGE, PAGE, 0), "nothing there");
	FACT(REMAP(a, 5 * PAGE, 6 * PAGE, 1), "over the end");
	FACT(REMAP(a, PAGE, 2 * PAGE, 0), "no room");
	FACT(REMAP(a, 0, PAGE, 1), "private, old 0");
	FACT(REMAP(a, PAGE, PAGE, 3, a), "onto itself");
	FACT(REMAP(a, PAGE, PAGE, 3, b + 1), "to an odd address");
	FACT(REMAP(a, PAGE, PAGE, 3, 0xC0000000), "to the kernel");
	FACT(REMAP(a, 4 * PAGE, 5 * PAGE, 0) , "grows in place");
	FACT(REMAP(a, 5 * PAGE, 2 * PAGE, 0), "shrinks");
	touch("cut off", a + 2 * PAGE, 0);
	FACT(REMAP(a, PAGE, PAGE, 3, b), "FIXED");
	touch("moved", b, 0);
	touch("moved away", a, 0);
	t = mremap(b, PAGE, PAGE, 1 | UNMAP_NOT);
	FACT(t == MAP_FAILED ? -1 : 0, "DONTUNMAP");
	if (t != MAP_FAILED)
		touch("moved", t, 0);
	touch("left", b, 0);
	FACT(leave(b, a) == a, "DONTUNMAP, to a free place");
	FACT(leave(b, b + 4 * PAGE) != b + 4 * PAGE,
		"DONTUNMAP, to a used place");
	FACT(leave(b, b) != MAP_FAILED ? 0 : -1, "DONTUNMAP, onto itself");
	FACT(leave(b, a + 1) != MAP_FAILED ? 0 : -1, "DONTUNMAP, odd");
	FACT(leave(b, (char *)0xC0000000) != MAP_FAILED ? 0 : -1,
		"DONTUNMAP, to the kernel");
	s = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	s[0] = 9;
	t = mremap(s, 0, PAGE, 1);
	FACT(t == MAP_FAILED ? -1 : 0, "shared, old 0");
	if (t != MAP_FAILED)
		touch("twice", t, 0);
	FACT(REMAP(s, PAGE, PAGE, 1 | UNMAP_NOT), "DONTUNMAP, shared");
	t = mremap(s, PAGE, 2 * PAGE, 1);
	FACT(t == MAP_FAILED ? -1 : 0, "shared, grows");
	touch("behind it", t + PAGE, 0);
}

static void advise(const char *what, char *a, int advice)
{
	a[0] = 3;
	FACT(madvise(a, PAGE, advice), "%s", what);
}

static void test_madvise(void)
{
	char *a = area(4), *s, *f;
	int fd = make_file("adv", 0644), status;

	ftruncate(fd, 2 * PAGE);
	s = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	f = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	FACT(madvise(a + 1, PAGE, 0), "madvise, odd");
	FACT(madvise(a, 0, 0), "madvise 0");
	FACT(madvise(a, 0, 99), "madvise 0, unknown");
	FACT(madvise(a, PAGE, 99), "madvise, unknown");
	FACT(madvise(a, -PAGE, 0), "madvise, huge");
	advise("NORMAL", a, MADV_NORMAL);
	advise("WILLNEED, file", f, MADV_WILLNEED);
	advise("DONTNEED", a, MADV_DONTNEED);
	touch("is", a, 0);
	advise("DONTNEED, shared", s, MADV_DONTNEED);
	touch("is", s, 0);
	advise("FREE", a, MADV_FREE);
	advise("FREE, shared", s, MADV_FREE);
	advise("FREE, file", f, MADV_FREE);
	advise("REMOVE, private", a, MADV_REMOVE);
	advise("REMOVE, shared", s, MADV_REMOVE);
	touch("is", s, 0);
	advise("REMOVE, file", f, MADV_REMOVE);
	touch("is", f, 0);
	advise("COLD", a, MADV_COLD);
	advise("POPULATE_READ", a, 22);
	advise("POPULATE_WRITE", a, 23);
	advise("WIPEONFORK, shared", s, MADV_WIPEONFORK);
	advise("WIPEONFORK, file", f, MADV_WIPEONFORK);
	advise("WIPEONFORK", a, MADV_WIPEONFORK);
	FACT(madvise(a + PAGE, PAGE, MADV_DONTFORK), "DONTFORK");
	a[0] = 8;
	pid_t pid = checked_fork();
	if (pid == 0) {
		touch("wiped", a, 0);
		touch("not forked", a + PAGE, 0);
		exit(0);
	}
	waitpid(pid, &status, 0);
	touch("mine", a, 0);
	FACT(madvise(a, PAGE, MADV_KEEPONFORK), "KEEPONFORK");
	FACT(madvise(a + PAGE, PAGE, MADV_DOFORK), "DOFORK");
	pid = checked_fork();
	if (pid == 0) {
		touch("kept", a, 0);
		touch("forked", a + PAGE, 0);
		exit(0);
	}
	waitpid(pid, &status, 0);
	munmap(a + 2 * PAGE, PAGE);
	a[0] = a[PAGE] = 4;
	FACT(madvise(a, 4 * PAGE, MADV_DONTNEED), "over a hole");
	touch("before the hole", a, 0);
	FACT(madvise(a, 4 * PAGE, MADV_NORMAL), "normal over a hole");
	FACT(madvise(a, 4 * PAGE, 23), "populate over a hole");
	mprotect(a, PAGE, PROT_READ);
	FACT(madvise(a, PAGE, 23), "populate what is read only");
	close(fd);
}

static long locked(void)
{
	char line[100];
	long n = -2;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "VmLck: %ld", &n);
	if (f)
		fclose(f);
	return n;
}

static long present(char *a, size_t pages)
{
	unsigned char vec[16];
	long n = 0;

	CHECK(pages <= sizeof(vec) && mincore(a, pages * PAGE, vec) == 0);
	for (size_t i = 0; i < pages; i++)
		n += vec[i] & 1;
	return n;
}

static void test_locks(void)
{
	char *a = area(4);
	unsigned char vec[4] = { 0 };

	FACT(locked(), "locked");
	FACT(mlock(a, 2 * PAGE), "mlock");
	FACT(locked(), "locked");
	FACT(mincore(a, 4 * PAGE, vec), "mincore");
	FACT((vec[0] & 1) + (vec[1] & 1) * 10, "resident");
	FACT(madvise(a, PAGE, MADV_DONTNEED), "DONTNEED what is locked");
	FACT(madvise(a, PAGE, MADV_COLD), "COLD what is locked");
	FACT(munlock(a + 100, 1), "munlock a byte");
	FACT(locked(), "locked");
	FACT(mlock(a, 0), "mlock 0");
	FACT(mlock(a, -1), "mlock, huge");
	FACT(mlock2(a, PAGE, 2), "mlock2, flag");
	FACT(mlock2(a + 2 * PAGE, PAGE, 1), "mlock2 on fault");
	FACT(locked(), "locked");
	FACT(munlock(a, 4 * PAGE), "munlock");
	FACT(locked(), "locked");
	FACT(mlockall(0), "mlockall 0");
	FACT(mlockall(8), "mlockall, flag");
	FACT(mlockall(4), "mlockall, on fault alone");
	FACT(mlockall(MCL_FUTURE), "mlockall future");
	a = area(2);
	FACT(locked(), "locked");
	FACT(munlockall(), "munlockall");
	FACT(locked(), "locked");
	munmap(a + PAGE, PAGE);
	FACT(mlock(a, 2 * PAGE), "over a hole");
	FACT(munlock(a, 2 * PAGE), "munlock over a hole");
	FACT(mincore(a, 2 * PAGE, vec), "mincore over a hole");
	FACT(mincore(a + 1, PAGE, vec), "mincore, odd");
	FACT(mincore(a, -PAGE, vec), "mincore, huge");
	FACT(mincore(a, PAGE, BAD_ADDRESS), "mincore, address");
	FACT(mincore(a, 0, vec), "mincore 0");
	AS(NOBODY) {
		a = area(4);
		setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 8192, 8192 });
		FACT(mlock(a, PAGE), "first");
		FACT(mlock(a, PAGE), "again");
		FACT(mlock(a + PAGE, PAGE), "second");
		FACT(mlock(a + 2 * PAGE, PAGE), "third");
		FACT(mlock(a, 2 * PAGE), "both again");
		FACT(map(NULL, PAGE, RW, ANON | MAP_LOCKED, -1, 0), "LOCKED");
		FACT(locked(), "locked");
		FACT(mremap(a, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE)
			== MAP_FAILED ? -1 : 0, "mremap what is locked");
		FACT(munlock(a, PAGE), "unlock one");
		FACT(mlockall(MCL_FUTURE), "mlockall future");
		a = (char *)syscall(SYS_brk, 0);
		FACT((char *)syscall(SYS_brk, a + 4 * PAGE) == a, "brk");
		FACT(munlockall(), "munlockall");
		FACT(locked(), "locked");
	}
	AS(0) {
		a = area(16);
		FACT(mlockall(MCL_CURRENT | MCL_ONFAULT), "mlockall on fault");
		FACT(present(a, 16), "present");
		FACT(mlockall(MCL_CURRENT), "mlockall");
		FACT(present(a, 16), "present");
	}
}

static void test_msync(void)
{
	char *a = area(3);

	FACT(msync(a, PAGE, 0), "msync 0");
	FACT(msync(a, PAGE, MS_SYNC), "MS_SYNC");
	FACT(msync(a, PAGE, MS_SYNC | MS_ASYNC), "both");
	FACT(msync(a, PAGE, 8), "msync, flag");
	FACT(msync(a + 1, PAGE, MS_SYNC), "msync, odd");
	FACT(msync(a, -PAGE, MS_SYNC), "msync, huge");
	FACT(msync(a, 0, MS_SYNC), "msync, nothing");
	munmap(a + PAGE, PAGE);
	FACT(msync(a, 3 * PAGE, MS_SYNC), "over a hole");
	FACT(mlock(a, PAGE), "mlock");
	FACT(msync(a, PAGE, MS_INVALIDATE), "invalidate what is locked");
	FACT(msync(a, PAGE, MS_ASYNC), "MS_ASYNC");
}

static void test_sharing(void)
{
	char *s = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *p = area(1), *b;
	uintptr_t brk = syscall(SYS_brk, 0);

	pid_t pid = checked_fork();
	if (pid == 0) {
		*s = *p = 1;
		_exit(0);
	}
	wait_for(pid);
	FACT(*s, "shared");
	FACT(*p, "private");
	FACT(syscall(SYS_brk, 1) == (long)brk, "brk below");
	FACT(syscall(SYS_brk, brk + 5) == (long)(brk + 5), "brk odd");
	b = (char *)((brk + 4) & -PAGE);
	touch("brk", b, 1);
	FACT(syscall(SYS_brk, 0xC0000000) == (long)(brk + 5), "brk huge");
	FACT(syscall(SYS_brk, brk) == (long)brk, "brk back");
	touch("null", NULL, 0);
	touch("kernel", (char *)0xC0000000, 0);
	touch("top", (char *)0xFFFFFFF0, 1);
}

static long remap(void *start, size_t size, int prot, size_t page, int flags)
{
	return syscall(SYS_remap_file_pages, start, size, prot, page, flags);
}

static void test_remap(void)
{
	int fd = make_file("remapped", 0644);
	char *p, *anonymous;

	CHECK(ftruncate(fd, 4 * PAGE) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(pwrite(fd, &"abcd"[i], 1, i * PAGE) == 1);
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	FACT(remap(p, PAGE, 0, 3, 0), "remap");
	printf("%c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	FACT(remap(p + PAGE, 2 * PAGE, 0, 0, MAP_NONBLOCK), "remap two");
	printf("%c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	*p = 'D';
	FACT(p[3 * PAGE], "a write is seen in both");
	FACT(remap(p, 4 * PAGE, 0, 0, 0), "all back");
	printf("%c%c%c%c\n", p[0], p[PAGE], p[2 * PAGE], p[3 * PAGE]);
	FACT(remap(p, PAGE, PROT_READ, 0, 0), "remap, protection");
	FACT(remap(p, 0, 0, 0, 0), "remap, size 0");
	FACT(remap(p + 1, PAGE + 1, 0, 1, 0), "remap, odd");
	FACT(remap(p, PAGE, 0, -1, 0), "remap, overflow");
	FACT(remap(p, 5 * PAGE, 0, 0, 0), "remap, too long");
	FACT(remap(BAD_ADDRESS, PAGE, 0, 0, 0), "remap nothing");
	FACT(remap((void *)-PAGE, PAGE, 0, 0, 0), "remap the last page");
	munmap(p + PAGE, PAGE);
	FACT(remap(p, 4 * PAGE, 0, 0, 0), "remap, hole");
	FACT(remap(p + 2 * PAGE, 2 * PAGE, 0, 0, 0), "remap behind it");
	munmap(p, 4 * PAGE);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	FACT(remap(p, PAGE, 0, 1, 0), "remap private");
	anonymous = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	anonymous[PAGE] = 'x';
	FACT(remap(anonymous, PAGE, 0, 1, 0), "remap shared memory");
	FACT(*anonymous, "it shows");
	close(fd);
}

/* vm.max_map_count: every second page is made different, from above */
static void test_many_maps(void)
{
	enum { PAGES = 70000 };
	char *a = mmap(NULL, PAGES * PAGE, PROT_NONE, ANON, -1, 0);
	int i = PAGES - 2, error;

	CHECK(a != MAP_FAILED);
	while (i > 0 && !mprotect(a + i * PAGE, PAGE, PROT_READ))
		i -= 2;
	error = errno;
	FACT(error == ENOMEM && i > 0 && PAGES - i <= 65530
		&& PAGES - i > 65400, "mappings have a limit");
	FACT(mprotect(a + 1000 * PAGE, PAGE, PROT_READ), "protect, many");
	FACT(madvise(a + 1000 * PAGE, PAGE, MADV_DONTFORK), "advise, many");
	FACT(munmap(a + 1000 * PAGE, PAGE), "a hole, many");
	FACT(munmap(a, PAGE), "the beginning, many");
	FACT(REMAP(a + (PAGES - 1) * PAGE, PAGE, PAGE, 1 | UNMAP_NOT),
		"DONTUNMAP, many");
	FACT(munmap(a, PAGES * PAGE), "all of them");
	FACT(mprotect(a, PAGE, PROT_READ), "none is left");
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	test_mmap();
	test_mprotect();
	test_mremap();
	test_madvise();
	test_locks();
	test_msync();
	test_sharing();
	test_remap();
	test_many_maps();
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts: what memory is there and what is locked, by whom it was touched;
 * memory of /dev/zero and of huge pages; corners of mremap, of open's flags,
 * of umount and of names; the clock of a thread; the old release.
 */
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/utsname.h>
#include <time.h>

#include "facts.h"

#define PAGE			4096
#define PRIVATE			(MAP_PRIVATE | MAP_ANONYMOUS)
#define DONTNEED_LOCKED		24
#define HUGE_2MB		(21u << 26)
#define RENAME_EXCHANGE_	2

static char *map(size_t size, int flags, int fd)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	CHECK(p != MAP_FAILED);
	return p;
}

/* Which of the first three pages are there */
static void show(const char *what, char *p)
{
	unsigned char in[3];

	CHECK(mincore(p, 3 * PAGE, in) == 0);
	printf("%s: %d %d %d\n", what, in[0] & 1, in[1] & 1, in[2] & 1);
}

static void touched_by_child(const char *what, char *p)
{
	if (checked_fork() == 0) {
		p[PAGE] = 1;
		_exit(0);
	}
	wait_for(-1);
	show(what, p);
}

static void test_shared(void)
{
	int fd = open("pages", O_RDWR | O_CREAT, 0600), id;
	char *p = map(3 * PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);

	touched_by_child("shared memory", p);
	touched_by_child("private memory", map(3 * PAGE, PRIVATE, -1));
	id = shmget(IPC_PRIVATE, 3 * PAGE, 0600);
	touched_by_child("System V memory", shmat(id, NULL, 0));
	CHECK(shmctl(id, IPC_RMID, NULL) == 0);
	CHECK(ftruncate(fd, 3 * PAGE) == 0);
	touched_by_child("file", map(3 * PAGE, MAP_SHARED, fd));
	CHECK(pwrite(fd, "x", 1, 0) == 1);
	show("file that was written", map(3 * PAGE, MAP_SHARED, fd));
	close(fd);
	FACT(mincore(p, 0, (void *)-1), "mincore of nothing, nowhere");
}

static void test_locked(void)
{
	char *p = map(3 * PAGE, PRIVATE, -1);

	FACT(mlockall(MCL_CURRENT), "mlockall");
	show("locked", p);
	show("mapped afterwards", map(3 * PAGE, PRIVATE, -1));
	munlockall();
	mlockall(MCL_FUTURE);
	show("to be locked", map(3 * PAGE, PRIVATE, -1));
	munlockall();
	mlockall(MCL_FUTURE | MCL_ONFAULT);
	show("to be locked on fault", map(3 * PAGE, PRIVATE, -1));
	munlockall();
	CHECK(mlock(p, PAGE) == 0);
	FACT(madvise(p, PAGE, MADV_DONTNEED), "DONTNEED of locked memory");
	FACT(madvise(p, PAGE, DONTNEED_LOCKED), "DONTNEED_LOCKED");
	show("after it", p);
	AS(NOBODY) {
		struct rlimit none = { 0, 0 };
		int id = shmget(IPC_PRIVATE, PAGE, 0600);

		setrlimit(RLIMIT_MEMLOCK, &none);
		FACT(syscall(SYS_mmap2, 0, PAGE, PROT_READ,
			PRIVATE | MAP_LOCKED, -1, 0), "MAP_LOCKED, no limit");
		FACT(shmctl(id, SHM_LOCK, NULL), "SHM_LOCK, no limit");
		shmctl(id, IPC_RMID, NULL);
	}
}

static void test_zero(void)
{
	int fd = open("/dev/zero", O_RDWR);
	char *private = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE, fd, PAGE);
	char *shared = map(3 * PAGE, MAP_SHARED, fd);

	CHECK(private != MAP_FAILED);
	close(fd);
	private[PAGE] = 1;
	touched_by_child("/dev/zero, shared", shared);
	show("/dev/zero, private", private);
	FACT(shared[PAGE] + 2 * private[PAGE] + 4 * shared[0], "contents");
	FACT(syscall(SYS_mmap2, 0, 1 << 21, PROT_READ,
		PRIVATE | MAP_HUGETLB, -1, 0), "MAP_HUGETLB");
	FACT(memfd_create("x", MFD_HUGETLB), "MFD_HUGETLB");
	FACT(memfd_create("x", MFD_HUGETLB | HUGE_2MB), "MFD_HUGE_2MB");
	FACT(memfd_create("x", HUGE_2MB), "MFD_HUGE_2MB alone");
	FACT(syscall(SYS_mremap, shared, 0x50000000, 0x60000000,
		MREMAP_MAYMOVE, 0), "mremap of more than there is");
}

static void test_names(void)
{
	FACT(open(BAD_ADDRESS, O_CREAT | O_DIRECTORY, 0600),
		"flags before the name");
	FACT(open(BAD_ADDRESS, O_TMPFILE, 0600), "O_TMPFILE, read only");
	FACT(mkdir("dir", 0700) | close(creat("file", 0600)), "names");
	FACT(syscall(SYS_renameat2, AT_FDCWD, "file", AT_FDCWD, "file/",
		RENAME_EXCHANGE_), "exchange with a file and slash");
	FACT(syscall(SYS_renameat2, AT_FDCWD, "file", AT_FDCWD, "dir/",
		RENAME_EXCHANGE_), "exchange with a directory and slash");
	FACT(mkdir("below", 0700) | mount("below", ".", NULL, MS_BIND, NULL),
		"mount over `.`");
	FACT(umount("."), "umount of it");
	FACT(umount("."), "umount of what is below");
}

static void test_clock(void)
{
	struct timespec now;
	struct rusage use;
	struct utsname name;

	for (volatile int i = 0; i < 20000000; i++)
		;
	CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
	FACT(now.tv_sec || now.tv_nsec > 1000, "the thread has used time");
	CHECK(getrusage(RUSAGE_THREAD, &use) == 0);
	FACT(use.ru_utime.tv_sec || use.ru_utime.tv_usec, "so says rusage");
	personality(UNAME26);
	CHECK(uname(&name) == 0);
	printf("%.6s\n", name.release);
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	test_shared();
	test_locked();
	test_zero();
	test_names();
	test_clock();
	return 0;
}

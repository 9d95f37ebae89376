/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzzer of system calls, for the guest only.
 *
 *   fuzz SEED COUNT     so many children, each with the next seed
 *   fuzz SEED once      one child, which prints each call before it
 *
 * A child that makes no call for a while gets a signal, then SIGKILL;
 * whatever outlives SIGKILL is a bug of the kernel.  So is what is left of a
 * child that has ended: a census of the kernel's objects and pages is the
 * same after each.  "seed N" on the console comes before the child: a panic
 * follows the seed that reproduces it.
 *
 * The driver asks no clock and uses no heap: the page of the vDSO that it
 * gets by the one, and lost when a child set the clock, would be in the
 * census, and what the other keeps is not always the same.
 */
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/mman.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../check.h"
#include "fuzz.h"

#define PATIENCE_MS	60	/* without a call: a signal; 3 times that: kill */
#define LIFE_MS		1500
#define PATIENCE_LEAK	100	/* tenths of a second without connections */

struct journal *journal;
char *arena;

static void sleep_ms(int ms)
{
	poll(NULL, 0, ms);
}

static void fail(word seed, const char *what)
{
	printf("fuzz: seed %u: %s\nlast call", seed, what);
	for (int i = 0; i < 7; i++)
		printf(" %#x", journal->last[i]);
	printf("\nrepeat with: fuzz %u once, or fuzz %u 2\n", seed, seed - 1);
	exit(1);
}

/* Until the child ends, or is killed for idleness or age */
static void supervise(pid_t pid)
{
	word before = journal->made;
	int idle = 0, status;

	for (int age = 0; age < LIFE_MS; age += 10) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return;
		sleep_ms(10);
		idle = journal->made == before ? idle + 10 : 0;
		before = journal->made;
		if (idle == PATIENCE_MS || idle == 2 * PATIENCE_MS)
			kill(pid, SIGUSR1);
		if (idle == 3 * PATIENCE_MS)
			break;
	}
	kill(pid, SIGKILL);
}

static void run(word seed)
{
	int patience = 3000;
	pid_t pid;

	printf("seed %u\n", seed);
	CHECK(mkdir(HOME, 0777) == 0);
	chmod(HOME, 0777);
	pid = checked_fork();
	if (pid == 0) {
		/* What it mounts, wherever that is, ends with it */
		CHECK(unshare(CLONE_NEWNS) == 0);
		child(seed);
	}
	supervise(pid);
	while (kill_strangers()) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (--patience == 0)
			fail(seed, "a process outlives SIGKILL");
		sleep_ms(5);
	}
	remove_everything();
}

/*
 * Some things end late: a task's stack; minutes later a connection that is
 * closed, while one that the other end does not confirm is retried.
 */
static int leaks(void)
{
	for (int patience = PATIENCE_LEAK; patience; patience -= !connections())
		if (census_holds())
			return 0;
		else
			sleep_ms(100);
	return 1;
}

/* Children from the seed on, until one leaves something behind */
static void run_all(word seed, word count)
{
	for (word i = 0; i < count; i++) {
		run(seed + i);
		if (i == 0)	/* what is made once, by the first who needs it */
			census_take();
		else if (leaks())
			fail(seed + i, census_change());
	}
}

static void prepare(void)
{
	int fd;

	journal = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	arena = mmap(NULL, (ARENA_PAGES + 1) * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(journal != MAP_FAILED && arena != MAP_FAILED);
	munmap(arena + ARENA_PAGES * PAGE, PAGE);
	/* A disk, if there is one, is mounted by each child as well: with the
	 * first comes a thread of the kernel's */
	mkdir(HOME, 0777);
	if (mount("/dev/vda", HOME, "ext2", 0, NULL) == 0)
		CHECK(umount(HOME) == 0);
	/* Something of a loop device's stays in memory once it was used */
	fd = open("/bin/busybox", O_RDONLY);
	each_loop(LOOP_SET_FD, fd);
	close(fd);
	remember_processes();
	remove_everything();
}

int main(int argc, char **argv)
{
	word count;

	if (argc != 3)		/* a child made it execute itself */
		return 1;
	/* Not the host's name: a child of an earlier run may have set it */
	if (access("/proc/pipstack", R_OK) != 0) {
		puts("fuzz: for the guest only");
		return 1;
	}
	prepare();
	verbose = strcmp(argv[2], "once") == 0;
	count = verbose ? 1 : strtoul(argv[2], NULL, 0);
	run_all(strtoul(argv[1], NULL, 0), count);
	printf("fuzz: %u children\n", count);
	return passed("fuzz");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzzer of system calls, for the guest only.
 *
 *   fuzz SEED SECONDS   children, each with the next seed, until time is up
 *   fuzz SEED once      one child, which prints each call before it
 *
 * A child is root or an ordinary user, has one to three threads and makes some
 * hundred calls.  One that makes no call for a while gets a signal, then
 * SIGKILL; whatever outlives SIGKILL is a bug of the kernel.  "seed N" on the
 * console comes before the child: a panic follows the seed that reproduces it.
 *
 * The child uses no libc and no TLS: both belong to what it destroys.
 */
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "check.h"
#include "fuzz_calls.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define HOME		"/tmp/fuzz"
#define CALLS		300	/* of a thread of the child */
#define LAST_NUMBER	451
#define ARENA_PAGES	16
#define PAGE		4096u
#define OFFSPRING_CALLS	60	/* of what fork and clone make */
#define MAX_PIDS	4096
#define PATIENCE_MS	60	/* without a call: a signal; 3 times that: kill */
#define LIFE_MS		1500

typedef uint32_t word;

/* What the driver sees of the child. */
struct journal {
	volatile word made;
	volatile word last[8];		/* tid, number, arguments */
};

static struct journal *journal;
static char *arena;			/* the page behind it is not mapped */
static word me, user, verbose;

/* Paths relative and absolute, all below HOME, whoever destroys them */
static const char *const own_paths[] = {
	"a", "b", "d", "d/e", "d/e/f", "link", "loop", "fifo", "./d/../a",
	HOME "/a", HOME "/d", HOME "/d/e", HOME, ".", "", "a/", "a/b",
	"tmpfs", "proc", "user.x", "ext2",
};
static const char *const any_paths[] = {
	"/", "/proc/self/maps", "/proc/self/stat", "/proc/self/fd/0",
	"/proc/self/exe", "/proc/self/mem", "/proc", "/proc/meminfo",
	"/dev", "/dev/null", "/dev/zero", "/dev/tty", "/dev/ptmx", "/dev/pts",
	"/proc/self/root", "/proc/self/cwd/a", "/proc/sys/kernel/pid_max",
	"/proc/self/task", "/proc/1/fd", "/sys", "/proc/mounts", "/bin/true",
};
static const word odd_words[] = {
	0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 64, 100, 255, 256, 511, 1000,
	4095, 4096, 4097, 8192, 65535, 65536, 0x100000, 0x7FFFFFFF,
	0x80000000, 0x80000001, 0xFFFFF000, 0xFFFFFFFF, 0xFFFFFFFE,
	0xFFFFFF9C /* AT_FDCWD */, 0xC0000000, 0xBFFFF000,
};

static word next(word *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static word below(word *state, word limit)
{
	return next(state) % limit;
}


/*
 * long raw_call(const word *frame): number and six arguments, EBP the sixth.
 * long raw_fork(...): the same, and who returns with 0 goes to offspring();
 * it may run on the caller's stack and must not return from here.
 * long raw_sigreturn(...): on the stack that the first argument says.
 */
long raw_call(const word *frame), raw_fork(const word *frame);
long raw_sigreturn(const word *frame);
void offspring(void);
__asm__ (
	".macro enter\n"
	"	push %ebx; push %esi; push %edi; push %ebp\n"
	"	mov 20(%esp), %eax\n"
	"	mov 4(%eax), %ebx; mov 8(%eax), %ecx; mov 12(%eax), %edx\n"
	"	mov 16(%eax), %esi; mov 20(%eax), %edi; mov 24(%eax), %ebp\n"
	"	mov (%eax), %eax\n"
	".endm\n"
	".macro leave_to_caller\n"
	"	pop %ebp; pop %edi; pop %esi; pop %ebx; ret\n"
	".endm\n"
	"raw_call: enter; int $0x80; leave_to_caller\n"
	"raw_fork: enter; int $0x80; test %eax, %eax; jnz 1f\n"
	"	call offspring\n"
	"1:	leave_to_caller\n"
	"raw_sigreturn: enter; mov %ebx, %esp; int $0x80; hlt\n");

static long kernel(word number, word a, word b, word c, word d, word e)
{
	const word frame[7] = { number, a, b, c, d, e, 0 };

	return raw_call(frame);
}

static word any_address(word *state)
{
	word in = (word)arena + below(state, ARENA_PAGES * PAGE);

	switch (below(state, 12)) {
	case 0: return odd_words[below(state, COUNT(odd_words))];
	case 1: return (word)arena + ARENA_PAGES * PAGE - below(state, 64);
	case 2: return (word)raw_call + below(state, 64);	/* read-only */
	case 3: return 0;
	case 4: return next(state) << 12;
	default: return in & ~3u;
	}
}

static word path(word *state, int any)
{
	const char *s;

	if (below(state, 16) == 0)
		return any_address(state);
	s = any && (user || any == 2) && below(state, 2) ?
		any_paths[below(state, COUNT(any_paths))] :
		own_paths[below(state, COUNT(own_paths))];
	return (word)s;
}

/* As root nobody else: whom root kills or limits is not for chance. */
static word process(word *state)
{
	static const word others[] = { 1, 2, -1, 0x7FFFFFFF, 0x80000000, 300 };

	switch (below(state, 4)) {
	case 0: return 0;
	case 1: return -me;
	case 2: if (user)
			return others[below(state, COUNT(others))];
		/* fall through */
	default: return me;
	}
}

static word argument(word *state, char kind);

/* Up to 128 bytes of small values, pointers and odd words */
static word structure(word *state)
{
	static const char kinds[] = "wwwnzdaokSfp";
	word at = any_address(state);
	word from = (word)arena, to = from + ARENA_PAGES * PAGE - 128;

	if (at < from || at > to)
		return at;
	for (word i = 0; i < 32; i++)
		((word *)at)[i] = argument(state,
			kinds[below(state, sizeof(kinds) - 1)]);
	return at;
}

static word short_time(word *state)
{
	word at = any_address(state);
	word from = (word)arena, to = from + ARENA_PAGES * PAGE - 128;

	if (at < from || at > to)
		return at;
	for (word i = 0; i < 8; i++)
		((word *)at)[i] = below(state, 3) ? 0 :
			below(state, 20000000);
	if (below(state, 8) == 0)
		((word *)at)[below(state, 8)] = argument(state, 'w');
	return at;
}

static word vector(word *state)
{
	word at = any_address(state);
	word from = (word)arena, to = from + ARENA_PAGES * PAGE - 128;

	if (at < from || at > to)
		return at;
	for (word i = 0; i < 8; i++) {
		((word *)at)[2 * i] = any_address(state);
		((word *)at)[2 * i + 1] = argument(state, 'z');
	}
	return at;
}

static word argument(word *state, char kind)
{
	switch (kind) {
	case 'd': return below(state, 16) ? below(state, 40) :
			odd_words[below(state, COUNT(odd_words))];
	case 'p': return path(state, 0);
	case 'P': return path(state, 2);
	case 'a': return any_address(state);
	case 's': return structure(state);
	case 't': return short_time(state);
	case 'v': return vector(state);
	case 'n': return below(state, 4) ? below(state, 9) :
			odd_words[below(state, COUNT(odd_words))];
	case 'f': return below(state, 3) == 0 ? 0 :
			1u << below(state, 32) | (below(state, 2) ?
				1u << below(state, 32) : 0);
	case 'z': return below(state, 2) ? below(state, 300) :
			odd_words[below(state, COUNT(odd_words))];
	case 'o': return below(state, 2) ? below(state, 20000) :
			odd_words[below(state, COUNT(odd_words))];
	case 'S': return below(state, 70);
	case 'T': return 0x5400 + below(state, 0x60);
	case 'k': return process(state);
	case 'm': return ((word)arena & ~(PAGE - 1)) +
			below(state, 64) * PAGE +
			(below(state, 16) ? 0 : next(state));
	case 'l': return below(state, 8) ? below(state, 24) * PAGE :
			odd_words[below(state, COUNT(odd_words))];
	case 'w': return below(state, 4) ? below(state, 40) :
			odd_words[below(state, COUNT(odd_words))];
	default:
		return argument(state, "dwafzs"[below(state, 6)]);
	}
}

static void print_words(const word *words, word n)
{
	char text[100];
	word at = 0;

	for (word i = 0; i < n; i++) {
		for (int shift = 28; shift >= 0; shift -= 4)
			text[at++] = "0123456789abcdef"[words[i] >> shift & 15];
		text[at++] = i + 1 < n ? ' ' : '\n';
	}
	kernel(SYS_write, 100, (word)text, at, 0, 0);
}

/* Ending, or a new program, is interesting now and then only. */
static int worth(word *state, word number)
{
	switch (number) {
	case SYS_reboot:
		return 0;
	case SYS_exit: case SYS_exit_group: case SYS_execve: case SYS_execveat:
	case SYS_sigreturn: case SYS_rt_sigreturn:
		return below(state, 8) == 0;
	}
	return 1;
}

static void one_call(word *state)
{
	const char *kinds = GENERIC;
	word frame[7], number;

	do {
		const struct call *c;

		number = below(state, LAST_NUMBER);
		if (below(state, 4)) {
			c = &fuzz_calls[below(state, COUNT(fuzz_calls))];
			number = c->number;
		}
	} while (!worth(state, number));
	for (word i = 0; i < COUNT(fuzz_calls); i++)
		if (fuzz_calls[i].number == (short)number) {
			kinds = fuzz_calls[i].arguments;
			if (below(state, 2))
				break;
		}
	frame[0] = number;
	for (word i = 1; i < 7; i++)
		frame[i] = *kinds ? argument(state, *kinds++) : next(state);
	for (word i = 0; i < 7; i++)
		journal->last[i] = frame[i];
	journal->made++;
	if (verbose)
		print_words(frame, 7);
	switch (number) {
	case SYS_fork: case SYS_vfork: case SYS_clone: case SYS_clone3:
		raw_fork(frame);
		break;
	case SYS_sigreturn: case SYS_rt_sigreturn:
		frame[1] = structure(state);
		raw_sigreturn(frame);
		break;
	default:
		raw_call(frame);
	}
}

void offspring(void)
{
	word tid = kernel(SYS_gettid, 0, 0, 0, 0, 0);
	word state = (journal->made + tid) * 2654435761u;

	for (int i = 0; i < OFFSPRING_CALLS; i++)
		one_call(&state);
	kernel(SYS_exit, 0, 0, 0, 0, 0);
}

static void thread(word *state)
{
	static char stacks[2][16384];
	word flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		CLONE_THREAD | CLONE_SYSVSEM;
	word top = (word)stacks[below(state, 2)] + sizeof(*stacks);
	const word frame[7] = { SYS_clone, flags, top };

	raw_fork(frame);
}

static void handler(int number)
{
	(void)number;
}

/* One descriptor of each kind that the kernel has; failures do not matter. */
static void open_descriptors(void)
{
	sigset_t set;
	int pair[2];

	for (int fd = 0; fd < 3; fd++) {
		close(fd);
		open("/dev/null", O_RDWR);
	}
	open("a", O_RDWR | O_CREAT, 0666);
	open("b", O_RDWR | O_CREAT | O_APPEND, 0666);
	open("d", O_RDONLY | O_DIRECTORY);
	open("d", O_PATH);
	mkfifo("fifo", 0666);
	open("fifo", O_RDWR | O_NONBLOCK);
	(void)!pipe(pair);
	(void)!pipe2(pair, O_NONBLOCK);
	open("/dev/zero", O_RDWR);
	open("/proc/self/maps", O_RDONLY);
	open("/proc/self", O_RDONLY | O_DIRECTORY);
	open("/dev/ptmx", O_RDWR | O_NOCTTY);
	sigfillset(&set);
	syscall(SYS_signalfd4, -1, &set, 8, O_NONBLOCK);
	syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	syscall(SYS_eventfd2, 3, 0);
	syscall(SYS_epoll_create1, 0);
	syscall(SYS_memfd_create, "m", 2);
	syscall(SYS_inotify_init1, O_NONBLOCK);
	syscall(SYS_pidfd_open, getpid(), 0);
	for (int family = 1; family < 3; family++) {
		syscall(SYS_socketpair, family, 1, 0, pair);
		syscall(SYS_socketpair, family, 2, 0, pair);
		syscall(SYS_socket, family, 1 | O_NONBLOCK, 0);
		syscall(SYS_socket, family, 2 | O_NONBLOCK, 0);
	}
}

static void limit(int which, rlim_t value)
{
	const struct rlimit both = { value, value };

	setrlimit(which, &both);
}

static void child(word seed)
{
	word state = seed * 2654435761u + 1, threads;

	CHECK(chdir(HOME) == 0);
	setsid();
	if (verbose)
		dup2(1, 100);
	open_descriptors();
	mkdir("d", 0777);
	mkdir("d/e", 0777);
	mkdir("proc", 0777);
	mkdir("tmpfs", 0777);
	(void)!symlink("a", "link");
	(void)!symlink("loop", "loop");
	limit(RLIMIT_AS, 48 << 20);
	limit(RLIMIT_FSIZE, 4 << 20);
	limit(RLIMIT_NPROC, 40);
	for (int s = 1; s < 65; s++)
		if (below(&state, 3))
			signal(s, handler);
	me = getpid();
	user = below(&state, 3) ? 1000 + seed % 1000 : 0;
	if (user) {
		chown(HOME, user, user);
		setgroups(0, NULL);
		setgid(user);
		CHECK(setuid(user) == 0);
	}
	for (threads = below(&state, 3); threads > 0; threads--)
		thread(&state);
	for (int i = 0; i < CALLS; i++)
		one_call(&state);
	kernel(SYS_exit_group, 0, 0, 0, 0, 0);
}

/* The driver */

static int known[MAX_PIDS], nr_known;

/* False for those that have ended and wait for their parent */
static int alive(int pid)
{
	char name[40], text[200], *state;
	int fd, n;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	state = strrchr(text, ')');
	return state && state[2] != 'Z' && state[2] != 'X';
}

static int is_known(int pid)
{
	for (int i = 0; i < nr_known; i++)
		if (known[i] == pid)
			return 1;
	return 0;
}

/* Kills what was not there at the start; returns one that lives, or 0. */
static int kill_strangers(int remember)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int found = 0;

	CHECK(dir);
	while ((entry = readdir(dir))) {
		int pid = atoi(entry->d_name);

		if (pid <= 0)
			continue;
		if (remember) {
			CHECK(nr_known < MAX_PIDS);
			known[nr_known++] = pid;
		} else if (!is_known(pid) && alive(pid)) {
			kill(pid, SIGKILL);
			found = pid;
		}
	}
	closedir(dir);
	return found;
}

static void sleep_ms(int ms)
{
	poll(NULL, 0, ms);
}

static void remove_tree(const char *path)
{
	char name[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	while (umount2(path, MNT_DETACH) == 0)
		;
	if (unlink(path) == 0 || errno == ENOENT)
		return;
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		if (snprintf(name, sizeof(name), "%s/%s", path,
			     entry->d_name) < (int)sizeof(name))
			remove_tree(name);
	}
	if (dir)
		closedir(dir);
	CHECK(rmdir(path) == 0);
}

/* What outlives its maker: System V objects, message queues */
static void remove_objects(void)
{
	static char status[256];
	int id;

	for (int i = 0; i < 256; i++) {
		id = shmctl(i, SHM_STAT, (void *)status);
		if (id >= 0)
			shmctl(id, IPC_RMID, NULL);
		id = msgctl(i, MSG_STAT, (void *)status);
		if (id >= 0)
			msgctl(id, IPC_RMID, NULL);
		id = semctl(i, 0, SEM_STAT, status);
		if (id >= 0)
			semctl(id, 0, IPC_RMID);
	}
	for (word i = 0; i < COUNT(own_paths); i++)
		syscall(SYS_mq_unlink, own_paths[i]);
}

static void fail(word seed, const char *what)
{
	printf("fuzz: seed %u: %s; last call", seed, what);
	for (int i = 0; i < 7; i++)
		printf(" %#x", journal->last[i]);
	printf("\nrepeat with: fuzz %u once\n", seed);
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
	int patience = 3000, status;
	pid_t pid;

	printf("seed %u\n", seed);
	remove_tree(HOME);
	remove_objects();
	CHECK(mkdir(HOME, 0777) == 0);
	chmod(HOME, 0777);
	pid = checked_fork();
	if (pid == 0)
		child(seed);
	supervise(pid);
	while (kill_strangers(0)) {
		waitpid(-1, &status, WNOHANG);
		if (--patience == 0)
			fail(seed, "a process outlives SIGKILL");
		sleep_ms(5);
	}
	while (waitpid(-1, &status, WNOHANG) > 0)
		;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

int main(int argc, char **argv)
{
	struct utsname system;
	word seed;
	time_t end;

	if (argc != 3)		/* a child made it execute itself */
		return 1;
	uname(&system);
	if (strcmp(system.nodename, "pipstack") != 0) {
		puts("fuzz: for the guest only");
		return 1;
	}
	journal = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	arena = mmap(NULL, (ARENA_PAGES + 1) * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(journal != MAP_FAILED && arena != MAP_FAILED);
	munmap(arena + ARENA_PAGES * PAGE, PAGE);
	kill_strangers(1);
	seed = strtoul(argv[1], NULL, 0);
	verbose = strcmp(argv[2], "once") == 0;
	end = now() + strtol(argv[2], NULL, 0);
	do
		run(seed++);
	while (!verbose && now() < end);
	remove_tree(HOME);
	remove_objects();
	printf("fuzz: %u children, %u calls\n",
		seed - (word)strtoul(argv[1], NULL, 0), journal->made);
	return passed("fuzz");
}

/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <grp.h>
#include <linux/loop.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#include "../check.h"
#include "calls.h"
#include "fuzz.h"

#define CALLS		300	/* of a thread of the child */
#define LAST_NUMBER	451
#define OFFSPRING_CALLS	60	/* of what fork and clone make */

word me, user, verbose;

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
	".globl raw_call\n"
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
		frame[1] = argument(state, 's');
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

/* A listener on lo or of a name, and a connection to it */
static void open_connection(int family, const void *address, int length)
{
	int listener = socket(family, SOCK_STREAM, 0);
	int client = socket(family, SOCK_STREAM, 0);
	static const struct linger abort = { 1, 0 };

	/* Nothing remains of it for a minute, which the census would await */
	setsockopt(listener, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	setsockopt(client, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	bind(listener, address, length);
	listen(listener, 3);
	connect(client, address, length);
	accept4(listener, NULL, NULL, SOCK_NONBLOCK);
}

static void open_sockets(void)
{
	static const struct sockaddr_un name = { AF_UNIX, "socket" };
	static const uint8_t port[16] = { AF_INET, 0, 0x50, 0, 127, 0, 0, 1 };
	static const uint8_t port1[16] = { AF_INET, 0, 0x50, 1, 127, 0, 0, 1 };
	int s, pair[2];

	open_connection(AF_UNIX, &name, sizeof(name));
	open_connection(AF_INET, port, sizeof(port));
	s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	bind(s, (const void *)port1, sizeof(port1));
	connect(s, (const void *)port1, sizeof(port1));
	socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, 1);
	socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0);
	socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0x0300);
	for (int family = 1; family < 3; family++) {
		socketpair(family, SOCK_STREAM, 0, pair);
		socketpair(family, SOCK_DGRAM, 0, pair);
		socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
		socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	}
}

/* Descriptors that wait for something, and what they wait for */
static void open_waiters(void)
{
	const struct itimerspec soon = { { 0, 3000000 }, { 0, 1000000 } };
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT };
	int ep = epoll_create1(0), timer, watch;
	sigset_t set;

	sigfillset(&set);
	syscall(SYS_signalfd4, -1, &set, 8, O_NONBLOCK);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	timerfd_settime(timer, 0, &soon, NULL);
	syscall(SYS_eventfd2, 3, 0);
	watch = inotify_init1(O_NONBLOCK);
	inotify_add_watch(watch, HOME, IN_ALL_EVENTS);
	syscall(SYS_pidfd_open, getpid(), 0);
	mq_open("/a", O_RDWR | O_CREAT | O_NONBLOCK, 0666, NULL);
	for (int fd = 0; fd <= watch; fd++)
		epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	for (int i = 0; i < 3; i++)
		syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer);
}

static void make_objects(void)
{
	for (word i = 0; i < COUNT(objects); i++)
		objects[i] = i % 3 == 0 ? shmget(i, 3 * PAGE, IPC_CREAT | 0666)
			: i % 3 == 1 ? semget(i, 4, IPC_CREAT | 0666)
			: msgget(i, IPC_CREAT | 0666);
}

/* One descriptor of each kind that the kernel has; failures do not matter. */
static void open_descriptors(void)
{
	int pair[2], master, file;

	for (int fd = 0; fd < 3; fd++) {
		close(fd);
		open("/dev/null", O_RDWR);
	}
	file = open("a", O_RDWR | O_CREAT, 0666);
	open("b", O_RDWR | O_CREAT | O_APPEND, 0666);
	open("d", O_RDONLY | O_DIRECTORY);
	open("d", O_PATH);
	mkfifo("fifo", 0666);
	open("fifo", O_RDWR | O_NONBLOCK);
	(void)!pipe(pair);
	(void)!pipe2(pair, O_NONBLOCK);
	open("/dev/zero", O_RDWR);
	open("/dev/loop0", O_RDWR);
	(void)!ftruncate(file, 20000);
	ioctl(open("/dev/loop1", O_RDWR), LOOP_SET_FD, file);
	open("/proc/self/maps", O_RDONLY);
	open("/proc/self", O_RDONLY | O_DIRECTORY);
	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	unlockpt(master);
	ioctl(master, TIOCGPTPEER, O_RDWR);
	syscall(SYS_memfd_create, "m", 2);
	open_waiters();
	open_sockets();
}

static void limit(int which, rlim_t value)
{
	const struct rlimit both = { value, value };

	setrlimit(which, &both);
}

void child(word seed)
{
	word state = seed * 2654435761u + 1, threads;

	CHECK(chdir(HOME) == 0);
	setsid();
	if (verbose)
		dup2(1, 100);
	make_objects();
	syscall(SYS_io_setup, 20, &context);
	open_descriptors();
	mkdir("ext2", 0777);
	mount("/dev/vda", "ext2", "ext2", 0, NULL);	/* if there is one */
	chmod("ext2", 0777);
	open("ext2/file", O_RDWR | O_CREAT, 0666);
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
	__builtin_unreachable();
}

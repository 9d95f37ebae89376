/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slowpages FILE PROGRAM: calls whose memory comes from a disk sleep in their
 * middle, and another thread runs.  FILE has 24 MiB that nobody has read since
 * it was mounted.  PROGRAM is this one, on the disk: threads execute it at once.
 * After that: a page of the file is written when there is no memory.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <time.h>

#include "check.h"

#define MIB	(1024 * 1024)
#define PAGE	4096
#define SIZE	(24 * MIB)
#define PART	(2 * MIB)
#define ROOM	(6 * MIB)
#define STRIDE	(512 * 1024)		/* more than is read ahead */
#define MSG_COPY	040000			/* musl has none */
#define EXECUTED	7
#define FILLER	160			/* as large as what epoll freed */

static char *file;
static int file_fd, fd[2], ep, queue, event;
static volatile int go;
static volatile long other;

/* The next page that is not in memory */
static char *slow_page(void)
{
	static int next;

	CHECK(next < SIZE / STRIDE);
	return file + next++ * STRIDE;
}

/* Runs fn when the caller sleeps, or when it calls finish */
static void *wait_for_go(void *fn)
{
	while (!go)
		sched_yield();
	((void (*)(void))fn)();
	return NULL;
}

static pthread_t begin(void (*fn)(void))
{
	pthread_t t;

	go = 0;
	CHECK(!pthread_create(&t, NULL, wait_for_go, (void *)fn));
	sched_yield();
	go = 1;
	return t;
}

static void finish(pthread_t t)
{
	CHECK(!pthread_join(t, NULL));
}

static int in_pipe(void)
{
	int n;

	CHECK(!ioctl(fd[0], FIONREAD, &n));
	return n;
}

static void read_other(void)
{
	static char page[PAGE];

	other = read(fd[0], page, PAGE);
}

static void test_readers(void)
{
	static char page[PAGE];
	pthread_t t;
	char *to = slow_page();
	long mine;

	CHECK(!pipe2(fd, O_NONBLOCK));
	CHECK(write(fd[1], memset(page, 7, PAGE), PAGE) == PAGE);
	t = begin(read_other);
	mine = read(fd[0], to, PAGE);
	finish(t);
	CHECK((mine == PAGE && other == -1) || (mine == -1 && other == PAGE));
	CHECK(mine == -1 || !memcmp(to, page, PAGE));
	CHECK(in_pipe() == 0);
	CHECK(write(fd[1], "x", 1) == 1 && read(fd[0], page, 2) == 1);
}

static int null, next_pipe[2];

static void splice_other(void)
{
	other = splice(fd[0], NULL, null, NULL, PAGE, 0);
}

static void pipe_other(void)
{
	other = splice(fd[0], NULL, next_pipe[1], NULL, PAGE, 0);
}

/* What the other one finds is no end of the data */
static void test_splicers(void)
{
	static char page[PAGE];
	void (*const fn[])(void) = { splice_other, pipe_other };

	null = open("/dev/null", O_WRONLY);
	CHECK(null >= 0 && !pipe(next_pipe));
	for (int i = 0; i < 2; i++) {
		char *to = slow_page();
		pthread_t t;
		long mine;

		CHECK(write(fd[1], page, PAGE) == PAGE);
		t = begin(fn[i]);
		mine = read(fd[0], to, PAGE);
		finish(t);
		CHECK((mine == PAGE && other == -1)
			|| (mine == -1 && other == PAGE));
	}
	CHECK(!close(null) && !close(next_pipe[0]) && !close(next_pipe[1]));
}

static void test_reader_and_writer(void)
{
	pthread_t t;
	char *from = slow_page();

	CHECK(write(fd[1], "0123456789", 10) == 10);
	t = begin(read_other);
	CHECK(write(fd[1], from, 10) == 10);
	finish(t);
	CHECK(other + in_pipe() == 20);
	while (in_pipe())
		read_other();
}

static void write_other(void)
{
	static char page[PAGE];

	other = write(fd[1], page, PAGE);
}

static void test_writers(void)
{
	pthread_t t;
	char *from = slow_page();
	long mine;

	CHECK(fcntl(fd[1], F_SETPIPE_SZ, PAGE) == PAGE);
	t = begin(write_other);
	mine = write(fd[1], from, PAGE);
	finish(t);
	CHECK((mine == PAGE && other == -1) || (mine == -1 && other == PAGE));
	CHECK(in_pipe() == PAGE);
	CHECK(!close(fd[0]) && !close(fd[1]));
}

struct text {
	long type;
	char text[FILLER];
};

/* What takes the place of the item that goes is full of bad addresses */
static void forget_event(void)
{
	struct text m = { .type = 1 };

	memset(m.text, 'A', FILLER);
	other = epoll_ctl(ep, EPOLL_CTL_DEL, event, NULL);
	for (int i = 0; i < 8; i++)
		CHECK(!msgsnd(queue, &m, FILLER, 0));
}

static void test_events(void)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = 42 };
	struct epoll_event *to = (void *)slow_page(), again[1];
	pthread_t t;
	struct text m;

	ep = epoll_create1(0);
	event = eventfd(1, 0);
	queue = msgget(IPC_PRIVATE, 0600);
	CHECK(ep >= 0 && event >= 0 && queue >= 0);
	CHECK(!epoll_ctl(ep, EPOLL_CTL_ADD, event, &e));
	t = begin(forget_event);
	CHECK(epoll_wait(ep, to, 1, 0) == 1 && to->data.u64 == 42);
	finish(t);
	CHECK(other == 0 && epoll_wait(ep, again, 1, 0) == 0);
	while (msgrcv(queue, &m, FILLER, 0, IPC_NOWAIT) == FILLER)
		CHECK(m.text[0] == 'A' && m.text[FILLER - 1] == 'A');
	CHECK(!close(ep) && !close(event));
}

static void exchange_message(void)
{
	struct text m;

	other = msgrcv(queue, &m, FILLER, 0, IPC_NOWAIT);
	memset(m.text, 'B', FILLER);
	CHECK(!msgsnd(queue, &m, FILLER, 0));
}

static void test_message_copy(void)
{
	struct text m = { .type = 1 }, *to = (struct text *)slow_page();
	pthread_t t;

	memset(m.text, 'A', FILLER);
	CHECK(!msgsnd(queue, &m, FILLER, 0));
	t = begin(exchange_message);
	CHECK(msgrcv(queue, to, FILLER, 0, MSG_COPY | IPC_NOWAIT) == FILLER);
	finish(t);
	CHECK(other == FILLER && !memcmp(to->text, m.text, FILLER));
	CHECK(!msgctl(queue, IPC_RMID, NULL));
}

#define TEXT	900			/* as a /proc file's, in the kernel */

/* Takes the place of what was freed, a letter in each byte */
static void fill_places(void)
{
	static struct { long type; char text[TEXT]; } m = { .type = 1 };
	static const size_t sizes[] = { 40, 100, FILLER, 500, TEXT };

	memset(m.text, 'A', TEXT);
	queue = msgget(IPC_PRIVATE, 0600);
	CHECK(queue >= 0);
	for (size_t i = 0; i < 5 * 4; i++)
		CHECK(!msgsnd(queue, &m, sizes[i % 5], 0));
}

static void empty_places(void)
{
	CHECK(!msgctl(queue, IPC_RMID, NULL));
}

static pid_t child;

static void reap_child(void)
{
	other = waitpid(child, NULL, 0);
	fill_places();
}

/* A child that has ended, and will have been waited for in the call's middle */
static pthread_t begin_reaping(void)
{
	siginfo_t si;

	child = checked_fork();
	if (!child)
		_exit(0);
	CHECK(!waitid(P_PID, (id_t)child, &si, WEXITED | WNOWAIT));
	return begin(reap_child);
}

static void finish_reaping(pthread_t t, long rc)
{
	CHECK(rc == -1 && errno == ESRCH);
	finish(t);
	CHECK(other == child);
	empty_places();
}

static void test_tasks(void)
{
	struct rlimit *limit = (void *)slow_page();
	struct sched_param *param = (void *)slow_page();
	unsigned long *mask = (void *)slow_page();
	pthread_t t = begin_reaping();

	finish_reaping(t, prlimit(child, RLIMIT_FSIZE, limit, NULL));
	t = begin_reaping();
	finish_reaping(t, syscall(SYS_sched_setparam, child, param));
	t = begin_reaping();
	finish_reaping(t, syscall(SYS_sched_setaffinity, child, 4, mask));
}

static int timer;

static void delete_timer(void)
{
	other = syscall(SYS_timer_delete, timer);
	fill_places();
}

static void test_timer(void)
{
	void *spec = slow_page();
	pthread_t t;

	CHECK(!syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer));
	t = begin(delete_timer);
	CHECK_ERRNO(syscall(SYS_timer_settime32, timer, 0, spec, NULL), EINVAL);
	finish(t);
	CHECK(other == 0);
	empty_places();
}

static void remove_names(void)
{
	char name[32];

	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "/tmp/slowpages/%d", i);
		CHECK(!unlink(name));
	}
	fill_places();
}

/* A page that is there, the next one not */
static char *half_slow(void)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	CHECK(page != MAP_FAILED);
	CHECK(mmap(page + PAGE, PAGE, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_FIXED, file_fd, slow_page() - file)
		== page + PAGE);
	return page;
}

/* Of 24 bytes each three names fit, two of them dots, when the walk sleeps */
static void test_names(void)
{
	char name[32], *to = half_slow() + PAGE - 3 * 24;
	int dir;
	pthread_t t;

	CHECK(!mkdir("/tmp/slowpages", 0700));
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "/tmp/slowpages/%d", i);
		CHECK(!mknod(name, S_IFREG | 0600, 0));
	}
	dir = open("/tmp/slowpages", O_RDONLY | O_DIRECTORY);
	CHECK(dir >= 0);
	t = begin(remove_names);
	CHECK(syscall(SYS_getdents64, dir, to, PAGE) > 0);
	finish(t);
	empty_places();
	CHECK(syscall(SYS_getdents64, dir, name, sizeof(name)) == 0);
	CHECK(!close(dir) && !rmdir("/tmp/slowpages"));
}

static int stat_file;

static void read_again(void)
{
	char text[PAGE];

	other = pread(stat_file, text, sizeof(text), 0);
	fill_places();
}

static void test_proc_text(void)
{
	char *to = slow_page();
	pthread_t t;
	ssize_t n;

	stat_file = open("/proc/self/stat", O_RDONLY);
	CHECK(stat_file >= 0);
	t = begin(read_again);
	n = pread(stat_file, to, PAGE, 0);
	CHECK(n > 0 && to[0] >= '1' && to[0] <= '9');
	CHECK(!memchr(to, 'A', (size_t)n));
	finish(t);
	empty_places();
	CHECK(!close(stat_file));
}

static void *execute(void *program)
{
	execl(program, program, NULL);
	return NULL;
}

/* The first that has read it goes on, and nobody keeps it from that */
static void test_programs(char *program)
{
	pid_t pid = checked_fork();
	pthread_t t;
	int status;

	if (!pid) {
		for (int i = 0; i < 2; i++)
			CHECK(!pthread_create(&t, NULL, execute, program));
		execute(program);
		_exit(1);
	}
	status = wait_for(pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EXECUTED);
}

#define APPENDED	"0123456789"

static int appended;			/* where both write at the end */

static void append_other(void)
{
	other = write(appended, APPENDED, 10);
}

static long append_beside(const struct iovec *v, int n)
{
	pthread_t t;
	long mine;

	CHECK(!ftruncate(appended, 0));
	t = begin(append_other);
	mine = writev(appended, v, n);
	finish(t);
	CHECK(other == 10);
	return mine;
}

/* Nothing is written over what another one appends meanwhile */
static void test_appends(void)
{
	static char all[3 * PAGE];
	struct iovec two = { slow_page(), 2 * PAGE };
	struct iovec bad[] = { { slow_page(), 10 }, { (void *)16, 10 } };
	ssize_t n;

	appended = open("/tmp/appended", O_RDWR | O_CREAT | O_APPEND, 0600);
	CHECK(appended >= 0 && append_beside(&two, 1) == 2 * PAGE);
	n = pread(appended, all, sizeof(all), 0);
	CHECK(n == 2 * PAGE + 10 && memmem(all, n, APPENDED, 10));
	(void)append_beside(bad, 2);
	n = pread(appended, all, sizeof(all), 0);
	CHECK(n >= 10 && !memcmp(all + n - 10, APPENDED, 10));
	CHECK(!close(appended) && !unlink("/tmp/appended"));
}

static char *top;

static void unmap_other(void)
{
	other = munmap(top, 2 * PAGE);
}

/* Nothing is mapped above what goes while the first answer is stored */
static void test_residency(void)
{
	unsigned char *to = (void *)slow_page();
	pthread_t t;
	int rc;

	top = mmap((void *)(0xC0000000 - 2 * PAGE), 2 * PAGE, PROT_READ,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CHECK(top != MAP_FAILED);
	t = begin(unmap_other);
	rc = mincore(top, 2 * PAGE, to);
	CHECK(rc == 0 || (rc == -1 && errno == ENOMEM));
	finish(t);
	CHECK(other == 0);
}

/* All of the file's part to be read, then each page written, in any order */
static void write_pages(int f, unsigned order)
{
	unsigned char *text = mmap(NULL, PART, PROT_READ, MAP_PRIVATE, f, 0);
	long sum = 0;

	CHECK(text != MAP_FAILED);
	for (size_t i = 0; i < PART; i += PAGE)
		sum += ((volatile unsigned char *)text)[i];
	CHECK(!mprotect(text, PART, PROT_READ | PROT_WRITE));
	for (size_t i = 0; i < PART / PAGE; i++)
		text[(i * 37 + order) % (PART / PAGE) * PAGE]++;
	for (size_t i = 0; i < PART; i += PAGE)
		sum -= text[i] - 1;
	CHECK(sum == 0 && !munmap(text, PART));
}

/* Each page that is written needs one, and the one it equals may go for it */
static void test_shortage(int f)
{
	struct sysinfo info;
	char page[PAGE];
	size_t taken;

	CHECK(!munmap(file, SIZE) && !sysinfo(&info));
	taken = info.freeram * info.mem_unit - ROOM;
	CHECK(mmap(NULL, taken, PROT_READ | PROT_WRITE, MAP_PRIVATE
		| MAP_ANONYMOUS | MAP_POPULATE, -1, 0) != MAP_FAILED);
	for (unsigned round = 0; round < 16; round++) {
		for (off_t at = PART; at < SIZE; at += 16 * PAGE)
			CHECK(pread(f, page, PAGE, at) == PAGE);
		write_pages(f, round);
	}
}

int main(int argc, char **argv)
{
	int f;

	if (argc < 3)
		return EXECUTED;
	f = open(argv[1], O_RDWR);
	CHECK(f >= 0);
	file_fd = f;
	file = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
	CHECK(file != MAP_FAILED);
	test_readers();
	test_splicers();
	test_reader_and_writer();
	test_writers();
	test_events();
	test_message_copy();
	test_appends();
	test_residency();
	test_tasks();
	test_timer();
	test_names();
	test_proc_text();
	test_programs(argv[2]);
	test_shortage(f);
	return passed("slowpages");
}

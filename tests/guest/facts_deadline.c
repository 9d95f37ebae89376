/* SPDX-License-Identifier: BSD-2-Clause */
/* SCHED_DEADLINE: sched(7), sched_setattr(2). */
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "facts.h"

int sched_yield(void);		/* <sched.h> has another struct than Linux's */

#define US	1000ull
#define MS	1000000ull
#define SIZE	sizeof(struct sched_attr)

static struct sched_attr attr(uint64_t runtime, uint64_t deadline,
		uint64_t period)
{
	return (struct sched_attr){
		.size = SIZE, .sched_policy = SCHED_DEADLINE,
		.sched_runtime = runtime, .sched_deadline = deadline,
		.sched_period = period,
	};
}

static long set(pid_t pid, struct sched_attr a)
{
	return syscall(SYS_sched_setattr, pid, &a, 0);
}

static void print_attr(pid_t pid)
{
	struct sched_attr a;

	FACT(syscall(SYS_sched_getattr, pid, &a, SIZE, 0), "get");
	printf("policy %u, flags %llx, nice %d, priority %u: %llu %llu %llu\n",
		a.sched_policy, a.sched_flags, a.sched_nice, a.sched_priority,
		a.sched_runtime, a.sched_deadline, a.sched_period);
	fflush(stdout);
}

/* Linux takes the share back at the end of the period */
static void normal(pid_t pid)
{
	FACT(set(pid, (struct sched_attr){ .size = SIZE }), "normal");
	usleep(200000);
}

static pid_t sleeper(void)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	FACT(WTERMSIG(wait_for(pid)), "killed");
	usleep(200000);
}

static void test_times(void)
{
	static const struct {
		const char *what;
		uint64_t runtime, deadline, period;
	} times[] = {
		{ "nothing", 0, 0, 0 },
		{ "no deadline", 1 * MS, 0, 10 * MS },
		{ "no runtime", 0, 10 * MS, 10 * MS },
		{ "1023 ns", 1023, 10 * MS, 10 * MS },
		{ "1024 ns", 1024, 10 * MS, 10 * MS },
		{ "runtime beyond deadline", 2 * MS, 1 * MS, 10 * MS },
		{ "deadline beyond period", 1 * MS, 20 * MS, 10 * MS },
		{ "period of 99 us", 10 * US, 99 * US, 99 * US },
		{ "period of 100 us", 10 * US, 100 * US, 100 * US },
		{ "short deadline", 10 * US, 50 * US, 100 * US },
		{ "period of 4194304 us", 1 * MS, 10 * MS, 4194304 * US },
		{ "period of 4194305 us", 1 * MS, 10 * MS, 4194305 * US },
		{ "top bit of the period", 1 * MS, 10 * MS, 1ull << 63 },
		{ "top bit of all", 1ull << 63, 1ull << 63, 1ull << 63 },
		{ "94 %", 94 * MS, 100 * MS, 100 * MS },
		{ "95 %", 95 * MS, 100 * MS, 100 * MS },
		{ "96 %", 96 * MS, 100 * MS, 100 * MS },
		{ "all", 100 * MS, 100 * MS, 100 * MS },
		{ "period as the deadline", 1 * MS, 10 * MS, 0 },
	};

	pid_t pid = sleeper();

	for (unsigned i = 0; i < COUNT(times); i++)
		FACT(set(pid, attr(times[i].runtime, times[i].deadline,
			times[i].period)), "%s", times[i].what);
	print_attr(pid);
	normal(pid);
	print_attr(pid);
	end(pid);
}

static void test_flags(void)
{
	struct sched_attr a;

	for (int flag = 1; flag <= 0x20; flag *= 2) {
		a = attr(1 * MS, 10 * MS, 10 * MS);
		a.sched_flags = flag;
		FACT(set(0, a), "flag %x", flag);
		print_attr(0);
		normal(0);
	}
	a = attr(1 * MS, 10 * MS, 10 * MS);
	a.sched_priority = 1;
	FACT(set(0, a), "priority 1");
	a = attr(1 * MS, 10 * MS, 10 * MS);
	a.sched_nice = 7;
	FACT(set(0, a), "nice 7");
	FACT(getpriority(PRIO_PROCESS, 0), "nice value");
	a = (struct sched_attr){ .size = SIZE,
		.sched_flags = SCHED_FLAG_KEEP_ALL };
	FACT(set(0, a), "keep all");
	print_attr(0);
	normal(0);
	for (int policy = SCHED_NORMAL; policy <= SCHED_DEADLINE; policy++) {
		a = attr(1 * MS, 10 * MS, 10 * MS);
		a.sched_policy = policy;
		a.sched_priority = policy == SCHED_FIFO;
		a.sched_flags = SCHED_FLAG_KEEP_PARAMS;
		FACT(set(0, a), "policy %d, keep parameters", policy);
		print_attr(0);
		a.sched_flags = SCHED_FLAG_KEEP_POLICY;
		FACT(set(0, a), "policy %d, keep policy", policy);
		print_attr(0);
	}
	normal(0);
}

static void print_stat(void)
{
	char text[1024], *field;
	int fd = open("/proc/self/stat", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	CHECK(n > 0);
	close(fd);
	text[n] = 0;
	field = strrchr(text, ')') + 2;
	for (int i = 3; field; i++) {
		if (i == 18 || i == 19 || i == 40 || i == 41)
			printf("stat %d: %d\n", i, atoi(field));
		field = strchr(field, ' ');
		field += !!field;
	}
	fflush(stdout);
}

/* The older calls, and what others show of it */
static void test_calls(void)
{
	struct sched_param p = { 0 }, one = { 1 };
	struct timespec ts;

	FACT(syscall(SYS_sched_setscheduler, 0, SCHED_DEADLINE, &p),
		"setscheduler");
	print_stat();
	FACT(set(0, attr(1 * MS, 10 * MS, 20 * MS)), "set");
	FACT(syscall(SYS_sched_getscheduler, 0), "getscheduler");
	p.sched_priority = 5;
	FACT(syscall(SYS_sched_getparam, 0, &p), "getparam");
	FACT(p.sched_priority, "priority");
	FACT(syscall(SYS_sched_setparam, 0, &p), "setparam");
	FACT(syscall(SYS_sched_rr_get_interval, 0, &ts), "interval");
	FACT(ts.tv_nsec, "ns");
	FACT(syscall(SYS_sched_get_priority_max, SCHED_DEADLINE), "max");
	FACT(syscall(SYS_sched_get_priority_min, SCHED_DEADLINE), "min");
	FACT(syscall(SYS_setpriority, PRIO_PROCESS, 0, 3), "nice 3");
	print_attr(0);
	print_stat();
	FACT(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &one), "fifo");
	print_attr(0);
	print_stat();
	FACT(syscall(SYS_setpriority, PRIO_PROCESS, 0, 0), "nice 0");
	normal(0);
}

static void test_rights(void)
{
	pid_t pid = sleeper();

	AS(NOBODY) {
		FACT(set(0, attr(1 * MS, 10 * MS, 10 * MS)), "nobody");
		FACT(set(0, attr(1, 10 * MS, 10 * MS)), "nobody, no times");
		FACT(set(pid, attr(1 * MS, 10 * MS, 10 * MS)), "another");
		FACT(set(9999999, attr(1 * MS, 10 * MS, 10 * MS)), "none");
	}
	FACT(set(pid, attr(1 * MS, 10 * MS, 10 * MS)), "root, another");
	print_attr(pid);
	AS(NOBODY)
		normal(pid);
	end(pid);
	AS(0) {
		FACT(set(0, attr(1 * MS, 10 * MS, 10 * MS)), "set");
		CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
		FACT(set(0, attr(1 * MS, 10 * MS, 10 * MS)), "again");
		normal(0);
		print_attr(0);
	}
}

/* It waits for ever, and makes itself one of these first */
static pid_t sharer(struct sched_attr a)
{
	pid_t pid = checked_fork();

	if (pid == 0) {
		FACT(set(0, a), "%llu %%", a.sched_runtime / MS);
		for (;;)
			pause();
	}
	usleep(200000);
	return pid;
}

static struct sched_attr share(unsigned percent)
{
	return attr(percent * MS, 100 * MS, 100 * MS);
}

/* A share is given back when its owner ends or changes it */
static void test_shares(void)
{
	pid_t pid[4];

	for (unsigned i = 0; i < COUNT(pid); i++)
		pid[i] = sharer(share(30));
	FACT(set(pid[3], share(5)), "5 %%");
	FACT(set(pid[3], share(6)), "6 %%");
	FACT(set(pid[0], share(29)), "29 %%");
	FACT(set(pid[3], share(6)), "6 %%");
	FACT(set(pid[0], share(30)), "30 %%");
	for (unsigned i = 0; i < COUNT(pid); i++)
		end(pid[i]);
	FACT(set(0, share(94)), "94 %%");
	normal(0);
}

static void test_fork(void)
{
	struct sched_attr a = attr(1 * MS, 10 * MS, 10 * MS);
	pid_t pid;

	FACT(set(0, a), "set");
	FACT(fork(), "fork");
	a.sched_flags = SCHED_FLAG_RESET_ON_FORK;
	FACT(set(0, a), "set, reset on fork");
	pid = checked_fork();
	if (pid == 0) {
		print_attr(0);
		_exit(0);
	}
	wait_for(pid);
	normal(0);
	AS(0) {
		a = (struct sched_attr){ .size = SIZE, .sched_nice = -5,
			.sched_flags = SCHED_FLAG_RESET_ON_FORK };
		FACT(set(0, a), "nice -5, reset");
		AS(0)
			print_attr(0);
		a.sched_nice = 5;
		FACT(set(0, a), "nice 5, reset");
		AS(0)
			print_attr(0);
	}
}

static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

static void compute(uint64_t ns)
{
	uint64_t begin = now(CLOCK_MONOTONIC);

	while (now(CLOCK_MONOTONIC) - begin < ns)
		;
}

static volatile sig_atomic_t overruns;

static void on_overrun(int sig)
{
	(void)sig;
	overruns++;
}

/* It has its share and no more: the processor is another's for the rest */
static void test_throttling(void)
{
	struct sched_attr a = attr(5 * MS, 50 * MS, 50 * MS);
	uint64_t begin = now(CLOCK_PROCESS_CPUTIME_ID), used;

	signal(SIGXCPU, on_overrun);
	FACT(set(0, a), "10 %%");
	compute(1000 * MS);
	used = now(CLOCK_PROCESS_CPUTIME_ID) - begin;
	FACT(used > 20 * MS && used < 500 * MS, "its share");
	FACT(overruns, "overruns, not asked for");
	a.sched_flags = SCHED_FLAG_DL_OVERRUN;
	FACT(set(0, a), "10 %%, overruns");
	compute(300 * MS);
	FACT(overruns > 0, "overruns");
	FACT(set(0, attr(5 * MS, 50 * MS, 50 * MS)), "10 %%");
	begin = now(CLOCK_MONOTONIC);
	for (int i = 0; i < 5; i++)
		sched_yield();
	FACT(now(CLOCK_MONOTONIC) - begin >= 200 * MS, "yields");
	FACT(set(0, attr(5 * MS, 10 * MS, 100 * MS)), "short deadline");
	begin = now(CLOCK_MONOTONIC);
	for (int i = 0; i < 4; i++)
		sched_yield();
	FACT(now(CLOCK_MONOTONIC) - begin >= 300 * MS, "yields");
	normal(0);
	signal(SIGXCPU, SIG_IGN);
}

static void reader(int from, int to, char name)
{
	char c;

	CHECK(read(from, &c, 1) == 1);
	CHECK(write(to, &name, 1) == 1);
	_exit(0);
}

static pid_t start(int from, int to, char name)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		reader(from, to, name);
	usleep(100000);			/* it waits */
	return pid;
}

/* Of those that are ready the earliest deadline is first, FIFO is after all */
static void test_order(void)
{
	static const struct { char name; uint64_t deadline; } tasks[] = {
		{ 'c', 3000 }, { 'b', 2000 }, { 'f', 0 }, { 'd', 4000 },
		{ 'a', 1000 },
	};
	int wake[COUNT(tasks)][2], order[2];
	char text[COUNT(tasks) + 1] = "";
	pid_t pid[COUNT(tasks)];

	CHECK(pipe(order) == 0);
	for (unsigned i = 0; i < COUNT(tasks); i++) {
		uint64_t ns = tasks[i].deadline * MS;

		CHECK(pipe(wake[i]) == 0);
		pid[i] = start(wake[i][0], order[1], tasks[i].name);
		if (ns)
			CHECK(set(pid[i], attr(100 * MS, ns, ns)) == 0);
		else
			CHECK(set(pid[i], (struct sched_attr){ .size = SIZE,
				.sched_policy = SCHED_FIFO,
				.sched_priority = 99 }) == 0);
	}
	CHECK(set(0, attr(400 * MS, 500 * MS, 4000 * MS)) == 0);
	for (unsigned i = 0; i < COUNT(tasks); i++)
		CHECK(write(wake[i][1], "", 1) == 1);
	for (unsigned i = 0; i < COUNT(tasks); i++)
		CHECK(read(order[0], text + i, 1) == 1);
	printf("order: %s\n", text);
	for (unsigned i = 0; i < COUNT(tasks); i++)
		expect_success(pid[i]);
	normal(0);
	sleep(4);
}

/* A throttled one can be given another policy, and killed */
static void test_throttled(void)
{
	uint64_t begin;
	pid_t pid[2];

	for (int i = 0; i < 2; i++) {
		pid[i] = checked_fork();
		if (pid[i] == 0) {
			alarm(60);
			for (;;)
				;
		}
		FACT(set(pid[i], attr(1 * MS, 10 * MS, 4000 * MS)), "set");
	}
	begin = now(CLOCK_MONOTONIC);
	compute(100 * MS);
	normal(pid[0]);
	end(pid[0]);
	FACT(now(CLOCK_MONOTONIC) - begin < 2000 * MS, "at once");
	end(pid[1]);			/* in its next period */
}

int main(void)
{
	facts_begin(NULL);
	signal(SIGXCPU, SIG_IGN);
	test_shares();		/* Linux keeps those of who never ran */
	test_times();
	test_flags();
	test_calls();
	test_rights();
	test_fork();
	test_throttling();
	test_order();
	test_throttled();
	return passed("facts_deadline");
}

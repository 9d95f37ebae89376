/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: futexes, with priority inheritance too, robust lists. */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "facts.h"

#define MS	1000000L

static uint32_t word, other;

static long futex(void *uaddr, int op, uint32_t val, const void *timeout,
		void *uaddr2, uint32_t val3)
{
	return syscall(SYS_futex_time64, uaddr, op, val, timeout, uaddr2,
		val3);
}

struct time64 { int64_t sec, nsec; };

static struct time64 soon(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (struct time64){ ts.tv_sec, ts.tv_nsec / 2 };
}

static void handler(int sig __attribute__((unused)))
{
}

static void interrupt_after(int ms, int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	struct itimerval it = { .it_value = { 0, ms * 1000 } };

	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

static void test_operations(void)
{
	static const struct time64 now = { 0, 0 };

	for (int op = 0; op < 16; op++) {
		FACT(futex((char *)&word + 1, op, 1, &now, &other, 1),
			"operation %d, odd address", op);
		FACT(futex(BAD_ADDRESS, op, 1, &now, &other, 1),
			"operation %d, address", op);
		FACT(futex((void *)0xFFFFF000, op | FUTEX_PRIVATE_FLAG, 1,
			&now, &other, 1), "operation %d, kernel", op);
		FACT(futex(&word, op | FUTEX_CLOCK_REALTIME, 1, &now, NULL,
			0), "operation %d, realtime", op);
		FACT(futex(&word, op | 512, 1, &now, &other, 1),
			"operation %d, unknown flag", op);
		word = 0;
	}
}

static void test_wait(void)
{
	struct time64 t = { 0, 5 * MS };
	struct { int32_t s, ns; } t32 = { 0, 5 * MS };

	word = 0;
	FACT(futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0), "another value");
	FACT(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), "time-out");
	FACT(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &t32, NULL, 0),
		"time-out, 32 bits");
	FACT(futex(&word, FUTEX_WAIT, 0, BAD_ADDRESS, NULL, 0),
		"time-out's address");
	t = (struct time64){ 0, 1000000000 };
	FACT(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), "time-out, ns");
	t = (struct time64){ -1, 0 };
	FACT(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), "time-out, s < 0");
	t = (struct time64){ 0, -1 };
	FACT(futex(&word, FUTEX_WAIT, 1, &t, NULL, 0), "time-out, first");
	t = (struct time64){ 0, 0 };
	FACT(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), "time-out 0");
	FACT(futex(&word, FUTEX_WAIT_BITSET, 0, &t, NULL, ~0u),
		"until long ago");
	FACT(futex(&word, FUTEX_WAIT_BITSET, 0, &t, NULL, 0), "no bits");
	FACT(futex(&word, FUTEX_WAKE_BITSET, 1, &t, NULL, 0), "wake none");
	t = soon(CLOCK_MONOTONIC);
	FACT(futex(&word, FUTEX_WAIT_BITSET, 0, &t, NULL, 1), "until");
	t = soon(CLOCK_REALTIME);
	FACT(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &t,
		NULL, 1), "until, realtime");
	t = (struct time64){ 0, 5 * MS };
	FACT(futex(&word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 0, &t, NULL, 0),
		"relative, realtime");
	interrupt_after(20, 0);
	FACT(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), "signal");
	t = (struct time64){ 20, 0 };
	interrupt_after(20, 0);
	FACT(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0), "signal, time-out");
	t = (struct time64){ 0, 100 * MS };
	interrupt_after(20, SA_RESTART);
	FACT(futex(&word, FUTEX_WAIT, 0, &t, NULL, 0),
		"restart, time-out");
	FACT(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), "wake nobody");
	FACT(futex(&word, FUTEX_WAKE, -1, NULL, NULL, 0), "wake -1");
	FACT(futex(&word, FUTEX_REQUEUE, -1, NULL, &other, 0), "requeue -1");
	FACT(futex(&word, FUTEX_REQUEUE, 0, (void *)-1, &other, 0),
		"requeue, move -1");
	FACT(futex(&word, FUTEX_CMP_REQUEUE, 1, NULL, &other, 1),
		"compare and requeue, another");
	FACT(futex(&word, FUTEX_CMP_REQUEUE, 1, NULL, BAD_ADDRESS, 0),
		"compare and requeue, address");
	FACT(futex(&word, FUTEX_CMP_REQUEUE_PI, 2, NULL, &other, 0),
		"requeue to a lock, wake 2");
	FACT(futex(&word, FUTEX_CMP_REQUEUE_PI, 1, NULL, &word, 0),
		"requeue to itself");
	FACT(futex(&word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &word, ~0u),
		"wait to be requeued to itself");
}

static volatile int state[8];

struct sleeper {
	void *addr;
	int op, index;
	uint32_t bits;
};

static void *sleeper(void *arg)
{
	struct sleeper *s = arg;

	state[s->index] = 1;
	futex(s->addr, s->op, 0, NULL, NULL, s->bits);
	state[s->index] = 2;
	return NULL;
}

/* Threads that sleep on these, and all at it */
static void sleepers(pthread_t *t, struct sleeper *s, int n)
{
	for (int i = 0; i < n; i++) {
		s[i].index = i;
		state[i] = 0;
		CHECK(pthread_create(&t[i], NULL, sleeper, &s[i]) == 0);
		while (!state[i])
			sched_yield();
		usleep(30000);
	}
}

static int woken(int n)
{
	int sum = 0;

	usleep(50000);
	for (int i = 0; i < n; i++)
		sum += state[i] == 2;
	return sum;
}

static void test_wake(void)
{
	struct sleeper s[5];
	pthread_t t[5];
	uint32_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	word = other = 0;
	for (int i = 0; i < 5; i++)
		s[i] = (struct sleeper){ &word, FUTEX_WAIT_BITSET, 0,
			1u << i };
	sleepers(t, s, 5);
	FACT(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 9, NULL, NULL, 0),
		"wake private: not the same");
	FACT(futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 2), "by bit");
	FACT(woken(5), "awake");
	FACT(state[1], "it is the second");
	FACT(futex(&word, FUTEX_WAKE, 0, NULL, NULL, 0), "wake 0");
	FACT(futex(&word, FUTEX_REQUEUE, 0, (void *)2, &other, 0),
		"requeue two");
	FACT(futex(&word, FUTEX_CMP_REQUEUE, 0, (void *)1, &other, 0),
		"requeue one more");
	FACT(futex(&other, FUTEX_WAKE, 9, NULL, NULL, 0), "wake them");
	FACT(woken(5), "awake");
	other = 5;
	FACT(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other,
		FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 5)), "wake op");
	FACT(other, "the word");
	for (int i = 0; i < 5; i++)
		pthread_join(t[i], NULL);
	FACT(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other,
		FUTEX_OP(6, 3, FUTEX_OP_CMP_EQ, 5)), "wake op, unknown");
	FACT(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other,
		FUTEX_OP(0, 3, 7, 5)), "wake op, unknown comparison");
	FACT(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &other,
		FUTEX_OP((FUTEX_OP_SET | 8), 40, 0, 5)), "wake op, shift");
	FACT(other, "the word");
	s[0] = (struct sleeper){ shared, FUTEX_WAIT_BITSET, 0, ~0u };
	*shared = 0;
	sleepers(t, s, 1);
	AS(0)
		FACT(futex(shared, FUTEX_WAKE, 1, NULL, NULL, 0),
			"wake from a child");
	pthread_join(t[0], NULL);
	FACT(woken(1), "awake");
}

static void test_same_file(void)
{
	int fd = make_file("shared", 0644);
	struct sleeper s;
	pthread_t t;
	uint32_t *a, *b;

	CHECK(ftruncate(fd, 8192) == 0);
	a = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
	s = (struct sleeper){ a + 1024, FUTEX_WAIT_BITSET, 0, ~0u };
	sleepers(&t, &s, 1);
	FACT(futex(a, FUTEX_WAKE, 1, NULL, NULL, 0), "another page");
	FACT(futex(b, FUTEX_WAKE, 1, NULL, NULL, 0), "another mapping");
	pthread_join(t, NULL);
	munmap(b, 4096);
	FACT(futex(b, FUTEX_WAKE, 1, NULL, NULL, 0), "unmapped");
	FACT(futex(b, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0),
		"unmapped, private");
	FACT(futex(b, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0),
		"wait, unmapped, private");
	b = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FACT(futex(b, FUTEX_WAKE, 1, NULL, NULL, 0), "no access");
	FACT(futex(b, FUTEX_WAIT, 0, NULL, NULL, 0), "wait, no access");
	b = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	FACT(futex(b, FUTEX_WAIT, 1, NULL, NULL, 0), "read-only");
	FACT(futex(&word, FUTEX_WAKE_OP, 1, NULL, b,
		FUTEX_OP(FUTEX_OP_SET, 1, 0, 0)), "wake op, read-only");
	FACT(futex(b, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "lock, read-only");
	close(fd);
}

static void *hold(void *arg __attribute__((unused)))
{
	state[0] = futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0;
	while (state[0] == 1)
		usleep(1000);
	if (state[0] == 2)
		futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
	return NULL;
}

static void test_pi(void)
{
	struct time64 t = { 0, 0 };
	pthread_t thread;
	uint32_t tid = gettid();

	word = 0;
	FACT(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "lock");
	FACT(word == tid, "the owner is in it");
	FACT(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "lock again");
	FACT(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), "try again");
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock");
	FACT(word, "free");
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock again");
	FACT(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), "try");
	FACT(word == tid, "the owner is in it");
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock");
	FACT(futex(&word, FUTEX_LOCK_PI2, 0, NULL, NULL, 0), "lock 2");
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock");
	word = 9999999;
	FACT(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "owner is none");
	FACT(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), "try it");
	word = 1;
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "not mine");
	word = FUTEX_OWNER_DIED;
	FACT(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "owner died");
	printf("%x\n", word & ~FUTEX_TID_MASK);
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock");
	word = 0;
	state[0] = 0;
	pthread_create(&thread, NULL, hold, NULL);
	while (!state[0])
		usleep(1000);
	FACT(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), "try, held");
	printf("%x\n", word & ~FUTEX_TID_MASK);
	FACT(futex(&word, FUTEX_LOCK_PI, 0, &t, NULL, 0), "until long ago");
	printf("%x\n", word & ~FUTEX_TID_MASK);
	FACT(futex(&word, FUTEX_LOCK_PI2, 0, &t, NULL, 0), "monotonic");
	FACT(futex(&word, FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME, 0, &t, NULL,
		0), "realtime");
	t.nsec = -1;
	FACT(futex(&word, FUTEX_LOCK_PI, 0, &t, NULL, 0), "bad time");
	interrupt_after(20, 0);
	t = soon(CLOCK_REALTIME);
	t.sec += 20;
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "not mine");
	state[0] = 2;
	FACT(futex(&word, FUTEX_LOCK_PI, 0, &t, NULL, 0), "wait for it");
	FACT((word & FUTEX_TID_MASK) == tid, "it is mine");
	pthread_join(thread, NULL);
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock");
	FACT(word, "free");
	state[0] = 0;
	pthread_create(&thread, NULL, hold, NULL);
	while (!state[0])
		usleep(1000);
	state[0] = 3;
	pthread_join(thread, NULL);
	FACT(word != 0, "its owner ended");
	FACT(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "lock it");
}

static void *requeued(void *arg __attribute__((unused)))
{
	long rc;
	int error;

	state[1] = 1;
	rc = futex(&other, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &word, 0);
	error = errno;
	usleep(30000);			/* who woke it prints first */
	FACT((errno = error, rc), "in a thread: wait");
	FACT((word & FUTEX_TID_MASK) == (uint32_t)gettid(), "it has the lock");
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock");
	state[1] = 2;
	return NULL;
}

static void test_requeue_pi(void)
{
	pthread_t thread;
	struct time64 t = { 0, 0 };

	word = other = 0;
	FACT(futex(&other, FUTEX_WAIT_REQUEUE_PI, 0, &t, &word, 0),
		"wait until long ago");
	FACT(futex(&other, FUTEX_WAIT_REQUEUE_PI, 1, NULL, &word, 0),
		"another value");
	FACT(futex(&other, FUTEX_CMP_REQUEUE_PI, 1, NULL, &word, 0),
		"requeue nobody");
	state[1] = 0;
	pthread_create(&thread, NULL, requeued, NULL);
	while (!state[1])
		usleep(1000);
	usleep(50000);
	FACT(futex(&other, FUTEX_WAKE, 1, NULL, NULL, 0), "plain wake");
	FACT(futex(&other, FUTEX_CMP_REQUEUE_PI, 1, NULL, &word, 7),
		"another value");
	FACT(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), "lock");
	FACT(futex(&other, FUTEX_CMP_REQUEUE_PI, 1, NULL, &word, 0),
		"requeue to a held lock");
	usleep(30000);
	FACT(state[1], "it waits");
	FACT(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), "unlock");
	pthread_join(thread, NULL);
	FACT(word, "free");
	state[1] = 0;
	pthread_create(&thread, NULL, requeued, NULL);
	while (!state[1])
		usleep(1000);
	usleep(50000);
	FACT(futex(&other, FUTEX_CMP_REQUEUE_PI, 1, (void *)5, &word, 0) >= 0,
		"requeue to a free lock");
	pthread_join(thread, NULL);
	FACT(word, "free");
}

static struct {
	struct robust_list_head head;
	struct { struct robust_list list; uint32_t word; } lock[3];
} robust;

static void *dies(void *arg __attribute__((unused)))
{
	robust.head.list.next = &robust.lock[0].list;
	robust.lock[0].list.next = &robust.lock[1].list;
	robust.lock[1].list.next = &robust.head.list;
	robust.head.list_op_pending = &robust.lock[2].list;
	robust.head.futex_offset = (char *)&robust.lock[0].word -
		(char *)&robust.lock[0].list;
	robust.lock[0].word = gettid();
	robust.lock[1].word = gettid() | FUTEX_WAITERS;
	robust.lock[2].word = gettid();
	FACT(syscall(SYS_set_robust_list, &robust.head, sizeof(robust.head)),
		"in a thread: set");
	return NULL;
}

static void test_robust(void)
{
	pthread_t thread;
	void *head;
	size_t len;

	FACT(syscall(SYS_set_robust_list, &head, 4), "set, size");
	FACT(syscall(SYS_set_robust_list, BAD_ADDRESS, 12), "set, address");
	FACT(syscall(SYS_get_robust_list, 0, &head, &len), "get");
	FACT(head == BAD_ADDRESS && len == 12, "it is it");
	FACT(syscall(SYS_get_robust_list, 9999999, &head, &len), "of none");
	FACT(syscall(SYS_get_robust_list, -1, &head, &len), "of -1");
	FACT(syscall(SYS_get_robust_list, 0, BAD_ADDRESS, &len), "address");
	FACT(syscall(SYS_get_robust_list, 0, &head, BAD_ADDRESS), "address");
	FACT(syscall(SYS_get_robust_list, 1, &head, &len), "of pid 1");
	AS(1000)
		FACT(syscall(SYS_get_robust_list, 1, &head, &len),
			"of pid 1, user");
	syscall(SYS_set_robust_list, NULL, 12);
	pthread_create(&thread, NULL, dies, NULL);
	pthread_join(thread, NULL);
	for (int i = 0; i < 3; i++)
		printf("%x\n", robust.lock[i].word);
}

struct waitv { uint64_t val, uaddr; uint32_t flags, reserved; };

static long waitv(struct waitv *v, unsigned n, unsigned flags, void *timeout,
		int clock)
{
	return syscall(449, v, n, flags, timeout, clock);
}

static void *waker(void *arg)
{
	usleep(50000);
	futex(arg, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
	return NULL;
}

static void test_waitv(void)
{
	struct waitv v[129] = {
		{ 0, (uintptr_t)&word, 2 | 128, 0 },
		{ 0, (uintptr_t)&other, 2 | 128, 0 },
	};
	struct time64 t = { 0, 0 };
	pthread_t thread;

	word = other = 0;
	FACT(waitv(v, 0, 0, NULL, 0), "waitv, none");
	FACT(waitv(v, 129, 0, NULL, 0), "waitv, too many");
	FACT(waitv(v, 1, 1, NULL, 0), "waitv, flags");
	FACT(waitv(NULL, 1, 0, NULL, 0), "waitv, null");
	FACT(waitv(BAD_ADDRESS, 1, 0, NULL, 0), "waitv, address");
	FACT(waitv(v, 1, 0, &t, 7), "waitv, clock");
	FACT(waitv(v, 1, 0, BAD_ADDRESS, 1), "waitv, time's address");
	FACT(waitv(v, 2, 0, &t, CLOCK_MONOTONIC), "waitv, long ago");
	FACT(waitv(v, 2, 0, &t, CLOCK_REALTIME), "waitv, realtime");
	v[1].val = 1;
	FACT(waitv(v, 2, 0, NULL, 0), "waitv, another value");
	v[1].val = 0;
	v[1].flags = 128;
	FACT(waitv(v, 2, 0, NULL, 0), "waitv, size");
	v[1].flags = 2 | 64;
	FACT(waitv(v, 2, 0, NULL, 0), "waitv, unknown flag");
	v[1].flags = 2 | 128;
	v[1].reserved = 1;
	FACT(waitv(v, 2, 0, NULL, 0), "waitv, reserved");
	v[1].reserved = 0;
	v[1].uaddr++;
	FACT(waitv(v, 2, 0, NULL, 0), "waitv, odd");
	v[1].uaddr = 0;
	FACT(waitv(v, 2, 0, NULL, 0), "waitv, word at 0");
	v[1].uaddr = (uintptr_t)&other;
	interrupt_after(20, 0);
	FACT(waitv(v, 2, 0, NULL, 0), "waitv, signal");
	pthread_create(&thread, NULL, waker, &other);
	FACT(waitv(v, 2, 0, NULL, 0), "waitv, the second is woken");
	pthread_join(thread, NULL);
}

int main(int argc __attribute__((unused)), char **argv)
{
	facts_begin(argv[1]);
	alarm(0);
	test_operations();
	test_wait();
	test_wake();
	test_same_file();
	test_pi();
	test_requeue_pi();
	test_robust();
	test_waitv();
	return 0;
}

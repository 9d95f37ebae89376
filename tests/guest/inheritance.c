/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Priority inheritance as far as one processor shows it: a low thread that
 * holds a lock which a high one wants goes before a middle one that computes;
 * along a chain of locks too.
 */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "check.h"

enum { LOW = 10, MIDDLE = 20, HIGH = 30, DRIVER = 40 };

static uint32_t first, second;
static volatile int order[8], steps, low_may_go;

static void step(int who)
{
	order[steps++] = who;
}

static void lock(uint32_t *word)
{
	CHECK(syscall(SYS_futex_time64, word, FUTEX_LOCK_PI_PRIVATE, 0, NULL,
		NULL, 0) == 0);
}

static void unlock(uint32_t *word)
{
	CHECK(syscall(SYS_futex_time64, word, FUTEX_UNLOCK_PI_PRIVATE, 0,
		NULL, NULL, 0) == 0);
}

static void priority(int p)
{
	struct sched_param param = { .sched_priority = p };

	CHECK(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param) == 0);
}

/* Has the first lock until it is let go; it computes meanwhile */
static void *low(void *arg)
{
	(void)arg;
	priority(LOW);
	lock(&first);
	low_may_go = 1;
	for (volatile int i = 0; i < 20000000; i++)
		;
	step(LOW);
	CHECK(syscall(SYS_sched_getscheduler, 0) == SCHED_FIFO);
	unlock(&first);
	return NULL;
}

/* Wants the first lock and has the second */
static void *link_between(void *arg)
{
	(void)arg;
	priority(LOW + 1);
	lock(&second);
	lock(&first);
	unlock(&first);
	step(LOW + 1);
	unlock(&second);
	return NULL;
}

static void *middle(void *arg)
{
	(void)arg;
	priority(MIDDLE);
	step(MIDDLE);
	return NULL;
}

static void *high(void *arg)
{
	priority(HIGH);
	lock(arg);
	step(HIGH);
	unlock(arg);
	return NULL;
}

static void *owner(void *wanted)
{
	lock(wanted);
	low_may_go = 1;
	usleep(20000);		/* until the others wait */
	if (wanted == &second)
		unlock(wanted);	/* the first ends with its holder */
	return NULL;
}

static void *heir(void *wanted)
{
	lock(wanted);
	step(HIGH);
	return NULL;
}

static void *bystander(void *wanted)
{
	CHECK(syscall(SYS_futex, wanted, FUTEX_WAIT_PRIVATE,
		*(uint32_t *)wanted, NULL, NULL, 0) == 0);
	return NULL;
}

/* Who waits for the word, but not for the lock, does not take part */
static void run_with_bystander(uint32_t *wanted)
{
	pthread_t t[3];

	*wanted = steps = low_may_go = 0;
	CHECK(pthread_create(&t[0], NULL, owner, wanted) == 0);
	while (!low_may_go)
		usleep(1000);
	CHECK(pthread_create(&t[1], NULL, heir, wanted) == 0);
	usleep(2000);
	CHECK(pthread_create(&t[2], NULL, bystander, wanted) == 0);
	CHECK(pthread_join(t[0], NULL) == 0);
	CHECK(pthread_join(t[1], NULL) == 0);
	CHECK(syscall(SYS_futex, wanted, FUTEX_WAKE_PRIVATE, 1) == 1);
	CHECK(pthread_join(t[2], NULL) == 0);
	CHECK(steps == 1 && order[0] == HIGH);
}

/* The driver runs before all of them but when it sleeps */
static void run(uint32_t *wanted, int chain)
{
	pthread_t t[4];
	int n = 0;

	steps = low_may_go = 0;
	CHECK(pthread_create(&t[n++], NULL, low, NULL) == 0);
	while (!low_may_go)
		usleep(1000);
	if (chain)
		CHECK(pthread_create(&t[n++], NULL, link_between, NULL) == 0);
	usleep(2000);
	CHECK(pthread_create(&t[n++], NULL, high, wanted) == 0);
	CHECK(pthread_create(&t[n++], NULL, middle, NULL) == 0);
	while (n)
		CHECK(pthread_join(t[--n], NULL) == 0);
}

int main(void)
{
	struct sched_param p;

	priority(DRIVER);
	run(&first, 0);
	CHECK(steps == 3);
	CHECK(order[0] == LOW && order[1] == HIGH && order[2] == MIDDLE);
	run(&second, 1);
	CHECK(steps == 4);
	CHECK(order[0] == LOW && order[1] == LOW + 1 && order[2] == HIGH
		&& order[3] == MIDDLE);
	CHECK(syscall(SYS_sched_getparam, 0, &p) == 0);
	CHECK(p.sched_priority == DRIVER);
	run_with_bystander(&second);
	run_with_bystander(&first);
	puts("inheritance: ok");
	return 0;
}

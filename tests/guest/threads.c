/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: creation, join, mutex, condition, barrier, thread-local storage. */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#define THREADS	8
#define ROUNDS	5000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t finished;
static long counter;
static int turn;
static __thread long mine = 42;
static _Thread_local char buffer[3000];

static void *count(void *argument)
{
	long id = (long)argument;

	CHECK(mine == 42 && buffer[2999] == 0);
	mine = id;
	buffer[2999] = (char)id;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		pthread_mutex_unlock(&mutex);
	}
	/* One after the other, by number. */
	pthread_mutex_lock(&mutex);
	while (turn != id)
		pthread_cond_wait(&turn_changed, &mutex);
	turn++;
	pthread_cond_broadcast(&turn_changed);
	pthread_mutex_unlock(&mutex);
	CHECK(mine == id && buffer[2999] == (char)id);
	return (void *)(id * id);
}

static void *detached(void *argument)
{
	(void)argument;
	sem_post(&finished);
	return NULL;
}

static void *spin(void *argument)
{
	volatile int *stop = argument;

	while (!*stop)
		;
	return NULL;
}

static void *sleep_for_ever(void *argument)
{
	pause();
	return argument;
}

static void test_counting(void)
{
	pthread_t threads[THREADS];
	void *result;

	CHECK(!pthread_barrier_init(&barrier, NULL, THREADS));
	for (long i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, count, (void *)i));
	for (long i = 0; i < THREADS; i++) {
		CHECK(!pthread_join(threads[i], &result));
		CHECK((long)result == i * i);
	}
	CHECK(counter == THREADS * ROUNDS);
	CHECK(mine == 42);
}

/* A thread that never calls the kernel does not keep the others out. */
static void test_preemption(void)
{
	volatile int stop = 0;
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, spin, (void *)&stop));
	usleep(50000);
	stop = 1;
	CHECK(!pthread_join(thread, NULL));
}

static void test_many(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	CHECK(!sem_init(&finished, 0, 0));
	CHECK(!pthread_attr_init(&attributes));
	CHECK(!pthread_attr_setdetachstate(&attributes,
		PTHREAD_CREATE_DETACHED));
	for (int i = 0; i < 200; i++) {
		CHECK(!pthread_create(&thread, &attributes, detached, NULL));
		CHECK(!sem_wait(&finished));
	}
}

static void test_timed_wait(void)
{
	struct timespec until;

	CHECK(!clock_gettime(CLOCK_REALTIME, &until));
	until.tv_nsec += 20000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&mutex);
	CHECK(pthread_cond_timedwait(&turn_changed, &mutex, &until)
		== ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
}

/* exit() and exec end all threads; so does cancellation one. */
static void test_ends(void)
{
	pthread_t thread;
	void *result;
	pid_t pid;

	CHECK(!pthread_create(&thread, NULL, sleep_for_ever, NULL));
	CHECK(!pthread_cancel(thread));
	CHECK(!pthread_join(thread, &result));
	CHECK(result == PTHREAD_CANCELED);

	pid = checked_fork();
	if (!pid) {
		CHECK(!pthread_create(&thread, NULL, sleep_for_ever, NULL));
		_exit(0);
	}
	expect_success(pid);

	pid = checked_fork();
	if (!pid) {
		CHECK(!pthread_create(&thread, NULL, sleep_for_ever, NULL));
		usleep(1000);
		execl("/proc/self/exe", "threads", "exec", NULL);
		CHECK(!"exec");
	}
	expect_success(pid);
}

static aio_context_t context;
static int empty_pipe[2];

static void *read_nothing(void *argument)
{
	char byte;
	struct iocb request = {
		.aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = empty_pipe[0],
		.aio_buf = (uintptr_t)&byte, .aio_nbytes = 1,
	}, *list = &request;

	CHECK(!sem_post(&finished));
	syscall(SYS_io_submit, context, 1, &list);
	return argument;
}

static char state_of(pid_t pid)
{
	char path[40], text[200], *name;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	CHECK(n > 0);
	close(fd);
	text[n] = 0;
	name = strrchr(text, ')');
	CHECK(name);
	return name[2];
}

/* The first thread waits, deaf to signals, for the second: both are killed */
static void test_killed_while_one_waits_for_another(void)
{
	pthread_t thread;
	int status;
	pid_t pid = checked_fork();

	if (!pid) {
		CHECK(!pipe(empty_pipe));
		CHECK(!syscall(SYS_io_setup, 1, &context));
		CHECK(!pthread_create(&thread, NULL, read_nothing, NULL));
		CHECK(!sem_wait(&finished));
		usleep(20000);
		syscall(SYS_io_destroy, context);
		CHECK(!"io_destroy");
	}
	while (state_of(pid) != 'D')
		usleep(1000);
	CHECK(!kill(pid, SIGKILL));
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 0;
	test_counting();
	test_preemption();
	test_many();
	test_timed_wait();
	test_ends();
	test_killed_while_one_waits_for_another();
	return passed("threads");
}

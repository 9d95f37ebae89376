/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * While the memory that a call moves data to or from is read from a disk,
 * another thread does what would hurt the call.  pagedin FILE, which has
 * 64 KiB and is on a disk; as root, who may empty the page cache.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/stat.h>

#include "check.h"

#define ROOM		65536
#define NAMES		200
#define EVENT_SIZE	(sizeof(struct inotify_event) + 16)

static const char *file;
static int fd;				/* what both threads use */
static char events[ROOM];

/* Memory none of whose pages is there */
static char *cold(void)
{
	int drop = open("/proc/sys/vm/drop_caches", O_WRONLY);
	int data = open(file, O_RDWR);
	char *p;

	sync();
	CHECK(drop >= 0 && write(drop, "3", 1) == 1 && !close(drop));
	p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, data, 0);
	CHECK(data >= 0 && p != MAP_FAILED && !close(data));
	return p;
}

static void *read_events(void *got)
{
	sched_yield();
	*(ssize_t *)got = read(fd, events, ROOM);
	return NULL;
}

/* Each event comes once, whoever reads */
static void test_events(void)
{
	char name[16], *p = cold();
	ssize_t first, second;
	pthread_t thread;

	fd = inotify_init1(IN_NONBLOCK);
	CHECK(fd >= 0 && inotify_add_watch(fd, ".", IN_CREATE) > 0);
	for (int i = 0; i < NAMES; i++) {
		sprintf(name, "n%d", i);
		CHECK(!mkdir(name, 0755) && !rmdir(name));
	}
	CHECK(!pthread_create(&thread, NULL, read_events, &second));
	first = read(fd, p, ROOM);
	CHECK(!pthread_join(thread, NULL));
	CHECK(MAX(first, 0) + MAX(second, 0) == NAMES * (int)EVENT_SIZE);
	CHECK(!munmap(p, ROOM) && !close(fd));
}

static void *write_some(void *p)
{
	(void)pwrite(fd, p, 4096, 0);
	return NULL;
}

/* What is sealed does not change, even by a write that had begun */
static void test_seals(int yields)
{
	char before[4096], after[4096], *p = cold();
	pthread_t thread;
	int rc;

	fd = memfd_create("sealed", MFD_ALLOW_SEALING);
	CHECK(fd >= 0 && !ftruncate(fd, 4096));
	CHECK(!pthread_create(&thread, NULL, write_some, p));
	while (yields--)
		sched_yield();
	rc = fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
	CHECK(rc == 0 || errno == EBUSY);
	CHECK(pread(fd, before, 4096, 0) == 4096);
	CHECK(!pthread_join(thread, NULL));
	CHECK(pread(fd, after, 4096, 0) == 4096);
	CHECK(rc || !memcmp(before, after, 4096));
	CHECK(!munmap(p, ROOM) && !close(fd));
}

int main(int argc, char **argv)
{
	char directory[] = "/tmp/pagedin-XXXXXX";

	CHECK(argc == 2 && (file = argv[1]));
	CHECK(mkdtemp(directory) && !chdir(directory));
	for (int i = 0; i < 8; i++) {
		test_events();
		test_seals(i % 4);
	}
	CHECK(!chdir("/") && !rmdir(directory));
	return passed("pagedin");
}

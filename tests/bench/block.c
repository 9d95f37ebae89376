/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What 4 KiB of a disk cost: block DEVICE.  One line `NAME TICKS` each; the
 * device's first SIZE bytes are read and written.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#define SIZE	(4u << 20)
#define CHUNK	(64u << 10)
#define UNIT	4096u

static char buffer[CHUNK] __attribute__((aligned(UNIT)));
static int fd;

static unsigned long long now(void)
{
	return __builtin_ia32_rdtsc();
}

static void check(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

/* Nothing of the device is in memory any more */
static void forget(void)
{
	check(!fsync(fd) && !ioctl(fd, BLKFLSBUF), "flush");
}

static void report(const char *name, unsigned long long begun,
		unsigned long bytes)
{
	printf("%s %llu\n", name, (now() - begun) / (bytes / UNIT));
}

static void read_all(const char *name)
{
	unsigned long long begun = now();

	for (unsigned at = 0; at < SIZE; at += CHUNK)
		check(pread(fd, buffer, CHUNK, at) == CHUNK, "read");
	report(name, begun, SIZE);
}

static void read_scattered(const char *name)
{
	unsigned long long begun = now();
	unsigned n = 64;

	for (unsigned i = 0; i < n; i++)
		check(pread(fd, buffer, UNIT, i * 37 % 64 * CHUNK + i * UNIT
			% CHUNK) == UNIT, "read");
	report(name, begun, n * UNIT);
}

static void write_all(const char *name)
{
	unsigned long long begun = now();

	for (unsigned at = 0; at < SIZE; at += CHUNK)
		check(pwrite(fd, buffer, CHUNK, at) == CHUNK, "write");
	check(!fsync(fd), "fsync");
	report(name, begun, SIZE);
}

int main(int argc, char **argv)
{
	fd = open(argc > 1 ? argv[1] : "/dev/vda", O_RDWR);
	check(fd >= 0, "open");
	forget();
	read_all("read");
	read_all("read-again");
	forget();
	read_scattered("read-scattered");
	write_all("write");
	return 0;
}

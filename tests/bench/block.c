/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What 4 KiB of a disk cost: block DEVICE.  One line `NAME TICKS` each; the
 * device's first SIZE bytes are read and written.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include "bench.h"

#define SIZE	(4u << 20)
#define CHUNK	(64u << 10)
#define UNIT	PAGE

static char buffer[CHUNK] __attribute__((aligned(UNIT)));
static int fd;

/* Nothing of the device is in memory any more */
static void forget(void)
{
	check(!fsync(fd) && !ioctl(fd, BLKFLSBUF), "flush");
}

static void report_unit(const char *name, uint64_t begun, unsigned bytes)
{
	report(name, (now() - begun) / (bytes / UNIT));
}

static void read_all(const char *name)
{
	uint64_t begun = now();

	for (unsigned at = 0; at < SIZE; at += CHUNK)
		check(pread(fd, buffer, CHUNK, at) == CHUNK, "read");
	report_unit(name, begun, SIZE);
}

static void read_scattered(const char *name)
{
	uint64_t begun = now();
	unsigned n = 64;

	for (unsigned i = 0; i < n; i++)
		check(pread(fd, buffer, UNIT, i * 37 % 64 * CHUNK + i * UNIT
			% CHUNK) == UNIT, "read");
	report_unit(name, begun, n * UNIT);
}

static void write_all(const char *name)
{
	uint64_t begun = now();

	for (unsigned at = 0; at < SIZE; at += CHUNK)
		check(pwrite(fd, buffer, CHUNK, at) == CHUNK, "write");
	check(!fsync(fd), "fsync");
	report_unit(name, begun, SIZE);
}

int main(int argc, char **argv)
{
	fd = open(argc > 1 ? argv[1] : "/dev/vda", O_RDWR);
	check(fd >= 0, "open");
	forget();
	read_all("block-read");
	read_all("block-read-again");
	forget();
	read_scattered("block-read-scattered");
	write_all("block-write");
	return 0;
}

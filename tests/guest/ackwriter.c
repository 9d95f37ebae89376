/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ackwriter DIR SEED: makes files for ever and says which are safe.
 * "ack NAME SIZE": it was synced, with its name; "gone NAME": it will be
 * removed; "move NAME NEW": it will get that name.  Byte i of a file is its
 * number plus i times 7.  For the host to kill the machine meanwhile.
 */
#include "check.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#define SIZE_MAX_	60000
#define KEPT		40		/* files at a time */

static uint32_t seed;
static char data[SIZE_MAX_];
static char name[KEPT][64];		/* "" if there is none */

static uint32_t dice(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * n >> 32);
}

static void sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	CHECK(fd >= 0 && fsync(fd) == 0 && close(fd) == 0);
}

static void make(int slot, unsigned number)
{
	size_t n = dice(dice(3) ? 5000 : SIZE_MAX_);
	char temporary[64];
	int fd;

	for (size_t i = 0; i < n; i++)
		data[i] = (char)(number + i * 7);
	sprintf(temporary, "t%u", number);
	sprintf(name[slot], "d%u/f%u", dice(3), number);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	CHECK(fd >= 0);
	CHECK(write(fd, data, n) == (ssize_t)n);
	CHECK(fsync(fd) == 0);
	CHECK(close(fd) == 0);
	CHECK(rename(temporary, name[slot]) == 0);
	if (dice(2))
		sync();
	else
		sync_dir("d0");
	printf("ack %s %zu\n", name[slot], n);
}

static void change(int slot)
{
	char new[64];

	if (dice(2)) {
		printf("gone %s\n", name[slot]);
		CHECK(unlink(name[slot]) == 0);
		name[slot][0] = 0;
		return;
	}
	sprintf(new, "d%u/%s-", dice(3), strchr(name[slot], '/') + 1);
	if (strlen(new) > 60)
		return;
	printf("move %s %s\n", name[slot], new);
	CHECK(rename(name[slot], new) == 0);
	strcpy(name[slot], new);
}

int main(int argc, char **argv)
{
	CHECK(argc == 3 && chdir(argv[1]) == 0);
	seed = strtoul(argv[2], NULL, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < 3; i++) {
		char dir[8];

		sprintf(dir, "d%d", i);
		CHECK(mkdir(dir, 0755) == 0);
	}
	sync();
	for (unsigned number = 0;; number++) {
		int slot = dice(KEPT);

		if (name[slot][0])
			change(slot);
		else
			make(slot, number);
	}
}

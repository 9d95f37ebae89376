/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SEEK_DATA and SEEK_HOLE in a directory's file system, which knows holes of
 * pages.  (Linux's driver for ext2 knows none; the one for ext4 does.)
 */
#include <fcntl.h>

#include "check.h"

#define PAGE	4096ll

static int fd;

static off_t data(off_t at)
{
	return lseek(fd, at, SEEK_DATA);
}

static off_t hole(off_t at)
{
	return lseek(fd, at, SEEK_HOLE);
}

/* A page of data between holes that begin at `before` and behind it */
static void check_island(off_t before, off_t at)
{
	char c;

	CHECK(data(before) == at && data(at - 1) == at);
	CHECK(data(at) == at && data(at + 7) == at + 7);
	CHECK(hole(before) == before && hole(at - 1) == at - 1);
	CHECK(hole(at + 7) == at + PAGE && hole(at) == at + PAGE);
	CHECK(lseek(fd, 0, SEEK_CUR) == at + PAGE);
	CHECK(pread(fd, &c, 1, at + 9) == 1 && c == 'x');
	CHECK(pread(fd, &c, 1, at - 1) == 1 && c == 0);
}

int main(int argc, char **argv)
{
	/* behind direct, single, double and triple indirect blocks of ext2 */
	static const off_t island[] = { 1, 20, 300, 70000, 2000000 };
	const int n = sizeof(island) / sizeof(*island);
	const off_t size = 2000100 * PAGE + 5;
	static char page[PAGE];
	off_t last = 0;

	CHECK(argc > 1 && !chdir(argv[1]));
	fd = open("holes", O_RDWR | O_CREAT | O_TRUNC, 0600);
	CHECK(fd >= 0);
	CHECK_ERRNO(data(0), ENXIO);
	CHECK_ERRNO(hole(0), ENXIO);
	CHECK(!ftruncate(fd, size));
	CHECK_ERRNO(data(0), ENXIO);
	CHECK(hole(0) == 0 && hole(size - 1) == size - 1);
	memset(page, 'x', sizeof(page));
	for (int i = 0; i < n; i++)
		CHECK(pwrite(fd, page, PAGE, island[i] * PAGE) == PAGE);
	for (int round = 0; round < 2; round++) {
		last = 0;
		for (int i = 0; i < n; i++) {
			check_island(last, island[i] * PAGE);
			last = (island[i] + 1) * PAGE;
		}
		CHECK_ERRNO(data(last), ENXIO);
		CHECK_ERRNO(data(size - 1), ENXIO);
		CHECK_ERRNO(hole(size), ENXIO);
		CHECK(!fsync(fd));
	}
	CHECK(!ftruncate(fd, 300 * PAGE + 10));
	CHECK(hole(300 * PAGE) == 300 * PAGE + 10);
	CHECK(data(21 * PAGE) == 300 * PAGE);
	CHECK(!unlink("holes"));
	puts("holes: ok");
	return 0;
}

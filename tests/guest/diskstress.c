/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diskstress DIR REFERENCE SEED ROUNDS: random operations on names and data,
 * each done in both directories (of two file systems), which must give the
 * same results, errors, contents and attributes.  Every now and then the
 * whole trees are compared and the first is synced.
 */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define NAMES		24		/* in each of DIRS directories */
#define DIRS		4
#define FILE_MAX	(300 * 1024)
#define PIECE_MAX	(40 * 1024)

static const char *root[2];
static uint32_t seed;
static char data[PIECE_MAX], got[2][FILE_MAX + PIECE_MAX];

static uint32_t dice(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * n >> 32);
}

/* Path of a name in one of the two trees */
static const char *path(int side, unsigned dir, unsigned name)
{
	static char buf[8][128];
	static unsigned next;
	char *p = buf[next++ % 8];

	if (dir % DIRS == 0)
		sprintf(p, "%s/n%u", root[side], name);
	else
		sprintf(p, "%s/d%u/%s%u", root[side], dir % DIRS,
			name % 3 ? "name" : "a-rather-longer-name-that-takes-"
			"more-room-in-its-directory-", name);
	return p;
}

static long result(long rc)
{
	return rc < 0 ? -errno : rc;
}

#define BOTH(call)	do {						\
		long r_[2];						\
		for (int side = 0; side < 2; side++)			\
			r_[side] = result(call);			\
		if (r_[0] != r_[1]) {					\
			printf("%s: %ld, not %ld\n", #call, r_[0], r_[1]); \
			_exit(1);					\
		}							\
	} while (0)

static void fill(size_t n)
{
	for (size_t i = 0; i < n; i++)
		data[i] = (char)(seed >> 8) + (char)(i * 7);
}

static long put(int side, const char *name, off_t off, size_t n, int flags)
{
	int fd = open(name, O_WRONLY | O_CREAT | flags, 0644);
	long rc;

	if (fd < 0)
		return -1;
	rc = pwrite(fd, data, n, off);
	if (rc == (long)n && side == 0 && n % 16 == 3)
		CHECK(fsync(fd) == 0);
	CHECK(close(fd) == 0);
	return rc;
}

static long get(int side, const char *name, off_t off, size_t n)
{
	int fd = open(name, O_RDONLY);
	long rc;

	if (fd < 0)
		return -1;
	rc = pread(fd, got[side], n, off);
	CHECK(close(fd) == 0);
	return rc;
}

/* Writes through a shared mapping, over the whole page at most */
static long map(const char *name, off_t off, size_t n)
{
	int fd = open(name, O_RDWR);
	struct stat st;
	char *p;

	if (fd < 0)
		return -1;
	CHECK(fstat(fd, &st) == 0);
	if (!S_ISREG(st.st_mode) || off + (off_t)n > st.st_size) {
		close(fd);
		return 0;
	}
	p = mmap(NULL, n + off % 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		off & ~4095);
	CHECK(p != MAP_FAILED);
	memcpy(p + off % 4096, data, n);
	CHECK(n % 2 || msync(p, n + off % 4096, MS_SYNC) == 0);
	CHECK(munmap(p, n + off % 4096) == 0);
	CHECK(close(fd) == 0);
	return n;
}

static void data_operation(unsigned d, unsigned n)
{
	off_t off = dice(FILE_MAX);
	size_t len = dice(dice(4) ? 5000 : PIECE_MAX);

	fill(len);
	switch (dice(8)) {
	case 0:
		BOTH(put(side, path(side, d, n), 0, len, O_TRUNC));
		break;
	case 1:
	case 2:
		BOTH(put(side, path(side, d, n), off, len, 0));
		break;
	case 3:
		BOTH(put(side, path(side, d, n), 0, len, O_APPEND));
		break;
	case 4:
		BOTH(truncate(path(side, d, n), off));
		break;
	case 5:
		BOTH(map(path(side, d, n), off, len + 1));
		break;
	default:
		BOTH(get(side, path(side, d, n), off, len));
		CHECK(memcmp(got[0], got[1], len) == 0);
	}
}

static void name_operation(unsigned d, unsigned n)
{
	unsigned d2 = dice(DIRS), n2 = dice(NAMES);

	switch (dice(9)) {
	case 0:
	case 1:
		BOTH(unlink(path(side, d, n)));
		break;
	case 2:
		BOTH(mkdir(path(side, d, n), 0755));
		break;
	case 3:
		BOTH(rmdir(path(side, d, n)));
		break;
	case 4:
		BOTH(link(path(side, d, n), path(side, d2, n2)));
		break;
	case 5:
		sprintf(data, "n%0*u", dice(2) ? 1 : 90, n2);
		BOTH(symlink(data, path(side, d, n)));
		break;
	case 6:
		BOTH(chmod(path(side, d, n), 0600 + n2 * 2));
		break;
	case 7:
		BOTH(syscall(SYS_renameat2, AT_FDCWD, path(side, d, n), AT_FDCWD,
			path(side, d2, n2), n2 % 3));
		break;
	default:
		BOTH(rename(path(side, d, n), path(side, d2, n2)));
	}
}

/* Names in a directory: how many, and a sum that tells them apart */
static long names(const char *dir)
{
	DIR *stream = opendir(dir);
	struct dirent *e;
	long sum = 0;

	if (!stream)
		return -1;
	while ((e = readdir(stream))) {
		uint32_t h = 0;

		for (char *p = e->d_name; *p; p++)
			h = h * 31 + (unsigned char)*p;
		if (strcmp(e->d_name, "lost+found"))
			sum += (h & 0xFFFFF) + 1;
	}
	CHECK(closedir(stream) == 0);
	return sum;
}

/* What stat says that both must agree on */
static long attributes(const char *name)
{
	struct stat st;

	if (lstat(name, &st))
		return -1;
	return st.st_mode * 7 + st.st_nlink * 100003
		+ (S_ISREG(st.st_mode) ? st.st_size : 0);
}

static void compare(void)
{
	for (unsigned d = 0; d < DIRS; d++) {
		for (unsigned n = 0; n < NAMES; n++) {
			BOTH(attributes(path(side, d, n)));
			BOTH(get(side, path(side, d, n), 0, sizeof(got[0])));
			CHECK(memcmp(got[0], got[1], sizeof(got[0])) == 0);
		}
	}
	for (int side = 0; side < 2; side++)
		CHECK(chdir(root[side]) == 0);
	BOTH(names(root[side]));
	for (unsigned d = 1; d < DIRS; d++) {
		char dir[2][128];

		for (int side = 0; side < 2; side++)
			sprintf(dir[side], "%s/d%u", root[side], d);
		BOTH(names(dir[side]));
	}
}

int main(int argc, char **argv)
{
	unsigned rounds;

	if (argc != 5) {
		fprintf(stderr, "diskstress DIR REFERENCE SEED ROUNDS\n");
		return 2;
	}
	root[0] = argv[1];
	root[1] = argv[2];
	seed = strtoul(argv[3], NULL, 0);
	rounds = strtoul(argv[4], NULL, 0);
	for (unsigned d = 1; d < DIRS; d++) {
		char dir[2][128];

		for (int side = 0; side < 2; side++)
			sprintf(dir[side], "%s/d%u", root[side], d);
		BOTH(mkdir(dir[side], 0755));
	}
	for (unsigned i = 1; i <= rounds; i++) {
		unsigned d = dice(DIRS), n = dice(NAMES);

		if (dice(5) < 3)
			data_operation(d, n);
		else
			name_operation(d, n);
		if (i % 500 == 0) {
			sync();
			compare();
		}
	}
	compare();
	return passed("diskstress");
}

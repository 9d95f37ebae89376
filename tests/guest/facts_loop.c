/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: loop devices and their ioctls. */
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "facts.h"

static char device[40], data[8192];

static int take(int flags)
{
	int control = open("/dev/loop-control", O_RDWR), n, fd;

	CHECK(control >= 0);
	n = ioctl(control, LOOP_CTL_GET_FREE);
	close(control);
	CHECK(n >= 0);
	snprintf(device, sizeof(device), "/dev/loop%d", n);
	fd = open(device, flags);
	CHECK(fd >= 0);
	return fd;
}

static int sized(const char *name, long size)
{
	int fd = make_file(name, 0600);

	CHECK(ftruncate(fd, size) == 0);
	return fd;
}

/* Later than 6.1 it ends with the last user, whoever says so */
static int clear(int fd, const char *name)
{
	FACT(ioctl(fd, LOOP_CLR_FD, 0), "clear");
	close(fd);
	fd = open(name, O_RDWR);
	CHECK(fd >= 0);
	return fd;
}

static long long size_of(int fd)
{
	unsigned long long n = -1;

	return ioctl(fd, BLKGETSIZE64, &n) ? -1 : (long long)n;
}

static void show(int fd, const char *what)
{
	struct loop_info64 info = { 0 };
	int rc = ioctl(fd, LOOP_GET_STATUS64, &info);

	FACT(rc, "%s", what);
	if (rc)
		return;
	printf("offset %llu, limit %llu, flags %u, encryption %u, name %s, "
		"size %lld\n", (unsigned long long)info.lo_offset,
		(unsigned long long)info.lo_sizelimit, info.lo_flags,
		info.lo_encrypt_type, info.lo_file_name, size_of(fd));
}

static void test_unbound(void)
{
	int fd = take(O_RDWR), control = open("/dev/loop-control", O_RDWR);
	struct loop_info64 info = { 0 };

	FACT(size_of(fd), "size");
	FACT(read(fd, data, 512), "read");
	for (unsigned cmd = LOOP_CLR_FD; cmd <= LOOP_SET_BLOCK_SIZE; cmd++)
		if (cmd != LOOP_CHANGE_FD)
			FACT(ioctl(fd, cmd, &info), "ioctl %#x", cmd);
	FACT(ioctl(fd, 0x4C0B, &info), "ioctl 0x4c0b");
	FACT(ioctl(fd, LOOP_SET_FD, -1), "no file");
	FACT(ioctl(fd, LOOP_SET_FD, open(".", O_RDONLY)), "a directory");
	FACT(ioctl(fd, LOOP_SET_FD, open("/dev/null", O_RDWR)), "null");
	FACT(ioctl(fd, LOOP_SET_FD, fd), "itself");
	FACT(ioctl(fd, LOOP_CONFIGURE, NULL), "configure, none");
	FACT(ioctl(fd, LOOP_CONFIGURE, BAD_ADDRESS), "configure, address");
	FACT(ioctl(control, LOOP_CTL_ADD, 0), "add 0");
	FACT(ioctl(control, LOOP_CTL_REMOVE, 4000), "remove 4000");
	FACT(ioctl(control, 0x4C83, 0), "control ioctl 0x4c83");
	FACT(read(control, data, 1), "read control");
	close(control);
	close(fd);
}

static void test_sizes(void)
{
	static const long sizes[] = { 0, 1, 511, 512, 1000, 4096, 5000,
		100000 };
	int fd = take(O_RDWR);

	for (size_t i = 0; i < COUNT(sizes); i++) {
		int file = sized("f", sizes[i]);

		FACT(ioctl(fd, LOOP_SET_FD, file), "%ld bytes", sizes[i]);
		FACT(size_of(fd), "size");
		FACT(ioctl(fd, LOOP_SET_FD, file), "again");
		fd = clear(fd, device);
		FACT(size_of(fd), "size");
		close(file);
	}
	close(fd);
}

static void set(int fd, struct loop_info64 info, const char *what)
{
	FACT(ioctl(fd, LOOP_SET_STATUS64, &info), "%s", what);
	show(fd, what);
}

static void test_status(void)
{
	int fd = take(O_RDWR), file = sized("f", 10000), node;
	struct loop_info old;

	CHECK(ioctl(fd, LOOP_SET_FD, file) == 0);
	show(fd, "as it is bound");
	set(fd, (struct loop_info64){ .lo_offset = 512 }, "offset");
	set(fd, (struct loop_info64){ .lo_offset = 100 }, "odd offset");
	set(fd, (struct loop_info64){ .lo_sizelimit = 3000 }, "limit");
	set(fd, (struct loop_info64){ .lo_offset = 9000,
		.lo_sizelimit = 3000 }, "both");
	set(fd, (struct loop_info64){ .lo_offset = 20000 }, "beyond the end");
	set(fd, (struct loop_info64){ .lo_offset = 1ull << 63 }, "too high");
	set(fd, (struct loop_info64){ .lo_sizelimit = -1ull },
		"limit too high");
	set(fd, (struct loop_info64){ .lo_file_name = "a name" }, "name");
	set(fd, (struct loop_info64){ .lo_encrypt_type = 1 }, "encryption");
	set(fd, (struct loop_info64){ .lo_encrypt_key_size = 33 }, "key");
	set(fd, (struct loop_info64){ .lo_flags = LO_FLAGS_READ_ONLY },
		"read-only");
	set(fd, (struct loop_info64){ .lo_flags = LO_FLAGS_AUTOCLEAR },
		"autoclear");
	set(fd, (struct loop_info64){ .lo_flags = 0 }, "not any more");
	FACT(ioctl(fd, LOOP_SET_STATUS64, BAD_ADDRESS), "address");
	FACT(ioctl(fd, LOOP_GET_STATUS64, BAD_ADDRESS), "get, address");
	FACT(ioctl(fd, LOOP_GET_STATUS, &old), "old form");
	printf("offset %d, flags %d, name %s\n", old.lo_offset, old.lo_flags,
		old.lo_name);
	old.lo_offset = 1024;
	strcpy(old.lo_name, "old");
	FACT(ioctl(fd, LOOP_SET_STATUS, &old), "set the old form");
	show(fd, "by the new one");
	node = open(device, O_RDONLY);
	AS(NOBODY)
		FACT(ioctl(node, LOOP_SET_STATUS64, &(struct loop_info64){
			.lo_offset = 512 }), "who may only read it");
	close(node);
	CHECK(ftruncate(file, 20000) == 0);
	FACT(size_of(fd), "the file grew");
	FACT(ioctl(fd, LOOP_SET_CAPACITY, 0), "look again");
	FACT(size_of(fd), "now");
	FACT(ioctl(fd, LOOP_SET_BLOCK_SIZE, 100), "block size 100");
	FACT(ioctl(fd, LOOP_SET_BLOCK_SIZE, 256), "256");
	FACT(ioctl(fd, LOOP_SET_BLOCK_SIZE, 1536), "1536");
	FACT(ioctl(fd, LOOP_SET_BLOCK_SIZE, 1024), "1024");
	FACT((ioctl(fd, BLKSSZGET, &node), node), "it is");
	fd = clear(fd, device);
	FACT((ioctl(fd, BLKSSZGET, &node), node), "block size");
	show(fd, "cleared");
	close(fd);
	close(file);
}

static void test_configure(void)
{
	int fd = take(O_RDWR), file = sized("f", 10000);
	struct loop_config c = { .fd = file, .block_size = 300 };

	FACT(ioctl(fd, LOOP_CONFIGURE, &c), "block size 300");
	c.block_size = 0;
	c.info.lo_flags = 64;
	FACT(ioctl(fd, LOOP_CONFIGURE, &c), "unknown flag");
	c.info.lo_flags = LO_FLAGS_READ_ONLY;
	c.info.lo_encrypt_type = 18;
	FACT(ioctl(fd, LOOP_CONFIGURE, &c), "encryption");
	c.info.lo_encrypt_type = 0;
	c.fd = -1;
	FACT(ioctl(fd, LOOP_CONFIGURE, &c), "no file");
	c.fd = file;
	c.info.lo_offset = 1024;
	strcpy((char *)c.info.lo_file_name, "configured");
	FACT(ioctl(fd, LOOP_CONFIGURE, &c), "configure");
	show(fd, "status");
	FACT(ioctl(fd, LOOP_CONFIGURE, &c), "again");
	FACT(write(fd, data, 512), "write");
	FACT(ioctl(fd, LOOP_CLR_FD, 0), "clear");
	close(fd);
	close(file);
}

static void test_data(void)
{
	int fd = take(O_RDWR), file = sized("f", 10240), other, node;
	char text[8] = "";

	CHECK(ioctl(fd, LOOP_SET_FD, file) == 0);
	CHECK(ioctl(fd, LOOP_SET_STATUS64, &(struct loop_info64){
		.lo_offset = 512 }) == 0);
	FACT(pwrite(fd, "hello", 5, 1000), "write");
	FACT(pwrite(fd, data, 5, 9728), "write at the end");
	FACT(pread(fd, data, 5, 9728), "read at the end");
	FACT(pread(fd, data, 600, 9600), "read over the end");
	FACT(fsync(fd), "sync");
	FACT(pread(file, text, 5, 1512), "the file has it");
	puts(text);
	node = open(device, O_RDONLY);
	FACT(ioctl(fd, LOOP_CLR_FD, 0), "clear, with another user");
	show(fd, "still bound");
	FACT(pread(node, text, 5, 1000), "still read");
	close(node);
	show(fd, "one user less");
	close(fd);
	fd = open(device, O_RDWR);
	show(fd, "none is left");
	other = open("f", O_RDONLY);
	CHECK(ioctl(fd, LOOP_SET_FD, other) == 0);
	show(fd, "of a file that is read only");
	FACT(pwrite(fd, "x", 1, 0) < 0 || fsync(fd) < 0, "write fails");
	ioctl(fd, LOOP_CLR_FD, 0);
	close(fd);
	fd = open(device, O_RDONLY);
	CHECK(ioctl(fd, LOOP_SET_FD, file) == 0);
	show(fd, "of a node that is read only");
	ioctl(fd, LOOP_CLR_FD, 0);
	close(fd);
	fd = open(device, O_RDWR);
	CHECK(ioctl(fd, LOOP_SET_FD, file) == 0);
	unlink("f");
	FACT(pread(fd, text, 5, 1512), "the file has no name");
	puts(text);
	CHECK(ftruncate(file, 2048) == 0);
	FACT(ioctl(fd, BLKFLSBUF, 0), "forget");
	FACT(pread(fd, text, 5, 1512), "what is left of it");
	FACT(pread(fd, text, 5, 8192), "what is cut off");
	ioctl(fd, LOOP_CLR_FD, 0);
	close(fd);
	close(file);
}

static void test_nested(void)
{
	int inner = take(O_RDWR), file = sized("f", 8192), outer;
	char name[40];

	strcpy(name, device);
	CHECK(ioctl(inner, LOOP_SET_FD, file) == 0);
	outer = take(O_RDWR);
	FACT(ioctl(outer, LOOP_SET_FD, inner), "a loop device of another");
	FACT(size_of(outer), "size");
	FACT(pwrite(outer, "nested", 6, 512), "write");
	FACT(fsync(outer), "sync");
	FACT(pread(file, data, 6, 512), "the file has it");
	printf("%.6s\n", data);
	outer = clear(outer, device);
	inner = clear(inner, name);
	FACT(ioctl(outer, LOOP_SET_FD, inner), "of one that is not bound");
	close(outer);
	close(inner);
	close(file);
}

static void test_change(void)
{
	int fd = take(O_RDWR), file = sized("f", 8192);
	int same = sized("g", 8192), other = sized("h", 9000);

	FACT(ioctl(fd, LOOP_CHANGE_FD, same), "change, not bound");
	CHECK(ioctl(fd, LOOP_SET_FD, file) == 0);
	FACT(ioctl(fd, LOOP_CHANGE_FD, same), "change, it is written");
	fd = clear(fd, device);
	close(fd);
	fd = open(device, O_RDONLY);
	CHECK(ioctl(fd, LOOP_SET_FD, file) == 0);
	CHECK(pwrite(file, "old", 3, 0) == 3 && pwrite(same, "new", 3, 0) == 3);
	FACT(pread(fd, data, 3, 0), "read");
	FACT(ioctl(fd, LOOP_CHANGE_FD, -1), "no file");
	FACT(ioctl(fd, LOOP_CHANGE_FD, other), "another size");
	FACT(ioctl(fd, LOOP_CHANGE_FD, open(".", O_RDONLY)), "a directory");
	FACT(ioctl(fd, LOOP_CHANGE_FD, same), "the same size");
	show(fd, "changed");
	FACT(ioctl(fd, BLKFLSBUF, 0), "forget");
	FACT(pread(fd, data, 3, 0), "read");
	printf("%.3s\n", data);
	ioctl(fd, LOOP_CLR_FD, 0);
	close(fd);
	close(file);
}

int main(int argc __attribute__((unused)), char **argv)
{
	static char path[PATH_MAX];

	facts_begin(argv[1]);
	CHECK(mount("n", ".", "tmpfs", 0, NULL) == 0);
	CHECK(chdir(getcwd(path, sizeof(path))) == 0);
	test_unbound();
	test_sizes();
	test_status();
	test_configure();
	test_data();
	test_nested();
	test_change();
	return 0;
}

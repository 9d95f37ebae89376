/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: names: their limits, links, renaming, directories and nodes. */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#include "facts_tmpfs.h"

#define NOREPLACE	1
#define EXCHANGE	2
#define WHITEOUT	4

static char name256[300], path[PATH_MAX + 10];

static void chain(int n)
{
	char from[16], to[16];

	put_file("c0", 0644);
	for (int i = 1; i <= n; i++) {
		snprintf(from, sizeof(from), "c%d", i - 1);
		snprintf(to, sizeof(to), "c%d", i);
		CHECK(symlink(from, to) == 0);
	}
}

static void test_limits(void)
{
	struct stat st;

	memset(name256, 'n', 256);
	chain(42);
	FACT(stat("c39", &st), "39 links");
	FACT(stat("c40", &st), "40 links");
	FACT(stat("c41", &st), "41 links");
	FACT(lstat("c42", &st), "lstat of one");
	FACT(open("c41", O_CREAT | O_RDWR, 0600), "create through 41");
	FACT(opened(open("c40", O_CREAT | O_RDWR, 0600)), "through 40");
	FACT(chdir("c41/x"), "on the way");
	for (int i = 0; i <= 42; i++) {
		char name[16];

		snprintf(name, sizeof(name), "c%d", i);
		unlink(name);
	}
	FACT(mkdir(name256, 0700), "name of 256");
	FACT(stat(name256, &st), "stat of it");
	FACT(symlink("x", name256), "symlink by that name");
	FACT(unlink(name256), "unlink of it");
	FACT(rename(name256, "x"), "rename of it");
	name256[255] = 0;
	FACT(mkdir(name256, 0700), "name of 255");
	FACT(rename(name256, "x"), "rename of it");
	FACT(rmdir("x"), "rmdir");
	name256[255] = 'n';
	memset(path, '/', sizeof(path));
	path[4095] = 0;
	FACT(stat(path, &st), "path of 4095");
	path[4095] = '/';
	path[4096] = 0;
	FACT(stat(path, &st), "path of 4096");
	memset(path, 'a', 4095);
	path[4095] = 0;
	FACT(symlink(path, "long"), "link text of 4095");
	FACT(readlink("long", buffer, sizeof(buffer)), "readlink");
	FACT(readlink("long", buffer, 10), "readlink into 10");
	FACT(readlink("long", buffer, 0), "readlink into nothing");
	FACT(syscall(SYS_readlink, "long", buffer, -1), "negative size");
	FACT(readlink("long", BAD_ADDRESS, 10), "readlink, bad address");
	FACT(stat("long", &st), "through it");
	unlink("long");
	path[4095] = 'a';
	path[4096] = 0;
	FACT(symlink(path, "long"), "link text of 4096");
	FACT(symlink("", "empty"), "empty link text");
	put_file("many", 0600);
	for (int i = 0; i < 1000; i++) {
		snprintf(path, 20, "many%d", i);
		if (link("many", path))
			break;
	}
	FACT(get("many").st_nlink, "a thousand links");
	for (int i = 0; i < 1000; i++) {
		snprintf(path, 20, "many%d", i);
		unlink(path);
	}
	unlink("many");
}

static int rename2(const char *from, const char *to, unsigned flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void test_rename(void)
{
	put_file("a", 0600);
	CHECK(write(open("a", O_WRONLY), "a", 1) == 1);
	put_file("b", 0600);
	CHECK(!mkdir("d", 0700) && !mkdir("e", 0700) && !mkdir("d/in", 0700)
		&& !symlink("a", "l"));
	FACT(rename2("a", "b", NOREPLACE), "no replacing");
	FACT(rename2("a", "a", NOREPLACE), "of itself");
	FACT(rename2("none", "b", NOREPLACE), "of nothing");
	FACT(rename2("a", "d", EXCHANGE), "file and directory");
	FACT(S_ISDIR(get("a").st_mode), "is a directory now");
	FACT(rename2("a", "d", EXCHANGE), "back");
	FACT(rename2("d", "e", EXCHANGE), "two directories");
	FACT(access("e/in", F_OK), "contents went with it");
	FACT(rename2("e", "d", EXCHANGE), "back");
	FACT(rename2("d", "d/in", EXCHANGE), "with one's child");
	FACT(rename2("d/in", "d", EXCHANGE), "with one's parent");
	FACT(rename2("a", "a", EXCHANGE), "with itself");
	FACT(rename2("a", "l", EXCHANGE), "with a link");
	FACT(rename2("l", "a", EXCHANGE), "back");
	FACT(rename2("a", "none", EXCHANGE), "with nothing");
	FACT(rename2("a", "b", NOREPLACE | EXCHANGE), "two flags");
	FACT(rename2("a", "b", EXCHANGE | WHITEOUT), "two flags");
	FACT(rename2("a", "b", 8), "unknown flag");
	FACT(rename2("a", "w", WHITEOUT | NOREPLACE), "whiteout");
	printf("left: mode %o device %x links %d\n", get("a").st_mode,
		(int)get("a").st_rdev, (int)get("a").st_nlink);
	FACT(unlink("a"), "unlink it");
	FACT(rename2("w", "b", WHITEOUT), "whiteout over another");
	FACT(get("b").st_size, "the new one");
	FACT(unlink("w"), "unlink the whiteout");
	FACT(rename2("d", "e", WHITEOUT), "directory, whiteout");
	printf("left: mode %o\n", get("d").st_mode);
	unlink("d");
	AS(NOBODY)
		FACT(rename2("b", "c", WHITEOUT), "whiteout by a user");
	rename("c", "b");
	unlink("c");
	FACT(rename("b", "b/"), "to itself with a slash");
	FACT(rename("b", "b/x"), "below a file");
	FACT(rename("l", "l2"), "of a link");
	FACT(S_ISLNK(get("l2").st_mode), "moves the link");
	FACT(rename("e/in", "e/in/"), "directory to itself with a slash");
	FACT(rename("e/in/", "e/out/"), "directory with slashes");
	FACT(rename("e/out", "e/out/x"), "directory into itself");
	FACT(rename("e", "e/out"), "over its child");
	FACT(rename("e/out", "e"), "over its parent");
	FACT(rename(".", "x"), "dot");
	FACT(rename("e/..", "x"), "dot-dot");
	FACT(rename("b", "."), "to dot");
	FACT(rename("b", ".."), "to dot-dot");
	FACT(rename("/", "x"), "the root");
	FACT(rename("b", "/"), "to the root");
	FACT(rename("b", ""), "to an empty path");
	FACT(rename("", "b"), "of an empty path");
	FACT(rename("b", "/proc/x"), "to another file system");
	FACT(rename("/proc/self", "x"), "from another file system");
	FACT(rename("/proc/uptime", "/proc/x"), "within proc");
	FACT(link("b", "/proc/x"), "link to another file system");
	FACT(link("/proc/uptime", "x"), "link from another");
	FACT(link("e", "x"), "link of a directory");
	FACT(link("b", "b"), "link to itself");
	FACT(link("none", "b"), "link of nothing to what is there");
	FACT(linkat(AT_FDCWD, "b", AT_FDCWD, "x", 0x10000), "unknown flag");
	FACT(linkat(AT_FDCWD, "", AT_FDCWD, "x", AT_EMPTY_PATH),
		"the working directory");
	FACT(symlinkat("x", 99, "y"), "symlinkat, bad descriptor");
	FACT(mkdir("/proc/x", 0700), "mkdir in proc");
	FACT(unlink("/proc/uptime"), "unlink in proc");
	FACT(rmdir("/proc/self"), "rmdir of a link in proc");
	FACT(unlinkat(AT_FDCWD, "b", AT_REMOVEDIR), "unlinkat, a file as dir");
	FACT(unlinkat(AT_FDCWD, "e", 0), "unlinkat, a directory");
	FACT(unlinkat(AT_FDCWD, "b", 1), "unlinkat, unknown flag");
	FACT(unlinkat(99, "b", 0), "unlinkat, bad descriptor");
	unlink("b"); unlink("l2"); rmdir("e/out"); rmdir("e");
}

static long in_order(const char *list, long n, int wide)
{
	long names = 0;

	for (long at = 0; at < n; names++)
		at += *(const unsigned short *)(list + at + (wide ? 16 : 8));
	return names;
}

static void test_directories(void)
{
	int dir, fd;
	long n;

	CHECK(!mkdir("di", 0755) && !mkdir("di/d", 0755));
	put_file("di/f", 0600);
	CHECK(!symlink("f", "di/l") && !mkfifo("di/p", 0600));
	dir = open("di", O_RDONLY);
	fd = open("di/f", O_RDONLY);
	n = syscall(SYS_getdents64, dir, buffer, 1000);
	FACT(n, "getdents64");
	FACT(in_order(buffer, n, 1), "names");
	FACT(syscall(SYS_getdents64, dir, buffer, 1000), "at the end");
	FACT(lseek(dir, 0, SEEK_SET), "rewind");
	n = syscall(SYS_getdents, dir, buffer, 1000);
	FACT(n, "getdents");
	FACT(in_order(buffer, n, 0), "names");
	lseek(dir, 0, SEEK_SET);
	FACT(syscall(SYS_getdents64, dir, buffer, 10), "too small");
	FACT(syscall(SYS_getdents64, dir, buffer, 24), "room for one");
	FACT(syscall(SYS_getdents64, dir, buffer, 0), "no room");
	FACT(syscall(SYS_getdents64, dir, BAD_ADDRESS, 1000), "bad address");
	FACT(syscall(SYS_getdents64, fd, buffer, 1000), "a file");
	FACT(syscall(SYS_getdents64, 99, buffer, 1000), "bad descriptor");
	lseek(dir, 0, SEEK_SET);
	FACT(syscall(89, dir, buffer, 1), "readdir");
	printf("%d bytes: %s\n", *(unsigned short *)(buffer + 8), buffer + 10);
	FACT(syscall(89, dir, buffer, 1), "readdir");
	while (syscall(89, dir, buffer, 1) == 1)
		;
	FACT(syscall(89, dir, buffer, 1), "readdir at the end");
	FACT(syscall(89, fd, buffer, 1), "readdir of a file");
	FACT(syscall(89, 99, buffer, 1), "readdir, bad descriptor");
	lseek(dir, 0, SEEK_SET);
	FACT(syscall(89, dir, BAD_ADDRESS, 1), "readdir, bad address");
	FACT(read(dir, buffer, 10), "read of a directory");
	FACT(pread(dir, buffer, 10, 0), "pread of a directory");
	FACT(write(dir, buffer, 10), "write to a directory");
	FACT(ftruncate(dir, 0), "ftruncate of a directory");
	FACT(lseek(dir, 0, SEEK_END), "lseek to a directory's end");
	FACT(lseek(dir, -1, SEEK_SET), "lseek before its beginning");
	FACT(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, dir, 0) == MAP_FAILED
		? -1 : 0, "mmap of a directory");
	FACT(ioctl(dir, FIONREAD, &n), "FIONREAD of a directory");
	FACT(unlink("di/d"), "unlink of a directory");
	close(dir);
	close(fd);
	rmdir("di/d"); unlink("di/f"); unlink("di/l"); unlink("di/p");
	rmdir("di");
}

static void test_nodes(void)
{
	static const int types[] = { S_IFREG, S_IFIFO, S_IFCHR, S_IFBLK,
		S_IFSOCK, S_IFDIR, S_IFLNK, 0, 0170000, 0030000 };
	struct stat st;

	for (size_t i = 0; i < COUNT(types); i++) {
		FACT(mknod("node", types[i] | 0640, makedev(1, 3)),
			"mknod %o", types[i]);
		if (lstat("node", &st) == 0)
			printf("  mode %o device %x\n", st.st_mode,
				(unsigned)st.st_rdev);
		unlink("node");
		AS(NOBODY) {
			FACT(mknod("node", types[i] | 0640, makedev(1, 3)),
				"by a user");
			unlink("node");
		}
	}
	FACT(mknod("node", S_IFSOCK | 0600, 0), "socket");
	FACT(open("node", O_RDONLY), "open of a socket");
	unlink("node");
	FACT(mknod("", S_IFREG, 0), "empty path");
	FACT(mknod("x/", S_IFREG, 0), "slash");
	FACT(mkdir("x/", 0700) | rmdir("x/"), "mkdir with a slash");
	FACT(mknodat(99, "x", S_IFREG, 0), "bad descriptor");
}

int main(int argc, char **argv)
{
	facts_begin_tmpfs(argc > 1 ? argv[1] : NULL);
	test_limits();
	test_rename();
	test_directories();
	test_nodes();
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: the calls on names and attributes, flag by flag and limit by limit. */
#include <dirent.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <utime.h>

#include "facts.h"

#define NOREPLACE	1
#define EXCHANGE	2
#define WHITEOUT	4
#define F_GET_RW_HINT_	1035
#define FIOQSIZE_	0x5460
#define FIGETBSZ_	2
#define FIBMAP_		1
#define FS_IOC_GETFLAGS_ 0x80046601

static char buffer[70000], name256[300], path[PATH_MAX + 10];

static long opened(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static struct stat get(const char *file)
{
	struct stat st = { 0 };

	lstat(file, &st);
	return st;
}

static int rename2(const char *from, const char *to, unsigned flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void test_open_flags(void)
{
	static const struct {
		const char *name;
		int flags;
	} sets[] = {
		{ "nothing", 0 }, { "both access bits", O_ACCMODE },
		{ "O_APPEND", O_APPEND }, { "O_ASYNC", O_ASYNC },
		{ "O_CLOEXEC", O_CLOEXEC }, { "O_DIRECT", O_DIRECT },
		{ "O_DIRECTORY", O_DIRECTORY }, { "O_DSYNC", O_DSYNC },
		{ "O_EXCL", O_EXCL }, { "O_NOATIME", O_NOATIME },
		{ "O_NOCTTY", O_NOCTTY }, { "O_NOFOLLOW", O_NOFOLLOW },
		{ "O_NONBLOCK", O_NONBLOCK }, { "O_PATH", O_PATH },
		{ "O_PATH|O_RDWR", O_PATH | O_RDWR },
		{ "O_PATH|O_CREAT", O_PATH | O_CREAT },
		{ "O_PATH|O_NOFOLLOW", O_PATH | O_NOFOLLOW },
		{ "O_SYNC", O_SYNC }, { "O_TRUNC", O_TRUNC },
		{ "O_TRUNC|O_WRONLY", O_TRUNC | O_WRONLY },
		{ "O_CREAT", O_CREAT }, { "O_CREAT|O_EXCL", O_CREAT | O_EXCL },
		{ "O_CREAT|O_DIRECTORY", O_CREAT | O_DIRECTORY },
		{ "O_CREAT|O_NOFOLLOW", O_CREAT | O_NOFOLLOW },
		{ "O_TMPFILE", O_TMPFILE }, { "O_TMPFILE|O_RDWR", O_TMPFILE | O_RDWR },
		{ "an unknown one", 1 << 30 }, { "0100 of mode", 0x4 },
	};
	static const char *const files[] = {
		"f", "d", "l", "dangling", "fifo", "/dev/null", "loop",
	};

	put_file("f", 0644);
	CHECK(!mkdir("d", 0755) && !symlink("f", "l")
		&& !symlink("gone", "dangling") && !mkfifo("fifo", 0600)
		&& !symlink("loop", "loop"));
	for (size_t i = 0; i < COUNT(sets); i++) {
		for (size_t k = 0; k < COUNT(files); k++) {
			int fd;

			if (k == 4 && !(sets[i].flags & O_PATH))
				continue;
			FACT((fd = open(files[k], sets[i].flags, 0600)) < 0
				? -1 : 0, "open %s, %s", files[k],
				sets[i].name);
			if (fd >= 0)
				printf("  flags %o\n", fcntl(fd, F_GETFL));
			close(fd < 0 ? 999 : fd);
			unlink("gone");
		}
	}
	FACT(opened(openat(AT_FDCWD, "f", O_RDONLY)), "openat");
	FACT(openat(99, "f", O_RDONLY), "openat, bad descriptor");
	FACT(opened(openat(99, "/dev/null", O_RDONLY)), "absolute path");
	int fd = open("f", O_RDONLY), p = open("d", O_PATH);
	FACT(openat(fd, "f", O_RDONLY), "openat, a file");
	FACT(openat(p, "f", O_RDONLY), "openat by O_PATH");
	FACT(opened(openat(p, "../f", O_RDONLY)), "up from there");
	FACT(openat(p, "", O_RDONLY), "openat, empty path");
	FACT(fchdir(p), "fchdir by O_PATH");
	CHECK(chdir("..") == 0);
	FACT(fchmod(p, 0755), "fchmod of O_PATH");
	FACT(fchown(p, 0, 0), "fchown of O_PATH");
	FACT(ftruncate(p, 0), "ftruncate of O_PATH");
	FACT(ioctl(p, FIONREAD, &fd), "ioctl of O_PATH");
	FACT(fsync(p), "fsync of O_PATH");
	FACT(flock(p, LOCK_SH), "flock of O_PATH");
	FACT(fcntl(p, F_GETFD), "F_GETFD of O_PATH");
	FACT(fcntl(p, F_SETFL, O_NONBLOCK), "F_SETFL of O_PATH");
	FACT(syscall(SYS_getdents64, p, buffer, 100), "getdents of O_PATH");
	FACT(opened(dup(p)), "dup of O_PATH");
	FACT(fcntl(fd, F_SETFL, O_DIRECT), "F_SETFL O_DIRECT");
	FACT(fcntl(fd, F_SETFL, O_APPEND | O_WRONLY | O_CREAT), "F_SETFL");
	printf("flags %o\n", fcntl(fd, F_GETFL));
	close(fd);
	close(p);
	AS(NOBODY) {
		FACT(open("f", O_RDONLY | O_NOATIME), "O_NOATIME by a user");
		FACT(open("f", O_WRONLY), "O_WRONLY by a user");
		FACT(open("f", O_RDONLY | O_TRUNC), "O_TRUNC by a user");
	}
	CHECK(symlink("/proc/self/fd", "fd") == 0);
	FACT(open("fd/77", O_RDONLY), "a descriptor that is closed");
	unlink("f"); unlink("l"); unlink("dangling"); unlink("fifo");
	unlink("loop"); unlink("fd"); rmdir("d");
}

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

static void test_tmpfile(void)
{
	int fd = open(".", O_TMPFILE | O_WRONLY, 0640), rd;
	struct stat st;
	char self[32];

	CHECK(fd >= 0 && write(fd, "tmp", 3) == 3 && !fstat(fd, &st));
	printf("mode %o links %d size %d\n", st.st_mode, (int)st.st_nlink,
		(int)st.st_size);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	rd = open(self, O_RDONLY);
	FACT(rd >= 0, "open it again for reading");
	FACT(read(rd, buffer, 10), "read");
	close(rd);
	printf("name: %d\n", (int)(readlink(self, buffer, 4096) > 0
		&& strstr(buffer, "(deleted)")));
	AS(NOBODY)
		FACT(linkat(fd, "", AT_FDCWD, "t", AT_EMPTY_PATH),
			"by a user, by descriptor");
	FACT(linkat(AT_FDCWD, self, AT_FDCWD, "t", 0), "link of the link");
	unlink("t");
	FACT(linkat(AT_FDCWD, self, AT_FDCWD, "t", AT_SYMLINK_FOLLOW),
		"by way of proc");
	FACT(get("t").st_nlink, "links");
	FACT(unlink("t"), "unlink");
	FACT(linkat(fd, "", AT_FDCWD, "t", AT_EMPTY_PATH), "once more");
	close(fd);
	FACT(open(".", O_TMPFILE | O_RDWR | O_CREAT, 0600), "with O_CREAT");
	FACT(open("/proc", O_TMPFILE | O_RDWR, 0600), "in proc");
	FACT(open("/dev/null", O_TMPFILE | O_RDWR, 0600), "in a device");
	CHECK(mkdir("closed", 0755) == 0);
	AS(NOBODY)
		FACT(open("closed", O_TMPFILE | O_RDWR, 0600),
			"without a right");
	rmdir("closed");
	FACT(opened(open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600)), "exclusive");
}

static void test_fallocate(void)
{
	int fd = make_file("fa", 0644);

	for (int mode = 0; mode < 0x80; mode = mode ? mode * 2 : 1)
		FACT(fallocate(fd, mode, 0, 8192), "mode %d", mode);
	FACT(get("fa").st_size, "size");
	for (int mode = 3; mode < 0x60; mode = (mode - 1) * 2 + 1)
		FACT(fallocate(fd, mode, 0, 4096), "mode %d", mode);
	memset(buffer, 'x', 16384);
	CHECK(pwrite(fd, buffer, 16384, 0) == 16384);
	FACT(fallocate(fd, 3, 100, 200), "hole within a page");
	FACT(pread(fd, buffer, 400, 0), "read");
	FACT(buffer[99] == 'x' && !buffer[100] && !buffer[299]
		&& buffer[300] == 'x', "zeros there only");
	FACT(get("fa").st_blocks, "blocks");
	FACT(fallocate(fd, 3, 4000, 4192 + 4096), "over a page's end");
	FACT(get("fa").st_blocks, "blocks");
	FACT(lseek(fd, 0, SEEK_HOLE), "hole");
	FACT(lseek(fd, 4096, SEEK_DATA), "data");
	FACT(lseek(fd, 4095, SEEK_DATA), "data");
	FACT(lseek(fd, 5000, SEEK_HOLE), "hole");
	FACT(lseek(fd, 16383, SEEK_HOLE), "hole");
	FACT(lseek(fd, 16384, SEEK_HOLE), "hole at the end");
	FACT(lseek(fd, -1, SEEK_DATA), "negative");
	FACT(fallocate(fd, 3, 1 << 20, 4096), "hole behind the end");
	FACT(get("fa").st_size, "size");
	FACT(fallocate(fd, 0, 1 << 20, 4096), "behind the end");
	FACT(get("fa").st_size, "size");
	FACT(fallocate(fd, 0, LLONG_MAX, 1), "far away");
	FACT(fallocate(fd, 0, 1LL << 45, 4096), "beyond a file");
	FACT(fallocate(99, 0, 0, 1), "bad descriptor");
	FACT(fallocate(fd, 0, 0, 1LL << 33), "more than there is");
	FACT(get("fa").st_size, "size");
	close(fd);
	unlink("fa");
}

static int got_signal;

static void on_signal(int signo)
{
	got_signal = signo;
}

static void test_file_limit(void)
{
	struct rlimit old, small = { 1000, RLIM_INFINITY };
	int fd = make_file("li", 0644);

	signal(SIGXFSZ, on_signal);
	CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	FACT(write(fd, buffer, 999), "below the limit");
	FACT(write(fd, buffer, 10), "across it");
	FACT(got_signal, "signal");
	FACT(write(fd, buffer, 10), "at the limit");
	FACT(got_signal, "signal");
	got_signal = 0;
	FACT(write(fd, buffer, 0), "nothing");
	FACT(got_signal, "signal");
	FACT(pwrite(fd, buffer, 10, 2000), "behind it");
	FACT(got_signal, "signal");
	got_signal = 0;
	FACT(ftruncate(fd, 2000), "ftruncate");
	FACT(got_signal, "signal");
	got_signal = 0;
	FACT(truncate("li", 1001), "truncate");
	FACT(got_signal, "signal");
	got_signal = 0;
	FACT(fallocate(fd, 0, 0, 2000), "fallocate");
	FACT(got_signal, "signal");
	got_signal = 0;
	FACT(fallocate(fd, 1, 0, 2000), "fallocate, keeping size");
	FACT(truncate("li", 1000), "truncate to the limit");
	FACT(ftruncate(fd, 10), "shorter");
	CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
	signal(SIGXFSZ, SIG_DFL);
	close(fd);
	unlink("li");
}

static void busy(const char *what)
{
	FACT(opened(open("run", O_WRONLY)), "%s: open for writing", what);
	FACT(opened(open("run", O_RDONLY | O_TRUNC)), "%s: O_TRUNC", what);
	FACT(truncate("run", 100000), "%s: truncate", what);
	FACT(chmod("run", 0755), "%s: chmod", what);
	FACT(rename("run", "ran") | rename("ran", "run"), "%s: rename", what);
}

static void test_busy_text(const char *self)
{
	int in = open(self, O_RDONLY), fd = make_file("run", 0755), p[2];
	ssize_t n;

	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		CHECK(write(fd, buffer, n) == n);
	close(in);
	if (checked_fork() == 0) {
		execl("./run", "run", "--wait", NULL);
		FACT(-1, "execute what is open for writing");
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
	close(fd);
	CHECK(pipe(p) == 0);
	pid_t pid = checked_fork();
	if (pid == 0) {
		dup2(p[1], 1);
		execl("./run", "run", "--wait", NULL);
		_exit(1);
	}
	CHECK(read(p[0], buffer, 1) == 1);
	busy("while it runs");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	busy("afterwards");
	close(p[0]); close(p[1]);
	unlink("run");
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

static void set_bits(int fd, int mode)
{
	CHECK(fchown(fd, NOBODY, NOBODY) == 0 && fchmod(fd, mode) == 0);
}

static void test_set_id(void)
{
	static const int modes[] = { 06755, 06745, 06711, 02644, 04644, 06777 };
	int fd = make_file("id", 0777);

#define AFTER(action, user)						\
	do {								\
		set_bits(fd, modes[i]);					\
		AS(user)						\
			FACT(action, #action " as %d of %o", user,	\
				modes[i]);				\
		printf("mode then %o\n", get("id").st_mode & 07777);	\
	} while (0)
	for (size_t i = 0; i < COUNT(modes); i++) {
		AFTER(write(fd, "x", 1), NOBODY);
		AFTER(write(fd, "x", 1), 0);
		AFTER(write(fd, "x", 0), NOBODY);
		AFTER(pwrite(fd, "x", 1, 0), 1000);
		AFTER(ftruncate(fd, 1), NOBODY);
		AFTER(ftruncate(fd, 1), 0);
		AFTER(truncate("id", 1), NOBODY);
		AFTER(opened(open("id", O_WRONLY | O_TRUNC)), NOBODY);
		AFTER(fallocate(fd, 0, 0, 10), NOBODY);
		AFTER(chown("id", NOBODY, NOBODY), NOBODY);
		AFTER(chown("id", -1, -1), NOBODY);
		AFTER(chown("id", 0, -1), 0);
		AFTER(chown("id", -1, 0), 0);
		AFTER(utimensat(AT_FDCWD, "id", NULL, 0), NOBODY);
		AFTER(chmod("id", modes[i]), NOBODY);
	}
	close(fd);
	unlink("id");
}

struct xstat {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	char times[64];
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	char rest[104];
};

static void test_statx(void)
{
	static const unsigned masks[] = { 0, 1, 2, 4, 8, 0x10, 0x20, 0x40,
		0x80, 0x100, 0x200, 0x400, 0x800, 0x7FF, 0xFFF, 0x1000, 0x2000,
		0x4000, 0x7FFFFFFF, 0x80000000 };
	static const char *const files[] = { "sx", ".", "/dev/null", "/proc",
		"/proc/self/status", "/", "link" };
	static const int flags[] = { 0x100, 0x200, 0x400, 0x800, 0x1000,
		0x2000, 0x4000, 0x6000, 0x8000, 0x10000 };
	struct xstat x;
	int p[2];

	put_file("sx", 0640);
	CHECK(symlink("sx", "link") == 0 && pipe(p) == 0);
	for (size_t i = 0; i < COUNT(masks); i++) {
		memset(&x, 0, sizeof(x));
		FACT(syscall(SYS_statx, AT_FDCWD, "sx", 0, masks[i], &x),
			"mask %x", masks[i]);
		printf("  mask %x mode %o links %d\n", x.mask, x.mode,
			(int)x.nlink);
	}
	for (size_t i = 0; i < COUNT(files); i++) {
		memset(&x, 0, sizeof(x));
		FACT(syscall(SYS_statx, AT_FDCWD, files[i], 0x100, 0xFFFF, &x),
			"%s", files[i]);
		printf("  mask %x attributes %llx of %llx mount %d device "
			"%u:%u\n", x.mask, (long long)x.attributes,
			(long long)x.attributes_mask, x.mnt_id != 0,
			x.rdev_major, x.rdev_minor);
	}
	for (size_t i = 0; i < COUNT(flags); i++)
		FACT(syscall(SYS_statx, AT_FDCWD, "link", flags[i], 0xFFF, &x),
			"flag %x", flags[i]);
	memset(&x, 0, sizeof(x));
	FACT(syscall(SYS_statx, p[0], "", 0x1000, 0xFFFF, &x), "pipe");
	printf("  mask %x mode %o attributes %llx of %llx\n", x.mask, x.mode,
		(long long)x.attributes, (long long)x.attributes_mask);
	FACT(syscall(SYS_statx, p[0], "x", 0, 0xFFF, &x), "below a pipe");
	FACT(syscall(SYS_statx, AT_FDCWD, "sx", 0, 0xFFF, BAD_ADDRESS),
		"bad address");
	FACT(syscall(SYS_statx, AT_FDCWD, BAD_ADDRESS, 0, 0xFFF, &x),
		"bad path");
	FACT(syscall(SYS_statx, AT_FDCWD, "", 0, 0xFFF, &x), "empty path");
	close(p[0]); close(p[1]);
	unlink("sx"); unlink("link");
}

static void test_times(void)
{
	static const struct {
		const char *name;
		struct timespec t[2];
	} sets[] = {
		{ "both now", { { 0, UTIME_NOW }, { 0, UTIME_NOW } } },
		{ "both omitted", { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } } },
		{ "now, omitted", { { 0, UTIME_NOW }, { 0, UTIME_OMIT } } },
		{ "omitted, now", { { 0, UTIME_OMIT }, { 0, UTIME_NOW } } },
		{ "set, omitted", { { 5, 6 }, { 0, UTIME_OMIT } } },
		{ "omitted, set", { { 0, UTIME_OMIT }, { 7, 8 } } },
		{ "both set", { { 5, 6 }, { 7, 8 } } },
		{ "before 1970", { { -5, 6 }, { -7, 8 } } },
		{ "bad first", { { 0, -1 }, { 0, 0 } } },
		{ "bad second", { { 0, 0 }, { 0, 1000000000 } } },
		{ "bad and omitted", { { 0, -1 }, { 0, UTIME_OMIT } } },
	};
	int fd = make_file("ut", 0666), rd = open("ut", O_RDONLY);

	CHECK(mkdir("utd", 0755) == 0 && symlink("ut", "utl") == 0);
	for (size_t i = 0; i < COUNT(sets); i++) {
		CHECK(fchown(fd, 0, 0) == 0);
		FACT(utimensat(AT_FDCWD, "ut", sets[i].t, 0), "root: %s",
			sets[i].name);
		FACT(utimensat(AT_FDCWD, "none", sets[i].t, 0), "nothing: %s",
			sets[i].name);
		FACT(futimens(99, sets[i].t), "bad descriptor: %s",
			sets[i].name);
		FACT(futimens(rd, sets[i].t), "read-only: %s", sets[i].name);
		AS(NOBODY)
			FACT(utimensat(AT_FDCWD, "ut", sets[i].t, 0),
				"may write: %s", sets[i].name);
		CHECK(fchmod(fd, 0644) == 0);
		AS(NOBODY)
			FACT(utimensat(AT_FDCWD, "ut", sets[i].t, 0),
				"may not: %s", sets[i].name);
		CHECK(fchmod(fd, 0) == 0 && fchown(fd, NOBODY, 0) == 0);
		AS(NOBODY)
			FACT(utimensat(AT_FDCWD, "ut", sets[i].t, 0),
				"owner: %s", sets[i].name);
		CHECK(fchmod(fd, 0666) == 0);
	}
	FACT(utimensat(AT_FDCWD, "utl", NULL, AT_SYMLINK_NOFOLLOW), "a link");
	FACT(utimensat(AT_FDCWD, "", NULL, AT_EMPTY_PATH), "empty path");
	FACT(utimensat(rd, "", NULL, AT_EMPTY_PATH), "a descriptor");
	FACT(utimensat(rd, "x", NULL, 0), "below a file");
	FACT(syscall(SYS_utimensat, rd, NULL, NULL, AT_SYMLINK_NOFOLLOW),
		"no path, with a flag");
	FACT(utime("ut", &(struct utimbuf){ 1, 2 }), "utime");
	FACT(get("ut").st_mtime, "time");
	FACT(syscall(SYS_utimes, "ut", (int [4]){ 1, 999999, 2, 3 }), "utimes");
	FACT(syscall(SYS_utimes, "ut", (int [4]){ 1, 1000000, 2, 3 }), "bad one");
	FACT(syscall(SYS_utimes, "ut", (int [4]){ 1, -1, 2, 3 }), "bad one");
	FACT(syscall(SYS_utime, "ut", BAD_ADDRESS), "utime, bad address");
	FACT(syscall(SYS_utime, "none", NULL), "utime of nothing");
	close(fd);
	close(rd);
	unlink("ut"); unlink("utl"); rmdir("utd");
}

static void test_xattr(void)
{
	static const char *const names[] = { "user.x", "trusted.x",
		"security.x", "system.posix_acl_access", "strange.x", "x",
		"user.", "", NULL };
	int fd = make_file("xa", 0644);
	struct stat st;

	for (int i = 0; names[i]; i++) {
		FACT(setxattr("xa", names[i], "v", 1, 0), "set %s", names[i]);
		FACT(getxattr("xa", names[i], buffer, 10), "get %s", names[i]);
		FACT(removexattr("xa", names[i]), "remove %s", names[i]);
		AS(NOBODY) {
			FACT(setxattr("xa", names[i], "v", 1, 0),
				"user sets %s", names[i]);
			FACT(getxattr("xa", names[i], buffer, 10),
				"user gets %s", names[i]);
		}
		FACT(setxattr(".", names[i], "v", 1, 0), "set on a directory");
		FACT(setxattr("/dev/null", names[i], "v", 1, 0),
			"set on a device");
		FACT(getxattr("/proc", names[i], buffer, 10), "get on proc");
	}
	memset(name256, 'n', 256);
	memcpy(name256, "user.", 5);
	FACT(setxattr("xa", name256, "v", 1, 0), "name of 256");
	FACT(getxattr("xa", name256, buffer, 10), "get name of 256");
	FACT(removexattr("xa", name256), "remove name of 256");
	FACT(setxattr("xa", BAD_ADDRESS, "v", 1, 0), "bad name");
	FACT(setxattr("xa", "user.x", BAD_ADDRESS, 1, 0), "bad value");
	FACT(setxattr("xa", "user.x", NULL, 0, 0), "empty value");
	FACT(setxattr("xa", "user.x", buffer, 65537, 0), "large value");
	FACT(setxattr("xa", "user.x", "v", 1, 3), "both flags");
	FACT(setxattr("xa", "user.x", "v", 1, 4), "unknown flag");
	FACT(setxattr("xa", "user.x", "v", 1, XATTR_REPLACE), "replace");
	FACT(setxattr("none", "user.x", "v", 1, 0), "nothing");
	FACT(setxattr("none", "user.x", "v", 1, 4), "nothing, unknown flag");
	FACT(lsetxattr("xa", "user.x", "v", 1, 0), "lsetxattr");
	FACT(fsetxattr(fd, "user.x", "v", 1, 0), "fsetxattr");
	FACT(fsetxattr(99, "user.x", "v", 1, 0), "fsetxattr, bad descriptor");
	FACT(fgetxattr(99, "user.x", buffer, 1), "fgetxattr, bad descriptor");
	FACT(listxattr("xa", NULL, 0), "list");
	FACT(listxattr("xa", buffer, 100), "list");
	FACT(listxattr("none", NULL, 0), "list of nothing");
	FACT(flistxattr(99, NULL, 0), "list, bad descriptor");
	FACT(fremovexattr(fd, "user.x"), "fremovexattr");
	FACT(fstat(fd, &st), "fstat");
	close(fd);
	unlink("xa");
}

static void test_absent(void)
{
	int fd = make_file("ab", 0644), dir = open(".", O_RDONLY);
	int handle[40] = { 128 }, mount_id;

	FACT(syscall(SYS_name_to_handle_at, AT_FDCWD, "ab", handle, &mount_id,
		0), "name_to_handle_at");
	FACT(syscall(SYS_open_by_handle_at, AT_FDCWD, handle, 0),
		"open_by_handle_at");
	FACT(fcntl(dir, F_NOTIFY, DN_CREATE), "F_NOTIFY");
	FACT(fcntl(fd, F_NOTIFY, DN_CREATE), "F_NOTIFY of a file");
	FACT(fcntl(fd, 9999), "unknown fcntl");
	FACT(fcntl(99, 9999), "unknown fcntl, bad descriptor");
	FACT(fcntl(fd, F_GET_RW_HINT_, buffer), "F_GET_RW_HINT");
	FACT(ioctl(fd, 0x12345, buffer), "unknown ioctl");
	FACT(ioctl(fd, FIOQSIZE_, buffer), "FIOQSIZE");
	FACT(ioctl(fd, FIGETBSZ_, buffer), "FIGETBSZ");
	FACT(*(int *)buffer, "block size");
	FACT(ioctl(fd, FIBMAP_, buffer), "FIBMAP");
	FACT(ioctl(fd, FS_IOC_GETFLAGS_, buffer), "FS_IOC_GETFLAGS");
	FACT(syscall(SYS_quotactl, 0, "x", 0, buffer), "quotactl");
	FACT(syscall(SYS_fanotify_init, 0, 0), "fanotify_init");
	FACT(syscall(SYS_lookup_dcookie, 0, 0, buffer, 10), "lookup_dcookie");
	FACT(swapon("ab", 0), "swapon");
	FACT(swapoff("ab"), "swapoff");
	FACT(acct("ab"), "acct");
	close(fd);
	close(dir);
	unlink("ab");
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
	char self[PATH_MAX];

	if (argc > 1 && !strcmp(argv[1], "--wait")) {
		CHECK(write(1, "", 1) == 1);
		pause();
	}
	CHECK(realpath(argv[0], self));
	facts_begin(argc > 1 ? argv[1] : NULL);
	CHECK(mkdir("here", 0777) == 0 && mount("n", "here", "tmpfs", 0,
		"size=16m,mode=777") == 0 && chdir("here") == 0);
	test_open_flags();
	test_limits();
	test_rename();
	test_tmpfile();
	test_fallocate();
	test_file_limit();
	test_busy_text(self);
	test_directories();
	test_set_id();
	test_statx();
	test_times();
	test_xattr();
	test_absent();
	test_nodes();
	return 0;
}

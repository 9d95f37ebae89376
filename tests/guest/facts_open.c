/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts: what may be opened, flag by flag; files without a name, their space
 * and its limit, programs that run; requests that a descriptor refuses.
 */
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/swap.h>

#include "facts_tmpfs.h"

#define F_GET_RW_HINT_	1035
#define FIOQSIZE_	0x5460
#define FIGETBSZ_	2
#define FIBMAP_		1
#define FS_IOC_GETFLAGS_ 0x80046601

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
	close(make_file("f", 0777));
	CHECK(symlink("f", "l") == 0);
	FACT(open("f", O_TMPFILE | O_RDWR | O_NOFOLLOW, 0600), "in a file");
	FACT(open("l", O_TMPFILE | O_RDWR | O_NOFOLLOW, 0600), "in a link");
	unlink("f"); unlink("l");
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

static void test_absent(void)
{
	int fd = make_file("ab", 0644);

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
	unlink("ab");
}

int main(int argc, char **argv)
{
	char self[PATH_MAX];

	if (argc > 1 && !strcmp(argv[1], "--wait")) {
		CHECK(write(1, "", 1) == 1);
		pause();
	}
	CHECK(realpath(argv[0], self));
	facts_begin_tmpfs(argc > 1 ? argv[1] : NULL);
	test_open_flags();
	test_tmpfile();
	test_fallocate();
	test_file_limit();
	test_busy_text(self);
	test_absent();
	return 0;
}

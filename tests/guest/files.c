/* SPDX-License-Identifier: BSD-2-Clause */
/* Files, directories and links: what programs expect of a file system. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

#include "check.h"

#define DIRECTORY	"/tmp/files-test"

static void test_read_write(void)
{
	struct iovec parts[2] = { { "ab", 2 }, { "cde", 3 } };
	struct stat st;
	char text[32] = { 0 };
	int fd = open("data", O_RDWR | O_CREAT | O_EXCL, 0640), other;

	CHECK(fd >= 0);
	CHECK_ERRNO(open("data", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
	CHECK(writev(fd, parts, 2) == 5);
	CHECK(lseek(fd, 1, SEEK_SET) == 1);
	CHECK(read(fd, text, sizeof(text)) == 4 && !strcmp(text, "bcde"));
	CHECK(read(fd, text, sizeof(text)) == 0);
	CHECK(pwrite(fd, "Z", 1, 0) == 1);

	/* A hole reads as zeros. */
	CHECK(lseek(fd, 100000, SEEK_END) == 100005);
	CHECK(write(fd, "end", 3) == 3);
	CHECK(!fstat(fd, &st));
	CHECK(st.st_size == 100008 && S_ISREG(st.st_mode));
	CHECK((st.st_mode & 0777) == 0640 && st.st_nlink == 1);
	CHECK(pread(fd, text, 4, 50000) == 4 && !text[0] && !text[3]);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);

	CHECK(!ftruncate(fd, 3));
	CHECK(pread(fd, text, sizeof(text), 0) == 3);
	CHECK(!memcmp(text, "Zbc", 3));
	/* Growing again shows zeros, not what was cut off. */
	CHECK(!ftruncate(fd, 5));
	CHECK(pread(fd, text, sizeof(text), 0) == 5 && !text[3] && !text[4]);

	other = open("data", O_WRONLY | O_APPEND);
	CHECK(other >= 0);
	CHECK(write(other, "!", 1) == 1);
	CHECK(!fstat(fd, &st) && st.st_size == 6);
	CHECK_ERRNO(read(other, text, 1), EBADF);
	close(other);

	/* A duplicate shares the position; a second open does not. */
	other = dup(fd);
	CHECK(lseek(fd, 2, SEEK_SET) == 2 && lseek(other, 0, SEEK_CUR) == 2);
	close(other);
	CHECK_ERRNO(dup2(fd, -1), EBADF);
	CHECK(fcntl(fd, F_DUPFD, 50) == 50);
	close(50);
	CHECK(!fcntl(fd, F_SETFD, FD_CLOEXEC));
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	close(fd);
	CHECK_ERRNO(read(fd, text, 1), EBADF);
}

static void test_names(void)
{
	char target[64], name[NAME_MAX + 2];
	struct stat st, other;
	int fd;

	CHECK(!link("data", "hard"));
	CHECK(!stat("data", &st) && !stat("hard", &other));
	CHECK(st.st_ino == other.st_ino && st.st_nlink == 2);
	CHECK(!symlink("hard", "soft"));
	CHECK(!lstat("soft", &st) && S_ISLNK(st.st_mode));
	CHECK(readlink("soft", target, sizeof(target)) == 4);
	CHECK(!memcmp(target, "hard", 4));
	CHECK(!stat("soft", &st) && st.st_ino == other.st_ino);
	CHECK(!symlink("loop", "loop"));
	CHECK_ERRNO(open("loop", O_RDONLY), ELOOP);
	CHECK_ERRNO(open("data/x", O_RDONLY), ENOTDIR);
	CHECK_ERRNO(open("absent", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("", O_RDONLY), ENOENT);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	CHECK_ERRNO(open(name, O_CREAT | O_RDWR, 0600), ENAMETOOLONG);

	/* Renaming replaces; an open file outlives its name. */
	CHECK(!rename("hard", "moved"));
	CHECK_ERRNO(stat("hard", &st), ENOENT);
	fd = open("victim", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0 && write(fd, "alive", 5) == 5);
	CHECK(!rename("moved", "victim"));
	CHECK(!stat("victim", &st) && st.st_ino == other.st_ino);
	CHECK(pread(fd, target, 5, 0) == 5 && !memcmp(target, "alive", 5));
	CHECK(!fstat(fd, &st) && st.st_nlink == 0);
	close(fd);
	CHECK(!unlink("victim") && !unlink("soft") && !unlink("loop"));
	CHECK(!stat("data", &st) && st.st_nlink == 1);
	CHECK(!chmod("data", 0751));
	CHECK(!stat("data", &st) && (st.st_mode & 07777) == 0751);
	CHECK(!access("data", R_OK | W_OK | X_OK));
	CHECK_ERRNO(access("absent", F_OK), ENOENT);
}

static void test_times(void)
{
	struct timespec times[2] = { { 1000, 5 }, { 2000, 6 } };
	struct stat st;

	CHECK(!utimensat(AT_FDCWD, "data", times, 0));
	CHECK(!stat("data", &st));
	CHECK(st.st_atime == 1000 && st.st_mtime == 2000);
	CHECK(st.st_mtim.tv_nsec == 6);
}

static void test_directories(void)
{
	char name[32], cwd[PATH_MAX];
	struct dirent *entry;
	struct stat st;
	int seen = 0, dots = 0, fd;
	DIR *dir;

	CHECK(!mkdir("d", 0755));
	CHECK_ERRNO(mkdir("d", 0755), EEXIST);
	CHECK(!chdir("d"));
	CHECK(getcwd(cwd, sizeof(cwd)));
	CHECK(!strcmp(cwd, DIRECTORY "/d"));
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "file-%d", i);
		fd = open(name, O_CREAT | O_WRONLY, 0600);
		CHECK(fd >= 0);
		close(fd);
	}
	dir = opendir(".");
	CHECK(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.') {
			dots++;
			continue;
		}
		CHECK(!strncmp(entry->d_name, "file-", 5));
		CHECK(!unlink(entry->d_name));
		seen++;
	}
	/* Removal while reading neither skips nor repeats. */
	CHECK(seen == 1000 && dots == 2);
	closedir(dir);
	CHECK(!chdir(".."));
	CHECK(!mkdir("d/e", 0700));
	CHECK(!stat("d", &st) && st.st_nlink == 3);
	CHECK_ERRNO(rmdir("d"), ENOTEMPTY);
	CHECK_ERRNO(rename("d", "d/e/f"), EINVAL);
	CHECK_ERRNO(unlink("d/e"), EISDIR);
	CHECK_ERRNO(rmdir("data"), ENOTDIR);
	CHECK_ERRNO(open("d", O_WRONLY), EISDIR);
	CHECK(!rmdir("d/e") && !rmdir("d"));

	fd = open(".", O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0);
	CHECK(!fstatat(fd, "data", &st, 0));
	CHECK(!unlinkat(fd, "data", 0));
	CHECK(!fchdir(fd));
	close(fd);
}

static void nothing(int number)
{
	(void)number;
}

/* A GiB, over and over the same MiB, until a signal comes */
static void test_much(const char *name, ssize_t (*move)(int,
		const struct iovec *, int))
{
	const struct itimerval soon = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	struct sigaction sa = { .sa_handler = nothing, .sa_flags = 0 };
	static struct iovec v[IOV_MAX];
	int fd = open(name, O_RDWR);
	char *p = malloc(1 << 20);
	ssize_t n;

	CHECK(fd >= 0 && p && !sigaction(SIGALRM, &sa, NULL));
	memset(p, 1, 1 << 20);
	for (int i = 0; i < IOV_MAX; i++)
		v[i] = (struct iovec){ p, 1 << 20 };
	CHECK(!setitimer(ITIMER_REAL, &soon, NULL));
	n = move(fd, v, IOV_MAX);
	CHECK(!setitimer(ITIMER_REAL, &never, NULL));
	CHECK((n > 0 && n < 1 << 30) || (n == -1 && errno == EINTR));
	free(p);
	close(fd);
}

static void test_devices(void)
{
	char bytes[64] = { 1 };
	struct statfs fs;
	int fd = open("/dev/zero", O_RDWR);

	CHECK(read(fd, bytes, 64) == 64 && !bytes[0] && !bytes[63]);
	close(fd);
	fd = open("/dev/null", O_RDWR);
	CHECK(write(fd, bytes, 64) == 64 && read(fd, bytes, 64) == 0);
	close(fd);
	fd = open("/dev/full", O_RDWR);
	CHECK_ERRNO(write(fd, bytes, 1), ENOSPC);
	close(fd);
	fd = open("/dev/urandom", O_RDONLY);
	CHECK(read(fd, bytes, 32) == 32 && read(fd, bytes + 32, 32) == 32);
	CHECK(memcmp(bytes, bytes + 32, 32));
	close(fd);
	test_much("/dev/urandom", readv);
	test_much("/dev/urandom", writev);
	test_much("/dev/zero", readv);
	CHECK(!statfs("/tmp", &fs) && fs.f_bsize > 0);
}

int main(void)
{
	CHECK(!mkdir(DIRECTORY, 0755) && !chdir(DIRECTORY));
	umask(022);
	test_read_write();
	test_names();
	test_times();
	test_directories();
	test_devices();
	CHECK(!chdir("/") && !rmdir(DIRECTORY));
	return passed("files");
}

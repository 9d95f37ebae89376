/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names: rename and its flags, the *at calls, symbolic links, directories
 * that are read while they change, permission, mounts, chroot.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "check.h"

#define DIRECTORY	"/tmp/names-test"
#define NOREPLACE	1
#define EXCHANGE	2

static int renameat2_(const char *from, const char *to, unsigned flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void make(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CHECK(!close(fd));
}

static int contains(const char *name, const char *text)
{
	char buf[64];
	int fd = open(name, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, buf, sizeof(buf));
	close(fd);
	return n == (ssize_t)strlen(text) && !memcmp(buf, text, n);
}

static nlink_t links(const char *name)
{
	struct stat st;

	CHECK(!lstat(name, &st));
	return st.st_nlink;
}

static void test_rename(void)
{
	make("a", "1");
	make("b", "2");
	CHECK(!rename("a", "b"));
	CHECK(contains("b", "1"));
	CHECK_ERRNO(rename("a", "b"), ENOENT);
	make("a", "3");
	CHECK_ERRNO(renameat2_("a", "b", NOREPLACE), EEXIST);
	CHECK(!renameat2_("a", "b", EXCHANGE));
	CHECK(contains("a", "1") && contains("b", "3"));
	CHECK_ERRNO(renameat2_("a", "none", EXCHANGE), ENOENT);
	CHECK_ERRNO(renameat2_("a", "b", NOREPLACE | EXCHANGE), EINVAL);
	CHECK(!renameat2_("a", "new", NOREPLACE));

	/* two names of one file: nothing happens */
	CHECK(!link("new", "same"));
	CHECK(!rename("new", "same"));
	CHECK(links("new") == 2);
	CHECK(!unlink("same") && links("new") == 1);
	CHECK(!unlink("new") && !unlink("b"));
}

static void test_rename_directories(void)
{
	CHECK(!mkdir("d1", 0755) && !mkdir("d1/in", 0755) && !mkdir("d2", 0755));
	make("file", "x");
	CHECK(links("d1") == 3 && links("d2") == 2);
	CHECK_ERRNO(rename("d1", "d1/in/deep"), EINVAL);
	CHECK_ERRNO(rename("d1/in", "d1"), ENOTEMPTY);
	CHECK_ERRNO(rename("d2", "d1"), ENOTEMPTY);
	CHECK_ERRNO(rename("d2", "file"), ENOTDIR);
	CHECK_ERRNO(rename("file", "d2"), EISDIR);
	CHECK_ERRNO(rename("file", "file2/"), ENOTDIR);
	CHECK_ERRNO(rename(".", "d3"), EBUSY);
	CHECK(!rename("d1/in", "d2/out"));
	CHECK(links("d1") == 2 && links("d2") == 3);
	CHECK(!renameat2_("d2/out", "file", EXCHANGE));
	CHECK(links("d2") == 2 && contains("d2/out", "x"));
	CHECK(!unlink("d2/out") && !rmdir("file"));
	CHECK(!rename("d1", "d2"));
	CHECK(!rmdir("d2"));
	CHECK_ERRNO(rename("/tmp/names-test", "/dev/x"), EXDEV);
}

static void test_symlinks(void)
{
	char text[PATH_MAX], name[40] = "s0";
	struct stat st;

	CHECK(!symlink("target", "s0"));
	CHECK_ERRNO(open("s0", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("s0", O_RDONLY | O_NOFOLLOW), ELOOP);
	CHECK_ERRNO(open("s0", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
	make("s0", "through");			/* makes "target" */
	CHECK(contains("target", "through"));
	CHECK(readlink("s0", text, sizeof(text)) == 6);
	CHECK(readlink("s0", text, 3) == 3);
	CHECK_ERRNO(readlink("target", text, 9), EINVAL);
	CHECK_ERRNO(symlink("", "empty"), ENOENT);
	/* 40 links are followed, not 41 */
	for (int i = 1; i <= 40; i++) {
		char next[40];

		snprintf(next, sizeof(next), "s%d", i);
		CHECK(!symlink(name, next));
		strcpy(name, next);
	}
	CHECK(!stat("s39", &st));
	CHECK_ERRNO(stat("s40", &st), ELOOP);
	CHECK(!lstat("s40", &st) && S_ISLNK(st.st_mode) && st.st_size == 3);
	for (int i = 0; i <= 40; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		CHECK(!unlink(name));
	}
	CHECK(!unlink("target"));

	/* a link within a path, and one to a directory with a slash behind */
	CHECK(!mkdir("d", 0755) && !symlink("d", "l"));
	make("l/../l/./x", "y");
	CHECK(contains("d/x", "y"));
	CHECK(!lstat("l/", &st) && S_ISDIR(st.st_mode));
	CHECK_ERRNO(unlink("l/"), ENOTDIR);
	CHECK_ERRNO(rmdir("l"), ENOTDIR);
	CHECK(!unlink("l/x") && !unlink("l") && !rmdir("d"));
}

static void test_slashes(void)
{
	struct stat st;
	char name[NAME_MAX + 2];

	make("f", "x");
	CHECK_ERRNO(stat("f/", &st), ENOTDIR);
	CHECK_ERRNO(stat("f/..", &st), ENOTDIR);
	CHECK_ERRNO(stat("", &st), ENOENT);
	CHECK_ERRNO(open("new/", O_CREAT | O_WRONLY, 0600), EISDIR);
	CHECK_ERRNO(open(".", O_WRONLY), EISDIR);
	CHECK_ERRNO(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	CHECK_ERRNO(mkdir("f/", 0700), EEXIST);
	CHECK_ERRNO(mkdir("/", 0700), EEXIST);
	CHECK_ERRNO(mkdir("none/d", 0700), ENOENT);
	CHECK_ERRNO(rmdir("."), EINVAL);
	CHECK_ERRNO(rmdir(".."), ENOTEMPTY);
	CHECK_ERRNO(unlink("/"), EISDIR);
	CHECK_ERRNO(link(".", "hard"), EPERM);
	CHECK(!mkdir("slash//", 0700) && !rmdir("slash/"));
	memset(name, 'n', NAME_MAX + 1);
	name[NAME_MAX + 1] = 0;
	CHECK_ERRNO(stat(name, &st), ENAMETOOLONG);
	name[NAME_MAX] = 0;
	make(name, "long");
	CHECK(!unlink(name));
	CHECK(!unlink("f"));
}

static void test_at(void)
{
	struct stat st;
	int dir, fd, path;

	CHECK(!mkdir("at", 0755));
	dir = open("at", O_RDONLY | O_DIRECTORY);
	CHECK(dir >= 0);
	fd = openat(dir, "f", O_RDWR | O_CREAT, 0644);
	CHECK(fd >= 0 && write(fd, "abc", 3) == 3);
	CHECK_ERRNO(openat(fd, "f", O_RDONLY), ENOTDIR);
	CHECK_ERRNO(openat(99, "f", O_RDONLY), EBADF);
	CHECK(openat(99, "/", O_RDONLY) >= 0);
	CHECK(!fstatat(fd, "", &st, AT_EMPTY_PATH) && st.st_size == 3);
	CHECK_ERRNO(fstatat(fd, "", &st, 0), ENOENT);
	CHECK(!mkdirat(dir, "sub", 0700) && !symlinkat("f", dir, "s"));
	CHECK(!fstatat(dir, "s", &st, AT_SYMLINK_NOFOLLOW)
		&& S_ISLNK(st.st_mode));
	CHECK(!fstatat(dir, "s", &st, 0) && S_ISREG(st.st_mode));
	CHECK(!linkat(dir, "f", dir, "g", 0));
	CHECK(!linkat(dir, "s", dir, "h", AT_SYMLINK_FOLLOW));
	CHECK(!fstat(fd, &st) && st.st_nlink == 3);
	CHECK(!renameat(dir, "g", AT_FDCWD, "g"));
	CHECK(!faccessat(dir, "f", R_OK | W_OK, 0));
	CHECK_ERRNO(faccessat(dir, "f", X_OK, 0), EACCES);

	path = openat(dir, "f", O_PATH);
	CHECK(path >= 0 && !fstat(path, &st));
	CHECK_ERRNO(read(path, &st, 1), EBADF);
	CHECK_ERRNO(syscall(SYS_fchmod, path, 0600), EBADF);
	CHECK_ERRNO(ioctl(path, 0x541B, &st), EBADF);
	path = openat(dir, "s", O_PATH | O_NOFOLLOW);
	CHECK(path >= 0 && !fstat(path, &st) && S_ISLNK(st.st_mode));

	CHECK(!fchdir(dir));
	CHECK(!unlinkat(AT_FDCWD, "f", 0) && !unlinkat(dir, "s", 0));
	CHECK(!unlink("h") && !unlinkat(dir, "sub", AT_REMOVEDIR));
	CHECK(!chdir(".."));
	CHECK(!unlink("g") && !rmdir("at"));
	CHECK_ERRNO(openat(dir, "late", O_CREAT | O_WRONLY, 0600), ENOENT);
	close(dir);
	close(fd);
	close(path);
}

/* Every name is seen once even if what was seen is removed meanwhile */
static void test_readdir(void)
{
	char name[40];
	struct dirent *e;
	int seen = 0;
	DIR *d;

	CHECK(!mkdir("many", 0755));
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "many/a-rather-long-name-%d", i);
		make(name, "");
	}
	d = opendir("many");
	CHECK(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		CHECK(e->d_type == DT_REG);
		seen++;
		snprintf(name, sizeof(name), "many/%.30s", e->d_name);
		CHECK(!unlink(name));
	}
	CHECK(seen == 1000);
	rewinddir(d);
	CHECK(readdir(d) && readdir(d) && !readdir(d));
	closedir(d);
	CHECK(!rmdir("many"));
}

static void test_permission(void)
{
	pid_t pid;

	CHECK(!mkdir("closed", 0700));
	make("closed/f", "x");
	make("mine", "x");
	CHECK(!mkdir("sticky", 0777) && !chmod("sticky", 01777));
	make("sticky/f", "x");
	pid = fork();
	if (!pid) {
		struct stat st;

		CHECK(!setgid(100) && !setuid(1000));
		CHECK_ERRNO(stat("closed/f", &st), EACCES);
		CHECK_ERRNO(open("mine", O_WRONLY), EACCES);
		CHECK(open("mine", O_RDONLY) >= 0);
		CHECK_ERRNO(open("new", O_CREAT | O_WRONLY, 0600), EACCES);
		CHECK_ERRNO(unlink("mine"), EACCES);
		CHECK_ERRNO(unlink("sticky/f"), EPERM);
		CHECK_ERRNO(rename("sticky/f", "sticky/g"), EPERM);
		make("sticky/own", "y");
		CHECK(!chmod("sticky/own", 0400));
		CHECK_ERRNO(open("sticky/own", O_WRONLY), EACCES);
		CHECK(!unlink("sticky/own"));
		CHECK_ERRNO(chmod("mine", 0777), EPERM);
		CHECK_ERRNO(chown("mine", 1000, 100), EPERM);
		CHECK_ERRNO(mknod("sticky/n", S_IFCHR | 0666, 0x103), EPERM);
		CHECK(!mknod("sticky/p", S_IFIFO | 0666, 0));
		CHECK(!unlink("sticky/p"));
		CHECK_ERRNO(chroot("/"), EPERM);
		CHECK_ERRNO(mount("n", "/mnt", "tmpfs", 0, 0), EPERM);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!unlink("closed/f") && !rmdir("closed") && !unlink("mine"));
	CHECK(!unlink("sticky/f") && !rmdir("sticky"));
}

static void test_cwd(void)
{
	char buf[PATH_MAX];

	CHECK(!mkdir("cwd", 0755) && !chdir("cwd"));
	CHECK(getcwd(buf, sizeof(buf)) && !strcmp(buf, DIRECTORY "/cwd"));
	CHECK(syscall(SYS_getcwd, buf, 100) == sizeof(DIRECTORY "/cwd"));
	errno = 0;
	CHECK(!getcwd(buf, 5) && errno == ERANGE);
	CHECK(!rmdir("../cwd"));
	errno = 0;
	CHECK(!getcwd(buf, sizeof(buf)) && errno == ENOENT);
	CHECK_ERRNO(open("f", O_CREAT | O_WRONLY, 0600), ENOENT);
	CHECK(!chdir(".."));
	CHECK(getcwd(buf, sizeof(buf)) && !strcmp(buf, DIRECTORY));
}

static void test_mount(void)
{
	struct stat out, in;
	struct statfs fs;
	int fd;

	CHECK(!mkdir("m", 0755));
	make("m/hidden", "x");
	CHECK(!stat("m", &out));
	CHECK_ERRNO(mount("n", "m", "nofs", 0, 0), ENODEV);
	CHECK_ERRNO(mount("n", "none", "tmpfs", 0, 0), ENOENT);
	CHECK_ERRNO(mount("n", "m/hidden", "tmpfs", 0, 0), ENOTDIR);
	CHECK_ERRNO(mount("n", "m", "tmpfs", 0, "size=x"), EINVAL);
	CHECK(!mount("n", "m", "tmpfs", 0, "size=16k,mode=700"));
	CHECK(!stat("m", &in) && in.st_dev != out.st_dev);
	CHECK((in.st_mode & 07777) == 0700);
	CHECK(!statfs("m", &fs) && fs.f_blocks == 4 && fs.f_type == 0x01021994);
	CHECK_ERRNO(stat("m/hidden", &in), ENOENT);
	CHECK(!stat("m/..", &in) && !stat(".", &out)
		&& in.st_ino == out.st_ino);
	CHECK_ERRNO(rmdir("m"), EBUSY);
	CHECK_ERRNO(rename("m", "n"), EBUSY);
	CHECK_ERRNO(link("m/x", "y"), ENOENT);

	fd = open("m/f", O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	for (int i = 0; i < 4; i++) {
		char page[4096] = { 0 };

		CHECK(write(fd, page, sizeof(page)) == sizeof(page));
	}
	CHECK_ERRNO(write(fd, "x", 1), ENOSPC);
	CHECK_ERRNO(link("m/f", "y"), EXDEV);
	CHECK_ERRNO(umount("m"), EBUSY);
	CHECK(!close(fd));
	fd = open("m/f", O_RDONLY);
	CHECK(!mount("n", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, 0));
	CHECK_ERRNO(open("m/new", O_CREAT | O_WRONLY, 0600), EROFS);
	CHECK_ERRNO(unlink("m/f"), EROFS);
	CHECK(!umount2("m", MNT_DETACH));
	CHECK(!fstat(fd, &in) && in.st_size == 16384);
	CHECK(contains("m/hidden", "x"));
	CHECK(!close(fd));
	CHECK_ERRNO(umount("m"), EINVAL);
	CHECK(!unlink("m/hidden") && !rmdir("m"));
}

static void test_chroot(void)
{
	pid_t pid;

	CHECK(!mkdir("jail", 0755) && !mkdir("jail/in", 0755));
	make("jail/f", "x");
	CHECK(!symlink("/f", "jail/in/abs"));
	pid = fork();
	if (!pid) {
		char buf[100];

		CHECK(!chroot("jail") && !chdir("/"));
		CHECK(contains("/f", "x") && contains("/../../f", "x"));
		CHECK(contains("in/abs", "x"));
		CHECK(!chdir("in") && getcwd(buf, sizeof(buf)));
		CHECK(!strcmp(buf, "/in"));
		CHECK(!chdir("../../..") && getcwd(buf, sizeof(buf)));
		CHECK(!strcmp(buf, "/"));
		_exit(0);
	}
	expect_success(pid);
	CHECK(!unlink("jail/in/abs") && !unlink("jail/f"));
	CHECK(!rmdir("jail/in") && !rmdir("jail"));
}

/* mknod(2): only a device has a number, whatever a file system keeps there */
static void test_numbers_of_no_device(void)
{
	static const int types[] = { S_IFREG, S_IFIFO, S_IFSOCK };
	char byte = 'x';
	struct stat st;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		CHECK(!mknod("node", types[i] | 0600, 1));
		CHECK(!stat("node", &st) && st.st_rdev == 0);
		if (types[i] == S_IFREG) {
			int fd = open("node", O_RDWR);

			CHECK(!ftruncate(fd, 1));
			CHECK(read(fd, &byte, 1) == 1 && byte == 0);
			close(fd);
		}
		CHECK(!unlink("node"));
	}
}

int main(void)
{
	CHECK(!mkdir(DIRECTORY, 0755) && !chdir(DIRECTORY));
	umask(022);
	test_rename();
	test_rename_directories();
	test_symlinks();
	test_slashes();
	test_at();
	test_readdir();
	test_permission();
	test_numbers_of_no_device();
	test_cwd();
	test_mount();
	test_chroot();
	CHECK(!chdir("/") && !rmdir(DIRECTORY));
	return passed("names");
}

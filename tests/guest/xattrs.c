/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended attributes of tmpfs: what it keeps, for whom; every error. */
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"

#define BAD_ADDRESS	((void *)16)

static char buf[70000];

static void test_values(void)
{
	CHECK(!setxattr("f", "trusted.a", "one", 3, 0));
	CHECK(!setxattr("f", "security.b", "", 0, XATTR_CREATE));
	CHECK(getxattr("f", "trusted.a", NULL, 0) == 3);
	CHECK(getxattr("f", "trusted.a", buf, 3) == 3);
	CHECK(!memcmp(buf, "one", 3));
	CHECK(getxattr("f", "security.b", buf, 3) == 0);
	CHECK_ERRNO(getxattr("f", "trusted.a", buf, 2), ERANGE);
	CHECK_ERRNO(getxattr("f", "trusted.a", BAD_ADDRESS, 3), EFAULT);
	CHECK_ERRNO(getxattr("f", "trusted.c", buf, 3), ENODATA);
	CHECK_ERRNO(setxattr("f", "trusted.a", "x", 1, XATTR_CREATE), EEXIST);
	CHECK_ERRNO(setxattr("f", "trusted.c", "x", 1, XATTR_REPLACE),
		ENODATA);
	CHECK_ERRNO(setxattr("f", "trusted.c", BAD_ADDRESS, 1, 0), EFAULT);
	CHECK_ERRNO(setxattr("f", "trusted.c", buf, 65537, 0), E2BIG);
	CHECK_ERRNO(setxattr("f", "trusted.", "x", 1, 0), EINVAL);
	CHECK_ERRNO(getxattr("f", "security.", buf, 1), EINVAL);
	CHECK(!setxattr("f", "trusted.a", "three", 5, XATTR_REPLACE));
	CHECK(getxattr("f", "trusted.a", buf, sizeof(buf)) == 5);
	memset(buf, 'v', 65536);
	CHECK(!setxattr("f", "trusted.large", buf, 65536, 0));
	memset(buf, 0, 65536);
	CHECK(getxattr("f", "trusted.large", buf, sizeof(buf)) == 65536);
	CHECK(buf[0] == 'v' && buf[65535] == 'v');
	CHECK(!removexattr("f", "trusted.large"));
	CHECK_ERRNO(removexattr("f", "trusted.large"), ENODATA);
}

/* Is that name among the `n` bytes of names in buf? */
static int listed(ssize_t n, const char *name)
{
	for (const char *p = buf; p < buf + n; p += strlen(p) + 1)
		if (!strcmp(p, name))
			return 1;
	return 0;
}

static void test_lists(void)
{
	ssize_t n = sizeof("trusted.a") + sizeof("security.b");

	CHECK(listxattr("f", NULL, 0) == n);
	CHECK(listxattr("f", buf, n) == n);
	CHECK(listed(n, "trusted.a") && listed(n, "security.b"));
	CHECK_ERRNO(listxattr("f", buf, n - 1), ERANGE);
	CHECK_ERRNO(listxattr("f", BAD_ADDRESS, n), EFAULT);
	CHECK(listxattr("d", buf, sizeof(buf)) == 0);
}

/* All kinds of files have them, a link its own */
static void test_kinds(void)
{
	int fd = open("d", O_RDONLY);

	CHECK(!setxattr("d", "trusted.d", "d", 1, 0));
	CHECK(fgetxattr(fd, "trusted.d", buf, 1) == 1);
	CHECK(!fsetxattr(fd, "trusted.e", "e", 1, 0));
	CHECK(flistxattr(fd, NULL, 0) == 2 * sizeof("trusted.d"));
	CHECK(!fremovexattr(fd, "trusted.e"));
	close(fd);
	CHECK(!setxattr("fifo", "security.x", "x", 1, 0));
	CHECK(!lsetxattr("link", "trusted.l", "l", 1, 0));
	CHECK(lgetxattr("link", "trusted.l", buf, 1) == 1);
	CHECK(llistxattr("link", NULL, 0) == sizeof("trusted.l"));
	CHECK_ERRNO(getxattr("link", "trusted.l", buf, 1), ENODATA);
	CHECK(getxattr("link", "trusted.a", buf, 5) == 5);
	CHECK(!lremovexattr("link", "trusted.l"));
}

/* Of the trusted ones nobody else knows; the others can be read */
static void test_others(void)
{
	pid_t pid = checked_fork();

	if (pid == 0) {
		CHECK(!setuid(65534));
		CHECK_ERRNO(setxattr("f", "trusted.a", "x", 1, 0), EPERM);
		CHECK_ERRNO(setxattr("f", "security.b", "x", 1, 0), EPERM);
		CHECK_ERRNO(removexattr("f", "security.b"), EPERM);
		CHECK_ERRNO(getxattr("f", "trusted.a", buf, 9), ENODATA);
		CHECK(getxattr("f", "security.b", buf, 9) == 0);
		CHECK(listxattr("f", NULL, 0) == sizeof("security.b"));
		_exit(0);
	}
	expect_success(pid);
}

/* A change of one is a change of attributes */
static void test_told(void)
{
	struct inotify_event e;
	int fd = inotify_init1(IN_NONBLOCK);

	CHECK(inotify_add_watch(fd, "f", IN_ATTRIB) > 0);
	CHECK(!setxattr("f", "trusted.t", "t", 1, 0));
	CHECK(read(fd, &e, sizeof(e)) == sizeof(e) && e.mask == IN_ATTRIB);
	CHECK(!removexattr("f", "trusted.t"));
	CHECK(read(fd, &e, sizeof(e)) == sizeof(e) && e.mask == IN_ATTRIB);
	CHECK_ERRNO(removexattr("f", "trusted.t"), ENODATA);
	CHECK_ERRNO(read(fd, &e, sizeof(e)), EAGAIN);
	close(fd);
}

static void test_read_only(void)
{
	CHECK(!mount(NULL, ".", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	CHECK_ERRNO(setxattr("f", "trusted.a", "x", 1, 0), EROFS);
	CHECK_ERRNO(removexattr("f", "trusted.a"), EROFS);
	CHECK(getxattr("f", "trusted.a", buf, 5) == 5);
}

int main(void)
{
	char path[] = "/tmp/xattrs.XXXXXX";

	alarm(60);
	CHECK(mkdtemp(path) && !mount("none", path, "tmpfs", 0, NULL));
	CHECK(!chmod(path, 0777) && !chdir(path));
	CHECK(!close(open("f", O_CREAT | O_WRONLY, 0644)));
	CHECK(!mkdir("d", 0755) && !symlink("f", "link"));
	CHECK(!mkfifo("fifo", 0600));
	test_values();
	test_lists();
	test_kinds();
	test_others();
	test_told();
	test_read_only();
	CHECK(!chdir("/") && !umount(path) && !rmdir(path));
	return passed("xattrs");
}

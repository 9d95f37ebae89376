/* SPDX-License-Identifier: BSD-2-Clause */
/* inotify(7): which events come, in which order; options, limits, errors. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#define DIR_PATH	"/tmp/watches"

static int in;				/* the instance, non-blocking */
static uint32_t last_cookie;

static int watch(const char *path, uint32_t mask)
{
	return inotify_add_watch(in, path, mask);
}

/* The next event must be this one; name "" means none */
static void expect_at(int line, int wd, uint32_t mask, const char *name)
{
	char buf[sizeof(struct inotify_event) + 256]
		__attribute__((aligned(4)));
	struct inotify_event *e = (void *)buf;
	size_t len = *name ? (strlen(name) / 16 + 1) * 16 : 0;
	ssize_t n = read(in, buf, sizeof(*e) + len);

	if (n != (ssize_t)(sizeof(*e) + len) || e->wd != wd
	    || e->mask != mask || e->len != len
	    || (len && strcmp(e->name, name))) {
		printf("%s:%d: got %d wd %d mask %x %s, not wd %d %x %s\n",
			__FILE__, line, (int)n, e->wd, e->mask,
			n > 16 && e->len ? e->name : "", wd, mask, name);
		fflush(stdout);
		_exit(1);
	}
	last_cookie = e->cookie;
}
#define EXPECT(wd, mask, name)	expect_at(__LINE__, wd, mask, name)
#define EXPECT_NONE()	CHECK_ERRNO(read(in, (char[300]){ 0 }, 300), EAGAIN)

static int make_file(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0644);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (int)strlen(text));
	return fd;
}

static void test_errors(void)
{
	int wd, fd = open("/dev/null", O_RDONLY);

	CHECK_ERRNO(inotify_init1(1), EINVAL);
	CHECK_ERRNO(inotify_add_watch(999, "/", IN_OPEN), EBADF);
	CHECK_ERRNO(inotify_add_watch(fd, "/", IN_OPEN), EINVAL);
	CHECK_ERRNO(inotify_rm_watch(999, 1), EBADF);
	CHECK_ERRNO(inotify_rm_watch(fd, 1), EINVAL);
	CHECK_ERRNO(inotify_rm_watch(in, 99), EINVAL);
	CHECK_ERRNO(watch("/", 0), EINVAL);
	CHECK_ERRNO(watch("/", 0x00100000), EINVAL);
	CHECK_ERRNO(watch("/", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE),
		EINVAL);
	CHECK_ERRNO(watch("/tmp/absent", IN_OPEN), ENOENT);
	CHECK_ERRNO(watch("/dev/null", IN_OPEN | IN_ONLYDIR), ENOTDIR);
	CHECK_ERRNO(watch((char *)8, IN_OPEN), EFAULT);
	CHECK_ERRNO(write(in, "x", 1), EBADF);
	EXPECT_NONE();
	wd = watch(DIR_PATH, IN_OPEN);
	CHECK(wd > 0);
	CHECK_ERRNO(watch(DIR_PATH, IN_OPEN | IN_MASK_CREATE), EEXIST);
	CHECK(watch(DIR_PATH, IN_OPEN) == wd);		/* the same one */
	CHECK(!inotify_rm_watch(in, wd));
	EXPECT(wd, IN_IGNORED, "");
	CHECK_ERRNO(inotify_rm_watch(in, wd), EINVAL);
	if (!checked_fork()) {
		CHECK(!chmod(DIR_PATH, 0300) && !setuid(1));
		CHECK_ERRNO(watch(DIR_PATH, IN_OPEN), EACCES);
		_exit(0);
	}
	expect_success(-1);
	CHECK(!chmod(DIR_PATH, 0777));
	close(fd);
}

static void test_file(void)
{
	char c;
	/* when IN_OPEN comes, if it makes or cuts a file, has changed */
	int fd, dir = watch(DIR_PATH, IN_ALL_EVENTS & ~IN_OPEN), file;

	fd = make_file(DIR_PATH "/f", "text");
	EXPECT(dir, IN_CREATE, "f");
	EXPECT(dir, IN_MODIFY, "f");
	CHECK(pread(fd, &c, 1, 0) == 1);
	EXPECT(dir, IN_ACCESS, "f");
	CHECK(pread(fd, &c, 1, 99) == 0);
	CHECK(!fchmod(fd, 0600) && !fchown(fd, 0, 0));
	EXPECT(dir, IN_ATTRIB, "f");			/* one for both */
	CHECK(!futimens(fd, NULL));
	CHECK(!ftruncate(fd, 2));
	EXPECT(dir, IN_ATTRIB, "f");
	EXPECT(dir, IN_MODIFY, "f");
	CHECK(!close(fd));
	EXPECT(dir, IN_CLOSE_WRITE, "f");
	file = watch(DIR_PATH "/f", IN_ALL_EVENTS);
	CHECK(file > dir && watch(DIR_PATH, IN_ALL_EVENTS) == dir);
	fd = open(DIR_PATH "/f", O_RDONLY);
	EXPECT(dir, IN_OPEN, "f");
	EXPECT(file, IN_OPEN, "");
	CHECK(!close(fd));
	EXPECT(dir, IN_CLOSE_NOWRITE, "f");
	EXPECT(file, IN_CLOSE_NOWRITE, "");
	CHECK(!close(open(DIR_PATH "/f", O_PATH)));	/* opens nothing */
	CHECK(watch(DIR_PATH, IN_ALL_EVENTS & ~IN_OPEN) == dir);
	CHECK(watch(DIR_PATH "/f", IN_ALL_EVENTS & ~IN_OPEN) == file);
	CHECK(!close(open(DIR_PATH "/f", O_WRONLY | O_TRUNC)));
	EXPECT(dir, IN_MODIFY, "f");
	EXPECT(file, IN_MODIFY, "");
	EXPECT(dir, IN_CLOSE_WRITE, "f");
	EXPECT(file, IN_CLOSE_WRITE, "");
	CHECK(!link(DIR_PATH "/f", DIR_PATH "/g"));
	EXPECT(file, IN_ATTRIB, "");
	EXPECT(dir, IN_CREATE, "g");
	CHECK(!unlink(DIR_PATH "/f"));
	EXPECT(file, IN_ATTRIB, "");
	EXPECT(dir, IN_DELETE, "f");
	CHECK(!unlink(DIR_PATH "/g"));
	EXPECT(file, IN_ATTRIB, "");
	EXPECT(file, IN_DELETE_SELF, "");
	EXPECT(file, IN_IGNORED, "");
	EXPECT(dir, IN_DELETE, "g");
	EXPECT_NONE();
	CHECK(!inotify_rm_watch(in, dir));
	EXPECT(dir, IN_IGNORED, "");
}

static void test_directory(void)
{
	int dir = watch(DIR_PATH, IN_ALL_EVENTS), sub;
	DIR *d;

	CHECK(!mkdir(DIR_PATH "/d", 0700));
	EXPECT(dir, IN_CREATE | IN_ISDIR, "d");
	sub = watch(DIR_PATH "/d", IN_ALL_EVENTS);
	CHECK(!symlink("x", DIR_PATH "/d/s"));
	EXPECT(sub, IN_CREATE, "s");
	CHECK(!mkfifo(DIR_PATH "/d/p", 0600));
	EXPECT(sub, IN_CREATE, "p");
	CHECK((d = opendir(DIR_PATH "/d")) && readdir(d) && !closedir(d));
	EXPECT(dir, IN_OPEN | IN_ISDIR, "d");
	EXPECT(sub, IN_OPEN | IN_ISDIR, "");
	EXPECT(dir, IN_ACCESS | IN_ISDIR, "d");
	EXPECT(sub, IN_ACCESS | IN_ISDIR, "");
	EXPECT(dir, IN_CLOSE_NOWRITE | IN_ISDIR, "d");
	EXPECT(sub, IN_CLOSE_NOWRITE | IN_ISDIR, "");
	CHECK(!unlink(DIR_PATH "/d/s") && !unlink(DIR_PATH "/d/p"));
	EXPECT(sub, IN_DELETE, "s");
	EXPECT(sub, IN_DELETE, "p");
	CHECK(!rmdir(DIR_PATH "/d"));
	EXPECT(sub, IN_DELETE_SELF, "");
	EXPECT(sub, IN_IGNORED, "");
	EXPECT(dir, IN_DELETE | IN_ISDIR, "d");
	EXPECT_NONE();
	CHECK(!inotify_rm_watch(in, dir));
	EXPECT(dir, IN_IGNORED, "");
}

static void test_rename(void)
{
	int dir = watch(DIR_PATH, IN_MOVE | IN_CREATE | IN_DELETE);
	int a, b, d;
	uint32_t cookie;

	close(make_file(DIR_PATH "/a", "a"));
	close(make_file(DIR_PATH "/b", "b"));
	EXPECT(dir, IN_CREATE, "a");
	EXPECT(dir, IN_CREATE, "b");
	CHECK(!mkdir(DIR_PATH "/d", 0755));
	EXPECT(dir, IN_CREATE | IN_ISDIR, "d");
	a = watch(DIR_PATH "/a", IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB);
	b = watch(DIR_PATH "/b", IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB);
	d = watch(DIR_PATH "/d", IN_MOVE | IN_MOVE_SELF);
	CHECK(!rename(DIR_PATH "/a", DIR_PATH "/b"));	/* b is replaced */
	EXPECT(dir, IN_MOVED_FROM, "a");
	cookie = last_cookie;
	CHECK(cookie);
	EXPECT(dir, IN_MOVED_TO, "b");
	CHECK(last_cookie == cookie);
	EXPECT(b, IN_ATTRIB, "");
	EXPECT(a, IN_MOVE_SELF, "");
	CHECK(last_cookie == 0);
	EXPECT(b, IN_DELETE_SELF, "");
	EXPECT(b, IN_IGNORED, "");
	CHECK(!rename(DIR_PATH "/b", DIR_PATH "/d/c"));
	EXPECT(dir, IN_MOVED_FROM, "b");
	CHECK(last_cookie != cookie);
	EXPECT(d, IN_MOVED_TO, "c");
	EXPECT(a, IN_MOVE_SELF, "");
	CHECK(!rename(DIR_PATH "/d", DIR_PATH "/e"));
	EXPECT(dir, IN_MOVED_FROM | IN_ISDIR, "d");
	EXPECT(dir, IN_MOVED_TO | IN_ISDIR, "e");
	EXPECT(d, IN_MOVE_SELF, "");
	CHECK(!rename(DIR_PATH "/e/c", DIR_PATH "/e/c"));	/* nothing */
	EXPECT_NONE();
	close(make_file(DIR_PATH "/x", "x"));
	EXPECT(dir, IN_CREATE, "x");
	CHECK(!syscall(SYS_renameat2, AT_FDCWD, DIR_PATH "/x", AT_FDCWD,
		DIR_PATH "/e", 2 /* RENAME_EXCHANGE */));
	EXPECT(dir, IN_MOVED_FROM, "x");
	EXPECT(dir, IN_MOVED_TO, "e");
	EXPECT(dir, IN_MOVED_FROM | IN_ISDIR, "e");
	EXPECT(dir, IN_MOVED_TO | IN_ISDIR, "x");
	EXPECT(d, IN_MOVE_SELF, "");
	CHECK(!inotify_rm_watch(in, dir));
	EXPECT(dir, IN_IGNORED, "");
	CHECK(!unlink(DIR_PATH "/x/c") && !rmdir(DIR_PATH "/x"));
	CHECK(!unlink(DIR_PATH "/e"));
	EXPECT(a, IN_ATTRIB, "");
	EXPECT(a, IN_DELETE_SELF, "");
	EXPECT(a, IN_IGNORED, "");
	EXPECT(d, IN_IGNORED, "");
	EXPECT_NONE();
}

static void test_options(void)
{
	int wd = watch(DIR_PATH, IN_CREATE), fd, other;

	CHECK(watch(DIR_PATH, IN_DELETE | IN_MASK_ADD) == wd);
	close(make_file(DIR_PATH "/o", "o"));
	CHECK(!unlink(DIR_PATH "/o"));
	EXPECT(wd, IN_CREATE, "o");
	EXPECT(wd, IN_DELETE, "o");
	CHECK(watch(DIR_PATH, IN_DELETE | IN_ONESHOT) == wd);
	fd = make_file(DIR_PATH "/o", "o");
	other = watch(DIR_PATH "/o", IN_ALL_EVENTS);
	CHECK(!unlink(DIR_PATH "/o"));			/* still open */
	EXPECT(other, IN_ATTRIB, "");
	EXPECT(wd, IN_DELETE, "o");
	EXPECT(wd, IN_IGNORED, "");			/* once only */
	CHECK_ERRNO(inotify_rm_watch(in, wd), EINVAL);
	CHECK(!ftruncate(fd, 0));
	EXPECT(other, IN_MODIFY, "");
	CHECK(!close(fd));				/* now it goes */
	EXPECT(other, IN_CLOSE_WRITE, "");
	EXPECT(other, IN_DELETE_SELF, "");
	EXPECT(other, IN_IGNORED, "");
	wd = watch(DIR_PATH, IN_MODIFY | IN_CLOSE | IN_EXCL_UNLINK);
	CHECK(wd > other);				/* numbers are new */
	fd = make_file(DIR_PATH "/o", "o");
	EXPECT(wd, IN_MODIFY, "o");
	CHECK(!unlink(DIR_PATH "/o"));
	CHECK(write(fd, "x", 1) == 1 && !close(fd));
	EXPECT_NONE();
	CHECK(!symlink("absent", DIR_PATH "/l"));
	CHECK_ERRNO(watch(DIR_PATH "/l", IN_ALL_EVENTS), ENOENT);
	other = watch(DIR_PATH "/l", IN_DELETE_SELF | IN_DONT_FOLLOW);
	CHECK(other > wd && !unlink(DIR_PATH "/l"));
	EXPECT(other, IN_DELETE_SELF, "");
	EXPECT(other, IN_IGNORED, "");
	CHECK(!inotify_rm_watch(in, wd));
	EXPECT(wd, IN_IGNORED, "");
}

static void test_queue(void)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct pollfd p = { in, POLLIN, 0 };
	int wd = watch(DIR_PATH, IN_CREATE | IN_DELETE), n = -1;
	int ep = epoll_create1(0);
	char buf[64];

	CHECK(!epoll_ctl(ep, EPOLL_CTL_ADD, in, &ev));
	CHECK(poll(&p, 1, 0) == 0 && epoll_wait(ep, &ev, 1, 0) == 0);
	CHECK(!ioctl(in, FIONREAD, &n) && n == 0);
	CHECK(!mkdir(DIR_PATH "/0123456789abcdef", 0700));
	CHECK(!rmdir(DIR_PATH "/0123456789abcdef"));
	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLIN);
	CHECK(epoll_wait(ep, &ev, 1, 0) == 1);
	CHECK(!ioctl(in, FIONREAD, &n) && n == 96);
	CHECK_ERRNO(read(in, buf, 47), EINVAL);
	CHECK(read(in, buf, sizeof(buf)) == 48);	/* whole events */
	CHECK_ERRNO(read(in, (void *)8, 48), EFAULT);	/* which is lost */
	EXPECT_NONE();
	if (!checked_fork()) {
		usleep(20000);
		_exit(mkdir(DIR_PATH "/late", 0700));
	}
	CHECK(!fcntl(in, F_SETFL, 0));
	EXPECT(wd, IN_CREATE | IN_ISDIR, "late");	/* after a wait */
	CHECK(!fcntl(in, F_SETFL, O_NONBLOCK));
	expect_success(-1);
	CHECK(!rmdir(DIR_PATH "/late"));
	EXPECT(wd, IN_DELETE | IN_ISDIR, "late");
	CHECK(!inotify_rm_watch(in, wd));
	EXPECT(wd, IN_IGNORED, "");
	close(ep);
}

static long setting(const char *name)
{
	char path[64], text[16] = { 0 };
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/fs/inotify/%s", name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return atol(text);
}

static void test_limits(void)
{
	static int fd[1024];
	long max = setting("max_queued_events"), n = 0, i;
	int wd = watch(DIR_PATH, IN_ATTRIB | IN_OPEN);

	CHECK(setting("max_user_watches") > 0);
	for (i = 0; i < max; i++) {			/* alternate */
		CHECK(!chmod(DIR_PATH, 0777));
		CHECK(!close(open(DIR_PATH, O_RDONLY)));
	}
	for (i = 0; i < max; i++)
		EXPECT(wd, (i & 1 ? IN_OPEN : IN_ATTRIB) | IN_ISDIR, "");
	EXPECT(-1, IN_Q_OVERFLOW, "");
	EXPECT_NONE();
	CHECK(!inotify_rm_watch(in, wd));
	EXPECT(wd, IN_IGNORED, "");
	max = setting("max_user_instances");
	while (n < 1024 && (fd[n] = inotify_init()) >= 0)
		n++;
	CHECK(errno == EMFILE && n > 0 && n < max);
	while (n)
		close(fd[--n]);
}

/* As root only: a file system that goes takes its watches with it */
static void test_unmount(void)
{
	int wd, root;

	CHECK(!mkdir(DIR_PATH "/m", 0700));
	if (mount("none", DIR_PATH "/m", "tmpfs", 0, NULL)) {
		CHECK(errno == EPERM && !rmdir(DIR_PATH "/m"));
		return;
	}
	root = watch(DIR_PATH "/m", IN_ALL_EVENTS & ~IN_OPEN);
	close(make_file(DIR_PATH "/m/f", ""));
	wd = watch(DIR_PATH "/m/f", IN_DELETE_SELF);
	EXPECT(root, IN_CREATE, "f");
	EXPECT(root, IN_CLOSE_WRITE, "f");
	CHECK(!umount(DIR_PATH "/m"));
	for (int i = 0; i < 4; i++) {			/* in any order */
		struct inotify_event e;

		CHECK(read(in, &e, sizeof(e)) == sizeof(e));
		CHECK(e.wd == wd || e.wd == root);
		CHECK(e.mask == (i & 1 ? IN_IGNORED : IN_UNMOUNT
			| (e.wd == root ? IN_ISDIR : 0)));
	}
	EXPECT_NONE();
	CHECK(!rmdir(DIR_PATH "/m"));
}

int main(void)
{
	alarm(60);
	mkdir(DIR_PATH, 0777);
	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	CHECK(in >= 0 && fcntl(in, F_GETFD) == FD_CLOEXEC);
	test_errors();
	test_file();
	test_directory();
	test_rename();
	test_options();
	test_queue();
	test_unmount();
	test_limits();
	CHECK(!close(in) && !rmdir(DIR_PATH));
	return passed("watches");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mount(2), umount2(2), pivot_root(2), unshare(2).  On a host: as root, in a
 * mount namespace of its own (`unshare -m`); its kernel has more namespaces, so
 * -n leaves those checks out.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "check.h"

static void make(const char *path, int mode)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	CHECK(fd >= 0 && write(fd, "#!/bin/true\n", 12) == 12);
	CHECK(!close(fd) && !chmod(path, mode));
}

/* A line of /proc/self/`file` that has both words */
static int listed(const char *file, const char *a, const char *b)
{
	char line[512];
	int found = 0;
	FILE *f = fopen(file, "r");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		found |= strstr(line, a) && strstr(line, b);
	fclose(f);
	return found;
}

static void test_arguments(void)
{
	CHECK_ERRNO(mount("n", (void *)8, "tmpfs", 0, 0), EFAULT);
	CHECK_ERRNO(mount("n", "m", (void *)8, 0, 0), EFAULT);
	CHECK_ERRNO(mount((void *)8, "m", "tmpfs", 0, 0), EFAULT);
	CHECK_ERRNO(mount("n", "m", "tmpfs", 0, (void *)8), EFAULT);
	CHECK_ERRNO(mount("n", "m", NULL, 0, 0), EINVAL);
	CHECK_ERRNO(mount("n", "m", "nofs", 0, 0), ENODEV);
	CHECK_ERRNO(mount("n", "none", "tmpfs", 0, 0), ENOENT);
	CHECK_ERRNO(mount("n", "m", NULL, MS_REMOUNT, 0), EINVAL);
	CHECK_ERRNO(umount("m"), EINVAL);
	CHECK_ERRNO(umount("none"), ENOENT);
	CHECK_ERRNO(umount2("m", 1 << 20), EINVAL);
	CHECK_ERRNO(umount2("m", MNT_EXPIRE | MNT_DETACH), EINVAL);
}

static void test_flags(void)
{
	int fd;

	CHECK(!mount("n", "m", "tmpfs",
		MS_NODEV | MS_NOEXEC | MS_NOSUID | MS_NOATIME, "size=64k"));
	CHECK(listed("/proc/self/mounts", "/m ", "nosuid,nodev,noexec,noatime"));
	CHECK(listed("/proc/self/mountinfo", "/m ", "noexec"));
	CHECK(listed("/proc/self/mountstats", "/m ", "fstype tmpfs"));
	make("m/run", 0755);
	CHECK_ERRNO(access("m/run", X_OK), EACCES);
	CHECK_ERRNO(execl("m/run", "run", NULL), EACCES);
	fd = open("m/run", O_RDONLY);
	CHECK(fd >= 0);
	CHECK(mmap(0, 4096, PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	CHECK(errno == EPERM && !close(fd));
	CHECK(!mknod("m/null", S_IFCHR | 0666, 1 << 8 | 3));
	CHECK_ERRNO(open("m/null", O_RDWR), EACCES);
	CHECK(!mount("n", "m", NULL, MS_REMOUNT, NULL));
	CHECK(!access("m/run", X_OK));
	fd = open("m/null", O_RDWR);
	CHECK(fd >= 0 && !close(fd));
	CHECK(!umount("m"));
}

/* The effective user of a set-user-ID program on a mount with `flags` */
static uid_t effective(const char *self, unsigned long flags)
{
	char page[4096];
	int in, out, status;
	ssize_t n;

	CHECK(!mount("n", "m", "tmpfs", flags, "mode=755"));
	in = open(self, O_RDONLY);
	out = open("m/id", O_CREAT | O_WRONLY, 0700);
	CHECK(in >= 0 && out >= 0);
	while ((n = read(in, page, sizeof(page))) > 0)
		CHECK(write(out, page, n) == n);
	CHECK(!fchown(out, 77, 77) && !fchmod(out, 04755));
	CHECK(!close(in) && !close(out));
	if (checked_fork() == 0) {
		execl("m/id", "id", "-u", NULL);
		_exit(99);
	}
	CHECK(wait(&status) > 0 && WIFEXITED(status));
	CHECK(!umount("m"));
	return WEXITSTATUS(status);
}

static void test_remount(void)
{
	struct statfs fs;
	int fd;

	CHECK(!mount("n", "m", "tmpfs", 0, "size=16k"));
	fd = open("m/f", O_CREAT | O_RDWR, 0600);
	CHECK(fd >= 0 && !posix_fallocate(fd, 0, 8192));
	CHECK_ERRNO(mount("n", "m", NULL, MS_REMOUNT | MS_RDONLY, 0), EBUSY);
	CHECK_ERRNO(mount("n", "m", NULL, MS_REMOUNT, "size=4k"), EINVAL);
	CHECK(!mount("n", "m", NULL, MS_REMOUNT, "size=32k"));
	CHECK(!statfs("m", &fs) && fs.f_blocks == 8);
	CHECK(!close(fd));
	CHECK(!mount("n", "m", NULL, MS_REMOUNT | MS_RDONLY, 0));
	CHECK_ERRNO(open("m/f", O_RDWR), EROFS);
	CHECK_ERRNO(truncate("m/f", 0), EROFS);
	CHECK_ERRNO(chmod("m/f", 0644), EROFS);
	CHECK_ERRNO(mkdir("m/d", 0755), EROFS);
	CHECK_ERRNO(access("m/f", W_OK), EROFS);
	CHECK(!mount("n", "m", NULL, MS_REMOUNT | MS_BIND, 0));
	CHECK(!statfs("m", &fs) && fs.f_blocks == 8);
	CHECK(!umount("m"));
}

static void test_expiry(void)
{
	struct stat st;
	int fd;

	CHECK(!mount("n", "m", "tmpfs", 0, 0));
	make("m/f", 0600);
	fd = open("m/f", O_RDONLY);
	CHECK_ERRNO(umount2("m", MNT_EXPIRE), EBUSY);
	CHECK(!close(fd));
	CHECK_ERRNO(umount2("m", MNT_EXPIRE), EAGAIN);
	CHECK(!stat("m/f", &st));
	CHECK_ERRNO(umount2("m", MNT_EXPIRE), EAGAIN);
	CHECK(!umount2("m", MNT_EXPIRE));
	CHECK(!mount("n", "m", "tmpfs", 0, 0) && !symlink("m", "l"));
	CHECK_ERRNO(umount2("l", UMOUNT_NOFOLLOW), EINVAL);
	CHECK(!umount2("l", 0) && !unlink("l"));
}

static void test_move(void)
{
	CHECK(!mkdir("to", 0755));
	CHECK(!mount("n", "m", "tmpfs", 0, 0));
	make("m/f", 0600);
	CHECK(!mount(NULL, "m", NULL, MS_PRIVATE, NULL));
	CHECK_ERRNO(mount("to", "m", NULL, MS_MOVE, 0), EINVAL);
	CHECK(!mkdir("m/d", 0755));
	CHECK_ERRNO(mount("m", "m/d", NULL, MS_MOVE, 0), ELOOP);
	CHECK(!mount("m", "to", NULL, MS_MOVE, 0));
	CHECK(!access("to/f", F_OK));
	CHECK_ERRNO(access("m/f", F_OK), ENOENT);
	CHECK_ERRNO(umount("m"), EINVAL);
	CHECK(!umount("to") && !rmdir("to"));
}

static int pivot(const char *to, const char *old)
{
	return syscall(SYS_pivot_root, to, old);
}

/* Below a chroot to a mount; from the very first root it cannot be done */
static void test_pivot(void)
{
	struct stat st;
	pid_t pid;

	CHECK(!mount("n", "m", "tmpfs", 0, 0));
	CHECK(!mkdir("m/new", 0755));
	pid = checked_fork();
	if (pid == 0) {
		CHECK(!chroot("m") && !chdir("/"));
		CHECK_ERRNO(pivot("/new", "/none"), ENOENT);
		CHECK_ERRNO(pivot("/new", (void *)8), EFAULT);
		CHECK_ERRNO(pivot("/new", "/new"), EBUSY);
		CHECK(!mount("n", "/new", "tmpfs", 0, 0));
		CHECK(!mkdir("/new/old", 0755) && !mkdir("/out", 0755));
		CHECK_ERRNO(pivot("/new", "/out"), EBUSY);
		CHECK(!pivot("/new", "/new/old"));
		CHECK(!stat("/old/new", &st) && !stat("/old/out", &st));
		CHECK_ERRNO(stat("/new", &st), ENOENT);
		CHECK(!chdir("..") && !stat("old", &st));
		CHECK(!umount2("/old", MNT_DETACH) && !rmdir("/old"));
		CHECK(!setuid(1));
		CHECK_ERRNO(pivot("/", "/"), EPERM);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!umount2("m", MNT_DETACH));
	CHECK_ERRNO(umount("m"), EINVAL);
}

static void test_unshare(int namespaces)
{
	int fd = open("m", O_RDONLY), status;

	CHECK(fd >= 0);
	CHECK_ERRNO(syscall(SYS_setns, fd, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_setns, 99, 0), EBADF);
	CHECK(!unshare(0) && !unshare(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM));
	CHECK(!unshare(CLONE_VM | CLONE_SIGHAND));
	CHECK_ERRNO(unshare(1), EINVAL);
	CHECK(!close(fd));
	if (namespaces)
		return;
	CHECK_ERRNO(unshare(CLONE_NEWPID), EINVAL);
	if (checked_fork() == 0) {
		CHECK(!setuid(1));
		CHECK_ERRNO(unshare(CLONE_NEWNET), EPERM);
		CHECK_ERRNO(mount("n", "m", "tmpfs", 0, 0), EPERM);
		CHECK_ERRNO(umount("m"), EPERM);
		_exit(0);
	}
	CHECK(wait(&status) > 0 && status == 0);
}

/* tmpfs(5), nr_inodes: a further name of a file counts as well */
static void test_links(void)
{
	CHECK(!mount("n", "m", "tmpfs", 0, "nr_inodes=4"));
	make("m/a", 0600);
	CHECK(!link("m/a", "m/b") && !link("m/a", "m/c"));
	CHECK_ERRNO(link("m/a", "m/d"), ENOSPC);
	CHECK_ERRNO(mkdir("m/d", 0700), ENOSPC);
	CHECK(!unlink("m/b") && !link("m/a", "m/d"));
	CHECK(!unlink("m/a") && !unlink("m/c") && !unlink("m/d"));
	CHECK(!mkdir("m/a", 0700) && !mkdir("m/b", 0700) && !mkdir("m/c", 0700));
	CHECK_ERRNO(mkdir("m/d", 0700), ENOSPC);
	CHECK(!umount("m"));
}

/* Of an instance that no name of a type stands for, too */
static void test_pick(void)
{
	int fd = syscall(SYS_fspick, AT_FDCWD, "/", 0);

	CHECK(fd >= 0);
	CHECK_ERRNO(syscall(SYS_fsconfig, fd, 1, "none", "such", 0), EINVAL);
	CHECK(syscall(SYS_fsconfig, fd, 2, "none", "such", 4) == -1);
	CHECK(!close(fd));
}

/* A namespace in which the file of one is mounted in which... ends: so do
 * all of them */
static void make_chain(int depth, int end)
{
	int made[2], held[2];
	char c, path[40];
	pid_t pid;

	CHECK(!pipe(made) && !pipe(held));
	pid = checked_fork();
	if (pid == 0) {
		CHECK(!unshare(CLONE_NEWNS));
		CHECK(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
		CHECK(write(made[1], "", 1) == 1 && read(held[0], &c, 1) == 1);
		close(made[0]); close(made[1]); close(held[0]); close(held[1]);
		if (depth)
			make_chain(depth - 1, end);
		else
			CHECK(write(end, "", 1) == 1);
		_exit(0);
	}
	CHECK(read(made[0], &c, 1) == 1);
	sprintf(path, "/proc/%d/ns/mnt", pid);
	CHECK(!mount(path, "ns", NULL, MS_BIND, NULL));
	CHECK(write(held[1], "", 1) == 1);
	expect_success(pid);
}

static void test_chain(void)
{
	int end[2];
	char c;

	make("ns", 0600);
	CHECK(!pipe(end));
	make_chain(150, end[1]);
	CHECK(read(end[0], &c, 1) == 1 && !close(end[0]) && !close(end[1]));
	CHECK(!umount("ns") && !unlink("ns"));
}

int main(int argc, char **argv)
{
	char directory[] = "/tmp/mounts-XXXXXX", self[4096];

	if (argc > 1 && !strcmp(argv[1], "-u"))
		return geteuid();
	CHECK(realpath(argv[0], self));
	CHECK(mkdtemp(directory) && !chmod(directory, 0755));
	CHECK(!chdir(directory) && !mkdir("m", 0755));
	test_arguments();
	test_flags();
	CHECK(effective(self, 0) == 77);
	CHECK(effective(self, MS_NOSUID) == 0);
	test_remount();
	test_expiry();
	test_move();
	test_pivot();
	test_unshare(argc > 1);
	test_links();
	test_pick();
	if (argc == 1)		/* later ones order namespaces by chance */
		test_chain();
	CHECK(!rmdir("m") && !chdir("/") && !rmdir(directory));
	return passed("mounts");
}

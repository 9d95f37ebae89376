/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: mount namespaces, made and entered, and the files for them. */
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "facts_mounts.h"

static struct {
	pid_t pid;
	int from, to;		/* pipes: it is ready; it may end */
} other;

static pid_t clone_child(unsigned long flags)
{
	fflush(stdout);
	return syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
}

/* A child that does something and stays; with flags 0 as a plain fork */
static void begin_other(void (*fn)(void), unsigned long flags)
{
	int ready[2], end[2];
	char c;

	CHECK(pipe(ready) == 0 && pipe(end) == 0);
	other.pid = clone_child(flags | SIGCHLD);
	CHECK(other.pid >= 0);
	if (other.pid == 0) {
		close(end[1]);
		if (fn)
			fn();
		fflush(stdout);
		CHECK(write(ready[1], "r", 1) == 1);
		CHECK(read(end[0], &c, 1) == 0);
		_exit(0);
	}
	other.from = ready[0];
	other.to = end[1];
	close(ready[1]);
	close(end[0]);
	CHECK(read(other.from, &c, 1) == 1);
}

static void end_other(void)
{
	close(other.to);
	wait_for(other.pid);
	close(other.from);
}

/* A file of the other's, by its number */
static const char *its(const char *name)
{
	static char path[8][80];
	static int next;
	char *p = path[next++ % 8];

	snprintf(p, sizeof(path[0]), "/proc/%d/%s", other.pid, name);
	return p;
}

/* The place `name` below `here` as the other sees it */
static const char *there(const char *name)
{
	static char path[4][PATH_MAX + 64];
	static int next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "/proc/%d/root%s/%s", other.pid, here,
		name);
	return p;
}

static int same(const char *a, const char *b)
{
	struct stat x, y;

	CHECK(stat(a, &x) == 0 && stat(b, &y) == 0);
	return x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

static int pidfd_of(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

static void test_links(void)
{
	char text[64] = "";
	struct stat st;
	int fd;

	FACT(readlink("/proc/self/ns/mnt", text, sizeof(text) - 1) > 10,
		"a link");
	FACT(strncmp(text, "mnt:[402653", 11), "what it says");
	FACT(stat("/proc/self/ns/mnt", &st), "stat");
	FACT(st.st_mode, "mode");
	FACT(st.st_nlink, "links");
	fd = open("/proc/self/ns/mnt", O_RDONLY);
	FACT(fd >= 0, "open");
	FACT(read(fd, text, 1), "read");
	FACT(ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNS, "type");
	FACT(ioctl(fd, NS_GET_PARENT), "parent");
	FACT(ioctl(fd, NS_GET_OWNER_UID, text), "owner");
	FACT(ioctl(fd, TIOCGWINSZ, text), "another ioctl");
	close(fd);
	FACT(open("/proc/self/ns/mnt", O_RDWR), "open for writing");
	FACT(unlink("/proc/self/ns/mnt"), "unlink");
	begin_other(NULL, 0);
	FACT(same("/proc/self/ns/mnt", its("ns/mnt")), "the same after fork");
	AS(NOBODY) {
		FACT(readlink(its("ns/mnt"), text, 60), "read by a user");
		FACT(open(its("ns/mnt"), O_RDONLY), "opened by a user");
	}
	close(other.to);
	CHECK(read(other.from, text, 1) == 0);
	usleep(100000);
	FACT(readlink(its("ns/mnt"), text, 60), "of a zombie");
	FACT(open(its("mounts"), O_RDONLY) >= 0
		&& read(3, text, 1) == 1, "its mounts");
	wait_for(other.pid);
	close(other.from);
	while (close(3) == 0)
		;
}

static void unshare_and_mount(void)
{
	FACT(unshare(CLONE_NEWNS), "unshare");
	FACT(fresh("a"), "mount there");
	put_text("a/f", "in the other");
	list("there");
}

static void test_apart(void)
{
	begin_other(unshare_and_mount, 0);
	FACT(same("/proc/self/ns/mnt", its("ns/mnt")), "the same");
	list("here");
	show("a/f");
	FACT(access(there("a/f"), F_OK), "by its root");
	FACT(fresh("b"), "mount here");
	FACT(access(there("b"), F_OK), "its b");
	FACT(same("b", there("b")), "is another");
	FACT(umount(there("a")), "umount of its mount");
	FACT(umount2(there("a"), MNT_DETACH), "detach it");
	FACT(fresh(there("c")), "mount on its directory");
	FACT(bind(there("a"), "c", 0), "bind its mount");
	FACT(bind("b", there("c"), 0), "bind onto its directory");
	FACT(mount(there("a"), "c", NULL, MS_MOVE, NULL), "move its mount");
	FACT(mount("b", there("c"), NULL, MS_MOVE, NULL), "move to it");
	FACT(mount(NULL, there("a"), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY,
		NULL), "remount its mount");
	FACT(mount(NULL, there("a"), NULL, MS_REMOUNT, NULL), "remount it");
	FACT(rmdir("a"), "rmdir of its mount point");
	FACT(access(there("a"), F_OK), "there");
	CHECK(!mkdir("a", 0755));
	end_other();
	FACT(umount("b"), "umount");
}

static void mount_two(void)
{
	CHECK(!unshare(CLONE_NEWNS) && !fresh("a") && !bind("f", "g", 0));
	CHECK(!fresh("b"));
}

static void test_names(void)
{
	put_text("f", "a file");
	put_text("g", "covered elsewhere");
	begin_other(mount_two, 0);
	FACT(rename("a", "d"), "rename of its mount point");
	FACT(same("d", there("d")), "it is no mount point there");
	FACT(rename("d", "b"), "rename over its mount point");
	FACT(access(there("b"), F_OK) || same("b", there("b")), "there");
	FACT(unlink("g"), "unlink of a covered file");
	FACT(access(there("g"), F_OK), "there");
	end_other();
	CHECK(!mkdir("a", 0755) && !unlink("f"));
}

static void unshare_only(void)
{
	CHECK(!unshare(CLONE_NEWNS));
}

static void unshare_slave(void)
{
	CHECK(!unshare(CLONE_NEWNS));
	CHECK(!mount(NULL, "a", NULL, MS_SLAVE, NULL));
}

static void test_propagation(void)
{
	int fd;

	CHECK(!fresh("a") && !mkdir("a/x", 0755) && !mkdir("a/y", 0755));
	CHECK(!mount(NULL, "a", NULL, MS_SHARED, NULL));
	begin_other(unshare_only, 0);
	FACT(fresh("a/x"), "mount on a shared one");
	FACT(same("a/x", there("a/x")), "the other has it");
	FACT(umount("a/x"), "umount");
	FACT(same("a/x", there("a/x")), "gone from both");
	CHECK(!mount(NULL, "a", NULL, MS_PRIVATE, NULL));
	FACT(fresh("a/x"), "mount on a private one");
	FACT(same("a/x", there("a/x")), "the other has it");
	FACT(umount("a/x"), "umount");
	end_other();
	CHECK(!mount(NULL, "a", NULL, MS_SHARED, NULL));
	begin_other(unshare_slave, 0);
	FACT(fresh("a/y"), "mount on a master");
	FACT(same("a/y", there("a/y")), "the other has it");
	put_text("a/y/busy", "open");
	fd = open(there("a/y/busy"), O_RDONLY);
	FACT(umount("a/y"), "umount while it is open there");
	end_other();
	FACT(umount("a/y"), "when the other is gone");
	FACT(close(fd), "close");
	FACT(umount("a"), "umount");
}

static void test_unshare(void)
{
	int pid;

	FACT(unshare(CLONE_NEWNS | 1), "an unknown flag");
	FACT(unshare(CLONE_NEWPID | CLONE_NEWNS), "with another namespace");
	AS(NOBODY) {
		FACT(unshare(CLONE_NEWNS), "unshare by a user");
		FACT(clone_child(CLONE_NEWNS | SIGCHLD), "clone by a user");
	}
	FACT(clone_child(CLONE_NEWNS | CLONE_FS | SIGCHLD),
		"clone with CLONE_FS");
	FACT(syscall(SYS_clone3, &(struct clone_args){ .exit_signal = SIGCHLD,
		.flags = CLONE_NEWNS | CLONE_FS }, 64),
		"clone3 with CLONE_FS");
	begin_other(unshare_and_mount, CLONE_FS);
	FACT(access("a/f", F_OK), "after a common directory");
	end_other();
	begin_other(NULL, CLONE_NEWNS);
	FACT(same("/proc/self/ns/mnt", its("ns/mnt")), "clone: the same");
	end_other();
	fflush(stdout);
	pid = syscall(SYS_clone3, &(struct clone_args){ .exit_signal = SIGCHLD,
		.flags = CLONE_NEWNS }, 64);
	if (pid == 0) {
		FACT(fresh("a"), "clone3: mount there");
		fflush(stdout);
		_exit(0);
	}
	wait_for(pid);
	FACT(umount("a"), "umount here");
}

static void pause_only(void)
{
	pause();
}

static void stand_in_it(void)
{
	CHECK(!unshare(CLONE_NEWNS) && !fresh("a") && !mkdir("a/in", 0755));
	CHECK(!chroot("a"));
}

static void test_setns(void)
{
	int ns, p, mine = open("/proc/self/ns/mnt", O_RDONLY), fd;
	static char text[PATH_MAX + 8];

	begin_other(stand_in_it, 0);
	ns = open(its("ns/mnt"), O_RDONLY | O_CLOEXEC);
	p = pidfd_of(other.pid);
	CHECK(ns >= 0 && p >= 0 && mine >= 0);
	FACT(setns(999, 0), "no descriptor");
	FACT(setns(other.from, 0), "a pipe");
	fd = open(".", O_RDONLY);
	FACT(setns(fd, CLONE_NEWNS), "a directory");
	close(fd);
	fd = open(its("ns/mnt"), O_PATH);
	FACT(setns(fd, CLONE_NEWNS), "O_PATH");
	close(fd);
	FACT(setns(ns, CLONE_NEWNET), "of another kind");
	FACT(setns(ns, -1), "of all kinds");
	FACT(setns(p, 0), "a pidfd of no kind");
	FACT(setns(p, CLONE_NEWNET), "a pidfd of a kind that is not");
	FACT(setns(p, CLONE_NEWNS | CLONE_NEWPID), "of two kinds");
	FACT(setns(p, CLONE_FS), "of no namespace");
	AS(NOBODY) {
		FACT(setns(ns, 0), "by a user");
		FACT(setns(p, CLONE_NEWNS), "a pidfd by a user");
	}
	AS(0) {
		int pid = clone_child(CLONE_FS | SIGCHLD);

		if (pid == 0)
			pause_only();
		FACT(setns(ns, 0), "with a common directory");
		FACT(setns(p, CLONE_NEWNS), "the same by pidfd");
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		FACT(setns(ns, 0), "alone");
		FACT(getcwd(text, sizeof(text)) && !strcmp(text, "/"), "cwd");
		snprintf(text, sizeof(text), "%s/a/in", here);
		FACT(access(text, F_OK), "its mount from its top");
		snprintf(text, sizeof(text), "%s/a", here);
		FACT(umount2(text, MNT_DETACH), "umount it");
		FACT(setns(mine, CLONE_NEWNS), "back");
		snprintf(text, sizeof(text), "%s/b", here);
		FACT(access(text, F_OK), "at home");
	}
	AS(0) {
		FACT(setns(p, CLONE_NEWNS), "by pidfd");
		FACT(same("/proc/self/ns/mnt", its("ns/mnt")), "the same");
		FACT(unshare(CLONE_NEWNS), "a copy of that");
		FACT(same("/proc/self/ns/mnt", its("ns/mnt")), "the same");
	}
	end_other();
	FACT(setns(p, CLONE_NEWNS), "a process that is gone");
	AS(0) {
		FACT(setns(ns, 0), "its namespace is not");
	}
	close(ns);
	close(p);
	close(mine);
}

/* Mounts of namespaces' files */
static void test_files(void)
{
	int fd;

	put_text("f", "");
	put_text("g", "");
	FACT(bind("/proc/self/ns/mnt", "f", 0), "bind one's own");
	begin_other(unshare_only, 0);
	FACT(bind(its("ns/mnt"), "a", 0), "on a directory");
	FACT(bind(its("ns/mnt"), "f", 0), "bind another's");
	FACT(same("f", its("ns/mnt")), "the same");
	list("bound");
	FACT(access(there("f"), F_OK) || same("f", there("f")), "there");
	FACT(bind("f", "g", 0), "bind it again");
	CHECK(!fresh("b") && !mkdir("b/sub", 0755));
	put_text("b/f", "");
	FACT(mount(NULL, "b", NULL, MS_SHARED, NULL), "a shared one");
	CHECK(!bind("b", "c", 0));
	FACT(bind(its("ns/mnt"), "b/f", 0), "bind onto a shared one");
	FACT(mount("g", "b/f", NULL, MS_MOVE, NULL), "move onto it");
	CHECK(!umount("c") && !mount(NULL, "b", NULL, MS_PRIVATE, NULL));
	FACT(mount("g", "b/f", NULL, MS_MOVE, NULL), "move to a private one");
	FACT(bind("b", "c", MS_REC), "bind all");
	list("twice");
	FACT(umount("c/f") || umount("c"), "umount");
	AS(0) {
		FACT(unshare(CLONE_NEWNS), "a copy");
		list("without them");
		FACT(umount("f"), "not there");
	}
	end_other();
	fd = open("f", O_RDONLY);
	AS(0) {
		FACT(setns(fd, CLONE_NEWNS), "enter by it");
		FACT(chdir(here), "chdir");
		list("in it");
	}
	close(fd);
	FACT(unlink("f"), "unlink");
	FACT(umount("f"), "umount");
	FACT(umount("b/f"), "umount the other");
	FACT(umount("b"), "umount");
	unlink("f");
	unlink("g");
}

int main(int argc, char **argv)
{
	facts_begin_mounts(argc > 1 ? argv[1] : NULL);
	CHECK(mount(NULL, here, NULL, MS_PRIVATE, NULL) == 0);
	for (const char *d = "abc"; *d; d++)
		CHECK(mkdir((char []){ *d, 0 }, 0755) == 0);
	test_links();
	test_apart();
	test_names();
	test_propagation();
	test_unshare();
	test_setns();
	test_files();
	facts_end_mounts();
	return 0;
}

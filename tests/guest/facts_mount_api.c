/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts: mounts by descriptors: fsopen, fsconfig, fsmount, fspick, open_tree,
 * move_mount, mount_setattr.
 */
#include <sched.h>

#include "facts_mounts.h"

enum { SET_FLAG, SET_STRING, SET_BINARY, SET_PATH, SET_PATH_EMPTY, SET_FD,
	CREATE, RECONFIGURE };

#define CLONE		1
#define RECURSIVE	0x8000
#define F_EMPTY		4
#define T_EMPTY		0x40
#define SET_GROUP	0x100
#define RDONLY		1
#define NOSUID		2
#define NOEXEC		8
#define ATIME		0x70
#define NOATIME		0x10
#define STRICTATIME	0x20
#define NODIRATIME	0x80
#define IDMAP		0x100000
#define NOSYMFOLLOW	0x200000

static int open_tree(int dfd, const char *path, unsigned flags)
{
	return syscall(SYS_open_tree, dfd, path, flags);
}

static int move(int from, const char *a, int to, const char *b, unsigned flags)
{
	return syscall(SYS_move_mount, from, a, to, b, flags);
}

static int fsopen(const char *type, unsigned flags)
{
	return syscall(SYS_fsopen, type, flags);
}

static int config(int fd, unsigned cmd, const char *key, const void *value,
		int aux)
{
	return syscall(SYS_fsconfig, fd, cmd, key, value, aux);
}

static int fsmount(int fd, unsigned flags, unsigned attrs)
{
	return syscall(SYS_fsmount, fd, flags, attrs);
}

static int fspick(int dfd, const char *path, unsigned flags)
{
	return syscall(SYS_fspick, dfd, path, flags);
}

struct attr {
	uint64_t set, clear, propagation, userns;
};

static int change_raw(int dfd, const char *path, unsigned flags,
		const void *a, size_t size)
{
	return syscall(SYS_mount_setattr, dfd, path, flags, a, size);
}

static int change(const char *path, unsigned flags, struct attr a)
{
	return change_raw(AT_FDCWD, path, flags, &a, sizeof(a));
}

/* A new tmpfs, not mounted yet */
static int made(const char *size)
{
	int fd = fsopen("tmpfs", 0), m;

	CHECK(fd >= 0 && (!size || !config(fd, SET_STRING, "size", size, 0)));
	CHECK(!config(fd, CREATE, NULL, NULL, 0));
	m = fsmount(fd, 0, 0);
	close(fd);
	CHECK(m >= 0);
	return m;
}

static int put(int m, const char *on)
{
	return move(m, "", AT_FDCWD, on, F_EMPTY);
}

static void test_open(void)
{
	char text[80];
	int fd;

	FACT(fsopen("nofs", 0), "fsopen: no such type");
	FACT(fsopen("", 0), "fsopen: no name");
	FACT(fsopen(BAD_ADDRESS, 0), "fsopen: bad address");
	FACT(fsopen("tmpfs", 2), "fsopen: unknown flag");
	FACT(fsopen("nofs", 2), "fsopen: nothing and unknown flag");
	AS(NOBODY) {
		FACT(fsopen("tmpfs", 2), "fsopen: by a user");
		FACT(fspick(-1, "none", 16), "fspick: by a user");
		FACT(fsmount(-1, 2, -1), "fsmount: by a user");
		FACT(open_tree(AT_FDCWD, ".", CLONE), "open_tree: by a user");
		FACT(open_tree(AT_FDCWD, ".", 0) >= 0, "open_tree: a place");
		FACT(move(-1, "none", -1, "none", 8), "move: by a user");
		FACT(change("none", 0, (struct attr){ 0 }), "set: by a user");
	}
	fd = fsopen("tmpfs", 1);
	FACT(fd >= 0, "fsopen");
	FACT(fcntl(fd, F_GETFD), "its flags");
	FACT(fcntl(fd, F_GETFL) & O_ACCMODE, "its mode");
	FACT(read(fd, text, sizeof(text)), "read of no message");
	FACT(write(fd, text, 1), "write");
	FACT(lseek(fd, 0, SEEK_SET), "lseek");
	snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);
	memset(text + 40, 0, 40);
	FACT(readlink(text, text + 40, 39), "its name");
	printf("%s\n", text + 40);
	close(fd);
}

static void test_arguments(int fd)
{
	static char page[4096];

	memset(page, 'x', sizeof(page) - 1);
	FACT(config(-1, SET_FLAG, "ro", NULL, 0), "fsconfig: -1");
	FACT(config(999, SET_FLAG, "ro", NULL, 0), "nothing open");
	FACT(config(0, SET_FLAG, "ro", NULL, 0), "another file");
	FACT(config(fd, 100, NULL, NULL, 0), "unknown command");
	FACT(config(999, 100, NULL, NULL, 0), "that of nothing");
	FACT(config(fd, SET_FLAG, NULL, NULL, 0), "flag without key");
	FACT(config(fd, SET_FLAG, "ro", "x", 0), "flag with a value");
	FACT(config(fd, SET_FLAG, "ro", NULL, 1), "flag with a number");
	FACT(config(fd, SET_STRING, NULL, "x", 0), "string without key");
	FACT(config(fd, SET_STRING, "size", NULL, 0), "without value");
	FACT(config(fd, SET_STRING, "size", "4k", 1), "with a number");
	FACT(config(fd, SET_BINARY, "size", "x", 0), "blob of no length");
	FACT(config(fd, SET_BINARY, "size", "x", -1), "of less");
	FACT(config(fd, SET_BINARY, "size", "x", (1 << 20) + 1), "too long");
	FACT(config(fd, SET_BINARY, "size", BAD_ADDRESS, 9), "bad address");
	FACT(config(fd, SET_BINARY, "size", "x", 1), "blob");
	FACT(config(fd, SET_BINARY, "nothing", "x", 1), "unknown blob");
	FACT(config(fd, SET_PATH, "size", "/", -5), "path, bad directory");
	FACT(config(fd, SET_PATH, "size", "", AT_FDCWD), "empty path");
	FACT(config(fd, SET_PATH, "size", BAD_ADDRESS, AT_FDCWD), "bad path");
	FACT(config(fd, SET_PATH, "size", "/", AT_FDCWD), "path");
	FACT(config(fd, SET_PATH, "source", "/", AT_FDCWD), "path as source");
	FACT(config(fd, SET_PATH_EMPTY, "size", "", AT_FDCWD), "may be empty");
	FACT(config(fd, SET_FD, "size", "x", 0), "fd and value");
	FACT(config(fd, SET_FD, "size", NULL, -1), "fd -1");
	FACT(config(fd, SET_FD, "size", NULL, 999), "no fd");
	FACT(config(fd, SET_FD, "size", NULL, 0), "fd");
	FACT(config(fd, CREATE, "x", NULL, 0), "create with key");
	FACT(config(fd, CREATE, NULL, "x", 0), "create with value");
	FACT(config(fd, CREATE, NULL, NULL, 1), "create with number");
	FACT(config(fd, RECONFIGURE, "x", NULL, 0), "reconfigure with key");
	FACT(config(fd, SET_FLAG, BAD_ADDRESS, NULL, 0), "bad key");
	FACT(config(fd, SET_FLAG, page, NULL, 0), "long key");
	FACT(config(fd, SET_STRING, "size", page, 0), "long value");
	FACT(config(fd, SET_STRING, "size", BAD_ADDRESS, 0), "bad value");
	FACT(config(fd, SET_FLAG, "nothing", NULL, 0), "unknown flag");
	FACT(config(fd, SET_STRING, "nothing", "x", 0), "unknown string");
	FACT(config(fd, SET_FLAG, "size", NULL, 0), "size without value");
	FACT(config(fd, SET_STRING, "size", "4x", 0), "bad size");
	FACT(config(fd, SET_STRING, "mode", "9", 0), "bad mode");
	FACT(config(fd, SET_STRING, "mode", "700,uid=1", 0), "two in one");
	FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "reconfigure: too early");
	FACT(fsmount(fd, 0, 0), "fsmount: too early");
}

static void test_make(void)
{
	int fd = fsopen("tmpfs", 0), m;
	struct stat st;

	test_arguments(fd);
	FACT(config(fd, SET_STRING, "source", "a source", 0), "source");
	FACT(config(fd, SET_STRING, "source", "again", 0), "another");
	FACT(config(fd, SET_STRING, "size", "64k", 0), "size");
	FACT(config(fd, SET_STRING, "mode", "711", 0), "mode");
	FACT(config(fd, SET_FLAG, "ro", NULL, 0), "ro");
	FACT(config(fd, SET_STRING, "rw", "whatever", 0), "rw");
	FACT(config(fd, SET_FLAG, "sync", NULL, 0), "sync");
	FACT(config(fd, CREATE, NULL, NULL, 0), "create");
	FACT(config(fd, CREATE, NULL, NULL, 0), "again");
	FACT(config(fd, SET_FLAG, "ro", NULL, 0), "ro: too late");
	FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "reconfigure: early");
	FACT(fsmount(-1, 0, 0), "fsmount: -1");
	FACT(fsmount(0, 0, 0), "another file");
	FACT(fsmount(fd, 2, 0), "unknown flag");
	FACT(fsmount(fd, 0, IDMAP), "unknown attribute");
	FACT(fsmount(fd, 0, ATIME), "three times");
	m = fsmount(fd, 1, NOEXEC | NOATIME);
	FACT(m >= 0, "fsmount");
	FACT(fcntl(m, F_GETFD), "its flags");
	FACT(fcntl(m, F_GETFL) & O_PATH, "it is a place");
	FACT(fsmount(fd, 0, 0), "again");
	list("not mounted");
	FACT(fstat(m, &st) || st.st_mode, "its mode");
	FACT(openat(m, "f", O_CREAT | O_RDWR, 0600) >= 0, "create there");
	FACT(openat(m, "..", O_RDONLY) >= 0, "dot-dot");
	while (close(m + 1) == 0)
		m++;
	FACT(put(fd, "a"), "move of another file");
	close(m);
	close(fd);
	fd = fsopen("tmpfs", 0);
	CHECK(!config(fd, SET_STRING, "source", "a source", 0));
	CHECK(!config(fd, CREATE, NULL, NULL, 0));
	m = fsmount(fd, 0, NOSUID | NODIRATIME | NOSYMFOLLOW);
	FACT(put(m, "file"), "move on a file");
	FACT(put(m, "a"), "move");
	list("mounted");
	FACT(put(m, "b"), "move on");
	list("moved");
	FACT(config(fd, SET_FLAG, "ro", NULL, 0), "ro");
	FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "reconfigure");
	FACT(mkdir("b/x", 0755), "mkdir");
	FACT(config(fd, SET_FLAG, "rw", NULL, 0), "rw");
	FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "reconfigure");
	FACT(mkdir("b/x", 0755), "mkdir");
	FACT(config(fd, SET_FLAG, "dirsync", NULL, 0), "dirsync");
	FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "cannot change");
	FACT(config(fd, SET_FLAG, "ro", NULL, 0), "after the failure");
	close(fd);
	FACT(umount("b"), "umount while it is held");
	close(m);
	FACT(umount("b"), "umount");
}

static void test_pick(void)
{
	int fd, held;

	CHECK(!fresh("a") && !mkdir("a/x", 0755) && !symlink("a", "link"));
	FACT(fspick(999, "x", 0), "fspick: no directory");
	FACT(fspick(AT_FDCWD, "none", 0), "nothing there");
	FACT(fspick(AT_FDCWD, "", 0), "empty");
	FACT(fspick(AT_FDCWD, "a", 16), "unknown flag");
	FACT(fspick(AT_FDCWD, "a/x", 0), "no mount");
	FACT(fspick(AT_FDCWD, "link", 2), "a link");
	FACT(fspick(AT_FDCWD, BAD_ADDRESS, 0), "bad address");
	fd = open("a", O_PATH);
	held = fspick(fd, "", 8);
	FACT(held >= 0, "by descriptor");
	close(held);
	close(fd);
	fd = fspick(AT_FDCWD, "link", 1);
	FACT(fcntl(fd, F_GETFD), "by a link");
	FACT(config(fd, CREATE, NULL, NULL, 0), "create");
	FACT(fsmount(fd, 0, 0), "fsmount");
	FACT(config(fd, SET_STRING, "nothing", "1", 0), "unknown");
	FACT(config(fd, SET_FLAG, "ro", NULL, 0), "ro");
	held = open("a/f", O_CREAT | O_RDWR, 0600);
	FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "busy");
	FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "after the failure");
	close(held);
	close(fd);
	fd = fspick(AT_FDCWD, "a", 0);
	FACT(config(fd, SET_STRING, "size", "1m", 0), "size");
	FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "reconfigure");
	AS(NOBODY) {
		FACT(config(fd, SET_FLAG, "ro", NULL, 0), "by a user");
		FACT(config(fd, RECONFIGURE, NULL, NULL, 0), "by a user");
	}
	FACT(umount("a"), "umount while it is picked");
	close(fd);
	unlink("link");
}

static void test_tree(void)
{
	int t, u;

	CHECK(!fresh("a") && !mkdir("a/x", 0755) && !fresh("a/x"));
	CHECK(!mkdir("a/x/y", 0755));
	put_text("a/f", "one");
	FACT(open_tree(999, "x", 0), "open_tree: no directory");
	FACT(open_tree(AT_FDCWD, "none", CLONE), "nothing there");
	FACT(open_tree(AT_FDCWD, "", 0), "empty");
	FACT(open_tree(AT_FDCWD, "a", 2), "unknown flag");
	FACT(open_tree(AT_FDCWD, "a", RECURSIVE), "recursive, no copy");
	t = open_tree(AT_FDCWD, "a/x", O_CLOEXEC);
	FACT(fcntl(t, F_GETFD), "a place");
	FACT(put(t, "b"), "move by it");
	list("moved");
	FACT(move(AT_FDCWD, "b", t, "", T_EMPTY), "to itself");
	close(t);
	t = open_tree(AT_FDCWD, "a", CLONE);
	FACT(faccessat(t, "f", F_OK, 0), "a copy");
	FACT(open_tree(t, "", CLONE | AT_EMPTY_PATH), "a copy of that");
	FACT(move(t, "x", AT_FDCWD, "c", 0), "move a part");
	FACT(move(AT_FDCWD, "b", t, "x", 0), "move into it");
	FACT(mount("n", "/proc/self/fd/3", "tmpfs", 0, NULL), "mount on it");
	FACT(umount2("/proc/self/fd/3", MNT_DETACH), "umount it");
	FACT(put(t, "c"), "move");
	list("the copy");
	close(t);
	FACT(access("c/f", F_OK), "it stays");
	FACT(umount("c"), "umount");
	CHECK(!mount("b", "a/x", NULL, MS_MOVE, NULL));
	t = open_tree(AT_FDCWD, "a", CLONE | RECURSIVE);
	FACT(faccessat(t, "x/y", F_OK, 0), "all of it");
	FACT(put(t, "c"), "move");
	list("all");
	FACT(put(t, "c/x/y"), "into itself");
	u = open_tree(AT_FDCWD, "c/x/y", CLONE);
	FACT(put(u, "b"), "a directory");
	list("of it");
	close(u);
	close(t);
	FACT(umount2("c", MNT_DETACH) || umount("b"), "umount");
	CHECK(!mount(NULL, "a", NULL, MS_UNBINDABLE, NULL));
	FACT(open_tree(AT_FDCWD, "a", CLONE), "unbindable");
	FACT(umount2("a", MNT_DETACH), "detach");
}

static void test_move(void)
{
	int m = made(NULL), held;

	FACT(move(999, "", AT_FDCWD, "a", F_EMPTY), "move: no descriptor");
	FACT(move(AT_FDCWD, "none", AT_FDCWD, "a", 0), "from nothing");
	FACT(move(m, "", AT_FDCWD, "a", 0), "empty");
	FACT(move(m, "", 999, "a", F_EMPTY), "to no descriptor");
	FACT(move(m, "", AT_FDCWD, "none", F_EMPTY), "to nothing");
	FACT(move(m, "", AT_FDCWD, "a", 8 | F_EMPTY), "unknown flag");
	FACT(move(m, BAD_ADDRESS, AT_FDCWD, "a", F_EMPTY), "bad address");
	FACT(move(AT_FDCWD, "a", AT_FDCWD, "b", 0), "no mount");
	held = open("a", O_PATH);
	FACT(move(m, "", held, "", F_EMPTY | T_EMPTY), "by descriptors");
	close(m);
	m = made("4k");
	FACT(move(m, "", held, "", F_EMPTY | T_EMPTY), "where one is now");
	list("on top");
	close(m);
	close(held);
	FACT(umount("a") || umount("a"), "umount both");
	CHECK(!fresh("a") && !mkdir("a/x", 0755));
	CHECK(!mount(NULL, "a", NULL, MS_SHARED, NULL) && !bind("a", "b", 0));
	m = made(NULL);
	FACT(put(m, "a/x"), "to a shared one");
	list("twice");
	close(m);
	FACT(put(open_tree(AT_FDCWD, "a/x", 0), "c"), "out of it");
	FACT(umount("a/x"), "umount");
	m = open_tree(AT_FDCWD, "a", CLONE);
	FACT(fresh("b/x"), "mount where a copy is a peer");
	FACT(faccessat(m, "x", F_OK, 0), "there");
	FACT(put(m, "a/x"), "the copy on itself");
	list("nested");
	close(m);
	FACT(umount2("a", MNT_DETACH) || umount2("b", MNT_DETACH), "umount");
	while (umount2("a", MNT_DETACH) == 0 || umount2("b", MNT_DETACH) == 0)
		;
}

static void test_group(void)
{
	CHECK(!fresh("a") && !mkdir("a/x", 0755) && !mkdir("a/y", 0755));
	CHECK(!bind("a/x", "b", 0) && !fresh("c"));
	FACT(move(AT_FDCWD, "a", AT_FDCWD, "b", SET_GROUP), "of a private one");
	CHECK(!mount(NULL, "a", NULL, MS_SHARED, NULL));
	FACT(move(AT_FDCWD, "a", AT_FDCWD, "c", SET_GROUP), "of another fs");
	FACT(move(AT_FDCWD, "a/x", AT_FDCWD, "b", SET_GROUP), "of no mount");
	FACT(move(AT_FDCWD, "a", AT_FDCWD, "a/y", SET_GROUP), "to no mount");
	FACT(move(AT_FDCWD, "a", AT_FDCWD, "b", SET_GROUP), "group");
	list("peers");
	FACT(move(AT_FDCWD, "a", AT_FDCWD, "b", SET_GROUP), "again");
	CHECK(!mkdir("a/x/in", 0755));
	FACT(fresh("a/x/in"), "mount");
	list("reaches the peer");
	CHECK(!umount("b/in") && !umount("c"));
	CHECK(!mount(NULL, "b", NULL, MS_PRIVATE, NULL));
	FACT(bind("a/y", "c", 0) || mount(NULL, "c", NULL, MS_PRIVATE, NULL),
		"a narrow one");
	CHECK(!mount(NULL, "b", NULL, MS_SHARED, NULL));
	FACT(move(AT_FDCWD, "b", AT_FDCWD, "c", SET_GROUP), "not below it");
	FACT(umount("a") || umount("b") || umount("c"), "umount");
}

static void test_attributes(void)
{
	struct attr a[130] = { { .set = RDONLY } };
	int fd, t;

	CHECK(!fresh("a") && !mkdir("a/x", 0755) && !fresh("a/x"));
	FACT(change_raw(AT_FDCWD, "a", 2, a, 32), "set: unknown flag");
	FACT(change_raw(AT_FDCWD, "a", 0, a, 31), "short");
	FACT(change_raw(AT_FDCWD, "a", 0, a, 4097), "long");
	FACT(change_raw(AT_FDCWD, "a", 0, BAD_ADDRESS, 32),
		"bad address");
	FACT(change_raw(AT_FDCWD, "none", 0, a, 32), "nothing there");
	FACT(change("none", 0, (struct attr){ 0 }), "no change of nothing");
	FACT(change_raw(AT_FDCWD, "a", 0, a, 64), "with zeros behind");
	list("read-only");
	a[1].set = 1;
	FACT(change_raw(AT_FDCWD, "a", 0, a, 64), "with more behind");
	FACT(change("a", 0, (struct attr){ .clear = RDONLY }), "writable");
	FACT(change(".", 0, (struct attr){ .set = 1ull << 40 }), "unknown");
	FACT(change("a", 0, (struct attr){ .set = 0x100 }), "unknown");
	FACT(change("file", 0, (struct attr){ .set = NOEXEC }), "no mount");
	FACT(change("a", 0, (struct attr){ .set = NOATIME }), "a time more");
	FACT(change("a", 0, (struct attr){ .clear = NOATIME }), "a time less");
	FACT(change("a", 0, (struct attr){ .set = ATIME, .clear = ATIME }),
		"all times");
	FACT(change("a", 0, (struct attr){ .set = NOATIME, .clear = ATIME }),
		"noatime");
	list("noatime");
	FACT(change("a", 0, (struct attr){ .set = STRICTATIME | NODIRATIME,
		.clear = ATIME }), "strictatime");
	list("strictatime");
	FACT(change("a", RECURSIVE, (struct attr){ .clear = ATIME,
		.set = NOEXEC | NOSUID | NOSYMFOLLOW }), "all");
	list("all");
	FACT(change("a", 0, (struct attr){ .set = NOEXEC, .clear = NOEXEC }),
		"set and cleared");
	list("set");
	FACT(change("a", 0, (struct attr){ .propagation = MS_SHARED
		| MS_PRIVATE }), "two types");
	FACT(change("a", 0, (struct attr){ .propagation = MS_REC }), "none");
	FACT(change("a", RECURSIVE, (struct attr){ .propagation = MS_SHARED }),
		"shared");
	list("shared");
	FACT(change("a", 0, (struct attr){ .propagation = MS_PRIVATE }),
		"private");
	list("one private");
	FACT(change("a", 0, (struct attr){ .set = IDMAP, .userns = 999 }),
		"other owners, nothing open");
	FACT(change("a", 0, (struct attr){ .set = IDMAP,
		.userns = 1ull << 32 }), "other owners, no number");
	FACT(change("a", 0, (struct attr){ .set = IDMAP }), "another file");
	FACT(change("a", 0, (struct attr){ .clear = IDMAP }), "own owners");
	fd = open("a/x/f", O_CREAT | O_RDWR, 0600);
	FACT(change("a", RECURSIVE, (struct attr){ .set = RDONLY }), "busy");
	list("unchanged");
	FACT(change("a", 0, (struct attr){ .set = RDONLY }), "the idle one");
	close(fd);
	FACT(umount("a/x"), "umount");
	t = open_tree(AT_FDCWD, "a", CLONE);
	a[0] = (struct attr){ .set = NODIRATIME, .clear = NOEXEC };
	FACT(change_raw(t, "", AT_EMPTY_PATH, a, 32), "a detached one");
	FACT(put(t, "b"), "move");
	list("moved");
	close(t);
	FACT(umount("a") || umount("b"), "umount");
}

static void test_namespaces(void)
{
	int m = made(NULL);

	AS(0) {
		FACT(unshare(CLONE_NEWNS), "unshare");
		FACT(put(m, "a"), "mount it there");
		list("there");
		FACT(put(m, "b"), "move it there");
	}
	list("here");
	FACT(put(m, "a"), "here, when that is gone");
	close(m);
	m = made(NULL);
	AS(0) {
		FACT(unshare(CLONE_NEWNS) || put(m, "a"), "in another");
		if (fork() == 0)
			_exit(setns(open("/proc/1/ns/mnt", O_RDONLY), 0)
				|| chdir(here) || put(m, "b") == 0);
		CHECK(wait(NULL) > 0);
	}
	close(m);
}

int main(int argc, char **argv)
{
	facts_begin_mounts(argc > 1 ? argv[1] : NULL);
	CHECK(mount(NULL, here, NULL, MS_PRIVATE, NULL) == 0);
	for (const char *d = "abc"; *d; d++)
		CHECK(mkdir((char []){ *d, 0 }, 0755) == 0);
	put_text("file", "plain");
	test_open();
	test_make();
	test_pick();
	test_tree();
	test_move();
	test_group();
	test_attributes();
	test_namespaces();
	facts_end_mounts();
	return 0;
}

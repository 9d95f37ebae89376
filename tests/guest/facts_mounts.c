/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: mounts, what is seen through them, and who may unmount what. */
#include "facts_mounts.h"

#define EXPIRE		4

static unsigned own_dev;

static void show_dir(const char *path)
{
	struct stat st;

	printf("%s: ", path);
	if (stat(path, &st))
		printf("%s\n", strerror(errno));
	else
		printf("%s device, mode %o\n", st.st_dev == own_dev ? "own"
			: "another", st.st_mode);
}

static void cwd(const char *what)
{
	char text[PATH_MAX] = "";
	long n = syscall(SYS_getcwd, text, sizeof(text));

	if (n < 0)
		printf("%s: %s\n", what, strerror(errno));
	else
		printf("%s: %s\n", what, strstr(text, here)
			? strstr(text, here) + strlen(here) : text);
}

static void test_bind(void)
{
	CHECK(!mkdir("a", 0755) && !mkdir("b", 0755) && !mkdir("a/sub", 0750));
	put_text("a/f", "one");
	put_text("a/sub/g", "two");
	put_text("file", "plain");
	FACT(bind("a", "b", 0), "bind a directory");
	show("b/f");
	show("b/sub/g");
	list("bound");
	put_text("b/new", "three");
	show("a/new");
	FACT(rename("a/new", "b/new"), "rename across the two");
	FACT(link("a/new", "b/link"), "link across the two");
	FACT(rename("b/new", "b/newer"), "rename within one");
	show("a/newer");
	FACT(rmdir("b"), "rmdir of the mount point");
	FACT(rename("b", "c"), "rename of the mount point");
	FACT(rename("a", "b"), "rename over the mount point");
	FACT(unlink("b"), "unlink of the mount point");
	FACT(rmdir("a/sub"), "rmdir of a full one");
	FACT(chdir("b/sub"), "chdir");
	cwd("there");
	FACT(chdir(".."), "up");
	cwd("there");
	FACT(chdir(".."), "up");
	cwd("there");
	FACT(umount("b"), "umount");
	show("b/f");
	FACT(umount("b"), "umount again");
	FACT(bind("a/sub", "b", 0), "bind what is below");
	list("bound");
	FACT(chdir("b/.."), "dot-dot of a bound directory");
	cwd("there");
	FACT(umount("b"), "umount");
	FACT(bind("file", "b", 0), "bind a file on a directory");
	FACT(bind("a", "file", 0), "bind a directory on a file");
	put_text("other", "another");
	FACT(bind("file", "other", 0), "bind a file on a file");
	show("other");
	FACT(unlink("other"), "unlink a covered file");
	FACT(rename("other", "x"), "rename a covered file");
	FACT(open("other", O_CREAT | O_EXCL, 0600), "create exclusively");
	list("bound");
	FACT(umount("other"), "umount it");
	show("other");
	FACT(bind(NULL, "b", 0), "bind nothing");
	FACT(bind("", "b", 0), "bind an empty path");
	FACT(bind("none", "b", 0), "bind what is not there");
	FACT(bind("a", "none", 0), "bind on what is not there");
	FACT(bind("a", "b", MS_RDONLY), "bind with MS_RDONLY");
	flags_of("b");
	FACT(open("b/x", O_CREAT | O_WRONLY, 0600) >= 0, "create there");
	FACT(umount("b"), "umount while it is open for writing");
	close(open("/dev/null", O_RDONLY));
	FACT(umount2("b", MNT_DETACH), "detach");
	unlink("a/x");
}

static void test_stacked(void)
{
	int fd, dir;

	FACT(fresh("b"), "first");
	put_text("b/f", "first");
	fd = open("b/f", O_RDONLY);
	dir = open("b", O_RDONLY);
	FACT(fresh("b"), "second on it");
	put_text("b/f", "second");
	show("b/f");
	FACT(faccessat(dir, "f", F_OK, 0), "by a descriptor: below");
	FACT(faccessat(dir, "../b/f", F_OK, 0), "up and down: above");
	FACT(fchdir(dir), "into the covered one");
	cwd("there");
	FACT(chdir(".."), "up");
	cwd("there");
	list("stacked");
	FACT(umount("b"), "umount the second");
	show("b/f");
	FACT(umount("b"), "umount the first, open");
	close(fd);
	FACT(umount("b"), "a directory still open");
	close(dir);
	FACT(umount("b"), "umount the first");
	FACT(fresh("b"), "mount");
	CHECK(!mkdir("b/c", 0755));
	FACT(fresh("b/c"), "mount below");
	FACT(umount("b"), "umount with a mount below");
	FACT(umount("b/c"), "umount below");
	FACT(chdir("b"), "stand in it");
	FACT(umount("../b"), "umount");
	FACT(umount2("../b", MNT_FORCE), "by force");
	FACT(umount2("../b", EXPIRE), "by expiry");
	FACT(umount2("../b", MNT_DETACH), "detach");
	cwd("there");
	FACT(open("x", O_CREAT | O_RDWR, 0600) >= 0, "create there");
	FACT(access("c", F_OK), "look there");
	FACT(access("..", F_OK), "dot-dot");
	FACT(chdir(".."), "up");
	cwd("there");
	FACT(mount(NULL, ".", NULL, MS_REMOUNT, NULL), "remount of it");
	FACT(fresh("c"), "mount on it");
	FACT(bind(".", here, 0), "bind of it");
	FACT(umount("."), "umount of it");
	FACT(chdir(here), "back");
	FACT(bind("a", "b", 0), "bind");
	FACT(bind("b", "a/sub", 0), "bind it into its source");
	list("twisted");
	FACT(access("a/sub/sub/g", F_OK), "one level");
	FACT(access("b/sub/f", F_OK), "not in the other");
	FACT(umount("b"), "umount the first");
	FACT(access("a/sub/f", F_OK), "the second stays");
	FACT(umount("a/sub"), "umount the second");
}

static void test_recursive(void)
{
	CHECK(!mkdir("c", 0755));
	FACT(fresh("a/sub"), "mount below");
	put_text("a/sub/h", "below");
	FACT(bind("a", "b", 0), "bind");
	FACT(access("b/sub/h", F_OK), "not what is mounted below");
	show("b/sub/g");
	FACT(bind("a", "c", MS_REC), "bind recursively");
	show("c/sub/h");
	list("both");
	FACT(umount("c"), "umount");
	FACT(umount("c/sub"), "umount below");
	FACT(umount("c"), "umount");
	FACT(bind(".", "c", MS_REC), "all of it into itself");
	list("all");
	FACT(umount2("c", MNT_DETACH), "detach");
	list("without");
	FACT(mount(NULL, "a/sub", NULL, MS_UNBINDABLE, NULL), "unbindable");
	FACT(bind("a/sub", "c", 0), "bind it");
	FACT(bind("a", "c", MS_REC), "bind what is above recursively");
	list("without it");
	FACT(umount("c"), "umount");
	FACT(umount("b"), "umount");
	FACT(umount("a/sub"), "umount");
	rmdir("c");
}

static void test_move(void)
{
	CHECK(!mkdir("c", 0755));
	FACT(mount("a", "b", NULL, MS_MOVE, NULL), "move of no mount");
	FACT(mount(NULL, "b", NULL, MS_MOVE, NULL), "move of nothing");
	FACT(mount("", "b", NULL, MS_MOVE, NULL), "move of an empty path");
	FACT(mount("none", "b", NULL, MS_MOVE, NULL), "move of what is not");
	FACT(mount("/", "b", NULL, MS_MOVE, NULL), "move of the root");
	FACT(fresh("b"), "mount");
	put_text("b/f", "moved");
	CHECK(!mkdir("b/d", 0755));
	FACT(fresh("b/d"), "and below");
	FACT(mount("b", "file", NULL, MS_MOVE, NULL), "move on a file");
	FACT(mount("b", "b/d", NULL, MS_MOVE, NULL), "move into itself");
	FACT(mount("b", "b", NULL, MS_MOVE, NULL), "move on itself");
	FACT(mount("b", "c", NULL, MS_MOVE, NULL), "move");
	list("moved");
	show("c/f");
	FACT(access("b/f", F_OK), "the old place");
	FACT(mount("c/d", "b", NULL, MS_MOVE, NULL), "move what is below");
	list("moved");
	FACT(umount("b"), "umount");
	FACT(umount("c"), "umount");
	FACT(bind("file", "other", 0), "bind a file");
	FACT(mount("other", "b", NULL, MS_MOVE, NULL), "move on a directory");
	FACT(mount("other", "a/f", NULL, MS_MOVE, NULL), "move on a file");
	show("a/f");
	FACT(umount("a/f"), "umount");
	rmdir("c");
}

static void test_propagation(void)
{
	static const struct {
		const char *name;
		unsigned long flags;
	} types[] = {
		{ "shared", MS_SHARED }, { "private", MS_PRIVATE },
		{ "slave", MS_SLAVE }, { "unbindable", MS_UNBINDABLE },
		{ "recursively shared", MS_REC | MS_SHARED },
		{ "recursively private", MS_REC | MS_PRIVATE },
		{ "two at once", MS_SHARED | MS_PRIVATE },
		{ "with another flag", MS_SHARED | MS_NOSUID },
	};

	FACT(mount(NULL, "b", NULL, MS_SHARED, NULL), "shared: no mount");
	FACT(fresh("b"), "mount");
	for (size_t i = 0; i < COUNT(types); i++) {
		FACT(mount(NULL, "b", NULL, types[i].flags, NULL), "%s",
			types[i].name);
		list(types[i].name);
	}
	FACT(mount(NULL, "b", NULL, MS_SHARED, NULL), "shared");
	CHECK(!mkdir("c", 0755));
	FACT(bind("b", "c", 0), "bind: a peer");
	list("peers");
	FACT(mount(NULL, "c", NULL, MS_SLAVE, NULL), "slave of a peer");
	list("slave");
	FACT(mount(NULL, "c", NULL, MS_SHARED, NULL), "a shared slave");
	list("both");
	FACT(mount(NULL, "c", NULL, MS_PRIVATE, NULL), "private");
	FACT(umount("c"), "umount");
	FACT(mount(NULL, "b", NULL, MS_PRIVATE, NULL), "private");
	FACT(umount("b"), "umount");
	rmdir("c");
}

static void test_errors(void)
{
	static char page[5000];

	memset(page, 'x', sizeof(page) - 1);
	FACT(mount("n", "b", "nofs", 0, NULL), "unknown type");
	FACT(mount("n", "b", NULL, 0, NULL), "no type");
	FACT(mount("n", "b", "", 0, NULL), "empty type");
	FACT(mount("n", "none", "tmpfs", 0, NULL), "no such directory");
	FACT(mount("n", "", "tmpfs", 0, NULL), "empty path");
	FACT(mount("n", "file", "tmpfs", 0, NULL), "on a file");
	FACT(mount("n", "file/x", "tmpfs", 0, NULL), "below a file");
	FACT(mount("n", page, "tmpfs", 0, NULL), "long path");
	FACT(mount(page, "b", "tmpfs", 0, NULL), "long source");
	FACT(mount("n", "b", page, 0, NULL), "long type");
	FACT(mount(BAD_ADDRESS, "b", "tmpfs", 0, NULL), "bad source");
	FACT(mount("n", BAD_ADDRESS, "tmpfs", 0, NULL), "bad path");
	FACT(mount("n", "b", BAD_ADDRESS, 0, NULL), "bad type");
	FACT(mount("n", "b", "tmpfs", 0, BAD_ADDRESS), "bad options");
	FACT(mount("n", "b", "tmpfs", 0, "size"), "option without value");
	FACT(mount("n", "b", "tmpfs", 0, "strange=1"), "unknown option");
	FACT(mount("n", "b", "tmpfs", 0, "mode=9"), "bad mode");
	FACT(mount("n", "b", "tmpfs", 0, "size=1m,mode=700,uid=7"), "options");
	show_dir("b");
	list("options");
	FACT(mount(NULL, "b", NULL, MS_REMOUNT, "size=2m"), "new size");
	FACT(mount(NULL, "b", NULL, MS_REMOUNT, "strange"), "unknown option");
	FACT(umount("b"), "umount");
	FACT(mount(NULL, "b", "tmpfs", 0, NULL), "no source");
	list("no source");
	FACT(umount("b"), "umount");
	FACT(mount("two words", "b", "tmpfs", 0, NULL), "words as source");
	FACT(umount("b"), "umount");
	FACT(umount("none"), "umount of nothing");
	FACT(umount(""), "umount of an empty path");
	FACT(umount(BAD_ADDRESS), "umount, bad address");
	FACT(umount(page), "umount, long path");
	FACT(umount("a"), "umount of a directory");
	FACT(umount("file"), "umount of a file");
	FACT(umount2("a", 16), "unknown flag");
	FACT(umount2("a", EXPIRE | MNT_DETACH), "expire and detach, no mount");
	FACT(umount2("none", EXPIRE | MNT_FORCE), "expire by force, nothing");
	FACT(fresh("b"), "mount");
	FACT(umount2("b", EXPIRE | MNT_FORCE), "expire by force");
	FACT(umount2("b", EXPIRE), "expire");
	FACT(access("b/x", F_OK), "look there");
	FACT(umount2("b", EXPIRE), "expire");
	FACT(umount2("b", EXPIRE), "expire");
	FACT(fresh("b"), "mount");
	CHECK(!symlink("b", "s"));
	FACT(umount2("s", UMOUNT_NOFOLLOW), "by a link, not followed");
	FACT(umount2("s", 0), "by a link");
	unlink("s");
	AS(NOBODY) {
		FACT(mount("n", "b", "tmpfs", 0, NULL), "mount by a user");
		FACT(bind("a", "b", 0), "bind by a user");
		FACT(mount("n", "b", NULL, 0, NULL), "no type, by a user");
		FACT(mount("n", "none", "x", 0, NULL), "nowhere, by a user");
		FACT(umount("/proc"), "umount by a user");
		FACT(umount("none"), "umount of nothing by a user");
		FACT(umount2("/proc", 16), "unknown flag, by a user");
		FACT(chroot("."), "chroot by a user");
		FACT(chroot("none"), "chroot to nothing by a user");
		FACT(syscall(SYS_pivot_root, "a", "b"), "pivot by a user");
	}
	FACT(chroot("file"), "chroot to a file");
	FACT(chroot(""), "chroot to an empty path");
	FACT(chroot(BAD_ADDRESS), "chroot, bad address");
	FACT(chroot(page), "chroot, long path");
	FACT(syscall(SYS_pivot_root, "a", "none"), "pivot: nothing");
	FACT(syscall(SYS_pivot_root, "none", "a"), "pivot: nothing");
	FACT(syscall(SYS_pivot_root, "a", "file"), "pivot: a file");
	FACT(syscall(SYS_pivot_root, "a", BAD_ADDRESS), "pivot: bad address");
}

static void test_chroot(void)
{
	int out = open("/", O_RDONLY);

	FACT(bind("a", "b", 0), "bind");
	AS(0) {
		FACT(chroot("b"), "chroot");
		cwd("outside");
		FACT(access("/f", F_OK), "a file there");
		FACT(access("/../f", F_OK), "no way up");
		FACT(chdir("/"), "chdir");
		cwd("inside");
		FACT(umount("/"), "umount of the root");
		FACT(umount2("/", EXPIRE), "expiry of the root");
		FACT(fchdir(out), "out by a descriptor");
		cwd("outside");
		FACT(chdir("/"), "chdir");
		FACT(fresh("sub"), "mount");
		CHECK(!mkdir("sub/old", 0755) && !mkdir("other", 0755));
		FACT(syscall(SYS_pivot_root, "sub", "sub"), "pivot to itself");
		FACT(syscall(SYS_pivot_root, "sub", "other"), "not below it");
		FACT(syscall(SYS_pivot_root, "other", "other"), "no mount");
		FACT(syscall(SYS_pivot_root, "sub", "sub/old"), "pivot");
		cwd("inside");
		FACT(access("/old/f", F_OK), "the old root");
		FACT(access("/old/sub", F_OK), "without the new one");
		FACT(umount2("/old", MNT_DETACH), "detach it");
		FACT(access("/old/f", F_OK), "gone");
	}
	FACT(access("b/f", F_OK), "outside of it");
	umount2("b", MNT_DETACH);
	rmdir("a/other");
	close(out);
}

static void test_lost(void)
{
	int fd;

	CHECK(!mkdir("c", 0755) && !mkdir("a/one", 0755)
		&& !mkdir("a/one/two", 0755));
	FACT(bind("a/one", "b", 0), "bind");
	FACT(chdir("b/two"), "stand in it");
	FACT(rename("../../a/one/two", "../../c/two"), "move it out of there");
	cwd("there");
	FACT(access("..", F_OK), "dot-dot");
	FACT(access(".", F_OK), "dot");
	FACT(chdir(here), "back");
	FACT(rename("c/two", "a/one/two"), "move it back");
	FACT(umount("b"), "umount");
	FACT(bind("a/one", "b", 0), "bind");
	FACT(rmdir("a/one/two"), "rmdir below the other way");
	FACT(rmdir("a/one"), "rmdir of the source");
	FACT(access("b", F_OK), "what was bound");
	FACT(open("b/x", O_CREAT | O_RDWR, 0600), "create in it");
	list("lost");
	FACT(bind("b", "c", 0), "bind it once more");
	FACT(umount("c"), "umount");
	FACT(umount("b"), "umount");
	fd = open("a", O_PATH);
	FACT(fd >= 0, "O_PATH");
	FACT(bind("/proc/self/fd/3", "b", 0) < 0 && fd == 3, "by descriptor");
	umount("b");
	close(fd);
	rmdir("c");
}

int main(int argc, char **argv)
{
	struct stat st;

	facts_begin_mounts(argc > 1 ? argv[1] : NULL);
	CHECK(stat(".", &st) == 0);
	own_dev = st.st_dev;
	test_bind();
	test_stacked();
	test_recursive();
	test_move();
	test_propagation();
	test_errors();
	test_chroot();
	test_lost();
	facts_end_mounts();
	return 0;
}

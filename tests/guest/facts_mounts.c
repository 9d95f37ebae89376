/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: mounts, what is seen through them, and who may unmount what. */
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#include "facts.h"

#define EXPIRE		4
#define NOSYMFOLLOW	256
#define LAZYTIME	(1 << 25)

static char here[PATH_MAX];
static unsigned own_dev;

static int bind(const char *from, const char *to, unsigned long more)
{
	return mount(from, to, NULL, MS_BIND | more, NULL);
}

static int again(const char *on, unsigned long flags)
{
	return mount(NULL, on, NULL, MS_REMOUNT | MS_BIND | flags, NULL);
}

static int fresh(const char *on)
{
	return mount("none", on, "tmpfs", 0, NULL);
}

static void put_text(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (int)strlen(text));
	close(fd);
}

static void show(const char *path)
{
	char text[40] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	printf("%s says %s\n", path, n < 0 ? strerror(errno) : text);
	if (fd >= 0)
		close(fd);
}

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

/* Lines of /proc/self/mountinfo below `here`, without numbers */
static void list(const char *when)
{
	char line[1024], root[256], on[256], flags[128], rest[512];
	FILE *f = fopen("/proc/self/mountinfo", "r");
	size_t n = strlen(here);

	CHECK(f);
	printf("%s:\n", when);
	while (fgets(line, sizeof(line), f)) {
		CHECK(sscanf(line, "%*d %*d %*d:%*d %255s %255s %127s %511[^\n]",
			root, on, flags, rest) == 4);
		if (strncmp(on, here, n) || (on[n] && on[n] != '/'))
			continue;
		if (!strncmp(root, here, n))
			memmove(root, root + n, strlen(root + n) + 1);
		for (char *c = rest; *c; c++)
			if (*c >= '0' && *c <= '9')
				*c = 'N';
		rest[strcspn(rest, "-")] = 0;
		printf("  %s on .%s %s %s\n", root, on + n, flags, rest);
	}
	fclose(f);
}

static void flags_of(const char *path)
{
	struct statfs sf;

	CHECK(statfs(path, &sf) == 0);
	printf("%s: flags %lx\n", path, (long)sf.f_flags);
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

static void try_writing(const char *dir)
{
	char path[80];
	int fd;

#define AT(name)	(snprintf(path, sizeof(path), "%s/" name, dir), path)
	FACT(open(AT("f"), O_WRONLY), "%s: open for writing", dir);
	FACT(open(AT("f"), O_RDONLY | O_TRUNC), "%s: truncate at open", dir);
	FACT(open(AT("n"), O_CREAT | O_RDWR, 0600), "%s: create", dir);
	FACT(open(AT("f"), O_CREAT | O_EXCL | O_RDWR, 0600),
		"%s: create what is there", dir);
	fd = open(AT("f"), O_CREAT | O_RDONLY, 0600);
	FACT(fd >= 0, "%s: O_CREAT of what is there, reading", dir);
	close(fd);
	FACT(open(AT("."), O_TMPFILE | O_RDWR, 0600), "%s: O_TMPFILE", dir);
	FACT(truncate(AT("f"), 0), "%s: truncate", dir);
	FACT(mkdir(AT("n"), 0755), "%s: mkdir", dir);
	FACT(mkdir(AT("sub"), 0755), "%s: mkdir of what is there", dir);
	FACT(mknod(AT("n"), S_IFIFO | 0600, 0), "%s: mknod", dir);
	FACT(symlink("f", AT("n")), "%s: symlink", dir);
	FACT(link(AT("f"), "elsewhere"), "%s: link out of it", dir);
	FACT(unlink(AT("f")), "%s: unlink", dir);
	FACT(unlink(AT("n")), "%s: unlink of nothing", dir);
	FACT(rmdir(AT("sub")), "%s: rmdir", dir);
	FACT(rmdir(AT(".")), "%s: rmdir of dot", dir);
	FACT(rename(AT("f"), AT("f")), "%s: rename", dir);
	FACT(rename(AT("n"), AT("f")), "%s: rename of nothing", dir);
	FACT(chmod(AT("f"), 0644), "%s: chmod", dir);
	FACT(chown(AT("f"), 0, 0), "%s: chown", dir);
	FACT(utimensat(AT_FDCWD, AT("f"), NULL, 0), "%s: utimensat", dir);
	FACT(access(AT("f"), W_OK), "%s: access, writing", dir);
	FACT(access(AT("f"), R_OK), "%s: access, reading", dir);
	FACT(access(AT("."), W_OK), "%s: access of the directory", dir);
	FACT(access(AT("fifo"), W_OK), "%s: access of a FIFO", dir);
	fd = open(AT("fifo"), O_RDWR);
	FACT(fd >= 0, "%s: open a FIFO for writing", dir);
	close(fd);
	AS(NOBODY) {
		FACT(open(AT("f"), O_WRONLY), "%s: open, as a user", dir);
		FACT(mkdir(AT("n"), 0755), "%s: mkdir, as a user", dir);
		FACT(chmod(AT("f"), 0644), "%s: chmod, as a user", dir);
		FACT(unlink(AT("f")), "%s: unlink, as a user", dir);
		FACT(access(AT("f"), W_OK), "%s: access, as a user", dir);
	}
#undef AT
}

static void test_read_only(void)
{
	int fd;

	CHECK(!mkfifo("a/fifo", 0600));
	FACT(bind("a", "b", 0), "bind");
	fd = open("b/f", O_RDWR);
	FACT(again("b", MS_RDONLY), "read-only while a file is written");
	close(fd);
	fd = open("a/f", O_RDWR);
	FACT(again("b", MS_RDONLY), "read-only, written by the other way");
	close(fd);
	flags_of("b");
	flags_of("a");
	list("read-only");
	try_writing("b");
	put_text("a/f", "four");
	show("b/f");
	fd = open("b/f", O_RDONLY);
	FACT(fchmod(fd, 0600), "fchmod");
	FACT(fchown(fd, 0, 0), "fchown");
	FACT(futimens(fd, NULL), "futimens");
	FACT(linkat(fd, "", AT_FDCWD, "b/z", AT_EMPTY_PATH), "linkat");
	FACT(again("b", 0), "writable");
	FACT(fchmod(fd, 0644), "fchmod");
	close(fd);
	FACT(again("b/sub", MS_RDONLY), "remount of what is no mount");
	FACT(mount(NULL, "b/sub", NULL, MS_REMOUNT, NULL), "so without bind");
	FACT(umount("b"), "umount");

	FACT(fresh("b"), "mount a tmpfs");
	put_text("b/f", "x");
	CHECK(!mkdir("b/sub", 0755) && !mkdir("c", 0755)
		&& !mkfifo("b/fifo", 0600));
	FACT(bind("b", "c", 0), "and bind it");
	FACT(mount(NULL, "b", NULL, MS_REMOUNT | MS_RDONLY, NULL),
		"remount it all read-only");
	flags_of("b");
	flags_of("c");
	list("read-only");
	try_writing("c");
	FACT(mount(NULL, "c", NULL, MS_REMOUNT, NULL), "by the other way");
	flags_of("b");
	flags_of("c");
	FACT(mkdir("c/n", 0755), "mkdir by the other way");
	FACT(mkdir("b/m", 0755), "mkdir by the first");
	FACT(umount("b"), "umount the first");
	show("c/f");
	FACT(umount("c"), "umount the other");
	rmdir("c");
}

static const struct {
	const char *name;
	unsigned long flags;
} modes[] = {
	{ "nosuid", MS_NOSUID }, { "nodev", MS_NODEV },
	{ "noexec", MS_NOEXEC }, { "noatime", MS_NOATIME },
	{ "nodiratime", MS_NODIRATIME }, { "relatime", MS_RELATIME },
	{ "strictatime", MS_STRICTATIME }, { "nosymfollow", NOSYMFOLLOW },
	{ "sync", MS_SYNCHRONOUS }, { "dirsync", MS_DIRSYNC },
	{ "lazytime", LAZYTIME }, { "silent", MS_SILENT },
	{ "noatime,strictatime", MS_NOATIME | MS_STRICTATIME },
	{ "noatime,relatime", MS_NOATIME | MS_RELATIME },
	{ "magic", MS_MGC_VAL },
};

static void test_flags(void)
{
	char *map;
	int fd;

	for (size_t i = 0; i < COUNT(modes); i++) {
		FACT(mount("none", "b", "tmpfs", modes[i].flags, NULL),
			"mount %s", modes[i].name);
		flags_of("b");
		list(modes[i].name);
		FACT(again("b", 0), "bind-remount without");
		flags_of("b");
		FACT(mount(NULL, "b", NULL, MS_REMOUNT, NULL), "remount");
		flags_of("b");
		FACT(again("b", modes[i].flags), "bind-remount with it");
		flags_of("b");
		FACT(umount("b"), "umount");
	}
	FACT(bind("a", "b", MS_NOSUID | MS_NODEV), "flags of a bind count not");
	flags_of("b");
	FACT(again("b", MS_NOEXEC | MS_NODEV | MS_NOSUID | NOSYMFOLLOW),
		"but by remounting");
	put_text("a/run", "#!/bin/true\n");
	CHECK(!chmod("a/run", 0755) && !mknod("a/null", S_IFCHR | 0666, 0x103)
		&& !symlink("f", "a/s"));
	FACT(access("b/run", X_OK), "execute there?");
	FACT(access("a/run", X_OK), "execute here?");
	FACT(execl("b/run", "run", NULL), "execute there");
	fd = open("b/run", O_RDONLY);
	map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	FACT(map == MAP_FAILED ? -1 : 0, "map there for execution");
	map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	FACT(mprotect(map, 4096, PROT_READ | PROT_EXEC), "or mprotect");
	munmap(map, 4096);
	close(fd);
	fd = open("a/null", O_WRONLY);
	FACT(fd >= 0, "device here");
	close(fd);
	FACT(open("b/null", O_WRONLY), "device there");
	FACT(access("b/null", W_OK), "access of it");
	fd = open("b/null", O_PATH);
	FACT(fd >= 0, "O_PATH of it");
	close(fd);
	FACT(access("b/s", F_OK), "link there");
	FACT(open("b/s", O_RDONLY), "open by a link there");
	FACT(readlink("b/s", here + PATH_MAX - 8, 8), "readlink there");
	FACT(umount("b"), "umount");
	unlink("a/run"); unlink("a/null"); unlink("a/s");
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

	facts_begin(argc > 1 ? argv[1] : NULL);
	CHECK(getcwd(here, sizeof(here)) && fresh(here) == 0);
	CHECK(chdir(here) == 0 && stat(".", &st) == 0);
	own_dev = st.st_dev;
	test_bind();
	test_read_only();
	test_flags();
	test_stacked();
	test_recursive();
	test_move();
	test_propagation();
	test_errors();
	test_chroot();
	test_lost();
	CHECK(chdir("/") == 0 && umount2(here, MNT_DETACH) == 0);
	return 0;
}

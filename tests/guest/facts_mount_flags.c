/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: what a mount's flags forbid, read-only first, and how they change. */
#include <sys/mman.h>

#include "facts_mounts.h"

#define NOSYMFOLLOW	256
#define LAZYTIME	(1 << 25)

static int again(const char *on, unsigned long flags)
{
	return mount(NULL, on, NULL, MS_REMOUNT | MS_BIND | flags, NULL);
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

int main(int argc, char **argv)
{
	facts_begin_mounts(argc > 1 ? argv[1] : NULL);
	CHECK(!mkdir("a", 0755) && !mkdir("b", 0755) && !mkdir("a/sub", 0750));
	put_text("a/f", "one");
	test_read_only();
	test_flags();
	facts_end_mounts();
	return 0;
}

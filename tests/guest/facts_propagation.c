/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts: shared, slave, private and unbindable mounts, and what of mounting
 * and unmounting reaches others.
 */
#include "facts_mounts.h"

static int type(const char *on, unsigned long flags)
{
	return mount(NULL, on, NULL, flags, NULL);
}

static int move(const char *from, const char *to)
{
	return mount(from, to, NULL, MS_MOVE, NULL);
}

/* A shared tmpfs with directories that others may be mounted on */
static void shared(const char *on)
{
	char path[64];

	CHECK(fresh(on) == 0 && type(on, MS_SHARED) == 0);
	for (const char *d = "xyz"; *d; d++) {
		snprintf(path, sizeof(path), "%s/%c", on, *d);
		CHECK(mkdir(path, 0755) == 0);
	}
}

/* Unmounts everything below `here` */
static void clear(void)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };

	for (size_t i = 0; i < COUNT(names); i++)
		while (umount2(names[i], MNT_DETACH) == 0)
			;
}

static void test_peers(void)
{
	shared("a");
	FACT(bind("a", "b", 0), "bind a shared one");
	FACT(fresh("a/x"), "mount on it");
	groups("a peer gets it");
	put_text("b/x/f", "by the other way");
	show("a/x/f");
	FACT(umount("a/x"), "umount it");
	groups("gone from both");
	FACT(bind("a/x", "c", 0), "bind a part");
	FACT(fresh("a/y"), "mount where that does not reach");
	FACT(mkdir("a/x/in", 0755), "mkdir");
	FACT(fresh("b/x/in"), "mount where it does");
	groups("three peers");
	FACT(umount("c/in"), "umount by the third");
	groups("gone from all");
	FACT(bind("a", "d", MS_REC), "bind all");
	FACT(umount("d/y"), "umount there");
	groups("all of it");
	clear();
}

static void test_slaves(void)
{
	shared("a");
	FACT(bind("a", "b", 0) || type("b", MS_SLAVE), "a slave");
	FACT(fresh("a/x"), "mount on the master");
	groups("the slave gets it");
	FACT(fresh("b/y"), "mount on the slave");
	groups("the master does not");
	FACT(umount("b/x"), "umount on the slave");
	groups("the master keeps it");
	FACT(umount("a/x"), "umount on the master");
	FACT(type("b", MS_SHARED), "a shared slave");
	FACT(bind("b", "c", 0), "and a peer of it");
	FACT(bind("c", "d", 0) || type("d", MS_SLAVE), "and a slave of that");
	groups("a chain");
	FACT(fresh("a/z"), "mount at its beginning");
	groups("all get it");
	FACT(umount("a/z"), "umount there");
	groups("all lose it");
	FACT(fresh("c/x"), "mount in the middle");
	groups("the rest gets it");
	FACT(type("c", MS_PRIVATE), "out of the middle");
	groups("the slave has another master");
	FACT(type("b", MS_PRIVATE), "out with that, too");
	groups("and another");
	FACT(type("a", MS_PRIVATE), "the first is private");
	groups("nothing to be told");
	clear();
}

static void test_dominator(void)
{
	shared("a");
	FACT(bind("a", "b", 0) || type("b", MS_SLAVE)
		|| type("b", MS_SHARED), "a shared slave");
	FACT(bind("b", "c", 0) || type("c", MS_SLAVE), "its slave");
	groups("outside");
	AS(0) {
		CHECK(chdir("c") == 0);
		FACT(mkdir("in", 0755) || bind("../a", "in", 0), "inside");
		CHECK(!mkdir("proc", 0755));
		CHECK(!mount("p", "proc", "proc", 0, NULL));
		FACT(chroot("."), "chroot");
		here[0] = 0;
		groups("seen from there");
	}
	clear();
}

static void test_types(void)
{
	shared("a");
	FACT(type("a", MS_UNBINDABLE), "unbindable");
	FACT(type("a", MS_SLAVE), "slave of nobody");
	groups("still unbindable");
	FACT(type("a", MS_SHARED), "shared");
	groups("no more");
	FACT(type("a", MS_SLAVE), "slave of nobody");
	groups("private");
	FACT(type("a/x", MS_SHARED), "no mount");
	FACT(type("a", MS_SHARED | MS_SLAVE), "two at once");
	FACT(type("a", MS_SHARED | MS_NOEXEC), "another flag");
	FACT(type("a", MS_SHARED | MS_SILENT), "silently");
	FACT(type("none", MS_SHARED), "nothing there");
	FACT(fresh("a/x") || fresh("a/y"), "mounts below");
	FACT(type("a", MS_REC | MS_PRIVATE), "all private");
	groups("private");
	FACT(type("a", MS_REC | MS_UNBINDABLE), "all unbindable");
	groups("unbindable");
	FACT(type("a", MS_REC | MS_SHARED), "all shared");
	groups("shared");
	FACT(bind("a", "b", MS_REC), "bind all");
	FACT(type("b", MS_REC | MS_SLAVE), "all slaves");
	groups("slaves");
	AS(NOBODY) {
		FACT(type("a", MS_PRIVATE), "by a user");
	}
	clear();
}

static void test_trees(void)
{
	shared("a");
	FACT(bind("a", "b", 0), "a peer");
	FACT(fresh("c"), "a private one");
	CHECK(!mkdir("c/in", 0755) && !mkdir("c/un", 0755));
	FACT(fresh("c/in"), "one on it");
	FACT(fresh("c/un") || type("c/un", MS_UNBINDABLE), "an unbindable");
	FACT(bind("c", "a/x", MS_REC), "bind all onto a shared one");
	groups("the tree twice");
	FACT(umount("b/x"), "umount the copy: full");
	FACT(umount2("b/x", MNT_DETACH), "detach the copy");
	groups("both gone");
	FACT(move("c", "a/y"), "move an unbindable onto a shared one");
	FACT(umount("c/un"), "without it");
	FACT(move("c", "a/y"), "move");
	groups("moved and copied");
	FACT(move("a/y", "c"), "move out of a shared one");
	FACT(type("a", MS_PRIVATE), "not shared");
	FACT(move("a/y", "c"), "move");
	groups("moved out; the copy stays");
	FACT(bind("b", "b/z", 0), "bind a shared one onto itself");
	groups("once");
	FACT(bind("b", "b/z", MS_REC), "with all that is on it");
	groups("and again");
	clear();
}

static void test_beneath(void)
{
	shared("a");
	FACT(bind("a", "b", 0) || type("b", MS_SLAVE), "a slave");
	FACT(fresh("b/x"), "mount on the slave");
	put_text("b/x/f", "the slave's own");
	FACT(fresh("a/x"), "mount there on the master");
	groups("beneath");
	show("b/x/f");
	FACT(umount("a/x"), "umount that");
	groups("the slave's own stays");
	show("b/x/f");
	FACT(fresh("a/x"), "mount again");
	FACT(umount("b/x"), "umount on the slave");
	groups("the one beneath");
	FACT(umount("b/x"), "and that");
	FACT(umount("a/x"), "umount on the master");
	clear();
}

static void test_busy(void)
{
	int fd;

	shared("a");
	FACT(bind("a", "b", 0), "a peer");
	FACT(fresh("a/x"), "mount");
	fd = open("b/x", O_RDONLY);
	FACT(umount("a/x"), "umount while the copy is open");
	groups("both there");
	FACT(umount2("a/x", MNT_DETACH), "detach");
	groups("both gone");
	close(fd);
	FACT(fresh("a/x"), "mount");
	CHECK(!mkdir("a/x/in", 0755));
	FACT(type("b/x", MS_PRIVATE), "private copy");
	FACT(fresh("b/x/in"), "mount on it");
	FACT(umount("a/x"), "umount the other");
	groups("the full one stays");
	FACT(umount("b/x/in") || umount("b/x"), "umount it");
	FACT(fresh("a/x"), "mount");
	FACT(fresh("a/x/in"), "nothing there");
	CHECK(!mkdir("a/x/in", 0755));
	FACT(fresh("a/x/in"), "mount below");
	FACT(umount("a/x"), "umount a full one");
	FACT(umount2("a", MNT_DETACH), "detach the first peer");
	groups("the second keeps all");
	FACT(umount2("b", MNT_DETACH), "detach the second");
	groups("nothing left");
	clear();
}

static void pivot(const char *what, const char *to, const char *old)
{
	FACT(syscall(SYS_pivot_root, to, old), "%s", what);
}

static void test_pivot(void)
{
	CHECK(!fresh("a") && !mkdir("a/new", 0755) && !mkdir("a/proc", 0755));
	AS(0) {
		CHECK(!chroot("a") && !chdir("/"));
		CHECK(!fresh("/new") && !mkdir("/new/old", 0755));
		FACT(type("/", MS_SHARED), "the root is shared");
		pivot("pivot", "/new", "/new/old");
		FACT(type("/", MS_PRIVATE), "private");
		FACT(type("/new", MS_SHARED), "the new one is shared");
		pivot("pivot", "/new", "/new/old");
		FACT(type("/new", MS_SLAVE), "a slave of nobody");
		CHECK(!mkdir("/new/old/gone", 0755) && !chdir("/new/old/gone"));
		CHECK(!rmdir("/new/old/gone"));
		pivot("deleted", "/new", ".");
		CHECK(!chdir("/"));
		pivot("pivot", "/new", "/new/old");
		pivot("again: no mount", "/old", "/old/proc");
	}
	clear();
}

int main(int argc, char **argv)
{
	facts_begin_mounts(argc > 1 ? argv[1] : NULL);
	CHECK(type(here, MS_PRIVATE) == 0);
	for (const char *d = "abcde"; *d; d++)
		CHECK(mkdir((char []){ *d, 0 }, 0755) == 0);
	test_peers();
	test_slaves();
	test_dominator();
	test_types();
	test_trees();
	test_beneath();
	test_busy();
	test_pivot();
	facts_end_mounts();
	return 0;
}

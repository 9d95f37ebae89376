/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: openat2 and its `resolve`, pwritev2's flags. */
#include <linux/openat2.h>
#include <linux/fs.h>
#include <sys/uio.h>

#include "facts.h"

static int base;

static long try(const char *path, long flags, long mode, long resolve)
{
	struct open_how how = { .flags = flags, .mode = mode,
		.resolve = resolve };
	long fd = syscall(SYS_openat2, base, path, &how, sizeof(how));

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	return -1;
}

static void resolve(void)
{
	static const struct { long bits; const char *name; } how[] = {
		{ 0, "nothing" }, { RESOLVE_NO_XDEV, "NO_XDEV" },
		{ RESOLVE_NO_MAGICLINKS, "NO_MAGICLINKS" },
		{ RESOLVE_NO_SYMLINKS, "NO_SYMLINKS" },
		{ RESOLVE_BENEATH, "BENEATH" },
		{ RESOLVE_IN_ROOT, "IN_ROOT" },
		{ RESOLVE_BENEATH | RESOLVE_IN_ROOT, "BENEATH|IN_ROOT" },
		{ 64, "an unknown bit" },
	};
	static const char *const paths[] = {
		"file", "dir/below", "dir/../file", "dir/../../b/file", "..",
		"/file", "/", "link", "dir/up", "absolute", "outside",
		"magic/status", "/proc/self/status", "new", "nothing/new",
		"../outside", "/../file", "dir/root", "loop", ".",
	};

	for (size_t i = 0; i < COUNT(how); i++)
		for (size_t k = 0; k < COUNT(paths); k++)
			FACT(try(paths[k], O_RDONLY, 0, how[i].bits),
				"openat2 \"%s\" with %s", paths[k], how[i].name);
	for (size_t i = 0; i < COUNT(how); i++) {
		FACT(try("link", O_RDONLY | O_NOFOLLOW, 0, how[i].bits),
			"openat2, O_NOFOLLOW, with %s", how[i].name);
		FACT(try("link", O_PATH | O_NOFOLLOW, 0, how[i].bits),
			"openat2, O_PATH, with %s", how[i].name);
		FACT(try("made", O_CREAT | O_RDWR, 0600, how[i].bits),
			"openat2, O_CREAT, with %s", how[i].name);
		FACT(try("../made", O_CREAT | O_RDWR, 0600, how[i].bits),
			"openat2, O_CREAT above, with %s", how[i].name);
		FACT(try("dangling", O_CREAT | O_RDWR, 0600, how[i].bits),
			"openat2, O_CREAT by a link, with %s", how[i].name);
		unlink("b/made");
		unlink("made");
		unlink("b/target");
	}
}

/* Without waiting: what was looked up just now can be had again */
static void cached(void)
{
	FACT(try("file", O_RDONLY, 0, 0), "looked up");
	FACT(try("file", O_RDONLY, 0, RESOLVE_CACHED), "CACHED");
	FACT(try("dir/below", O_RDONLY, 0, 0), "looked up, below");
	FACT(try("dir/below", O_RDONLY, 0, RESOLVE_CACHED), "CACHED, below");
	FACT(try("made", O_RDWR | O_CREAT, 0600, RESOLVE_CACHED),
		"CACHED, O_CREAT");
	FACT(try("file", O_RDWR | O_TRUNC, 0, RESOLVE_CACHED),
		"CACHED, O_TRUNC");
	FACT(try(".", O_RDWR | O_TMPFILE, 0600, RESOLVE_CACHED),
		"CACHED, O_TMPFILE");
}

static void prepare(void)
{
	CHECK(!mkdir("b", 0755) && !mkdir("b/dir", 0755));
	put_file("b/file", 0644);
	put_file("b/dir/below", 0644);
	put_file("outside", 0644);
	CHECK(!symlink("file", "b/link") && !symlink("../file", "b/dir/up"));
	CHECK(!symlink("/file", "b/absolute") && !symlink("target",
		"b/dangling"));
	CHECK(!symlink("../outside", "b/outside"));
	CHECK(!symlink("/proc/self", "b/magic") && !symlink("/", "b/dir/root"));
	CHECK(!symlink("loop", "b/loop"));
	base = open("b", O_RDONLY | O_DIRECTORY);
	CHECK(base >= 0);
}

static void how_checks(void)
{
	FACT(try("file", O_RDONLY, 0600, 0), "openat2, mode without O_CREAT");
	FACT(try("file", 1L << 30, 0, 0), "openat2, an unknown flag");
	FACT(try("file", O_PATH | O_RDWR, 0, 0), "openat2, O_PATH and more");
	FACT(try("file", O_CREAT, 010000, 0), "openat2, a mode too wide");
}

static void write_at(int fd, const char *data, off_t at, int flags,
		const char *label)
{
	struct iovec v = { (void *)data, strlen(data) };

	FACT(syscall(SYS_pwritev2, fd, &v, 1L, (long)at, (long)(at >> 63),
		(long)flags), "pwritev2 %s", label);
	printf("position %ld, size %ld\n", (long)lseek(fd, 0, SEEK_CUR),
		(long)lseek(fd, 0, SEEK_END));
	lseek(fd, 2, SEEK_SET);
}

static void flags(void)
{
	int fd = make_file("f", 0644);
	char text[32] = "";

	lseek(fd, 2, SEEK_SET);
	write_at(fd, "abcd", 0, 0, "at 0");
	write_at(fd, "ef", 0, RWF_APPEND, "at 0 with RWF_APPEND");
	write_at(fd, "gh", -1, RWF_APPEND, "at the position with RWF_APPEND");
	write_at(fd, "XY", -1, RWF_SYNC, "at the position with RWF_SYNC");
	write_at(fd, "ZZ", 0, RWF_DSYNC | RWF_APPEND, "with both");
	write_at(fd, "Q", 0, 1 << 20, "with an unknown flag");
	CHECK(pread(fd, text, sizeof(text), 0) >= 0);
	printf("the file: \"%s\"\n", text);
	close(fd);
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	prepare();
	how_checks();
	resolve();
	cached();
	flags();
	return 0;
}

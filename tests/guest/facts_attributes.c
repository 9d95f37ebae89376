/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: who changes a file's mode, times and extended attributes; statx. */
#include <sys/xattr.h>
#include <utime.h>

#include "facts_tmpfs.h"

static char name256[300];

static void set_bits(int fd, int mode)
{
	CHECK(fchown(fd, NOBODY, NOBODY) == 0 && fchmod(fd, mode) == 0);
}

static void test_set_id(void)
{
	static const int modes[] = { 06755, 06745, 06711, 02644, 04644, 06777 };
	int fd = make_file("id", 0777);

#define AFTER(action, user)						\
	do {								\
		set_bits(fd, modes[i]);					\
		AS(user)						\
			FACT(action, #action " as %d of %o", user,	\
				modes[i]);				\
		printf("mode then %o\n", get("id").st_mode & 07777);	\
	} while (0)
	for (size_t i = 0; i < COUNT(modes); i++) {
		AFTER(write(fd, "x", 1), NOBODY);
		AFTER(write(fd, "x", 1), 0);
		AFTER(write(fd, "x", 0), NOBODY);
		AFTER(pwrite(fd, "x", 1, 0), 1000);
		AFTER(ftruncate(fd, 1), NOBODY);
		AFTER(ftruncate(fd, 1), 0);
		AFTER(truncate("id", 1), NOBODY);
		AFTER(opened(open("id", O_WRONLY | O_TRUNC)), NOBODY);
		AFTER(fallocate(fd, 0, 0, 10), NOBODY);
		AFTER(chown("id", NOBODY, NOBODY), NOBODY);
		AFTER(chown("id", -1, -1), NOBODY);
		AFTER(chown("id", 0, -1), 0);
		AFTER(chown("id", -1, 0), 0);
		AFTER(utimensat(AT_FDCWD, "id", NULL, 0), NOBODY);
		AFTER(chmod("id", modes[i]), NOBODY);
	}
	close(fd);
	unlink("id");
}

struct xstat {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	char times[64];
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	char rest[104];
};

static void test_statx(void)
{
	static const unsigned masks[] = { 0, 1, 2, 4, 8, 0x10, 0x20, 0x40,
		0x80, 0x100, 0x200, 0x400, 0x800, 0x7FF, 0xFFF, 0x1000, 0x2000,
		0x4000, 0x7FFFFFFF, 0x80000000 };
	static const char *const files[] = { "sx", ".", "/dev/null", "/proc",
		"/proc/self/status", "/", "link" };
	static const int flags[] = { 0x100, 0x200, 0x400, 0x800, 0x1000,
		0x2000, 0x4000, 0x6000, 0x8000, 0x10000 };
	struct xstat x;
	int p[2];

	put_file("sx", 0640);
	CHECK(symlink("sx", "link") == 0 && pipe(p) == 0);
	for (size_t i = 0; i < COUNT(masks); i++) {
		memset(&x, 0, sizeof(x));
		FACT(syscall(SYS_statx, AT_FDCWD, "sx", 0, masks[i], &x),
			"mask %x", masks[i]);
		printf("  mask %x mode %o links %d\n", x.mask, x.mode,
			(int)x.nlink);
	}
	for (size_t i = 0; i < COUNT(files); i++) {
		memset(&x, 0, sizeof(x));
		FACT(syscall(SYS_statx, AT_FDCWD, files[i], 0x100, 0xFFFF, &x),
			"%s", files[i]);
		printf("  mask %x attributes %llx of %llx mount %d device "
			"%u:%u\n", x.mask, (long long)x.attributes,
			(long long)x.attributes_mask, x.mnt_id != 0,
			x.rdev_major, x.rdev_minor);
	}
	for (size_t i = 0; i < COUNT(flags); i++)
		FACT(syscall(SYS_statx, AT_FDCWD, "link", flags[i], 0xFFF, &x),
			"flag %x", flags[i]);
	memset(&x, 0, sizeof(x));
	FACT(syscall(SYS_statx, p[0], "", 0x1000, 0xFFFF, &x), "pipe");
	printf("  mask %x mode %o attributes %llx of %llx\n", x.mask, x.mode,
		(long long)x.attributes, (long long)x.attributes_mask);
	FACT(syscall(SYS_statx, p[0], "x", 0, 0xFFF, &x), "below a pipe");
	FACT(syscall(SYS_statx, AT_FDCWD, "sx", 0, 0xFFF, BAD_ADDRESS),
		"bad address");
	FACT(syscall(SYS_statx, AT_FDCWD, BAD_ADDRESS, 0, 0xFFF, &x),
		"bad path");
	FACT(syscall(SYS_statx, AT_FDCWD, "", 0, 0xFFF, &x), "empty path");
	close(p[0]); close(p[1]);
	unlink("sx"); unlink("link");
}

static void test_times(void)
{
	static const struct {
		const char *name;
		struct timespec t[2];
	} sets[] = {
		{ "both now", { { 0, UTIME_NOW }, { 0, UTIME_NOW } } },
		{ "both omitted", { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } } },
		{ "now, omitted", { { 0, UTIME_NOW }, { 0, UTIME_OMIT } } },
		{ "omitted, now", { { 0, UTIME_OMIT }, { 0, UTIME_NOW } } },
		{ "set, omitted", { { 5, 6 }, { 0, UTIME_OMIT } } },
		{ "omitted, set", { { 0, UTIME_OMIT }, { 7, 8 } } },
		{ "both set", { { 5, 6 }, { 7, 8 } } },
		{ "before 1970", { { -5, 6 }, { -7, 8 } } },
		{ "bad first", { { 0, -1 }, { 0, 0 } } },
		{ "bad second", { { 0, 0 }, { 0, 1000000000 } } },
		{ "bad and omitted", { { 0, -1 }, { 0, UTIME_OMIT } } },
	};
	int fd = make_file("ut", 0666), rd = open("ut", O_RDONLY);

	CHECK(mkdir("utd", 0755) == 0 && symlink("ut", "utl") == 0);
	for (size_t i = 0; i < COUNT(sets); i++) {
		CHECK(fchown(fd, 0, 0) == 0);
		FACT(utimensat(AT_FDCWD, "ut", sets[i].t, 0), "root: %s",
			sets[i].name);
		FACT(utimensat(AT_FDCWD, "none", sets[i].t, 0), "nothing: %s",
			sets[i].name);
		FACT(futimens(99, sets[i].t), "bad descriptor: %s",
			sets[i].name);
		FACT(futimens(rd, sets[i].t), "read-only: %s", sets[i].name);
		AS(NOBODY)
			FACT(utimensat(AT_FDCWD, "ut", sets[i].t, 0),
				"may write: %s", sets[i].name);
		CHECK(fchmod(fd, 0644) == 0);
		AS(NOBODY)
			FACT(utimensat(AT_FDCWD, "ut", sets[i].t, 0),
				"may not: %s", sets[i].name);
		CHECK(fchmod(fd, 0) == 0 && fchown(fd, NOBODY, 0) == 0);
		AS(NOBODY)
			FACT(utimensat(AT_FDCWD, "ut", sets[i].t, 0),
				"owner: %s", sets[i].name);
		CHECK(fchmod(fd, 0666) == 0);
	}
	FACT(utimensat(AT_FDCWD, "utl", NULL, AT_SYMLINK_NOFOLLOW), "a link");
	FACT(utimensat(AT_FDCWD, "", NULL, AT_EMPTY_PATH), "empty path");
	FACT(utimensat(rd, "", NULL, AT_EMPTY_PATH), "a descriptor");
	FACT(utimensat(rd, "x", NULL, 0), "below a file");
	FACT(syscall(SYS_utimensat, rd, NULL, NULL, AT_SYMLINK_NOFOLLOW),
		"no path, with a flag");
	FACT(utime("ut", &(struct utimbuf){ 1, 2 }), "utime");
	FACT(get("ut").st_mtime, "time");
	FACT(syscall(SYS_utimes, "ut", (int [4]){ 1, 999999, 2, 3 }), "utimes");
	FACT(syscall(SYS_utimes, "ut", (int [4]){ 1, 1000000, 2, 3 }), "bad one");
	FACT(syscall(SYS_utimes, "ut", (int [4]){ 1, -1, 2, 3 }), "bad one");
	FACT(syscall(SYS_utime, "ut", BAD_ADDRESS), "utime, bad address");
	FACT(syscall(SYS_utime, "none", NULL), "utime of nothing");
	close(fd);
	close(rd);
	unlink("ut"); unlink("utl"); rmdir("utd");
}

static void test_xattr(void)
{
	static const char *const names[] = { "user.x",
		"system.posix_acl_access", "strange.x", "x", "user.", "",
		NULL };
	int fd = make_file("xa", 0644);
	struct stat st;

	for (int i = 0; names[i]; i++) {
		FACT(setxattr("xa", names[i], "v", 1, 0), "set %s", names[i]);
		FACT(getxattr("xa", names[i], buffer, 10), "get %s", names[i]);
		FACT(removexattr("xa", names[i]), "remove %s", names[i]);
		AS(NOBODY) {
			FACT(setxattr("xa", names[i], "v", 1, 0),
				"user sets %s", names[i]);
			FACT(getxattr("xa", names[i], buffer, 10),
				"user gets %s", names[i]);
		}
		FACT(setxattr(".", names[i], "v", 1, 0), "set on a directory");
		FACT(setxattr("/dev/null", names[i], "v", 1, 0),
			"set on a device");
		FACT(getxattr("/proc", names[i], buffer, 10), "get on proc");
	}
	memset(name256, 'n', 256);
	memcpy(name256, "user.", 5);
	FACT(setxattr("xa", name256, "v", 1, 0), "name of 256");
	FACT(getxattr("xa", name256, buffer, 10), "get name of 256");
	FACT(removexattr("xa", name256), "remove name of 256");
	FACT(setxattr("xa", BAD_ADDRESS, "v", 1, 0), "bad name");
	FACT(setxattr("xa", "user.x", BAD_ADDRESS, 1, 0), "bad value");
	FACT(setxattr("xa", "user.x", NULL, 0, 0), "empty value");
	FACT(setxattr("xa", "user.x", buffer, 65537, 0), "large value");
	FACT(setxattr("xa", "user.x", "v", 1, 3), "both flags");
	FACT(setxattr("xa", "user.x", "v", 1, 4), "unknown flag");
	FACT(setxattr("xa", "user.x", "v", 1, XATTR_REPLACE), "replace");
	FACT(setxattr("none", "user.x", "v", 1, 0), "nothing");
	FACT(setxattr("none", "user.x", "v", 1, 4), "nothing, unknown flag");
	FACT(lsetxattr("xa", "user.x", "v", 1, 0), "lsetxattr");
	FACT(fsetxattr(fd, "user.x", "v", 1, 0), "fsetxattr");
	FACT(fsetxattr(99, "user.x", "v", 1, 0), "fsetxattr, bad descriptor");
	FACT(fgetxattr(99, "user.x", buffer, 1), "fgetxattr, bad descriptor");
	FACT(listxattr("xa", NULL, 0), "list");
	FACT(listxattr("xa", buffer, 100), "list");
	FACT(listxattr("none", NULL, 0), "list of nothing");
	FACT(flistxattr(99, NULL, 0), "list, bad descriptor");
	FACT(fremovexattr(fd, "user.x"), "fremovexattr");
	FACT(fstat(fd, &st), "fstat");
	close(fd);
	unlink("xa");
}

int main(int argc, char **argv)
{
	facts_begin_tmpfs(argc > 1 ? argv[1] : NULL);
	test_set_id();
	test_statx();
	test_times();
	test_xattr();
	return 0;
}

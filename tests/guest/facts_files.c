/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: what calls on files do beside their result. */
#include <dirent.h>
#include <sys/file.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <time.h>

#include "facts.h"

static struct stat get(const char *path)
{
	struct stat st;

	CHECK(lstat(path, &st) == 0);
	return st;
}

static void mode_of(const char *path, const char *what)
{
	struct stat st = get(path);

	printf("%s: mode %o uid %d gid %d links %d size %lld\n", what,
		st.st_mode, st.st_uid == NOBODY, st.st_gid == NOBODY,
		(int)st.st_nlink, S_ISDIR(st.st_mode) ? 0LL :
		(long long)st.st_size);
}

static const struct timespec past[2] = { { 1000, 5 }, { 2000, 7 } };

static void age(const char *path)
{
	CHECK(utimensat(AT_FDCWD, path, past, AT_SYMLINK_NOFOLLOW) == 0);
}

/* Which of the times are not those of age() any more; ctime always is new. */
static void times_of(const char *path, const char *what)
{
	struct stat st = get(path);

	printf("%s: atime %s mtime %s\n", what,
		st.st_atim.tv_sec == 1000 ? "old" : "new",
		st.st_mtim.tv_sec == 2000 ? "old" : "new");
}

static int ctime_moves_from;
static struct timespec ctime_before;

static void ctime_mark(const char *path)
{
	ctime_before = get(path).st_ctim;
	ctime_moves_from = 1;
	usleep(30000);
}

static void ctime_of(const char *path, const char *what)
{
	struct timespec now = get(path).st_ctim;

	printf("%s: ctime %s\n", what,
		now.tv_sec != ctime_before.tv_sec ||
		now.tv_nsec != ctime_before.tv_nsec ? "new" : "old");
}

#define TIMES(path, action, what)					\
	do {								\
		age(path);						\
		ctime_mark(path);					\
		FACT(action, "%s", what);				\
		times_of(path, what);					\
		ctime_of(path, what);					\
	} while (0)

static void test_modes(void)
{
	static const mode_t masks[] = { 0, 022, 077, 0777, 0137 };
	int fd;

	for (size_t i = 0; i < COUNT(masks); i++) {
		umask(masks[i]);
		FACT(close(open("m1", O_CREAT | O_WRONLY, 07777)), "create");
		mode_of("m1", "create with umask");
		FACT(mkdir("m2", 07777), "mkdir");
		mode_of("m2", "mkdir with umask");
		FACT(mkfifo("m3", 07777), "mkfifo");
		mode_of("m3", "mkfifo with umask");
		FACT(mknod("m4", S_IFCHR | 07777, 0x103), "mknod");
		mode_of("m4", "mknod with umask");
		FACT(mknod("m5", 0666, 0), "mknod without a type");
		mode_of("m5", "mknod without a type");
		FACT(symlink("m1", "m6"), "symlink");
		mode_of("m6", "symlink");
		unlink("m1"); rmdir("m2"); unlink("m3"); unlink("m4");
		unlink("m5"); unlink("m6");
	}
	FACT(umask(022), "umask");
	FACT(syscall(SYS_umask, 0177777), "umask of too many bits");
	FACT(umask(022), "umask after them");

	fd = open("m7", O_CREAT | O_RDWR, 0);
	FACT(fd >= 0, "open for writing with mode 0");
	FACT(write(fd, "x", 1), "write to it");
	fchmod(fd, 04755);
	mode_of("m7", "fchmod");
	AS(NOBODY) {
		FACT(chmod("m7", 0777), "chmod of another's");
		FACT(write(fd, "y", 1), "write by a user");
	}
	mode_of("m7", "set-user-ID after a write by a user");
	fchmod(fd, 06775);
	FACT(chown("m7", NOBODY, NOBODY), "chown by root");
	mode_of("m7", "set-ID bits after chown");
	fchmod(fd, 02745);
	FACT(chown("m7", -1, -1), "chown of nothing");
	mode_of("m7", "set-ID bits after chown of nothing");
	AS(NOBODY) {
		FACT(chmod("m7", 02755), "own set-group-ID");
		mode_of("m7", "own set-group-ID");
		FACT(chown("m7", 0, -1), "give away");
		FACT(chown("m7", -1, 0), "to a foreign group");
		FACT(chown("m7", NOBODY, NOBODY), "to oneself");
		mode_of("m7", "after chown to oneself");
		FACT(truncate("m7", 0), "truncate");
	}
	FACT(chown("m7", 0, 0), "chown");
	mode_of("m7", "after truncate by its owner");
	FACT(chown("m7", NOBODY, 0), "chown to a user, group 0");
	AS(NOBODY) {
		FACT(chmod("m7", 02777), "set-group-ID of a foreign group");
		mode_of("m7", "set-group-ID of a foreign group");
	}
	FACT(chmod("m7", 0177777), "chmod of too many bits");
	mode_of("m7", "chmod of too many bits");
	close(fd);
	unlink("m7");
}

static void test_group_inheritance(void)
{
	CHECK(mkdir("g", 0) == 0 && chown("g", 0, NOBODY) == 0);
	CHECK(chmod("g", 02777) == 0);
	FACT(mkdir("g/d", 0755), "mkdir in set-group-ID directory");
	mode_of("g/d", "it");
	put_file("g/f", 0644);
	mode_of("g/f", "file in set-group-ID directory");
	AS(1000) {
		close(open("g/h", O_CREAT | O_WRONLY, 02775));
		mode_of("g/h", "set-group-ID executable of another group");
		FACT(mkdir("g/e", 02775), "mkdir by a user");
		mode_of("g/e", "mkdir by a user");
	}
	FACT(rmdir("g"), "rmdir of a full directory");
	rmdir("g/d"); rmdir("g/e"); unlink("g/f"); unlink("g/h");
	FACT(rmdir("g"), "rmdir");
}

static void test_times(void)
{
	int fd = make_file("t", 0644), dir;
	char text[8];

	CHECK(write(fd, "0123456789", 10) == 10);
	TIMES("t", pread(fd, text, 4, 0), "read");
	TIMES("t", pread(fd, text, 0, 0), "read of nothing");
	TIMES("t", pread(fd, text, 4, 100), "read at the end");
	TIMES("t", write(fd, "x", 1), "write");
	TIMES("t", write(fd, "", 0), "write of nothing");
	TIMES("t", ftruncate(fd, 5), "ftruncate shorter");
	TIMES("t", ftruncate(fd, 5), "ftruncate to the same");
	TIMES("t", truncate("t", 5), "truncate to the same");
	TIMES("t", truncate("t", 50), "truncate longer");
	TIMES("t", close(open("t", O_RDONLY)), "open");
	TIMES("t", close(open("t", O_WRONLY | O_TRUNC)), "open and truncate");
	TIMES("t", close(open("t", O_WRONLY | O_TRUNC)), "the same, empty");
	TIMES("t", chmod("t", 0600), "chmod");
	TIMES("t", chmod("t", 0600), "chmod to the same");
	TIMES("t", chown("t", 0, 0), "chown");
	TIMES("t", chown("t", -1, -1), "chown of nothing");
	TIMES("t", link("t", "t2"), "link");
	TIMES("t", unlink("t2"), "unlink");
	TIMES("t", rename("t", "t3") | rename("t3", "t"), "rename");
	TIMES("t", access("t", R_OK), "access");
	TIMES("t", utimensat(AT_FDCWD, "t", NULL, 0), "utimensat");
	TIMES("t", futimens(fd, (struct timespec [2]){ { 0, UTIME_OMIT },
		{ 0, UTIME_NOW } }), "atime omitted");
	TIMES("t", futimens(fd, (struct timespec [2]){ { 0, UTIME_NOW },
		{ 0, UTIME_OMIT } }), "mtime omitted");
	TIMES("t", lseek(fd, 0, SEEK_END), "lseek");
	TIMES("t", fallocate(fd, 0, 0, 100), "fallocate");
	TIMES("t", fsync(fd), "fsync");

	CHECK(mkdir("td", 0755) == 0);
	TIMES("td", mknod("td/x", 0600, 0), "directory: mknod");
	TIMES("td", chmod("td/x", 0644), "directory: chmod within");
	TIMES("td", truncate("td/x", 3), "directory: truncate within");
	TIMES("td", link("td/x", "td/y"), "directory: link");
	TIMES("td", unlink("td/y"), "directory: unlink");
	TIMES("td", mkdir("td/z", 0700), "directory: mkdir");
	TIMES("td", rmdir("td/z"), "directory: rmdir");
	TIMES("td", symlink("x", "td/s"), "directory: symlink");
	TIMES("td", rename("td/s", "td/t"), "directory: rename within");
	TIMES("td", rename("td/t", "ts"), "directory: rename out");
	TIMES("td", unlink("td/none"), "directory: failed unlink");
	TIMES("td", mkdir("td/x", 0700), "directory: failed mkdir");
	dir = open("td", O_RDONLY);
	age("td");
	lseek(dir, 0, SEEK_SET);
	FACT(syscall(SYS_getdents64, dir, (char [512]){ 0 }, 512) > 0,
		"getdents");
	TIMES("ts", readlink("ts", text, 8), "readlink");
	TIMES("ts", lchown("ts", 0, 0), "lchown");
	close(fd);
	close(dir);
	unlink("t"); unlink("ts"); unlink("td/x");
	FACT(rmdir("td"), "rmdir");
}

static void test_links(void)
{
	int fd = make_file("l", 0644), dir;

	FACT(get("l").st_nlink, "links of a new file");
	FACT(link("l", "l2"), "link");
	FACT(get("l").st_nlink, "links of two names");
	FACT(rename("l", "l2"), "rename to another name of the same");
	FACT(access("l", F_OK), "the old name stays");
	FACT(unlink("l"), "unlink");
	FACT(get("l2").st_nlink, "links of one name");
	FACT(unlink("l2"), "unlink the last");
	FACT(({ struct stat st; fstat(fd, &st); st.st_nlink; }),
		"links of an open file without a name");
	FACT(write(fd, "abc", 3), "write to it");
	FACT(linkat(fd, "", AT_FDCWD, "l", AT_EMPTY_PATH),
		"a name for a file that had its last taken");
	close(fd);

	CHECK(mkdir("d", 0755) == 0 && mkdir("d/e", 0755) == 0);
	FACT(get("d").st_nlink, "links of a directory with one in it");
	FACT(link("d", "d2"), "link of a directory");
	FACT(rename("d", "d/e/f"), "directory into itself");
	FACT(rename("d/e", "d"), "directory over its parent");
	FACT(rename("d/.", "x"), "rename of dot");
	FACT(rename("d/..", "x"), "rename of dot-dot");
	FACT(rename("d", "d/e/.."), "rename to dot-dot");
	FACT(rmdir("d/."), "rmdir of dot");
	FACT(rmdir("d/e/.."), "rmdir of dot-dot");
	FACT(rmdir("d"), "rmdir of a full one");
	FACT(unlink("d"), "unlink of a directory");
	FACT(unlink("d/"), "unlink of a directory with slash");
	FACT(rmdir("/"), "rmdir of the root");
	FACT(unlink("/"), "unlink of the root");
	FACT(mkdir("/", 0755), "mkdir of the root");
	FACT(mkdir("d", 0755), "mkdir of what is there");
	FACT(mkdir("d/..", 0755), "mkdir of dot-dot");
	FACT(mkdir("n/", 0755), "mkdir with a slash");
	put_file("f", 0644);
	FACT(rename("f", "d"), "file over a directory");
	FACT(rename("d", "f"), "directory over a file");
	FACT(rename("f", "g/"), "file to a name with slash");
	FACT(rename("f/", "g"), "file with slash");
	FACT(rename("n", "n2/"), "directory to a name with slash");
	FACT(rename("n2", "d"), "directory over a full one");
	FACT(rename("n2", "d/e"), "directory over an empty one");
	FACT(get("d").st_nlink, "links after it");
	FACT(symlink("f", "s"), "symlink");
	FACT(symlink("f", "s"), "symlink that is there");
	FACT(symlink("f", "s/"), "symlink there with slash");
	FACT(mkdir("s/", 0700), "mkdir over a link with slash");
	FACT(open("s", O_RDONLY | O_NOFOLLOW), "open a link with O_NOFOLLOW");
	FACT(open("f/", O_RDONLY), "open a file with slash");
	FACT(open("new/", O_RDONLY | O_CREAT, 0600), "create with slash");
	FACT(open("d", O_RDONLY | O_CREAT, 0600), "create a directory");
	FACT(open("d", O_WRONLY), "directory for writing");
	FACT(open("s", O_RDONLY | O_CREAT | O_EXCL, 0600),
		"create exclusively over a link");
	FACT(open("f", O_RDONLY | O_DIRECTORY), "file as directory");
	FACT(link("s", "s2"), "link of a symbolic link");
	FACT(S_ISLNK(get("s2").st_mode), "is a symbolic link");
	FACT(linkat(AT_FDCWD, "s", AT_FDCWD, "s3", AT_SYMLINK_FOLLOW),
		"linkat that follows");
	FACT(S_ISREG(get("s3").st_mode), "is the file");
	FACT(lseek(open("s", O_PATH | O_NOFOLLOW), 0, SEEK_SET),
		"lseek of O_PATH");
	FACT(unlink("s/"), "unlink a link with slash");
	unlink("s"); unlink("s2"); unlink("s3"); unlink("f");

	dir = open("d", O_RDONLY);
	CHECK(fchdir(dir) == 0 && rmdir("e") == 0 && chdir("..") == 0);
	FACT(rmdir("d"), "rmdir of an open directory");
	FACT(fchdir(dir), "fchdir to a removed directory");
	FACT(syscall(SYS_getcwd, (char [99]){ 0 }, 99), "getcwd in it");
	FACT(open("x", O_CREAT | O_WRONLY, 0600), "create in it");
	FACT(mkdir("x", 0700), "mkdir in it");
	FACT(access(".", F_OK), "dot in it");
	FACT(chdir(".."), "chdir out of it");
	FACT(syscall(SYS_getdents64, dir, (char [512]){ 0 }, 512),
		"getdents of it");
	close(dir);
}

static void test_rename_at(void)
{
	int fd = make_file("ra", 0600);

	CHECK(write(fd, "a", 1) == 1);
	close(fd);
	put_file("rb", 0644);
	FACT(syscall(SYS_renameat2, AT_FDCWD, "ra", AT_FDCWD, "rb", 1),
		"rename without replacing");
	FACT(syscall(SYS_renameat2, AT_FDCWD, "ra", AT_FDCWD, "rb", 2),
		"exchange");
	FACT(get("rb").st_size, "size after exchange");
	FACT(syscall(SYS_renameat2, AT_FDCWD, "ra", AT_FDCWD, "rc", 1),
		"rename to a new name");
	FACT(syscall(SYS_renameat2, AT_FDCWD, "rb", AT_FDCWD, "rc", 3),
		"both flags");
	FACT(syscall(SYS_renameat2, AT_FDCWD, "rb", AT_FDCWD, "rx", 2),
		"exchange with nothing");
	FACT(syscall(SYS_renameat2, AT_FDCWD, "rb", AT_FDCWD, "rx", 8),
		"unknown flag");
	FACT(syscall(SYS_renameat2, 99, "rb", AT_FDCWD, "rx", 0),
		"bad descriptor");
	FACT(renameat(AT_FDCWD, "rb", 99, "/tmp/../none/x"),
		"absolute path, bad descriptor");
	unlink("rb"); unlink("rc");
}

static void test_sticky(void)
{
	CHECK(mkdir("st", 0) == 0 && chmod("st", 01777) == 0);
	put_file("st/root", 0666);
	AS(1000) {
		put_file("st/own", 0666);
		FACT(unlink("st/root"), "sticky: unlink root's");
		FACT(rename("st/root", "st/x"), "sticky: rename root's");
		FACT(rename("st/own", "st/root"), "sticky: over root's");
		FACT(link("st/root", "st/l"), "sticky: link root's");
		FACT(truncate("st/root", 3), "sticky: truncate root's");
	}
	AS(1001) {
		FACT(unlink("st/own"), "sticky: unlink another's");
		FACT(rename("st/own", "st/y"), "sticky: rename another's");
	}
	AS(1000)
		FACT(unlink("st/own"), "sticky: unlink one's own");
	unlink("st/root"); unlink("st/l");
	rmdir("st");
}

static void test_truncate(void)
{
	int fd = make_file("tr", 0644);
	char text[16];

	CHECK(write(fd, "abcdefgh", 8) == 8);
	FACT(ftruncate(fd, 4), "shorter");
	FACT(ftruncate(fd, 12), "longer");
	FACT(pread(fd, text, 16, 0), "size");
	FACT(memcmp(text, "abcd\0\0\0\0\0\0\0\0", 12), "zeros follow");
	FACT(ftruncate(fd, -1), "negative");
	FACT(truncate("tr", -1), "negative by name");
	FACT(truncate(".", 0), "directory");
	FACT(ftruncate(open("tr", O_RDONLY), 0), "read-only descriptor");
	FACT(ftruncate(99, 0), "bad descriptor");
	FACT(ftruncate(open(".", O_RDONLY), 0), "descriptor of a directory");
	FACT(({ int p[2]; CHECK(pipe(p) == 0); ftruncate(p[1], 0); }), "pipe");
	FACT(lseek(fd, 100, SEEK_SET), "lseek behind the end");
	FACT(write(fd, "x", 1), "write there");
	FACT(get("tr").st_size, "size");
	FACT(lseek(fd, -1, SEEK_SET), "lseek before the beginning");
	FACT(lseek(fd, -200, SEEK_CUR), "lseek there by a step");
	FACT(lseek(fd, 0, 99), "lseek: unknown origin");
	FACT(lseek(fd, 0, SEEK_CUR), "lseek: where");
	FACT(lseek(fd, -1, SEEK_END), "lseek: from the end");
	FACT(lseek(fd, 0, SEEK_DATA), "lseek: data");
	FACT(lseek(fd, 0, SEEK_HOLE), "lseek: hole");
	FACT(lseek(fd, 101, SEEK_DATA), "lseek: data at the end");
	FACT(lseek(fd, 102, SEEK_HOLE), "lseek: hole behind the end");
	CHECK(ftruncate(fd, 0) == 0 && ftruncate(fd, 8 * 4096) == 0);
	CHECK(pwrite(fd, "x", 1, 3 * 4096) == 1);
	FACT(lseek(fd, 0, SEEK_DATA), "sparse: data");
	FACT(lseek(fd, 3 * 4096, SEEK_HOLE), "sparse: hole");
	FACT(lseek(fd, 5 * 4096, SEEK_DATA), "sparse: no more data");
	FACT(lseek(fd, 5 * 4096, SEEK_HOLE), "sparse: last hole");
	FACT(get("tr").st_blocks, "sparse: blocks");
	FACT(fallocate(fd, 0, 0, 8 * 4096), "fallocate");
	FACT(get("tr").st_blocks, "blocks after it");
	FACT(fallocate(fd, 1, 8 * 4096, 4096), "fallocate, keeping size");
	FACT(get("tr").st_size, "size after it");
	FACT(fallocate(fd, 3, 0, 2 * 4096), "punch a hole");
	FACT(get("tr").st_blocks, "blocks after it");
	FACT(fallocate(fd, 2, 0, 4096), "punch without keeping size");
	FACT(fallocate(fd, 0, -1, 10), "fallocate before the beginning");
	FACT(fallocate(fd, 0, 0, 0), "fallocate of nothing");
	FACT(fallocate(fd, 0, 0, -1), "fallocate of a negative length");
	FACT(fallocate(fd, 0, LLONG_MAX - 10, 100), "fallocate too far");
	FACT(fallocate(fd, 8, 0, 4096), "collapse");
	FACT(fallocate(fd, 16, 0, 4096), "zero range");
	FACT(fallocate(open("tr", O_RDONLY), 0, 0, 10), "fallocate read-only");
	FACT(fallocate(open(".", O_RDONLY), 0, 0, 10), "fallocate directory");
	FACT(({ int p[2]; CHECK(pipe(p) == 0); fallocate(p[1], 0, 0, 1); }),
		"fallocate of a pipe");
	close(fd);
	unlink("tr");
}

static void test_temporary(void)
{
	char name[40];
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);

	FACT(fd >= 0, "O_TMPFILE");
	FACT(open(".", O_TMPFILE | O_RDONLY, 0600), "O_TMPFILE read-only");
	FACT(open("nowhere", O_TMPFILE | O_RDWR, 0600),
		"O_TMPFILE without a directory");
	FACT(({ struct stat st; fstat(fd, &st); st.st_nlink; }), "its links");
	FACT(write(fd, "abc", 3), "write to it");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	FACT(linkat(AT_FDCWD, name, AT_FDCWD, "tmp", AT_SYMLINK_FOLLOW),
		"link it");
	FACT(access("tmp", F_OK), "there it is");
	FACT(linkat(fd, "", AT_FDCWD, "tmp2", AT_EMPTY_PATH), "again");
	unlink("tmp");
	unlink("tmp2");
	close(fd);
	fd = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	FACT(linkat(fd, "", AT_FDCWD, "tmp2", AT_EMPTY_PATH),
		"link of an exclusive one");
	close(fd);
}

static void test_statfs(void)
{
	struct statfs sf;
	struct stat st;
	struct statx {
		uint32_t mask, blksize;
		char rest[248];
	} sx;

	CHECK(mkdir("sf", 0700) == 0);
	FACT(statfs("sf", &sf), "statfs");
	printf("type %lx bsize %d frsize %d namelen %d\n",
		(unsigned long)sf.f_type, (int)sf.f_bsize, (int)sf.f_frsize,
		(int)sf.f_namelen);
	FACT(syscall(SYS_statfs, "sf", BAD_ADDRESS), "statfs, bad address");
	FACT(syscall(SYS_fstatfs, 99, &sf), "fstatfs, bad descriptor");
	FACT(syscall(SYS_statfs64, "sf", 3, &sf), "statfs64, bad size");
	CHECK(stat("sf", &st) == 0);
	FACT(st.st_blksize, "st_blksize");
	FACT(syscall(SYS_statx, AT_FDCWD, "sf", 0, 0xFFF, &sx), "statx");
	FACT(sx.mask & 0xFFF, "mask");
	FACT(syscall(SYS_statx, AT_FDCWD, "sf", 0, 0x80000000u, &sx),
		"statx, reserved mask");
	FACT(syscall(SYS_statx, AT_FDCWD, "sf", 0x6000, 0, &sx),
		"statx, both ways of syncing");
	FACT(syscall(SYS_statx, AT_FDCWD, "sf", 0x10000, 0, &sx),
		"statx, unknown flag");
	FACT(syscall(SYS_statx, 99, "sf", 0, 0, &sx), "statx, bad descriptor");
	FACT(syscall(SYS_statx, AT_FDCWD, "", 0x1000, 0, &sx),
		"statx, empty path");
	FACT(syscall(SYS_fstatat64, AT_FDCWD, "sf", &st, 0x10000),
		"fstatat, unknown flag");
	FACT(syscall(SYS_fstatat64, AT_FDCWD, "", &st, 0x1000),
		"fstatat, empty path");
	FACT(fchmodat(99, "sf", 0700, 0), "fchmodat, bad descriptor");
	FACT(fchownat(AT_FDCWD, "sf", 0, 0, 1), "fchownat, unknown flag");
	FACT(fchownat(AT_FDCWD, "", 0, 0, AT_EMPTY_PATH), "fchownat, empty");
	FACT(syscall(SYS_faccessat2, AT_FDCWD, "sf", 0, 1),
		"faccessat2, unknown flag");
	FACT(utimensat(AT_FDCWD, "sf", NULL, 1), "utimensat, unknown flag");
	FACT(syscall(SYS_utimensat, AT_FDCWD, NULL, NULL, 0),
		"utimensat, no path and the directory");
	FACT(utimensat(99, "sf", NULL, 0), "utimensat, bad descriptor");
	FACT(utimensat(AT_FDCWD, "sf", (struct timespec [2])
		{ { 0, 1000000000 }, { 0, 0 } }, 0), "utimensat, bad time");
	FACT(syscall(SYS_utimensat, AT_FDCWD, "sf", BAD_ADDRESS, 0),
		"utimensat, bad address");
	rmdir("sf");
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	test_modes();
	test_group_inheritance();
	test_times();
	test_links();
	test_rename_at();
	test_sticky();
	test_truncate();
	test_temporary();
	test_statfs();
	return 0;
}

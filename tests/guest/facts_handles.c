/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: name_to_handle_at, open_by_handle_at.  Its argument is a directory
 * of another file system than tmpfs. */
#include <sys/mount.h>

#include "facts.h"

#define ROOM	128

struct handle {
	unsigned bytes;
	int type;
	unsigned char data[ROOM + 8];
};

static long opened(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static struct handle of(const char *path)
{
	struct handle h = { .bytes = ROOM };
	int id;

	CHECK(syscall(SYS_name_to_handle_at, AT_FDCWD, path, &h, &id, 0) == 0);
	return h;
}

static long name(int dfd, const char *path, struct handle *h, int flags)
{
	int id;

	return syscall(SYS_name_to_handle_at, dfd, path, h, &id, flags);
}

static int by_handle(int dfd, const struct handle *h, int flags)
{
	return syscall(SYS_open_by_handle_at, dfd, h, flags);
}

static int mount_id(const char *path)
{
	char line[200], info[40];
	int id = -1, fd = open(path, O_PATH);
	FILE *f;

	snprintf(info, sizeof(info), "/proc/self/fdinfo/%d", fd);
	f = fopen(info, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "mnt_id: %d", &id);
	fclose(f);
	close(fd);
	return id;
}

static void test_names(void)
{
	struct handle h = { .bytes = 0 }, symbolic, file;
	int id = -1, fd;

	put_file("a", 0600);
	CHECK(symlink("a", "link") == 0 && symlink("none", "dangling") == 0);
	CHECK(mkdir("d", 0700) == 0);
	FACT(name(AT_FDCWD, "a", &h, 0), "how long");
	FACT(h.bytes > 0 && h.bytes % 4 == 0, "so long");
	FACT(name(AT_FDCWD, "a", &h, 0), "so much room");
	h.bytes--;
	FACT(name(AT_FDCWD, "a", &h, 0), "a byte less");
	h.bytes = ROOM;
	FACT(name(AT_FDCWD, "a", &h, 0), "128 bytes");
	FACT(h.type, "type");
	h.bytes = ROOM + 1;
	FACT(name(AT_FDCWD, "a", &h, 0), "129 bytes");
	FACT(name(AT_FDCWD, "none", &h, 0), "no file, 129 bytes");
	h.bytes = ROOM;
	FACT(name(AT_FDCWD, "a", NULL, 0), "no handle");
	FACT(name(AT_FDCWD, "a", BAD_ADDRESS, 0), "address");
	FACT(name(AT_FDCWD, BAD_ADDRESS, &h, 0), "path, address");
	FACT(syscall(SYS_name_to_handle_at, AT_FDCWD, "a", &h, NULL, 0),
		"no mount id");
	FACT(name(AT_FDCWD, "", &h, 0), "no path");
	FACT(name(AT_FDCWD, "", &h, AT_EMPTY_PATH), "here");
	FACT(name(-1, "a", &h, 0), "no directory");
	FACT(name(-1, "", &h, AT_EMPTY_PATH), "no directory, no path");
	fd = open("a", O_PATH);
	FACT(name(fd, "", &h, AT_EMPTY_PATH), "O_PATH");
	FACT(name(fd, "a", &h, 0), "not a directory");
	close(fd);
	FACT(name(AT_FDCWD, "a/", &h, 0), "a/");
	FACT(name(AT_FDCWD, "none", &h, 0), "no file");
	FACT(name(AT_FDCWD, "dangling", &h, AT_SYMLINK_FOLLOW),
		"dangling, follow");
	FACT(name(AT_FDCWD, "dangling", &h, 0), "dangling");
	for (int bit = 13; bit < 31; bit++)
		FACT(name(AT_FDCWD, "none", &h, 1 << bit), "flag %d", bit);
	FACT(name(AT_FDCWD, "none", &h, AT_SYMLINK_NOFOLLOW), "NOFOLLOW");
	symbolic = of("link");
	file = of("a");
	FACT(memcmp(&symbolic, &file, sizeof(file)) != 0, "a link is no file");
	h = (struct handle){ .bytes = ROOM };
	FACT(name(AT_FDCWD, "link", &h, AT_SYMLINK_FOLLOW), "follow it");
	FACT(memcmp(&h, &file, sizeof(file)), "the same as the file");
	CHECK(link("a", "b") == 0);
	h = of("b");
	FACT(memcmp(&h, &file, sizeof(file)), "another name");
	CHECK(rename("a", "d/c") == 0);
	h = of("d/c");
	FACT(memcmp(&h, &file, sizeof(file)), "moved");
	syscall(SYS_name_to_handle_at, AT_FDCWD, "b", &h, &id, 0);
	FACT(id == mount_id("b"), "the mount is fdinfo's");
	h.bytes = ROOM;
	FACT(name(AT_FDCWD, "/proc", &h, 0), "proc");
	FACT(name(AT_FDCWD, "/proc", BAD_ADDRESS, 0), "proc, address");
}

static void test_open(void)
{
	struct handle h, wrong;
	int here = open(".", O_RDONLY), fd, other;
	char text[20] = "";
	unsigned stale = 0;

	fd = make_file("file", 0640);
	CHECK(write(fd, "contents", 8) == 8);
	h = of("file");
	fd = by_handle(here, &h, O_RDONLY);
	FACT(read(fd, text, 20), "read");
	puts(text);
	FACT(fcntl(fd, F_GETFD), "descriptor flags");
	close(fd);
	fd = by_handle(here, &h, O_WRONLY | O_CLOEXEC);
	FACT(fcntl(fd, F_GETFD), "O_CLOEXEC");
	FACT(write(fd, "C", 1), "write");
	close(fd);
	FACT(opened(by_handle(AT_FDCWD, &h, O_RDONLY)), "AT_FDCWD");
	FACT(opened(by_handle(-1, &h, O_RDONLY)), "no mount");
	fd = open(".", O_PATH);
	FACT(opened(by_handle(fd, &h, O_RDONLY)), "mount by O_PATH");
	close(fd);
	fd = open("file", O_RDONLY);
	FACT(opened(by_handle(fd, &h, O_RDONLY)), "mount by a file");
	FACT(opened(by_handle(fd, &h, O_DIRECTORY)), "O_DIRECTORY");
	FACT(opened(by_handle(fd, &h, O_PATH)), "O_PATH");
	FACT(opened(by_handle(fd, &h, O_CREAT)), "O_CREAT");
	FACT(opened(by_handle(fd, &h, O_CREAT | O_EXCL)), "O_EXCL");
	FACT(opened(by_handle(fd, &h, O_NOFOLLOW)), "O_NOFOLLOW");
	FACT(opened(by_handle(fd, BAD_ADDRESS, O_RDONLY)), "address");
	FACT(opened(by_handle(-1, BAD_ADDRESS, O_RDONLY)),
		"no mount, address");
	close(fd);
	wrong = h;
	wrong.bytes = 0;
	FACT(opened(by_handle(here, &wrong, O_RDONLY)), "0 bytes");
	FACT(opened(by_handle(-1, &wrong, O_RDONLY)), "0 bytes, no mount");
	wrong.bytes = ROOM + 1;
	FACT(opened(by_handle(here, &wrong, O_RDONLY)), "129 bytes");
	wrong.bytes = 4;
	FACT(opened(by_handle(here, &wrong, O_RDONLY)), "4 bytes");
	wrong.bytes = ROOM;
	FACT(opened(by_handle(here, &wrong, O_RDONLY)), "longer");
	for (unsigned i = 0; i < h.bytes; i += 4) {
		wrong = h;
		wrong.data[i] ^= 0xF0;
		wrong.data[i + 1] ^= 0xFF;
		stale += by_handle(here, &wrong, O_RDONLY) < 0
			&& errno == ESTALE;
	}
	FACT(stale == h.bytes / 4, "with any other word it is stale");
	memset(wrong.data, 0xFF, ROOM);
	FACT(opened(by_handle(here, &wrong, O_RDONLY)), "all ones");
	memset(wrong.data, 0, ROOM);
	FACT(opened(by_handle(here, &wrong, O_RDONLY)), "all zeros");
	other = open("/proc", O_RDONLY);
	FACT(opened(by_handle(other, &h, O_RDONLY)), "in proc");
	other = open("/", O_RDONLY);
	FACT(opened(by_handle(other, &h, O_RDONLY)), "in /");
	close(other);
	chmod("file", 0);
	AS(NOBODY) {
		FACT(opened(by_handle(here, &h, O_RDONLY)), "as a user");
		FACT(name(AT_FDCWD, "file", (h.bytes = ROOM, &h), 0),
			"a user may ask");
	}
	close(here);
}

static void forget_names(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	CHECK(write(fd, "3", 1) == 1);
	close(fd);
}

static void test_kinds(void)
{
	static const char *const names[] = { "dir", "dir/deep/er", "fifo",
		"link", ".", "dir/deep/er/f" };
	int here = open(".", O_RDONLY), fd;
	struct stat st, now;
	struct handle h;

	CHECK(mkdir("dir", 0755) == 0 && mkdir("dir/deep", 0755) == 0
		&& mkdir("dir/deep/er", 0755) == 0);
	CHECK(mkfifo("fifo", 0600) == 0 && access("link", F_OK) != 0);
	put_file("dir/deep/er/f", 0600);
	for (size_t i = 0; i < COUNT(names); i++) {
		h = of(names[i]);
		CHECK(lstat(names[i], &st) == 0);
		FACT(opened(by_handle(here, &h, O_RDONLY | O_NONBLOCK)),
			"%s", names[i]);
		fd = by_handle(here, &h, O_PATH);
		FACT(fstat(fd, &now), "O_PATH");
		FACT(st.st_ino == now.st_ino && st.st_mode == now.st_mode,
			"the same");
		close(fd);
	}
	h = of("dir/deep");
	fd = by_handle(here, &h, O_RDONLY);
	FACT(openat(fd, "er/f", O_RDONLY) > 0, "a name below");
	FACT(openat(fd, "../deep/er", O_RDONLY) > 0, "a name above");
	FACT(mkdirat(fd, "new", 0700), "a new one");
	FACT(access("dir/deep/new", F_OK), "is there");
	close(fd);
	h = of("dir/deep/er");
	forget_names();
	fd = by_handle(here, &h, O_RDONLY);
	FACT(openat(fd, "../er/f", O_RDONLY) > 0, "when names are forgotten");
	FACT(mkdirat(fd, "more", 0700), "a new one");
	FACT(access("dir/deep/er/more", F_OK), "is there");
	close(fd);
	h = of("dir/deep/new");
	CHECK(rmdir("dir/deep/new") == 0);
	FACT(opened(by_handle(here, &h, O_RDONLY)), "removed");
	put_file("gone", 0600);
	h = of("gone");
	CHECK(unlink("gone") == 0);
	FACT(opened(by_handle(here, &h, O_RDONLY)), "removed");
	for (int i = 0; i < 100; i++)
		put_file("gone", 0600), unlink("gone");
	put_file("gone", 0600);
	FACT(opened(by_handle(here, &h, O_RDONLY)), "made anew");
	close(here);
}

int main(int argc, char **argv)
{
	static char path[PATH_MAX];

	facts_begin(argc > 1 ? argv[1] : NULL);
	if (argc == 1)
		CHECK(mount("n", ".", "tmpfs", 0, NULL) == 0
			&& chdir(getcwd(path, sizeof(path))) == 0);
	test_names();
	test_open();
	test_kinds();
	return 0;
}

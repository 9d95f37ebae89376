/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ext2 costs: ext2 DEVICE, which gets a new file system.  Names by the
 * file, data by 4 KiB.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include "bench.h"

#define FILES	200
#define SIZE	(4u << 20)
#define CHUNK	(64u << 10)
#define DATA	"/mnt/data"

static const char *device;
static char buffer[CHUNK];

static void mount_it(void)
{
	check(!mount(device, "/mnt", "ext2", 0, NULL), "mount");
}

static void remount(void)
{
	check(!umount("/mnt"), "umount");
	mount_it();
}

static const char *name(int i)
{
	static char path[32];

	sprintf(path, "/mnt/file%d", i);
	return path;
}

static void names(void)
{
	uint64_t t = now();

	for (int i = 0; i < FILES; i++)
		check(!close(open(name(i), O_CREAT | O_WRONLY, 0644)), "open");
	report("ext2-create", (now() - t) / FILES);
	t = now();
	sync();
	report("ext2-create-sync", (now() - t) / FILES);
	t = now();
	for (int i = 0; i < FILES; i++)
		check(!unlink(name(i)), "unlink");
	report("ext2-delete", (now() - t) / FILES);
}

static void move(const char *row, int writing)
{
	int fd = open(DATA, writing ? O_RDWR | O_CREAT : O_RDONLY, 0644);
	uint64_t t = now();

	for (unsigned at = 0; at < SIZE; at += CHUNK)
		check((writing ? write(fd, buffer, CHUNK)
			: read(fd, buffer, CHUNK)) == CHUNK, DATA);
	report(row, (now() - t) / (SIZE / PAGE));
	t = now();
	if (writing) {
		check(!fsync(fd), "fsync");
		report("ext2-write-fsync", (now() - t) / (SIZE / PAGE));
	}
	check(!close(fd), "close");
}

int main(int argc, char **argv)
{
	char command[64];

	device = argc > 1 ? argv[1] : "/dev/vda";
	snprintf(command, sizeof(command), "mke2fs -b 4096 %s >/dev/null",
		device);
	check(!system(command), "mke2fs");
	mount_it();
	names();
	memset(buffer, 1, sizeof(buffer));
	move("ext2-write", 1);
	remount();
	move("ext2-read", 0);
	move("ext2-read-again", 0);
	check(!umount("/mnt"), "umount");
	return 0;
}

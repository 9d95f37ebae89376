/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newmount TYPE SOURCE PLACE [NAME[=VALUE]]...: mounts by fsopen, fsconfig,
 * fsmount and move_mount, and says at which step that fails.
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "check.h"

static int step(const char *what, long rc)
{
	if (rc < 0) {
		printf("%s: %s\n", what, strerror(errno));
		exit(1);
	}
	return rc;
}

static int set(int fd, char *word)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = 0;
	return syscall(SYS_fsconfig, fd, value ? 1 : 0, word, value, 0);
}

int main(int argc, char **argv)
{
	int fd, m;

	if (argc < 4)
		return 2;
	fd = step("fsopen", syscall(SYS_fsopen, argv[1], 0));
	step("source", syscall(SYS_fsconfig, fd, 1, "source", argv[2], 0));
	for (int i = 4; i < argc; i++)
		step(argv[i], set(fd, argv[i]));
	step("create", syscall(SYS_fsconfig, fd, 6, NULL, NULL, 0));
	m = step("fsmount", syscall(SYS_fsmount, fd, 0, 0));
	step("move_mount", syscall(SYS_move_mount, m, "", AT_FDCWD, argv[3],
		4));
	return 0;
}

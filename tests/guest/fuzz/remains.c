/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "../check.h"
#include "fuzz.h"

#define MAX_PIDS	4096

static int known[MAX_PIDS], nr_known;

/* False for those that have ended and wait for their parent */
static int alive(int pid)
{
	char name[40], text[200], *state;
	int fd, n;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	state = strrchr(text, ')');
	return state && state[2] != 'Z' && state[2] != 'X';
}

static int is_known(int pid)
{
	for (int i = 0; i < nr_known; i++)
		if (known[i] == pid)
			return 1;
	return 0;
}

/* Calls visit for each process: its last result that is not 0, or 0. */
static int each_process(int (*visit)(int pid))
{
	static char names[4096];
	int fd = open("/proc", O_RDONLY | O_DIRECTORY), found = 0, n;

	CHECK(fd >= 0);
	while ((n = getdents(fd, (void *)names, sizeof(names))) > 0) {
		struct dirent *entry;

		for (int at = 0; at < n; at += entry->d_reclen) {
			int result = 0;

			entry = (void *)(names + at);
			if (atoi(entry->d_name) > 0)
				result = visit(atoi(entry->d_name));
			if (result)
				found = result;
		}
	}
	close(fd);
	return found;
}

static int remember(int pid)
{
	CHECK(nr_known < MAX_PIDS);
	known[nr_known++] = pid;
	return 0;
}

static int kill_stranger(int pid)
{
	if (is_known(pid))
		return 0;
	if (alive(pid))
		kill(pid, SIGKILL);
	return pid;
}

void remember_processes(void)
{
	each_process(remember);
}

int kill_strangers(void)
{
	return each_process(kill_stranger);
}

static void remove_tree(const char *path);

static void remove_all_in(const char *path)
{
	char name[PATH_MAX];
	struct dirent *entry;
	DIR *dir = opendir(path);

	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		if (snprintf(name, sizeof(name), "%s/%s", path,
			     entry->d_name) < (int)sizeof(name))
			remove_tree(name);
	}
	if (dir)
		closedir(dir);
}

static void remove_tree(const char *path)
{
	while (umount2(path, MNT_DETACH) == 0)
		;
	if (unlink(path) == 0 || errno == ENOENT)
		return;
	remove_all_in(path);
	CHECK(rmdir(path) == 0);
}

void each_loop(unsigned request, int argument)
{
	char name[] = "/dev/loop0", byte;

	for (; name[9] < '8'; name[9]++) {
		int fd = open(name, O_RDWR);

		if (fd < 0)
			continue;
		ioctl(fd, request, argument);
		(void)!read(fd, &byte, 1);
		close(fd);
	}
}

/* What outlives its maker: System V objects, message queues */
static void remove_objects(void)
{
	static char status[256];
	int id;

	for (int i = 0; i < 256; i++) {
		id = shmctl(i, SHM_STAT, (void *)status);
		if (id >= 0)
			shmctl(id, IPC_RMID, NULL);
		id = msgctl(i, MSG_STAT, (void *)status);
		if (id >= 0)
			msgctl(id, IPC_RMID, NULL);
		id = semctl(i, 0, SEM_STAT, status);
		if (id >= 0)
			semctl(id, 0, IPC_RMID);
	}
	each_loop(LOOP_CLR_FD, 0);
	/* Message queues have any name: their file system lists them */
	CHECK(mkdir(HOME, 0777) == 0);
	CHECK(mount("none", HOME, "mqueue", 0, NULL) == 0);
	remove_all_in(HOME);
	CHECK(umount(HOME) == 0 && rmdir(HOME) == 0);
}

/* In a process of its own: the driver's heap stays as large as it is. */
void remove_everything(void)
{
	pid_t pid = checked_fork();

	if (pid == 0) {
		remove_tree(HOME);
		remove_objects();
		_exit(0);
	}
	expect_success(pid);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: who is woken by epoll, and for what lists of mounts. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "facts.h"

static void wait_till_asleep(pid_t pid)
{
	char path[40], state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (state != 'S') {
		FILE *f = fopen(path, "r");

		CHECK(f && fscanf(f, "%*d %*s %c", &state) == 1);
		fclose(f);
		usleep(1000);
	}
}

/* EPOLLEXCLUSIVE: each byte wakes one of three, not all of them */
static void test_exclusive(void)
{
	struct pollfd news = { .events = POLLIN };
	int end[2], told[2];
	pid_t pid[3];
	char byte;

	CHECK(pipe(end) == 0 && pipe(told) == 0);
	news.fd = told[0];
	for (int i = 0; i < 3; i++) {
		pid[i] = checked_fork();
		if (pid[i] == 0) {
			struct epoll_event e = {
				.events = EPOLLIN | EPOLLEXCLUSIVE };
			int fd = epoll_create1(0);

			CHECK(epoll_ctl(fd, EPOLL_CTL_ADD, end[0], &e) == 0);
			if (epoll_wait(fd, &e, 1, 5000) == 1)
				CHECK(write(told[1], "w", 1) == 1);
			_exit(0);
		}
	}
	for (int i = 0; i < 3; i++)
		wait_till_asleep(pid[i]);
	for (int i = 0; i < 3; i++) {
		char woken[3];

		CHECK(write(end[1], "x", 1) == 1);
		CHECK(poll(&news, 1, 10000) == 1);
		FACT(read(told[0], woken, 3), "woken");
		CHECK(read(end[0], &byte, 1) == 1);
	}
	for (int i = 0; i < 3; i++)
		CHECK(wait(NULL) > 0);
	close(end[0]); close(end[1]); close(told[0]); close(told[1]);
}

static void ask_mounts(struct pollfd *p, const char *what)
{
	FACT(poll(p, 1, 0), "%s", what);
	FACT(p->revents, "events");
}

/* proc(5): whoever polls the list of mounts is told that it has changed */
static void test_mounts(void)
{
	struct pollfd p = { .events = POLLIN | POLLPRI };
	struct epoll_event e = { .events = EPOLLPRI };
	int fd = epoll_create1(0), other;

	p.fd = open("/proc/self/mounts", O_RDONLY);
	other = open("/proc/self/mountinfo", O_RDONLY);
	ask_mounts(&p, "mounts, nothing new");
	FACT(epoll_ctl(fd, EPOLL_CTL_ADD, other, &e), "add mountinfo");
	FACT(epoll_wait(fd, &e, 1, 0), "wait, nothing new");
	CHECK(mkdir("place", 0700) == 0);
	CHECK(mount("none", "place", "tmpfs", 0, NULL) == 0);
	FACT(epoll_wait(fd, &e, 1, 1000), "wait, a mount");
	FACT(e.events, "events");
	FACT(epoll_wait(fd, &e, 1, 0), "wait again");
	ask_mounts(&p, "a mount");
	ask_mounts(&p, "again");
	CHECK(mount("none", "place", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	ask_mounts(&p, "a remount");
	CHECK(umount("place") == 0);
	ask_mounts(&p, "an umount");
	FACT(pread(p.fd, (char[4]){ 0 }, 4, 3), "read inside");
	close(other);
	other = open("/proc/self/mountstats", O_RDONLY);
	FACT(epoll_ctl(fd, EPOLL_CTL_ADD, other, &e), "add mountstats");
	close(p.fd); close(other); close(fd);
	rmdir("place");
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	test_exclusive();
	test_mounts();
	return 0;
}

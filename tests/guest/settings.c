/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings in /proc/sys do what they say, and what cannot be set refuses;
 * in the guest only.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "check.h"

static int put(const char *name, const char *value)
{
	char path[80];
	int fd, rc;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -1;
	rc = write(fd, value, strlen(value)) == (ssize_t)strlen(value)
		? 0 : -1;
	close(fd);
	return rc;
}

static const char *get(const char *name)
{
	static char text[80];
	char path[80];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	CHECK(n > 0);
	close(fd);
	text[n] = 0;
	return text;
}

static int mounts(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	int n = 0, c;

	CHECK(f);
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

/* Mounts in a namespace, with those that come by propagation */
static void test_mount_max(void)
{
	char old[80], number[16];
	int n;

	strcpy(old, get("fs/mount-max"));
	CHECK(!mkdir("/m", 0755) && !mkdir("/p", 0755));
	CHECK(!mount("n", "/m", "tmpfs", 0, NULL) && !mkdir("/m/x", 0755));
	CHECK(!mount(NULL, "/m", NULL, MS_SHARED, NULL));
	CHECK(!mount("/m", "/p", NULL, MS_BIND, NULL));
	n = mounts();
	for (int more = 0; more < 2; more++) {
		sprintf(number, "%d", n + more);
		CHECK(!put("fs/mount-max", number));
		CHECK_ERRNO(mount("n", "/m/x", "tmpfs", 0, NULL), ENOSPC);
		CHECK(mounts() == n);
	}
	sprintf(number, "%d", n + 2);
	CHECK(!put("fs/mount-max", number));
	CHECK(!mount("n", "/m/x", "tmpfs", 0, NULL) && mounts() == n + 2);
	CHECK_ERRNO(mount("/m", "/p", NULL, MS_BIND, NULL), ENOSPC);
	CHECK_ERRNO(put("fs/mount-max", "0"), EINVAL);
	CHECK(!umount("/p/x") && mounts() == n);
	CHECK(!umount("/p") && !umount("/m") && !rmdir("/p") && !rmdir("/m"));
	CHECK(!put("fs/mount-max", old));
}

static void test_refused(void)
{
	CHECK_ERRNO(put("kernel/cap_last_cap", "1"), EACCES);
	CHECK_ERRNO(put("kernel/osrelease", "7"), EACCES);
	CHECK_ERRNO(put("net/ipv4/ip_forward", "1"), EACCES);
	CHECK_ERRNO(put("vm/overcommit_memory", "2"), EINVAL);
	CHECK_ERRNO(put("kernel/pid_max", "300"), EINVAL);
	CHECK_ERRNO(put("kernel/pid_max", "32769"), EINVAL);
	CHECK_ERRNO(put("kernel/pid_max", "x"), EINVAL);
	CHECK_ERRNO(put("vm/drop_caches", "9"), EINVAL);
	CHECK(!strcmp(get("kernel/pid_max"), "32768\n"));
}

/* No process gets a number from the limit on */
static void test_pid_max(void)
{
	CHECK(!put("kernel/pid_max", "310"));
	for (int i = 0; i < 30; i++) {
		pid_t pid = checked_fork();

		if (pid == 0)
			_exit(0);
		CHECK(pid < 310);
		expect_success(pid);
	}
	CHECK(!put("kernel/pid_max", "32768\n"));
}

static pid_t short_life(void)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		_exit(0);
	expect_success(pid);
	return pid;
}

/* The session whose terminal is fd, with a group in the foreground that is
 * gone; its number is given to no other while the terminal names it */
static void name_ended_group(int fd)
{
	pid_t job = checked_fork();

	if (job == 0) {
		CHECK(!setpgid(0, 0));
		_exit(0);
	}
	(void)setpgid(job, job);	/* whoever is first */
	CHECK(!ioctl(fd, TIOCSPGRP, &job));
	expect_success(job);
	for (int i = 0; i < 30; i++)
		CHECK(short_life() != job);
}

/* A terminal's keys must not reach those who have that number next */
static void test_foreground(void)
{
	int m = posix_openpt(O_RDWR | O_NOCTTY);
	pid_t pid;

	CHECK(m >= 0 && !unlockpt(m) && !put("kernel/pid_max", "310"));
	while (short_life() < 300)	/* lower ones are not given again */
		;
	pid = checked_fork();
	if (pid == 0) {
		int s = open(ptsname(m), O_RDWR | O_NOCTTY);

		CHECK(s >= 0 && setsid() > 0 && !ioctl(s, TIOCSCTTY, 0));
		name_ended_group(s);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!close(m) && !put("kernel/pid_max", "32768\n"));
}

/* The limit counts processes there are; root is not above it */
static void test_threads_max(void)
{
	char old[20];
	pid_t pids[40];
	int n = 0;

	strcpy(old, get("kernel/threads-max"));
	CHECK(!put("kernel/threads-max", "20"));
	while (n < 40 && (pids[n] = fork()) > 0)
		n++;
	if (n < 40 && pids[n] == 0) {
		pause();
		_exit(0);
	}
	CHECK(n < 20 && errno == EAGAIN);
	while (n--) {
		kill(pids[n], SIGKILL);
		wait_for(pids[n]);
	}
	CHECK(!put("kernel/threads-max", old));
}

static bool reserves(size_t much, int prot, int more_flags)
{
	void *p = mmap(NULL, much, prot,
		MAP_PRIVATE | MAP_ANONYMOUS | more_flags, -1, 0);

	CHECK(p != MAP_FAILED || errno == ENOMEM);
	return p != MAP_FAILED && !munmap(p, much);
}

/* More than there is of memory: addresses are to be had, memory is not */
static void test_overcommit(void)
{
	size_t much = 1024u << 20;
	int writable = PROT_READ | PROT_WRITE;
	void *p;

	CHECK(!reserves(much, writable, 0));
	CHECK(reserves(much, PROT_NONE, 0));
	CHECK(reserves(much, writable, MAP_NORESERVE));
	CHECK(mmap(NULL, much, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
		== MAP_FAILED && errno == ENOMEM);
	p = mmap(NULL, much, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_ERRNO(mprotect(p, much, writable), ENOMEM);
	CHECK(!mprotect(p, 4096, writable));
	*(char *)p = 1;
	CHECK(!munmap(p, much));
	p = mmap(NULL, 4096, writable, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(mremap(p, 4096, much, MREMAP_MAYMOVE) == MAP_FAILED
		&& errno == ENOMEM && !munmap(p, 4096));
	CHECK(!put("vm/overcommit_memory", "1"));
	CHECK(reserves(much, writable, 0));
	CHECK(!put("vm/overcommit_memory", "0"));
}

/* A process has no more mappings than that; those that it has it keeps */
static void test_max_map_count(void)
{
	int n = 0;
	pid_t pid;

	CHECK(!put("vm/max_map_count", "100"));
	pid = checked_fork();
	if (pid == 0) {
		while (mmap(NULL, 4096, n % 2 ? PROT_READ : PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0)
				!= MAP_FAILED)
			n++;
		CHECK(errno == ENOMEM && n > 50 && n < 100);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!put("vm/max_map_count", "65530"));
	CHECK(!strcmp(get("kernel/sched_rt_runtime_us"), "950000\n"));
}

static void test_queues(void)
{
	struct mq_attr a = { .mq_maxmsg = 11, .mq_msgsize = 8 };
	pid_t pid = checked_fork();

	if (pid == 0) {
		CHECK(!setuid(1));
		CHECK_ERRNO(mq_open("/m", O_CREAT | O_RDWR, 0600, &a), EINVAL);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!put("fs/mqueue/msg_max", "11"));
	pid = checked_fork();
	if (pid == 0) {
		CHECK(!setuid(1));
		CHECK(mq_open("/m", O_CREAT | O_RDWR, 0600, &a) >= 0);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!mq_unlink("/m"));
	CHECK(!put("fs/mqueue/msg_max", "10"));
}

static void test_inotify(void)
{
	int fd = inotify_init();

	CHECK(fd >= 0);
	CHECK(!put("fs/inotify/max_user_instances", "1"));
	CHECK_ERRNO(inotify_init(), EMFILE);
	CHECK(!put("fs/inotify/max_user_instances", "128"));
	close(fd);
}

/* ping_group_range of icmp(7): for its groups, root or not */
static void test_ping(void)
{
	int fd;

	CHECK(!strcmp(get("net/ipv4/ping_group_range"), "1\t0\n"));
	CHECK_ERRNO(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EACCES);
	CHECK(!put("net/ipv4/ping_group_range", "5 7"));
	CHECK_ERRNO(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), EACCES);
	CHECK(!setegid(6));
	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	CHECK(fd >= 0 && !close(fd) && !setegid(0));
	CHECK(!put("net/ipv4/ping_group_range", "7 5"));
	CHECK(!strcmp(get("net/ipv4/ping_group_range"), "1\t0\n"));
}

static void test_ports(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK_ERRNO(put("net/ipv4/ip_local_port_range", "9 8"), EINVAL);
	CHECK(!put("net/ipv4/ip_local_port_range", "7007 7007"));
	CHECK(!bind(fd, (void *)&a, sizeof(a)));
	CHECK(!getsockname(fd, (void *)&a, &len) && a.sin_port == htons(7007));
	CHECK(!put("net/ipv4/ip_local_port_range", "32768\t60999\n"));
	close(fd);
}

/* A reader of the log waits for what is written next */
static void *log_one(void *unused)
{
	usleep(50000);
	CHECK(!put("../sysrq-trigger", "m"));
	return unused;
}

static void test_log(void)
{
	char text[8192];
	pthread_t t;
	int n;

	while (klogctl(9, NULL, 0) > 0)
		CHECK(klogctl(2, text, sizeof(text)) > 0);
	CHECK(!pthread_create(&t, NULL, log_one, NULL));
	n = klogctl(2, text, sizeof(text) - 1);
	CHECK(n > 0);
	text[n] = 0;
	CHECK(strstr(text, "memory: "));
	CHECK(!pthread_join(t, NULL));
	CHECK(!put("kernel/dmesg_restrict", "1"));
	CHECK(!seteuid(1));
	CHECK_ERRNO(klogctl(3, text, sizeof(text)), EPERM);
	CHECK(!seteuid(0));
	CHECK(!put("kernel/dmesg_restrict", "0"));
}

/* System V: what a limit forbids; the identifier that was wanted */
static void test_sysvipc(void)
{
	char text[40];
	int id, n = 0;

	snprintf(text, sizeof(text), "%s", get("kernel/msgmni"));
	CHECK(!put("kernel/msgmni", "3"));
	while ((id = msgget(100 + n, IPC_CREAT | 0600)) >= 0)
		n++;
	CHECK(n == 3 && errno == ENOSPC);
	CHECK(!put("kernel/msgmni", text));
	while (n--)
		CHECK(!msgctl(msgget(100 + n, 0), IPC_RMID, NULL));
	CHECK(!put("kernel/sem", "10\t20\t5\t1"));
	CHECK(!strcmp(get("kernel/sem"), "10\t20\t5\t1\n"));
	CHECK_ERRNO(semget(IPC_PRIVATE, 11, 0600), EINVAL);
	id = semget(IPC_PRIVATE, 10, 0600);
	CHECK_ERRNO(semget(IPC_PRIVATE, 1, 0600), ENOSPC);
	CHECK(!semctl(id, 0, IPC_RMID));
	CHECK(!put("kernel/sem", "32000 1024000000 500 32000"));
	CHECK(!put("kernel/shmmax", "8192"));
	CHECK_ERRNO(shmget(IPC_PRIVATE, 8193, 0600), EINVAL);
	CHECK(!put("kernel/shmmax", "4278190079"));
	CHECK(!put("kernel/shmall", "1"));
	CHECK_ERRNO(shmget(IPC_PRIVATE, 8192, 0600), ENOSPC);
	CHECK(!put("kernel/shmall", "4278190079"));
	CHECK_ERRNO(put("kernel/shmall", "x"), EINVAL);
	CHECK_ERRNO(put("kernel/msgmni", "32769"), EINVAL);
	CHECK(!put("kernel/shm_next_id", "100000"));
	CHECK(shmget(IPC_PRIVATE, 1, 0600) == 100000);
	CHECK(!strcmp(get("kernel/shm_next_id"), "-1\n"));
	CHECK(!shmctl(100000, IPC_RMID, NULL));
}

/* pipe(7): what an unprivileged user may have */
static void test_pipes(void)
{
	int end[2], soft[2];
	pid_t pid;

	CHECK(!put("fs/pipe-max-size", "9000"));
	CHECK(!strcmp(get("fs/pipe-max-size"), "16384\n"));
	CHECK(!put("fs/pipe-user-pages-soft", "6"));
	pid = checked_fork();
	if (pid == 0) {
		CHECK(!setuid(65534));
		CHECK(!pipe(end));
		CHECK(fcntl(end[0], F_GETPIPE_SZ) == 16384);
		CHECK_ERRNO(fcntl(end[0], F_SETPIPE_SZ, 65536), EPERM);
		CHECK(!pipe(soft));
		CHECK(fcntl(soft[0], F_GETPIPE_SZ) == 8192);
		CHECK_ERRNO(fcntl(soft[0], F_SETPIPE_SZ, 16384), EPERM);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!put("fs/pipe-user-pages-hard", "3"));
	pid = checked_fork();
	if (pid == 0) {
		CHECK(!pipe(end));
		CHECK(!setuid(65534));
		CHECK_ERRNO(pipe(soft), ENFILE);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!put("fs/pipe-user-pages-hard", "0"));
	CHECK(!put("fs/pipe-user-pages-soft", "16384"));
	CHECK(!put("fs/pipe-max-size", "1048576"));
}

int main(void)
{
	test_refused();
	test_mount_max();
	test_sysvipc();
	test_pipes();
	test_threads_max();
	test_overcommit();
	test_max_map_count();
	test_queues();
	test_inotify();
	test_ping();
	test_ports();
	test_log();
	test_pid_max();
	test_foreground();
	CHECK(!put("vm/drop_caches", "3"));
	return passed("settings");
}

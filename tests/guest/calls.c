/* SPDX-License-Identifier: BSD-2-Clause */
/* Newer and rarer calls: pidfds, process_vm, kcmp, openat2, tee and so on. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include "check.h"

#define PIDFD		3		/* P_PIDFD of waitid(2) */

static int pidfd_open_(pid_t pid, unsigned flags)
{
	return syscall(SYS_pidfd_open, pid, flags);
}

static int pidfd_kill(int fd, int sig, void *info, unsigned flags)
{
	return syscall(SYS_pidfd_send_signal, fd, sig, info, flags);
}

static void test_pidfd(void)
{
	siginfo_t si = { 0 };
	struct pollfd p;
	int fd, other, pipe_fd[2], dir, place, thread;
	char name[32];
	pid_t pid;
	char c;

	CHECK_ERRNO(pidfd_open_(0, 0), EINVAL);
	CHECK_ERRNO(pidfd_open_(getpid(), 1), EINVAL);
	CHECK_ERRNO(pidfd_open_(4000000, 0), ESRCH);
	CHECK(!pipe(pipe_fd));
	pid = checked_fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	fd = pidfd_open_(pid, O_NONBLOCK);
	CHECK_ERRNO(waitid(PIDFD, fd, &si, WEXITED), EAGAIN);
	CHECK(!waitid(PIDFD, fd, &si, WEXITED | WNOHANG) && !close(fd));
	fd = pidfd_open_(pid, 0);
	CHECK(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	p = (struct pollfd){ fd, POLLIN, 0 };
	CHECK(poll(&p, 1, 0) == 0);
	CHECK_ERRNO(read(fd, &c, 1), EINVAL);
	CHECK_ERRNO(pidfd_kill(fd, 99, NULL, 0), EINVAL);
	CHECK_ERRNO(pidfd_kill(fd, 0, NULL, 1 << 20), EINVAL);
	CHECK_ERRNO(pidfd_kill(pipe_fd[0], 0, NULL, 0), EBADF);
	si.si_signo = SIGUSR1;
	CHECK_ERRNO(pidfd_kill(fd, SIGUSR2, &si, 0), EINVAL);
	CHECK_ERRNO(pidfd_kill(fd, SIGUSR1, &si, 0), EPERM);	/* forged */
	CHECK(!pidfd_kill(fd, 0, NULL, 0));
	other = syscall(SYS_pidfd_getfd, fd, pipe_fd[1], 0);
	CHECK(other > fd && write(other, "x", 1) == 1);
	CHECK(read(pipe_fd[0], &c, 1) == 1 && c == 'x');
	CHECK_ERRNO(syscall(SYS_pidfd_getfd, fd, 999, 0), EBADF);
	CHECK_ERRNO(syscall(SYS_pidfd_getfd, fd, 0, 1), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_getfd, 999, 0, 0), EBADF);
	snprintf(name, sizeof(name), "/proc/%d", pid);
	CHECK((dir = open(name, O_RDONLY)) >= 0);
	CHECK((place = open(name, O_PATH)) >= 0);
	CHECK((thread = open("/proc/self/task", O_RDONLY)) >= 0);
	CHECK(!pidfd_kill(dir, 0, NULL, 0));
	CHECK_ERRNO(pidfd_kill(place, 0, NULL, 0), EBADF);
	CHECK_ERRNO(pidfd_kill(thread, 0, NULL, 0), EBADF);
	CHECK(!pidfd_kill(dir, SIGTERM, NULL, 0));
	CHECK(poll(&p, 1, 10000) == 1 && p.revents == POLLIN);
	CHECK(!waitid(PIDFD, fd, &si, WEXITED));
	CHECK(si.si_pid == pid && si.si_status == SIGTERM);
	CHECK_ERRNO(pidfd_kill(fd, 0, NULL, 0), ESRCH);
	CHECK_ERRNO(pidfd_kill(dir, 0, NULL, 0), ESRCH);
	CHECK(!close(dir) && !close(place) && !close(thread));
	CHECK_ERRNO(waitid(PIDFD, fd, &si, WEXITED), ECHILD);
	CHECK_ERRNO(waitid(PIDFD, pipe_fd[0], &si, WEXITED), EBADF);
	close(fd);
	close(other);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
}

/* clone(2) with CLONE_PIDFD, which is told through the parent's pointer */
static void test_clone_pidfd(void)
{
	struct pollfd p = { .events = POLLIN };
	siginfo_t si = { 0 };
	int fd = -1;
	pid_t pid;

	CHECK_ERRNO(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID
		| SIGCHLD, 0, &fd, 0, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, 8, 0, 0),
		EFAULT);
	pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0);
	if (!pid)
		_exit(fcntl(fd, F_GETFD) == 0);		/* not inherited */
	CHECK(pid > 0 && fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	p.fd = fd;
	CHECK(poll(&p, 1, 10000) == 1);
	CHECK(!waitid(PIDFD, fd, &si, WEXITED) && si.si_status == 0);
	close(fd);
}

static void test_process_vm(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static char text[] = "before", got[16];
	struct iovec there[2] = { { text, 3 }, { text + 3, 4 } };
	struct iovec here = { got, sizeof(got) };
	pid_t pid;
	int fd[2];
	char c;

	CHECK(!pipe(fd) && !munmap(page + 4096, 4096));
	pid = checked_fork();
	if (!pid) {
		strcpy(text, "child!");
		CHECK(write(fd[1], "r", 1) == 1);
		while (strcmp(text, "PARENT"))
			sched_yield();
		_exit(0);
	}
	CHECK(read(fd[0], &c, 1) == 1);
	CHECK(process_vm_readv(pid, &here, 1, there, 2, 0) == 7);
	CHECK(!strcmp(got, "child!") && !strcmp(text, "before"));
	there[1] = (struct iovec){ page + 4096, 4 };
	CHECK(process_vm_readv(pid, &here, 1, there, 2, 0) == 3);
	CHECK_ERRNO(process_vm_readv(pid, &here, 1, there + 1, 1, 0), EFAULT);
	CHECK_ERRNO(process_vm_readv(pid, &here, 1, there, 2, 1), EINVAL);
	CHECK_ERRNO(process_vm_readv(4000000, &here, 1, there, 1, 0), ESRCH);
	CHECK_ERRNO(process_vm_readv(pid, &here, 2000, there, 1, 0), EINVAL);
	here = (struct iovec){ "PARENT", 7 };
	there[0] = (struct iovec){ text, 7 };
	CHECK(process_vm_writev(pid, &here, 1, there, 1, 0) == 7);
	expect_success(pid);
	pid = checked_fork();
	if (!pid) {
		CHECK(!setgid(60001) && !setuid(60001));
		CHECK_ERRNO(process_vm_readv(getppid(), &here, 1, there, 1, 0),
			EPERM);
		_exit(0);
	}
	expect_success(pid);
	close(fd[0]);
	close(fd[1]);
}

/* However much is copied, others run, and SIGKILL ends it */
static void test_process_vm_long(void)
{
	static struct iovec all[256];	/* 2 GiB */
	size_t size = 8 << 20;
	struct timespec used;
	clockid_t clock;
	char *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	pid_t pid;

	CHECK(block != MAP_FAILED);
	for (int i = 0; i < 256; i++)
		all[i] = (struct iovec){ block, size };
	pid = checked_fork();
	if (!pid)
		for (;;)
			process_vm_readv(getpid(), all, 256, all, 256, 0);
	usleep(100000);
	CHECK(!clock_getcpuclockid(pid, &clock));
	CHECK(!clock_gettime(clock, &used) && used.tv_sec < 3);
	CHECK(!kill(pid, SIGKILL));
	expect_signal(pid, SIGKILL);
	CHECK(!munmap(block, size));
}

#ifndef SYS_process_mrelease
#define SYS_process_mrelease	448
#endif

static long advise(int fd, struct iovec *v, size_t n, int advice, int flags)
{
	return syscall(SYS_process_madvise, fd, v, n, advice, flags);
}

static void test_process_madvise(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec there[2] = { { page, 4096 }, { page + 4096, 4096 } };
	pid_t pid, user;
	int fd;

	CHECK(!munmap(page + 4096, 4096));
	pid = checked_fork();
	if (!pid)
		for (;;)
			pause();
	fd = syscall(SYS_pidfd_open, pid, 0);
	CHECK(advise(fd, there, 1, MADV_COLD, 0) == 4096);
	CHECK(advise(fd, there, 2, MADV_PAGEOUT, 0) == 4096);
	CHECK_ERRNO(advise(fd, there + 1, 1, MADV_WILLNEED, 0), ENOMEM);
	CHECK_ERRNO(advise(fd, there, 1, MADV_DONTNEED, 0), EINVAL);
	CHECK_ERRNO(advise(fd, there, 1, MADV_COLD, 1), EINVAL);
	CHECK_ERRNO(advise(fd, there, 1025, MADV_COLD, 0), EINVAL);
	CHECK_ERRNO(advise(fd, (void *)16, 1, MADV_COLD, 0), EFAULT);
	CHECK_ERRNO(advise(1, there, 1, MADV_COLD, 0), EBADF);
	user = checked_fork();
	if (!user) {
		CHECK(!setuid(60001));
		CHECK_ERRNO(advise(fd, there, 1, MADV_COLD, 0), EACCES);
		_exit(0);
	}
	expect_success(user);
	CHECK(!kill(pid, SIGKILL));
	CHECK(!syscall(SYS_process_mrelease, fd, 0) || errno == ESRCH);
	CHECK_ERRNO(syscall(SYS_process_mrelease, fd, 0), ESRCH);
	expect_signal(pid, SIGKILL);
	CHECK_ERRNO(advise(fd, there, 1, MADV_COLD, 0), ESRCH);
	close(fd);
}

static int compare(pid_t pid, int type, int a, int b)
{
	return syscall(SYS_kcmp, getpid(), pid, type, a, b);
}

/* KCMP_EPOLL_TFD: which file an epoll watches by that number */
static int epoll_target(int fd, int epoll, int target, int nth)
{
	unsigned slot[3] = { epoll, target, nth };

	return compare(getpid(), 7, fd, (int)(uintptr_t)slot);
}

static void compare_epoll(int null, int copy)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(0), p[2], old;

	CHECK(ep >= 0 && !pipe(p));
	CHECK(!epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &event));
	CHECK(epoll_target(p[0], ep, p[0], 0) == 0);
	CHECK(epoll_target(copy, ep, p[0], 0) > 0);
	CHECK_ERRNO(epoll_target(p[0], ep, p[0], 1), ENOENT);
	CHECK_ERRNO(epoll_target(p[0], ep, p[1], 0), ENOENT);
	CHECK_ERRNO(epoll_target(p[0], null, p[0], 0), EINVAL);
	CHECK_ERRNO(epoll_target(p[0], 999, p[0], 0), EBADF);
	CHECK_ERRNO(epoll_target(999, ep, p[0], 0), EBADF);
	CHECK_ERRNO(compare(getpid(), 7, p[0], 16), EFAULT);
	old = dup(p[0]);		/* the number may mean another file */
	CHECK(dup2(p[1], p[0]) == p[0]);
	CHECK(epoll_target(old, ep, p[0], 0) == 0);
	CHECK(epoll_target(p[0], ep, p[0], 0) > 0);
	close(old);
	close(p[0]);
	close(p[1]);
	close(ep);
}

static void test_kcmp(void)
{
	int copy = dup(1), null = open("/dev/null", O_RDONLY);
	pid_t pid = checked_fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	CHECK(compare(getpid(), 0, 1, copy) == 0);	/* KCMP_FILE */
	CHECK(compare(pid, 0, 1, 1) == 0);
	CHECK(compare(getpid(), 0, 1, null) > 0);
	CHECK(compare(pid, 1, 0, 0) > 0);		/* KCMP_VM */
	CHECK(compare(pid, 2, 0, 0) + compare(pid, 3, 0, 0) > 1);
	CHECK(compare(getpid(), 1, 0, 0) == 0);
	CHECK_ERRNO(compare(pid, 0, 1, 999), EBADF);
	compare_epoll(null, copy);
	CHECK_ERRNO(compare(pid, 99, 0, 0), EINVAL);
	CHECK_ERRNO(compare(4000000, 1, 0, 0), ESRCH);
	CHECK(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid);
	close(copy);
	close(null);
}

struct how {
	uint64_t flags, mode, resolve, more;
};

static int openat2_(const char *path, struct how *how, size_t size)
{
	return syscall(SYS_openat2, AT_FDCWD, path, how, size);
}

static void test_openat2(void)
{
	struct how h = { .flags = O_RDWR | O_CREAT, .mode = 0600 };
	int fd = openat2_("/tmp/openat2", &h, 24);

	CHECK(fd >= 0 && !close(fd) && !unlink("/tmp/openat2"));
	CHECK_ERRNO(openat2_("/tmp/openat2", &h, 23), EINVAL);
	CHECK_ERRNO(openat2_("/tmp/openat2", (void *)8, 24), EFAULT);
	h.more = 1;
	CHECK_ERRNO(openat2_("/tmp/openat2", &h, 32), E2BIG);
	h = (struct how){ .flags = O_RDONLY, .mode = 0600 };
	CHECK_ERRNO(openat2_("/", &h, 24), EINVAL);
	h = (struct how){ .flags = 1ull << 40 };
	CHECK_ERRNO(openat2_("/", &h, 24), EINVAL);
	h = (struct how){ .flags = O_PATH | O_RDWR };
	CHECK_ERRNO(openat2_("/", &h, 24), EINVAL);
	h = (struct how){ .resolve = 1 << 20 };
	CHECK_ERRNO(openat2_("/", &h, 24), EINVAL);
	h = (struct how){ .flags = O_DIRECTORY };
	fd = openat2_("/", &h, 32);
	CHECK(fd >= 0 && !close(fd));
}

static void test_tee(void)
{
	int a[2], b[2], null = open("/dev/null", O_RDWR);
	struct iovec v = { "teatime", 7 };
	char got[16] = { 0 };

	CHECK(!pipe(a) && !pipe(b));
	CHECK_ERRNO(tee(a[0], b[1], 10, SPLICE_F_NONBLOCK), EAGAIN);
	CHECK(vmsplice(a[1], &v, 1, 0) == 7);
	CHECK_ERRNO(tee(a[0], null, 10, 0), EINVAL);
	CHECK_ERRNO(tee(a[0], a[1], 10, 0), EINVAL);
	CHECK_ERRNO(tee(a[1], b[1], 10, 0), EBADF);
	CHECK_ERRNO(tee(a[0], b[1], 10, 99), EINVAL);
	CHECK(tee(a[0], b[1], 3, 0) == 3);
	CHECK(read(b[0], got, 16) == 3 && !memcmp(got, "tea", 3));
	v = (struct iovec){ got, 16 };
	CHECK(vmsplice(a[0], &v, 1, 0) == 7 && !strcmp(got, "teatime"));
	CHECK_ERRNO(vmsplice(null, &v, 1, 0), EBADF);
	CHECK(!close(a[1]) && tee(a[0], b[1], 3, 0) == 0);
	close(a[0]);
	close(b[0]);
	close(b[1]);
	close(null);
}

struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t min, max;
};

static void test_scheduling(void)
{
	struct attr a = { .size = sizeof(a) };
	pid_t pid;

	CHECK(!syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0));
	CHECK(a.policy == 0 && a.nice == 0 && a.size >= 48);
	CHECK_ERRNO(syscall(SYS_sched_getattr, 0, &a, 47, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_getattr, 4000000, &a, 48, 0), ESRCH);
	a = (struct attr){ .size = 48, .nice = 3 };
	CHECK(!syscall(SYS_sched_setattr, 0, &a, 0));
	CHECK(getpriority(PRIO_PROCESS, 0) == 3);
	CHECK(!syscall(SYS_sched_getattr, 0, &a, 48, 0) && a.nice == 3);
	a.policy = 77;
	CHECK_ERRNO(syscall(SYS_sched_setattr, 0, &a, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_setattr, 0, &a, 1), EINVAL);
	a.size = 20;
	CHECK_ERRNO(syscall(SYS_sched_setattr, 0, &a, 0), E2BIG);
	CHECK(!syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 6));
	CHECK(syscall(SYS_ioprio_get, 1, 0) == (2 << 13 | 6));
	pid = checked_fork();
	if (!pid)
		_exit(syscall(SYS_ioprio_get, 1, 0) != (2 << 13 | 6));
	expect_success(pid);
	CHECK_ERRNO(syscall(SYS_ioprio_set, 1, 0, 5 << 13), EINVAL);
	CHECK_ERRNO(syscall(SYS_ioprio_set, 9, 0, 2 << 13), EINVAL);
	CHECK_ERRNO(syscall(SYS_ioprio_get, 1, 4000000), ESRCH);
}

static void test_membarrier(void)
{
	int known = syscall(SYS_membarrier, 0, 0, 0);

	CHECK(known > 0 && (known & 1) && (known & 8) && (known & 16));
	CHECK(!syscall(SYS_membarrier, 1, 0, 0));
	CHECK_ERRNO(syscall(SYS_membarrier, 8, 0, 0), EPERM);
	CHECK(!syscall(SYS_membarrier, 16, 0, 0));
	CHECK(!syscall(SYS_membarrier, 8, 0, 0));
	CHECK_ERRNO(syscall(SYS_membarrier, 1, 1 << 9, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_membarrier, 1 << 30, 0, 0), EINVAL);
}

/* A Linux may be built without this and the next */
static void test_sysfs(void)
{
	char name[64];
	long n = syscall(SYS_sysfs, 3, 0, 0);

	if (n < 0 && errno == ENOSYS)
		return;
	CHECK(n > 0 && !syscall(SYS_sysfs, 2, 0, name));
	CHECK(syscall(SYS_sysfs, 1, name, 0) == 0);
	CHECK_ERRNO(syscall(SYS_sysfs, 2, n, name), EINVAL);
	CHECK_ERRNO(syscall(SYS_sysfs, 1, "no such", 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_sysfs, 9, 0, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_ustat, 0xFFFF, name), EINVAL);
}

static void test_ports(void)
{
	if (syscall(SYS_iopl, 0) && errno == ENOSYS)
		return;
	CHECK_ERRNO(syscall(SYS_iopl, 4), EINVAL);
	CHECK_ERRNO(syscall(SYS_ioperm, 0xFFFFFFFF, 2, 1), EINVAL);
	if (!checked_fork()) {
		CHECK(!setuid(60001));
		CHECK_ERRNO(syscall(SYS_iopl, 3), EPERM);
		CHECK_ERRNO(syscall(SYS_ioperm, 0x80, 1, 1), EPERM);
		_exit(0);
	}
	expect_success(-1);
}

int main(void)
{
	alarm(60);
	test_pidfd();
	test_clone_pidfd();
	test_process_vm();
	test_process_vm_long();
	test_process_madvise();
	test_kcmp();
	test_openat2();
	test_tee();
	test_scheduling();
	test_membarrier();
	test_sysfs();
	test_ports();
	return passed("calls");
}

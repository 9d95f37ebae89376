/* SPDX-License-Identifier: BSD-2-Clause */
/* mq_overview(7): POSIX message queues. */
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <mqueue.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#define NAME		"/pipstack-test"

static volatile sig_atomic_t signals;
static int signal_value;

static void on_signal(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	signals++;
	signal_value = si->si_code == SI_MESGQ ? si->si_value.sival_int : -1;
}

static mqd_t make(int flags)
{
	struct mq_attr a = { .mq_maxmsg = 3, .mq_msgsize = 16 };

	return mq_open(NAME, O_CREAT | O_RDWR | flags, 0600, &a);
}

static void expect(mqd_t q, unsigned priority, const char *text)
{
	char buf[16];
	unsigned p;

	CHECK(mq_receive(q, buf, sizeof(buf), &p) == (ssize_t)strlen(text));
	CHECK(p == priority && !memcmp(buf, text, strlen(text)));
}

static void test_names(void)
{
	struct mq_attr a = { .mq_maxmsg = 0, .mq_msgsize = 1 };
	char longname[300];
	mqd_t q;

	CHECK_ERRNO(mq_open(NAME, O_RDWR), ENOENT);
	CHECK_ERRNO(mq_unlink(NAME), ENOENT);
	CHECK_ERRNO(mq_open("/", O_RDWR), ENOENT);
	CHECK_ERRNO(mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL), EACCES);
	memset(longname, 'a', sizeof(longname));
	longname[0] = '/';
	longname[299] = 0;
	CHECK_ERRNO(mq_open(longname, O_RDWR | O_CREAT, 0600, NULL),
		ENAMETOOLONG);
	CHECK_ERRNO(mq_open(NAME, O_RDWR | O_CREAT, 0600, &a), EINVAL);
	CHECK_ERRNO(mq_open(NAME, O_RDWR | O_CREAT, 0600, (void *)8), EFAULT);
	q = make(O_EXCL);
	CHECK(q >= 0 && fcntl(q, F_GETFD) == FD_CLOEXEC);
	CHECK_ERRNO(make(O_EXCL), EEXIST);
	CHECK(!mq_getattr(q, &a) && a.mq_maxmsg == 3 && a.mq_msgsize == 16);
	CHECK(a.mq_flags == 0 && a.mq_curmsgs == 0);
	CHECK(!mq_unlink(NAME) && !mq_send(q, "x", 1, 0));
	CHECK_ERRNO(mq_open(NAME, O_RDWR), ENOENT);
	expect(q, 0, "x");				/* lives while open */
	CHECK(!mq_close(q));
	CHECK_ERRNO(mq_close(q), EBADF);
}

static void test_messages(void)
{
	struct timespec past = { 1, 0 }, bad = { 1, 1000000000 }, soon;
	struct mq_attr a = { .mq_flags = O_NONBLOCK };
	mqd_t q = make(0), r = mq_open(NAME, O_RDONLY);
	mqd_t w = mq_open(NAME, O_WRONLY);
	struct pollfd p = { q, POLLIN | POLLOUT, 0 };
	char buf[16], state[100];

	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLOUT);
	CHECK(!mq_send(q, "low", 3, 1) && !mq_send(w, "high", 4, 32767));
	CHECK(!mq_send(q, "low2", 4, 1));
	CHECK(poll(&p, 1, 0) == 1 && p.revents == POLLIN);
	CHECK(pread(r, state, sizeof(state), 0) == 60);
	CHECK(!strncmp(state, "QSIZE:11         NOTIFY:0 ", 26));
	CHECK(pread(r, state, sizeof(state), 55) == 5 && state[4] == '\n');
	CHECK(read(r, state, sizeof(state)) == 60 && !read(r, state, 1));
	CHECK_ERRNO(pread(r, (void *)8, 8, 0), EFAULT);
	CHECK_ERRNO(read(w, state, 1), EBADF);
	CHECK_ERRNO(mq_timedsend(q, "", 0, 0, &past), ETIMEDOUT);
	CHECK_ERRNO(mq_timedsend(q, "", 0, 0, &bad), EINVAL);
	CHECK_ERRNO(mq_send(q, "", 0, 32768), EINVAL);
	CHECK_ERRNO(mq_send(q, buf, 17, 0), EMSGSIZE);
	CHECK_ERRNO(mq_send(r, "", 0, 0), EBADF);
	CHECK_ERRNO(mq_receive(w, buf, 16, NULL), EBADF);
	CHECK_ERRNO(mq_receive(r, buf, 15, NULL), EMSGSIZE);
	CHECK_ERRNO(mq_receive(0, buf, 16, NULL), EBADF);
	expect(r, 32767, "high");
	expect(r, 1, "low");
	expect(r, 1, "low2");
	CHECK(!clock_gettime(CLOCK_REALTIME, &soon));
	soon.tv_nsec += 20000000;
	if (soon.tv_nsec >= 1000000000) {
		soon.tv_sec++;
		soon.tv_nsec -= 1000000000;
	}
	CHECK_ERRNO(mq_timedreceive(r, buf, 16, NULL, &soon), ETIMEDOUT);
	CHECK(!mq_setattr(q, &a, NULL));
	CHECK_ERRNO(mq_receive(q, buf, 16, NULL), EAGAIN);
	CHECK(!mq_getattr(q, &a) && a.mq_flags == O_NONBLOCK);
	a.mq_flags = O_APPEND;
	CHECK_ERRNO(mq_setattr(q, &a, NULL), EINVAL);
	CHECK_ERRNO(mq_getattr(0, &a), EBADF);
	CHECK(!mq_close(q) && !mq_close(r) && !mq_close(w));
}

static void test_waiting(void)
{
	mqd_t q = make(0);
	pid_t pid = checked_fork();

	if (!pid) {
		for (int i = 0; i < 50; i++)
			CHECK(!mq_send(q, (char *)&i, sizeof(i), 0));
		_exit(0);
	}
	for (int i = 0; i < 50; i++) {
		char buf[16];

		CHECK(mq_receive(q, buf, 16, NULL) == sizeof(i));
		CHECK(!memcmp(buf, &i, sizeof(i)));
	}
	expect_success(pid);
	CHECK(!mq_close(q));
}

static void test_notify(void)
{
	struct sigaction sa = { .sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO };
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR1, .sigev_value.sival_int = 77 };
	mqd_t q = make(0);
	pid_t pid;

	CHECK(!sigaction(SIGUSR1, &sa, NULL));
	CHECK_ERRNO(mq_notify(0, &ev), EBADF);
	CHECK(!mq_notify(q, &ev));
	pid = checked_fork();
	if (!pid) {
		CHECK_ERRNO(mq_notify(q, &ev), EBUSY);
		CHECK(!mq_notify(q, NULL));		/* not its own */
		_exit(mq_send(q, "n", 1, 0));
	}
	expect_success(pid);
	CHECK(signals == 1 && signal_value == 77);
	expect(q, 0, "n");
	CHECK(!mq_send(q, "n", 1, 0) && signals == 1);	/* once only */
	expect(q, 0, "n");
	CHECK(!mq_notify(q, &ev) && !mq_notify(q, NULL));
	CHECK(!mq_send(q, "n", 1, 0) && signals == 1);
	ev.sigev_signo = 99;
	CHECK_ERRNO(mq_notify(q, &ev), EINVAL);
	expect(q, 0, "n");
	CHECK(!mq_close(q) && !mq_unlink(NAME));
}

static void test_permission(void)
{
	struct rlimit none = { 0, 0 };
	mqd_t q;
	pid_t pid;

	umask(0);
	q = mq_open(NAME, O_CREAT | O_RDWR, 0604, NULL);
	CHECK(q >= 0);
	pid = checked_fork();
	if (!pid) {
		CHECK(!setrlimit(RLIMIT_MSGQUEUE, &none));
		CHECK(!setgid(60001) && !setuid(60001));
		CHECK_ERRNO(mq_open(NAME, O_RDWR), EACCES);
		CHECK(mq_open(NAME, O_RDONLY) >= 0);
		CHECK(mq_unlink(NAME) == -1
			&& (errno == EPERM || errno == EACCES));
		CHECK_ERRNO(mq_open("/other", O_CREAT | O_RDWR, 0600, NULL),
			EMFILE);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!mq_unlink(NAME) && !mq_close(q));
}

static sem_t called;
static union sigval called_with;

static void on_message(union sigval v)
{
	called_with = v;
	CHECK(!sem_post(&called));
}

/* By a netlink socket, of which the C library makes a thread */
static void test_thread_notify(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD,
		.sigev_notify_function = on_message,
		.sigev_value.sival_int = 88 };
	mqd_t q = make(0);

	CHECK(!sem_init(&called, 0, 0));
	CHECK(!mq_notify(q, &ev));
	CHECK_ERRNO(mq_notify(q, &ev), EBUSY);
	CHECK(!mq_send(q, "n", 1, 0));
	CHECK(!sem_wait(&called) && called_with.sival_int == 88);
	CHECK(!mq_send(q, "n", 1, 0));		/* once only */
	usleep(20000);
	CHECK(sem_trywait(&called) == -1);
	expect(q, 0, "n");
	expect(q, 0, "n");
	CHECK(!mq_close(q) && !mq_unlink(NAME));
	/* the kernel wants 32 bytes where the C library put them */
	CHECK_ERRNO(syscall(SYS_mq_notify, q, &ev), EFAULT);
}

/* The same by hand: the cookie is a datagram, and an answer another one */
static void test_cookie(void)
{
	struct {
		struct nlmsghdr h;
		struct rtgenmsg g;
	} ask = { .h = { .nlmsg_len = sizeof(ask), .nlmsg_type = RTM_GETLINK,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	int s = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	static char cookie[32] = "cookie", buf[8192];
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD,
		.sigev_signo = s, .sigev_value.sival_ptr = cookie };
	mqd_t q = make(0);

	CHECK(!syscall(SYS_mq_notify, q, &ev));
	CHECK(!mq_send(q, "n", 1, 0));
	CHECK(send(s, &ask, sizeof(ask), 0) == sizeof(ask));
	CHECK(recv(s, buf, sizeof(buf), 0) == 32 && !strcmp(buf, cookie));
	CHECK(recv(s, buf, sizeof(buf), 0) > (ssize_t)sizeof(ask.h));
	CHECK(((struct nlmsghdr *)buf)->nlmsg_type == RTM_NEWLINK);
	CHECK(!close(s) && !mq_close(q) && !mq_unlink(NAME));
}

/* What nobody reads does not fill the memory */
static void test_unread_notices(void)
{
	char cookie[32];
	int s = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0), n = 0;
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD,
		.sigev_signo = s, .sigev_value.sival_ptr = cookie };
	mqd_t q = make(0);

	CHECK(s >= 0);
	for (int i = 0; i < 10000; i++)
		CHECK(!syscall(SYS_mq_notify, q, &ev)
			&& !syscall(SYS_mq_notify, q, NULL));
	while (recv(s, cookie, sizeof(cookie), 0) == sizeof(cookie))
		n++;
	CHECK(n > 0 && n < 10000);
	CHECK(!close(s) && !mq_close(q) && !mq_unlink(NAME));
}

int main(void)
{
	alarm(60);
	mq_unlink(NAME);
	test_names();
	test_messages();
	test_waiting();
	test_notify();
	test_thread_notify();
	test_cookie();
	test_unread_notices();
	test_permission();
	return passed("mqueues");
}

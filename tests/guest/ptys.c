/* SPDX-License-Identifier: BSD-2-Clause */
/* Pseudo-terminals: pty(7), pts(4), ioctl_tty(2). */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#include "check.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER	0x5441
#endif
#ifndef TIOCGPTLCK
#define TIOCGPTLCK	0x80045439
#endif

static volatile sig_atomic_t seen[65];

static void note(int signo)
{
	seen[signo]++;
}

static void watch(int signo)
{
	struct sigaction sa = { .sa_handler = note };

	seen[signo] = 0;
	CHECK(!sigaction(signo, &sa, NULL));
}

/* pause(2) would sleep on if the signal came just before it */
static void await(int signo)
{
	sigset_t all, old;

	sigfillset(&all);
	CHECK(!sigprocmask(SIG_SETMASK, &all, &old));
	while (!seen[signo])
		sigsuspend(&old);
	CHECK(!sigprocmask(SIG_SETMASK, &old, NULL));
}

static int events_of(int fd, int wanted)
{
	struct pollfd p = { .fd = fd, .events = wanted };

	CHECK(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static void raw(int fd)
{
	struct termios t;

	CHECK(!tcgetattr(fd, &t));
	cfmakeraw(&t);
	CHECK(!tcsetattr(fd, TCSANOW, &t));
}

/* A master, and its slave open without becoming anybody's terminal */
static void open_pair(int *master, int *slave)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	CHECK(*master >= 0 && !grantpt(*master) && !unlockpt(*master));
	*slave = open(ptsname(*master), O_RDWR | O_NOCTTY);
	CHECK(*slave >= 0);
}

static void test_names(void)
{
	int m = open("/dev/ptmx", O_RDWR | O_NOCTTY), lock = -1, s, peer;
	struct stat st;
	char name[32];
	unsigned n;

	CHECK(m >= 0);
	CHECK(!ioctl(m, TIOCGPTN, &n) && !ioctl(m, TIOCGPTLCK, &lock));
	CHECK(lock == 1);
	sprintf(name, "/dev/pts/%u", n);
	CHECK(!strcmp(ptsname(m), name));
	CHECK(!stat(name, &st) && S_ISCHR(st.st_mode));
	CHECK(st.st_rdev == (136 << 8 | n) && st.st_uid == geteuid());
	CHECK_ERRNO(open(name, O_RDWR | O_NOCTTY), EIO);	/* locked */
	CHECK_ERRNO(ioctl(m, TIOCSPTLCK, 8), EFAULT);
	CHECK_ERRNO(ioctl(m, TIOCGPTN, 8), EFAULT);
	CHECK(!unlockpt(m));
	s = open(name, O_RDWR | O_NOCTTY);
	CHECK(s >= 0 && isatty(s) && isatty(m) && !strcmp(ttyname(s), name));
	CHECK(!fcntl(s, F_GETFD) && !(fcntl(s, F_GETFL) & O_NOCTTY));
	peer = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(peer >= 0 && fcntl(peer, F_GETFD) == FD_CLOEXEC);
	CHECK(!fstat(peer, &st) && st.st_rdev == (136 << 8 | n));
	CHECK_ERRNO(lseek(s, 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(lseek(m, 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(mkdir("/dev/pts/x", 0755), EPERM);
	CHECK_ERRNO(unlink(name), EPERM);
	CHECK_ERRNO(open("/dev/pts/x", O_CREAT | O_RDWR, 0600), EACCES);
	CHECK(!chmod(name, 0622) && !stat(name, &st));
	CHECK((st.st_mode & 0777) == 0622);
	CHECK(!close(m));
	CHECK_ERRNO(stat(name, &st), ENOENT);
	CHECK(!close(s) && !close(peer));
}

static void test_data(void)
{
	struct termios t, u;
	char buf[64];
	int m, s, n;

	open_pair(&m, &s);
	CHECK(!tcgetattr(s, &t) && !tcgetattr(m, &u));
	CHECK(t.c_lflag == u.c_lflag && !memcmp(t.c_cc, u.c_cc, 19));
	CHECK(t.c_lflag & ICANON && t.c_cflag == (B38400 | CS8 | CREAD));
	CHECK(write(m, "ab\177c\n", 5) == 5);
	CHECK(read(s, buf, sizeof(buf)) == 3 && !memcmp(buf, "ac\n", 3));
	CHECK(read(m, buf, sizeof(buf)) == 8);		/* the echo */
	CHECK(!memcmp(buf, "ab\b \bc\r\n", 8));
	CHECK(write(s, "x\n", 2) == 2);
	CHECK(!ioctl(m, FIONREAD, &n) && n == 3);
	CHECK(read(m, buf, 1) == 1 && *buf == 'x');
	CHECK(read(m, buf, 9) == 2 && !memcmp(buf, "\r\n", 2));
	CHECK(write(m, "q\4", 2) == 2);			/* EOF ends a read */
	CHECK(read(s, buf, 9) == 1 && *buf == 'q');
	CHECK(read(m, buf, 9) == 1);
	raw(m);						/* acts on the slave */
	CHECK(!tcgetattr(s, &t) && !(t.c_lflag & ICANON));
	CHECK(write(m, "\3\r", 2) == 2 && read(s, buf, 9) == 2);
	CHECK(!memcmp(buf, "\3\r", 2));
	CHECK_ERRNO(read(m, (void *)8, 0) ?: read(99, buf, 1), EBADF);
	CHECK(write(s, "z", 1) == 1);
	CHECK_ERRNO(read(m, (void *)8, 1), EFAULT);
	CHECK_ERRNO(write(m, (void *)8, 1), EFAULT);
	CHECK_ERRNO(write(s, (void *)8, 1), EFAULT);
	CHECK(!close(s) && !close(m));
}

static void test_poll(void)
{
	int m, s, i;
	char buf[4096] = { 0 };

	open_pair(&m, &s);
	raw(s);
	CHECK(events_of(m, POLLIN | POLLOUT) == POLLOUT);
	CHECK(events_of(s, POLLIN | POLLOUT) == POLLOUT);
	CHECK(!fcntl(m, F_SETFL, O_NONBLOCK) && !fcntl(s, F_SETFL, O_NONBLOCK));
	CHECK_ERRNO(read(m, buf, 1), EAGAIN);
	CHECK_ERRNO(read(s, buf, 1), EAGAIN);
	CHECK(write(m, "a", 1) == 1 && events_of(s, POLLIN) == POLLIN);
	CHECK(write(s, "b", 1) == 1 && events_of(m, POLLIN) == POLLIN);
	for (i = 0; i < 1000 && write(s, buf, sizeof(buf)) > 0; i++)
		;
	CHECK(i < 1000 && errno == EAGAIN && events_of(s, POLLOUT) == 0);
	while (read(m, buf, sizeof(buf)) > 0)
		;
	CHECK(errno == EAGAIN && events_of(s, POLLOUT) == POLLOUT);
	for (i = 0; i < 1000 && write(m, buf, sizeof(buf)) > 0; i++)
		;
	CHECK(i < 1000 && errno == EAGAIN);
	CHECK(!tcflush(s, TCIFLUSH));
	CHECK_ERRNO(read(s, buf, 1), EAGAIN);
	CHECK(!close(s));
	CHECK(events_of(m, POLLIN) & POLLHUP);
	CHECK_ERRNO(read(m, buf, 1), EIO);
	s = open(ptsname(m), O_RDWR | O_NOCTTY | O_NONBLOCK);
	CHECK(s >= 0 && events_of(m, POLLIN) == 0);	/* it may come back */
	CHECK(!close(m));
	CHECK(events_of(s, POLLIN) == (POLLIN | POLLERR | POLLHUP));
	CHECK(read(s, buf, 1) == 0);
	CHECK_ERRNO(write(s, buf, 1), EIO);
	CHECK_ERRNO(tcsetpgrp(s, getpgrp()), ENOTTY);
	CHECK_ERRNO(ioctl(s, FIONREAD, &i), EIO);
	CHECK(!close(s));
}

/* A writer and a reader that wait for one another through small buffers */
static void test_flow(void)
{
	enum { TOTAL = 200000 };
	static char buf[5000];
	int m, s, got = 0, n;
	pid_t pid;

	open_pair(&m, &s);
	raw(s);
	pid = checked_fork();
	if (pid == 0) {
		close(m);
		for (int sent = 0; sent < TOTAL; sent += n) {
			for (n = 0; n < 5000; n++)
				buf[n] = (char)((sent + n) % 251);
			CHECK(write(s, buf, n) == n);
		}
		for (int i = 0; i < TOTAL; i += n) {
			n = read(s, buf, sizeof(buf));
			CHECK(n > 0);
			for (int j = 0; j < n; j++)
				CHECK(buf[j] == (char)((i + j) % 249));
		}
		_exit(0);
	}
	while (got < TOTAL) {
		n = read(m, buf, sizeof(buf));
		CHECK(n > 0);
		for (int j = 0; j < n; j++)
			CHECK(buf[j] == (char)((got + j) % 251));
		got += n;
	}
	for (int sent = 0; sent < TOTAL; sent += n) {
		for (n = 0; n < 5000; n++)
			buf[n] = (char)((sent + n) % 249);
		CHECK(write(m, buf, n) == n);
	}
	expect_success(pid);
	CHECK(!close(m) && !close(s));
}

/* Input that is thrown away makes room for who waits to write some */
static void test_flush(void)
{
	char buf[4096] = { 0 };
	int m, s;
	pid_t pid;

	open_pair(&m, &s);
	raw(s);
	for (int set = 0; set < 2; set++) {
		struct termios t;

		CHECK(!fcntl(m, F_SETFL, O_NONBLOCK));
		while (write(m, buf, sizeof(buf)) > 0)
			;
		CHECK(errno == EAGAIN && !fcntl(m, F_SETFL, 0));
		pid = checked_fork();
		if (pid == 0) {
			alarm(20);
			CHECK(write(m, "x", 1) == 1);
			_exit(0);
		}
		usleep(100000);
		CHECK(!tcgetattr(s, &t));
		CHECK(set ? !tcsetattr(s, TCSAFLUSH, &t)
			: !tcflush(s, TCIFLUSH));
		expect_success(pid);
	}
	CHECK(!close(m) && !close(s));
}

static void test_packets(void)
{
	int m, s, on = 1, got = 0;
	struct termios t;
	char buf[16];

	open_pair(&m, &s);
	CHECK(!ioctl(m, TIOCPKT, &on));
	CHECK(write(s, "hi", 2) == 2);
	CHECK(read(m, buf, 9) == 3 && !memcmp(buf, "\0hi", 3));
	CHECK(!tcflush(s, TCIFLUSH));
	CHECK(events_of(m, POLLIN | POLLPRI) == (POLLIN | POLLPRI));
	CHECK(read(m, buf, 9) == 1 && (*buf & TIOCPKT_FLUSHREAD));
	CHECK(!tcflow(s, TCOOFF) && read(m, buf, 9) == 1);
	CHECK(*buf & TIOCPKT_STOP);
	CHECK(!tcflow(s, TCOON) && read(m, buf, 9) == 1);
	CHECK(*buf & TIOCPKT_START);
	CHECK(!tcgetattr(s, &t));
	t.c_iflag &= ~IXON;
	CHECK(!tcsetattr(s, TCSANOW, &t) && read(m, buf, 9) == 1);
	CHECK(*buf & TIOCPKT_NOSTOP);
	t.c_iflag |= IXON;
	CHECK(!tcsetattr(s, TCSANOW, &t) && read(m, buf, 9) == 1);
	CHECK(*buf & TIOCPKT_DOSTOP);
	CHECK(!ioctl(m, TIOCGPKT, &got) && got == 1);
	on = 0;
	CHECK(!ioctl(m, TIOCPKT, &on));
	CHECK(write(s, "x", 1) == 1 && read(m, buf, 9) == 1 && *buf == 'x');
	CHECK(!close(m) && !close(s));
}

/* A session of its own whose terminal is the slave */
static void session_child(int m, int s)
{
	int tty, n;
	char c;

	CHECK(setsid() == getpid());
	CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
	CHECK_ERRNO(tcgetpgrp(s), ENOTTY);
	n = open(ptsname(m), O_RDWR | O_NOCTTY);
	CHECK(n >= 0);
	CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
	CHECK(!close(n));
	n = open(ptsname(m), O_RDWR);		/* now it is the terminal */
	tty = open("/dev/tty", O_RDWR);
	CHECK(n >= 0 && tty >= 0 && isatty(tty));
	CHECK(tcgetpgrp(tty) == getpid() && tcgetsid(tty) == getpid());
	CHECK(!ioctl(n, TIOCSCTTY, 0));
	watch(SIGINT);
	watch(SIGWINCH);
	watch(SIGHUP);
	watch(SIGCONT);
	CHECK(write(s, "r", 1) == 1);		/* ready */
	CHECK_ERRNO(read(tty, &c, 1), EINTR);
	CHECK(seen[SIGINT] == 1);
	CHECK(write(s, "i", 1) == 1);
	await(SIGWINCH);
	CHECK(write(s, "w", 1) == 1);
	CHECK(!close(m));
	await(SIGHUP);
	await(SIGCONT);
	CHECK(read(s, &c, 1) == 0 && read(tty, &c, 1) == 0);
	CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
	_exit(0);
}

static void expect_byte(int fd, char want)
{
	char c;

	do {
		CHECK(read(fd, &c, 1) == 1);
	} while (c != want);
}

static void test_session(void)
{
	struct winsize w = { .ws_row = 7, .ws_col = 9 }, x;
	int m, s;
	pid_t pid;

	open_pair(&m, &s);
	pid = checked_fork();
	if (pid == 0)
		session_child(m, s);
	expect_byte(m, 'r');
	CHECK(tcgetpgrp(m) == pid && tcgetsid(m) == pid);
	CHECK_ERRNO(tcsetpgrp(m, pid), ENOTTY);
	CHECK_ERRNO(tcgetpgrp(s), ENOTTY);
	usleep(20000);			/* until it reads; else EINTR is late */
	CHECK(write(m, "\3", 1) == 1);
	expect_byte(m, 'i');
	CHECK(!ioctl(m, TIOCSWINSZ, &w) && !ioctl(s, TIOCGWINSZ, &x));
	CHECK(x.ws_row == 7 && x.ws_col == 9);
	expect_byte(m, 'w');
	CHECK(!close(s) && !close(m));
	expect_success(pid);
}

/* The leader's end: its jobs hear of it, the pair itself goes on */
static void test_leader_exit(void)
{
	int m, s, ready[2];
	char c;
	pid_t pid;

	open_pair(&m, &s);
	CHECK(!pipe(ready));
	pid = checked_fork();
	if (pid == 0) {
		CHECK(setsid() > 0 && !ioctl(s, TIOCSCTTY, 0));
		watch(SIGHUP);
		if (checked_fork() == 0) {
			CHECK(write(ready[1], "r", 1) == 1);
			await(SIGHUP);
			CHECK_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
			CHECK(write(s, "h", 1) == 1);
			_exit(0);
		}
		CHECK(read(ready[0], &c, 1) == 1);
		_exit(0);
	}
	CHECK(!close(ready[1]));
	expect_success(pid);
	expect_byte(m, 'h');
	CHECK(!close(s) && !close(m) && !close(ready[0]));
}

/* Reading and writing from the background (POSIX 11.1.4) */
static void test_background(void)
{
	int m, s, status;
	char c;
	pid_t pid;

	open_pair(&m, &s);
	pid = checked_fork();
	if (pid == 0) {
		CHECK(setsid() > 0 && !ioctl(s, TIOCSCTTY, 0));
		pid = checked_fork();
		if (pid == 0) {
			CHECK(!setpgid(0, 0));
			(void)!read(s, &c, 1);
			_exit(0);
		}
		CHECK(waitpid(pid, &status, WUNTRACED) == pid);
		CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
		CHECK(!tcsetpgrp(s, pid) && tcgetpgrp(s) == pid);
		CHECK(!kill(pid, SIGCONT));
		CHECK(write(m, "a\n", 2) == 2);
		expect_success(pid);
		_exit(0);
	}
	expect_success(pid);
	CHECK(!close(s) && !close(m));
}

/* Few enough that all of them may be opened: not so on most hosts */
static int pty_max(void)
{
	FILE *file = fopen("/proc/sys/kernel/pty/max", "r");
	int max;

	CHECK(file && fscanf(file, "%d", &max) == 1);
	fclose(file);
	return max;
}

/* TIOCSLCKTRMIOS: settings that nobody can change; for root */
static void test_lock(void)
{
	struct {
		unsigned iflag, oflag, cflag, lflag;
		unsigned char line, cc[19];
	} lock = { .lflag = ECHO, .cc[VERASE] = 1 }, got;
	struct termios t;
	int master, slave;

	open_pair(&master, &slave);
	memset(&got, 1, sizeof(got));
	CHECK(!ioctl(slave, TIOCGLCKTRMIOS, &got));
	CHECK(!got.iflag && !got.lflag && !got.cc[VERASE]);
	CHECK_ERRNO(ioctl(slave, TIOCGLCKTRMIOS, 16), EFAULT);
	if (ioctl(slave, TIOCSLCKTRMIOS, &lock)) {
		CHECK(errno == EPERM && geteuid());
		return;
	}
	CHECK(!ioctl(slave, TIOCGLCKTRMIOS, &got) && got.lflag == ECHO);
	CHECK(!tcgetattr(slave, &t));
	t.c_lflag &= ~(ECHO | ICANON);
	t.c_cc[VERASE] = t.c_cc[VKILL] = 'q';
	CHECK(!tcsetattr(slave, TCSANOW, &t) && !tcgetattr(slave, &t));
	CHECK((t.c_lflag & (ECHO | ICANON)) == ECHO);
	CHECK(t.c_cc[VERASE] != 'q' && t.c_cc[VKILL] == 'q');
	CHECK(!close(slave) && !close(master));
}

/* Who may only write to a terminal cannot make it his own: /dev/tty reads */
static void test_write_only(void)
{
	int m, s, w;
	pid_t pid;

	open_pair(&m, &s);
	w = open(ptsname(m), O_WRONLY | O_NOCTTY);
	CHECK(w >= 0);
	pid = checked_fork();
	if (pid == 0) {
		CHECK(setsid() > 0 && (geteuid() || !setuid(1)));
		CHECK_ERRNO(ioctl(w, TIOCSCTTY, 0), EPERM);
		CHECK_ERRNO(open("/dev/tty", O_RDONLY), ENXIO);
		CHECK(!ioctl(s, TIOCSCTTY, 0) && !ioctl(w, TIOCSCTTY, 0));
		_exit(0);
	}
	expect_success(pid);
	CHECK(!close(m) && !close(s) && !close(w));
}

/* All that there are: the last works, one more is an error, then all again */
static void test_many(void)
{
	int fd[1000], max = pty_max(), slave, n;
	char name[32];

	if (max > (int)(sizeof(fd) / sizeof(*fd)))
		return;
	for (int round = 0; round < 2; round++) {
		for (n = 0; n < max; n++) {
			fd[n] = posix_openpt(O_RDWR | O_NOCTTY);
			CHECK(fd[n] >= 0);
		}
		CHECK_ERRNO(open("/dev/ptmx", O_RDWR | O_NOCTTY), ENOSPC);
		snprintf(name, sizeof(name), "/dev/pts/%d", max - 1);
		CHECK(!strcmp(ptsname(fd[n - 1]), name));
		CHECK(!unlockpt(fd[n - 1]));
		slave = open(name, O_RDWR | O_NOCTTY);
		CHECK(slave >= 0 && write(slave, "x", 1) == 1);
		expect_byte(fd[n - 1], 'x');
		CHECK(!close(slave));
		while (n--)
			CHECK(!close(fd[n]));
	}
}

int main(void)
{
	test_names();
	test_data();
	test_poll();
	test_flow();
	test_flush();
	test_packets();
	test_session();
	test_leader_exit();
	test_background();
	test_lock();
	test_write_only();
	test_many();
	return passed("ptys");
}

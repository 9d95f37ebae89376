/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: leases, and record locks between processes. */
#include <pthread.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "facts.h"

static volatile int signals;
static siginfo_t last;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)context;
	signals = signo;
	last = *info;
}

static int lease(int fd, int type)
{
	return fcntl(fd, F_SETLEASE, type);
}

static const char *const type_names[] = { "read", "write", "unlock" };

static void test_granting(void)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	static const char *const names[] = { "reading", "writing", "both" };
	int fd, other;

	put_file("f", 0666);
	for (int m = 0; m < 3; m++) {
		fd = open("f", modes[m]);
		FACT(fcntl(fd, F_GETLEASE), "%s: before", names[m]);
		for (int t = 0; t < 3; t++) {
			FACT(lease(fd, t), "%s: %s", names[m], type_names[t]);
			FACT(fcntl(fd, F_GETLEASE), "%s: has", names[m]);
		}
		for (int o = 0; o < 3; o++) {
			other = open("f", modes[o]);
			for (int t = 0; t < 3; t++) {
				FACT(lease(fd, t), "%s, open for %s: %s",
					names[m], names[o], type_names[t]);
				FACT(fcntl(other, F_GETLEASE), "the other");
			}
			close(other);
		}
		close(fd);
	}
	fd = open("f", O_RDONLY);
	other = open("f", O_RDONLY);
	FACT(lease(fd, F_RDLCK), "one for reading");
	FACT(lease(other, F_RDLCK), "another for reading");
	FACT(lease(other, F_WRLCK), "it becomes one for writing");
	FACT(lease(other, F_UNLCK), "unlock");
	FACT(lease(fd, F_WRLCK), "writing while it is open");
	close(other);
	FACT(lease(fd, F_WRLCK), "writing");
	FACT(fcntl(fd, F_GETLEASE), "has");
	FACT(lease(fd, F_RDLCK), "downgrade");
	FACT(fcntl(dup(fd), F_GETLEASE), "of a copy");
	FACT(lease(fd, 7), "unknown type");
	FACT(lease(fd, -1), "negative type");
	FACT(lease(99, F_RDLCK), "bad descriptor");
	FACT(lease(open("f", O_PATH), F_RDLCK), "O_PATH");
	FACT(lease(open(".", O_RDONLY), F_RDLCK), "directory");
	FACT(lease(open("/dev/null", O_RDONLY), F_RDLCK), "device");
	FACT(({ int p[2]; CHECK(pipe(p) == 0); lease(p[0], F_RDLCK); }), "pipe");
	AS(NOBODY) {
		other = open("f", O_RDONLY);
		FACT(lease(other, F_RDLCK), "another's file");
		FACT(lease(other, F_UNLCK), "unlock of another's file");
		close(other);
	}
	close(fd);
	unlink("f");
}

static void show_signal(const char *what)
{
	printf("%s: signal %d code %d band %lx fd %d\n", what, signals,
		signals ? last.si_code : 0,
		signals > SIGIO ? (long)last.si_band : 0,
		signals > SIGIO ? last.si_fd > 0 : 0);
	signals = 0;
}

/* A child does it, and says what it got when the lease has changed */
static void breaking(const char *what, int type, int then, int flags)
{
	int fd, status, done[2], go[2];
	char c;
	pid_t pid;

	unlink("f");
	put_file("f", 0666);
	CHECK(pipe2(done, O_NONBLOCK) == 0 && pipe(go) == 0);
	fd = open("f", O_RDONLY);
	CHECK(lease(fd, type) == 0);
	pid = checked_fork();
	if (pid == 0) {
		long rc;

		close(fd);
		errno = 0;
		rc = flags < 0 ? truncate("f", 5)
			: open("f", flags) < 0 ? -1 : 0;
		int error = errno;

		CHECK(write(done[1], "", 1) == 1 && read(go[0], &c, 1) == 1);
		errno = error;
		fact_print(rc, "%s", what);
		fflush(stdout);
		_exit(0);
	}
	while (!signals && read(done[0], &c, 1) < 0)
		usleep(10000);
	show_signal(what);
	FACT(fcntl(fd, F_GETLEASE), "shown meanwhile");
	FACT(lease(fd, then), "given up");
	CHECK(write(go[1], "", 1) == 1);
	waitpid(pid, &status, 0);
	FACT(fcntl(fd, F_GETLEASE), "afterwards");
	close(fd);
	close(done[0]); close(done[1]);
	close(go[0]); close(go[1]);
}

static void test_breaking(void)
{
	struct sigaction act = { .sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | SA_RESTART };
	int fd;

	CHECK(sigaction(SIGIO, &act, NULL) == 0);
	CHECK(sigaction(SIGRTMIN, &act, NULL) == 0);
	breaking("reader opens, write lease", F_WRLCK, F_RDLCK, O_RDONLY);
	breaking("the same, unlocked", F_WRLCK, F_UNLCK, O_RDONLY);
	breaking("writer opens, write lease", F_WRLCK, F_UNLCK, O_WRONLY);
	breaking("writer opens, read lease", F_RDLCK, F_UNLCK, O_RDWR);
	breaking("reader opens, read lease", F_RDLCK, F_UNLCK, O_RDONLY);
	breaking("O_PATH", F_WRLCK, F_UNLCK, O_PATH);
	breaking("truncate, read lease", F_RDLCK, F_UNLCK, -1);
	breaking("O_NONBLOCK", F_WRLCK, F_UNLCK, O_RDONLY | O_NONBLOCK);
	breaking("O_NONBLOCK writer", F_RDLCK, F_UNLCK, O_WRONLY | O_NONBLOCK);
	put_file("f", 0666);
	fd = open("f", O_RDONLY);
	CHECK(fcntl(fd, F_SETSIG, SIGRTMIN) == 0);
	FACT(lease(fd, F_WRLCK), "with a signal of its own");
	FACT(fcntl(fd, F_GETOWN) == getpid(), "owner");
	FACT(open("f", O_RDONLY | O_NONBLOCK), "open by oneself");
	signals -= signals ? SIGRTMIN - 40 : 0;
	show_signal("its own");
	FACT(chmod("f", 0600), "chmod");
	FACT(link("f", "g"), "link");
	FACT(rename("g", "h"), "rename");
	FACT(unlink("h"), "unlink");
	FACT(lease(fd, F_UNLCK), "unlock");
	FACT(lease(fd, F_UNLCK), "again");
	close(fd);
	unlink("f");
}

static int record(int fd, int cmd, int type, int from, int length)
{
	struct flock fl = { .l_type = type, .l_start = from, .l_len = length };
	int rc = fcntl(fd, cmd, &fl);

	if (cmd == F_GETLK && rc == 0)
		printf("type %d whence %d from %d length %d pid %d\n",
			fl.l_type, fl.l_whence, (int)fl.l_start,
			(int)fl.l_len, fl.l_pid == getppid());
	return rc;
}

/* Who is asked to give a lease up keeps it in vain: he is not believed */
static void test_insisting(void)
{
	int fd, status;
	pid_t pid;

	put_file("f", 0666);
	fd = open("f", O_RDWR);
	CHECK(lease(fd, F_WRLCK) == 0);
	pid = checked_fork();
	if (pid == 0) {
		close(fd);
		_exit(open("f", O_RDONLY) < 0);
	}
	while (!signals)
		usleep(10000);
	signals = 0;
	usleep(200000);
	FACT(lease(fd, F_WRLCK), "once more, while one waits to read");
	FACT(lease(fd, F_UNLCK), "given up");
	waitpid(pid, &status, 0);
	FACT(status, "he has it open");
	close(fd);
	unlink("f");
}

static void test_records(void)
{
	int fd = make_file("r", 0666), rd = open("r", O_RDONLY);
	int wr = open("r", O_WRONLY), p[2];
	struct flock bad = { .l_type = 9 };

	FACT(record(fd, F_SETLK, F_WRLCK, 0, 10), "write lock");
	FACT(record(fd, F_SETLK, F_RDLCK, 3, 2), "read lock within");
	FACT(record(rd, F_SETLK, F_WRLCK, 50, 1), "write lock, reading");
	FACT(record(wr, F_SETLK, F_RDLCK, 50, 1), "read lock, writing");
	FACT(record(fd, F_SETLK, F_RDLCK, -1, 1), "negative start");
	FACT(record(fd, F_SETLK, F_RDLCK, 5, -10), "below the beginning");
	FACT(record(fd, F_SETLK, F_RDLCK, 100, -10), "backwards");
	FACT(fcntl(fd, F_SETLK, &bad), "unknown type");
	FACT(fcntl(fd, F_SETLK, BAD_ADDRESS), "bad address");
	FACT(fcntl(99, F_SETLK, &bad), "bad descriptor");
	bad = (struct flock){ .l_type = F_RDLCK, .l_whence = 9 };
	FACT(fcntl(fd, F_SETLK, &bad), "unknown origin");
	CHECK(pipe(p) == 0);
	FACT(record(p[0], F_SETLK, F_RDLCK, 0, 1), "a pipe");
	AS(0) {
		for (int at = 0; at < 12; at++) {
			FACT(record(fd, F_SETLK, F_RDLCK, at, 1),
				"another reads %d", at);
			FACT(record(fd, F_GETLK, F_WRLCK, at, 1), "who");
		}
		FACT(record(fd, F_GETLK, F_WRLCK, 0, 0), "who has any");
		FACT(record(fd, F_GETLK, F_RDLCK, 0, 0), "who writes any");
		FACT(record(fd, F_GETLK, F_UNLCK, 0, 0), "who unlocks");
		FACT(record(fd, F_SETLK, F_UNLCK, 0, 0), "unlock of none");
	}
	close(open("r", O_PATH));
	AS(0)
		FACT(record(fd, F_SETLK, F_WRLCK, 0, 0),
			"after a close of an O_PATH descriptor");
	close(rd);
	AS(0)
		FACT(record(fd, F_SETLK, F_WRLCK, 0, 0),
			"after a close of another descriptor");
	close(fd); close(wr); close(p[0]); close(p[1]);
	unlink("r");
}

/* Each of two has one byte and wants the other's */
static void test_deadlock(void)
{
	int fd = make_file("dl", 0666), p[2], status;
	char c;
	pid_t pid;

	CHECK(pipe(p) == 0);
	CHECK(record(fd, F_SETLK, F_WRLCK, 0, 1) == 0);
	pid = checked_fork();
	if (pid == 0) {
		CHECK(record(fd, F_SETLK, F_WRLCK, 1, 1) == 0);
		CHECK(write(p[1], "", 1) == 1);
		CHECK(record(fd, F_SETLKW, F_WRLCK, 0, 1) == 0);
		_exit(0);
	}
	CHECK(read(p[0], &c, 1) == 1);
	usleep(200000);
	FACT(record(fd, F_SETLKW, F_WRLCK, 1, 1), "deadlock");
	FACT(record(fd, F_SETLK, F_UNLCK, 0, 1), "unlock");
	waitpid(pid, &status, 0);
	FACT(status, "the other got it");
	alarm(1);
	signal(SIGALRM, SIG_IGN);
	FACT(record(fd, F_SETLKW, F_WRLCK, 0, 0), "all of it");
	close(fd); close(p[0]); close(p[1]);
	unlink("dl");
}

static int waited_for;

static void *wait_for_lock(void *unused)
{
	FACT(record(waited_for, F_SETLKW, F_WRLCK, 0, 1), "the lock");
	return unused;
}

/* A lock that is granted after its descriptor was closed */
static void test_closed(void)
{
	int fd = make_file("cl", 0666), status;
	struct flock fl = { .l_type = F_WRLCK };
	pthread_t thread;
	int p[2];
	pid_t pid;
	char c;

	CHECK(record(fd, F_SETLK, F_WRLCK, 0, 1) == 0 && pipe(p) == 0);
	pid = checked_fork();
	if (pid == 0) {
		close(fd);
		waited_for = open("cl", O_RDWR);
		CHECK(pthread_create(&thread, NULL, wait_for_lock, NULL) == 0);
		usleep(200000);
		close(waited_for);
		CHECK(write(p[1], "", 1) == 1);
		CHECK(pthread_join(thread, NULL) == 0);
		_exit(0);
	}
	CHECK(read(p[0], &c, 1) == 1);
	CHECK(record(fd, F_SETLK, F_UNLCK, 0, 1) == 0);
	waitpid(pid, &status, 0);
	FACT(status, "closed while one waits for the lock");
	FACT(fcntl(fd, F_GETLK, &fl), "who has it");
	FACT(fl.l_type == F_UNLCK, "nobody");
	close(fd); close(p[0]); close(p[1]);
	unlink("cl");
}

static void test_flock(void)
{
	int a = make_file("fl", 0666), b = open("fl", O_RDONLY), c = dup(a);

	FACT(flock(a, LOCK_EX), "exclusive");
	FACT(flock(b, LOCK_SH | LOCK_NB), "shared by another");
	FACT(flock(c, LOCK_SH | LOCK_NB), "by the copy: converted");
	FACT(flock(b, LOCK_SH | LOCK_NB), "shared by another");
	FACT(flock(a, LOCK_EX | LOCK_NB), "back");
	FACT(flock(b, LOCK_UN), "unlock");
	FACT(flock(a, LOCK_EX | LOCK_NB), "exclusive");
	FACT(record(b, F_SETLK, F_RDLCK, 0, 0), "record lock beside it");
	close(a);
	FACT(flock(b, LOCK_SH | LOCK_NB), "a copy is open");
	close(c);
	FACT(flock(b, LOCK_EX | LOCK_NB), "none is");
	FACT(flock(b, LOCK_SH | LOCK_EX), "two types");
	FACT(flock(b, LOCK_NB), "no type");
	FACT(flock(b, LOCK_SH | LOCK_UN), "shared and unlock");
	FACT(flock(b, 32), "mandatory");
	FACT(flock(b, 0x100), "unknown");
	FACT(flock(99, LOCK_SH), "bad descriptor");
	FACT(flock(99, 0x100), "bad descriptor, unknown");
	AS(0)
		FACT(flock(b, LOCK_UN), "unlock by a child");
	FACT(flock(open("fl", O_RDONLY), LOCK_EX | LOCK_NB), "another then");
	close(b);
	unlink("fl");
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	test_granting();
	test_breaking();
	test_insisting();
	test_records();
	test_deadlock();
	test_closed();
	test_flock();
	return 0;
}

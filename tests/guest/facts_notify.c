/* SPDX-License-Identifier: BSD-2-Clause */
/* F_NOTIFY: which signals come of what happens in a directory (fcntl(2)). */
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "facts.h"

static int dir;				/* the directory d, watched */

/* How many signals are queued, and what the first one says */
static void signals(const char *label)
{
	const struct timespec now = { 0, 0 };
	siginfo_t info, first = { 0 };
	sigset_t set;
	int n = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGIO);
	while (sigtimedwait(&set, n ? &info : &first, &now) > 0)
		n++;
	printf("%s: %d", label, n);
	if (n)
		printf(", %s code %d band %lx fd %d", first.si_signo == SIGIO
			? "SIGIO" : "SIGRTMIN", first.si_code,
			(unsigned long)first.si_band, first.si_fd == dir);
	printf("\n");
}

static void touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);

	CHECK(fd >= 0 && !close(fd));
}

static void arm(unsigned long what, const char *label)
{
	FACT(fcntl(dir, F_NOTIFY, what), "%s", label);
}

static void kinds(void)
{
	char c;
	int fd;

	arm(DN_CREATE, "DN_CREATE");
	touch("d/a");
	touch("d/b");
	signals("two files, once");
	arm(DN_CREATE | DN_MULTISHOT, "DN_CREATE, always");
	touch("d/c");
	CHECK(!mkdir("d/s", 0755) && !link("d/c", "d/l"));
	signals("file, directory, link");
	touch("d/s/x");
	signals("below");
	CHECK(!unlink("d/s/x") && !rename("d/l", "l"));
	signals("moved away");
	CHECK(!rename("l", "d/l"));
	signals("moved back");
	arm(DN_DELETE | DN_MULTISHOT, "and DN_DELETE");
	CHECK(!unlink("d/l") && !rmdir("d/s"));
	signals("file, directory removed");
	arm(0, "nothing");
	touch("d/e");
	signals("nothing more");
	arm(DN_RENAME | DN_MULTISHOT, "DN_RENAME");
	CHECK(!rename("d/e", "d/f"));
	signals("within");
	CHECK(!rename("d/f", "f") && !rename("f", "d/f"));
	signals("away and back");
	arm(DN_MULTISHOT, "nothing, always");
	CHECK(!rename("d/f", "d/g"));
	signals("nothing more");
	arm(DN_MODIFY | DN_ACCESS | DN_MULTISHOT, "DN_MODIFY, DN_ACCESS");
	fd = open("d/a", O_RDWR);
	CHECK(write(fd, "x", 1) == 1);
	signals("written");
	CHECK(pread(fd, &c, 1, 0) == 1);
	signals("read");
	CHECK(!ftruncate(fd, 0));
	signals("cut");
	CHECK(!close(fd));
	signals("closed");
	arm(0, "nothing");
	arm(DN_ATTRIB | DN_MULTISHOT, "DN_ATTRIB");
	CHECK(!chmod("d/a", 0600));
	signals("mode");
	CHECK(!chown("d/a", 1, 1));
	signals("owner");
	CHECK(!utimes("d/a", NULL));
	signals("times");
	CHECK(!chmod("d", 0750));
	signals("mode of the directory itself");
	arm(0, "nothing");
}

static void others(void)
{
	int second = dup(dir);

	FACT(fcntl(0, F_NOTIFY, DN_CREATE), "no directory");
	FACT(fcntl(0, F_NOTIFY, 0), "no directory, nothing");
	FACT(fcntl(999, F_NOTIFY, DN_CREATE), "no descriptor");
	FACT(fcntl(dir, F_GETOWN) == getpid(), "owner");
	arm(DN_CREATE | DN_MULTISHOT, "before the duplicate is closed");
	CHECK(!close(second));
	touch("d/h");
	signals("after");
	arm(DN_CREATE | DN_MULTISHOT, "before fork");
	if (checked_fork() == 0) {
		CHECK(!close(dir));
		_exit(0);
	}
	expect_success(-1);
	touch("d/i");
	signals("closed in the child");
	if (checked_fork() == 0) {
		touch("d/j");
		CHECK(fcntl(dir, F_NOTIFY, 0) == 0);
		_exit(0);
	}
	expect_success(-1);
	signals("done by the child");
	touch("d/k");
	signals("after the child's end of it");
	CHECK(!fcntl(dir, F_SETSIG, 0));
	touch("d/m");
	signals("without F_SETSIG");
	CHECK(!close(dir));
	touch("d/n");
	signals("closed");
}

int main(void)
{
	sigset_t set;

	facts_begin(NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGIO);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK(!mkdir("d", 0755));
	dir = open("d", O_RDONLY | O_DIRECTORY);
	CHECK(dir >= 0 && !fcntl(dir, F_SETSIG, SIGRTMIN));
	kinds();
	others();
	return 0;
}

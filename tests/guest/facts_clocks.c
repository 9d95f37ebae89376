/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: clocks, sleeping, interval and POSIX timers, timerfd. */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <time.h>

#include "facts.h"

#define MS	1000000L
#define CLOCK_OF(id)	(int)(~(uint32_t)(id) << 3)
#define LONGEST	0x7FFFFFFFFFFFFFFFll

/* The two forms in which the calls take times */
struct time32 { int32_t sec, nsec; };
struct time64 { int64_t sec, nsec; };
struct timer32 { struct time32 interval, value; };
struct timer64 { struct time64 interval, value; };

static const struct {
	const char *name;
	int id;
} clock_ids[] = {
	{ "realtime", CLOCK_REALTIME },
	{ "monotonic", CLOCK_MONOTONIC },
	{ "process", CLOCK_PROCESS_CPUTIME_ID },
	{ "thread", CLOCK_THREAD_CPUTIME_ID },
	{ "monotonic raw", CLOCK_MONOTONIC_RAW },
	{ "realtime coarse", CLOCK_REALTIME_COARSE },
	{ "monotonic coarse", CLOCK_MONOTONIC_COARSE },
	{ "boottime", CLOCK_BOOTTIME },
	{ "10", 10 }, { "tai", CLOCK_TAI }, { "12", 12 }, { "16", 16 },
	{ "-1", -1 }, { "process of none", CLOCK_OF(9999999) | 2 },
	{ "thread of none", CLOCK_OF(9999999) | 6 },
	{ "process of pid 1", CLOCK_OF(1) | 2 },
	{ "thread of pid 1", CLOCK_OF(1) | 6 },
	{ "profile of pid 1", CLOCK_OF(1) | 0 },
	{ "descriptor -1", CLOCK_OF(-1) | 3 },
	{ "descriptor 0", CLOCK_OF(0) | 3 },
	{ "lowest", INT_MIN }, { "highest", INT_MAX },
};

static void test_clock_ids(void)
{
	for (unsigned i = 0; i < COUNT(clock_ids); i++) {
		const char *name = clock_ids[i].name;
		int id = clock_ids[i].id;
		struct time32 t = { -1, -1 };
		struct time64 w = { -1, -1 };
		struct timex tx = { 0 };
		int timer;

		FACT(syscall(SYS_clock_gettime32, id, &t), "%s: get", name);
		FACT(syscall(SYS_clock_gettime64, id, &w), "%s: get64", name);
		FACT(t.sec == w.sec || t.sec + 1 == w.sec, "same second");
		FACT(syscall(SYS_clock_gettime64, id, BAD_ADDRESS),
			"%s: get, address", name);
		t.sec = t.nsec = -1;
		FACT(syscall(SYS_clock_getres_time32, id, &t),
			"%s: resolution", name);
		printf("%d %d\n", t.sec, t.nsec > 0);
		FACT(syscall(SYS_clock_getres_time64, id, NULL),
			"%s: resolution, null", name);
		FACT(syscall(SYS_clock_getres_time64, id, BAD_ADDRESS),
			"%s: resolution, address", name);
		w = (struct time64){ 1, 2000000000 };
		FACT(syscall(SYS_clock_settime64, id, &w),
			"%s: set, bad time", name);
		FACT(syscall(SYS_clock_settime64, id, BAD_ADDRESS),
			"%s: set, address", name);
		/* The time of one who sleeps does not go on */
		if (id != CLOCK_PROCESS_CPUTIME_ID && (id >= 0 ||
				(id & 7) == 6 || id == -1)) {
			FACT(syscall(SYS_clock_nanosleep_time64, id, 0,
				&(struct time64){ 0, 1 }, NULL), "%s: sleep",
				name);
			FACT(syscall(SYS_clock_nanosleep_time64, id, 1,
				&(struct time64){ 0, 1 }, NULL),
				"%s: sleep until", name);
		}
		FACT(syscall(SYS_clock_nanosleep_time64, id, 0,
			&(struct time64){ 0, 1000000000 }, NULL),
			"%s: sleep, bad time", name);
		FACT(syscall(SYS_clock_nanosleep_time64, id, 0, BAD_ADDRESS,
			NULL), "%s: sleep, address", name);
		FACT(syscall(SYS_clock_adjtime, id, &tx) >= 0 ? 0 : -1,
			"%s: adjtime", name);
		FACT(syscall(SYS_timer_create, id, NULL, &timer),
			"%s: timer", name);
		FACT(timerfd_create(id, 0) >= 0 ? 0 : -1, "%s: timerfd",
			name);
	}
}

static void handler(int sig __attribute__((unused)))
{
}

static volatile int caught;

static void count(int sig __attribute__((unused)))
{
	caught++;
}

static void catch(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa = { .sa_handler = fn, .sa_flags = flags };

	CHECK(sigaction(sig, &sa, NULL) == 0);
}

static void interrupt_after(int ms)
{
	struct itimerval it = { .it_value = { 0, ms * 1000 } };

	catch(SIGALRM, handler, 0);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

static void test_settime(void)
{
	struct time64 now;

	FACT(syscall(SYS_clock_settime64, CLOCK_REALTIME,
		&(struct time64){ -1, 0 }), "set to -1");
	FACT(syscall(SYS_clock_settime64, CLOCK_REALTIME,
		&(struct time64){ 8277292036ll, 0 }), "beyond KTIME_SEC_MAX");
	FACT(syscall(SYS_clock_settime64, CLOCK_REALTIME,
		&(struct time64){ LONGEST, 0 }), "set to the last second");
	FACT(syscall(SYS_clock_settime64, CLOCK_REALTIME,
		&(struct time64){ 1, -1 }), "negative ns");
	FACT(syscall(SYS_clock_settime32, CLOCK_REALTIME,
		&(struct time32){ -1, 0 }), "32 bits, negative");
	FACT(syscall(SYS_clock_settime32, CLOCK_REALTIME,
		&(struct time32){ 1, 1000000000 }), "32 bits, bad ns");
	FACT(syscall(SYS_settimeofday_time32, BAD_ADDRESS, NULL),
		"settimeofday, address");
	FACT(syscall(SYS_settimeofday_time32, NULL, BAD_ADDRESS),
		"settimeofday, zone's address");
	FACT(syscall(SYS_settimeofday_time32, NULL, NULL),
		"settimeofday, null");
	FACT(syscall(SYS_settimeofday_time32,
		&(struct time32){ 100, -1 }, NULL), "settimeofday, < 0");
	FACT(syscall(SYS_settimeofday_time32,
		&(struct time32){ -1, 100 }, NULL), "settimeofday, s < 0");
	FACT(syscall(SYS_settimeofday_time32,
		&(struct time32){ 100, 1000000 }, NULL), "settimeofday, big");
	FACT(syscall(SYS_settimeofday_time32, NULL,
		&(struct timezone){ 16 * 60, 0 }), "settimeofday, zone");
	FACT(syscall(SYS_settimeofday_time32, NULL,
		&(struct timezone){ 0, 0 }), "settimeofday, no zone");
	FACT(syscall(SYS_gettimeofday_time32, BAD_ADDRESS, NULL),
		"gettimeofday, address");
	FACT(syscall(SYS_gettimeofday_time32, NULL, BAD_ADDRESS),
		"gettimeofday, zone's address");
	FACT(syscall(SYS_gettimeofday_time32, NULL, NULL),
		"gettimeofday, null");
	FACT(syscall(SYS_time, BAD_ADDRESS), "time, address");
	FACT(syscall(SYS_stime, BAD_ADDRESS), "stime, address");
	AS(1000) {
		syscall(SYS_clock_gettime64, CLOCK_REALTIME, &now);
		FACT(syscall(SYS_clock_settime64, CLOCK_REALTIME, &now),
			"user: set");
		FACT(syscall(SYS_clock_settime64, CLOCK_MONOTONIC, &now),
			"user: set monotonic");
		FACT(syscall(SYS_stime, &(int){ 5 }), "user: stime");
		FACT(syscall(SYS_settimeofday_time32,
			&(struct time32){ 5, 0 }, NULL), "user: settimeofday");
		FACT(syscall(SYS_settimeofday_time32, NULL,
			&(struct timezone){ 0, 0 }), "user: zone");
	}
}

static void adjust(const char *what, struct timex tx)
{
	FACT(syscall(SYS_adjtimex, &tx), "adjtimex, %s", what);
}

static void test_adjtimex(void)
{
	struct timex tx = { 0 };

	FACT(syscall(SYS_adjtimex, BAD_ADDRESS), "adjtimex, address");
	adjust("read", (struct timex){ 0 });
	adjtimex(&tx);
	FACT(tx.tick, "tick");
	FACT(tx.tolerance, "tolerance");
	FACT(tx.precision, "precision");
	adjust("tick low", (struct timex){ .modes = ADJ_TICK,
		.tick = 8999 });
	adjust("tick high", (struct timex){ .modes = ADJ_TICK,
		.tick = 11001 });
	adjust("tick", (struct timex){ .modes = ADJ_TICK, .tick = 10000 });
	adjust("frequency", (struct timex){ .modes = ADJ_FREQUENCY,
		.freq = 0 });
	adjust("single shot", (struct timex){ .modes =
		ADJ_OFFSET_SINGLESHOT, .offset = 0 });
	adjust("read single shot", (struct timex){ .modes =
		ADJ_OFFSET_SS_READ });
	adjust("all but offset", (struct timex){ .modes = ADJ_FREQUENCY |
		ADJ_MAXERROR | ADJ_ESTERROR | ADJ_TIMECONST | ADJ_TICK,
		.tick = 10000 });
	adjust("set offset, bad", (struct timex){ .modes = ADJ_SETOFFSET,
		.time = { 0, -1 } });
	adjust("set offset, 0", (struct timex){ .modes = ADJ_SETOFFSET });
	adjust("status", (struct timex){ .modes = ADJ_STATUS,
		.status = STA_UNSYNC });
	adjust("tai", (struct timex){ .modes = ADJ_TAI, .constant = 0 });
	AS(1000) {
		adjust("user reads", (struct timex){ 0 });
		adjust("user", (struct timex){ .modes = ADJ_TICK,
			.tick = 10000 });
		adjust("user, read single shot", (struct timex){ .modes =
			ADJ_OFFSET_SS_READ });
		adjust("user, single shot", (struct timex){ .modes =
			ADJ_OFFSET_SINGLESHOT });
	}
}

static void test_sleep(void)
{
	struct time32 t = { 0, 0 };
	struct time64 w = { 0, 0 };

	FACT(syscall(SYS_nanosleep, BAD_ADDRESS, NULL), "nanosleep, address");
	FACT(syscall(SYS_nanosleep, &(struct time32){ 0, -1 }, NULL),
		"nanosleep, ns < 0");
	FACT(syscall(SYS_nanosleep, &(struct time32){ -1, 0 }, NULL),
		"nanosleep, s < 0");
	FACT(syscall(SYS_nanosleep, &(struct time32){ 0, 1000000000 }, NULL),
		"nanosleep, ns too many");
	FACT(syscall(SYS_nanosleep, &(struct time32){ 0, 1 }, BAD_ADDRESS),
		"nanosleep, bad remainder unused");
	FACT(syscall(SYS_nanosleep, &t, NULL), "nanosleep 0");
	interrupt_after(20);
	t = (struct time32){ 77, 77 };
	FACT(syscall(SYS_nanosleep, &(struct time32){ 20, 0 }, &t),
		"nanosleep, signal");
	FACT(t.sec, "remainder");
	interrupt_after(20);
	FACT(syscall(SYS_nanosleep, &(struct time32){ 20, 0 }, BAD_ADDRESS),
		"nanosleep, signal, bad remainder");
	interrupt_after(20);
	FACT(syscall(SYS_nanosleep, &(struct time32){ INT_MAX, 0 }, &t),
		"nanosleep, long, signal");
	FACT(t.sec > INT_MAX - 10, "remainder is long");
	interrupt_after(20);
	FACT(syscall(SYS_clock_nanosleep_time64, CLOCK_MONOTONIC, 0,
		&(struct time64){ LONGEST, 0 }, &w), "longest, signal");
	printf("%d\n", w.sec > INT_MAX);
	interrupt_after(20);
	w = (struct time64){ 77, 77 };
	FACT(syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME,
		TIMER_ABSTIME, &(struct time64){ LONGEST / 1000000000, 0 },
		&w), "until, signal");
	FACT((long)w.sec, "remainder is left alone");
	catch(SIGALRM, handler, SA_RESTART);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 0 }, { 0, 20000 } },
		NULL);
	FACT(syscall(SYS_nanosleep, &(struct time32){ 20, 0 }, &t),
		"nanosleep, SA_RESTART");
	FACT(t.sec, "remainder");
	FACT(syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME, 2,
		&(struct time64){ 0, 1 }, NULL), "unknown flag");
	FACT(syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME,
		TIMER_ABSTIME, &(struct time64){ -1, 0 }, NULL),
		"until before 1970");
	FACT(syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME, 0,
		&(struct time64){ 0, 0x100000000ll }, NULL), "ns: high word");
}

static void test_alarm(void)
{
	struct itimerval it = { { 0, 0 }, { 0, 0 } }, old;

	alarm(0);
	FACT(alarm(5), "alarm");
	FACT(alarm(INT_MAX), "alarm, longest");
	FACT(alarm(UINT_MAX) > INT_MAX - 10, "alarm, too long");
	getitimer(ITIMER_REAL, &it);
	FACT(it.it_value.tv_sec, "its value");
	FACT(alarm(0), "alarm 0");
	FACT(alarm(0), "alarm 0 again");
	FACT(alarm(100), "alarm");
	AS(0)
		FACT(alarm(0), "in a child");
	FACT(alarm(0), "alarm of the parent");
	for (int which = -1; which <= 3; which++) {
		struct { int32_t v[4]; } raw = { { 0, 0, 0, 0 } };

		FACT(syscall(SYS_getitimer, which, &old), "get %d", which);
		FACT(syscall(SYS_getitimer, which, BAD_ADDRESS),
			"get %d, address", which);
		FACT(syscall(SYS_setitimer, which, NULL, &old),
			"set %d, null", which);
		FACT(syscall(SYS_setitimer, which, BAD_ADDRESS, NULL),
			"set %d, address", which);
		FACT(syscall(SYS_setitimer, which, &raw, BAD_ADDRESS),
			"set %d, old's address", which);
		raw.v[3] = 1000000;
		FACT(syscall(SYS_setitimer, which, &raw, NULL),
			"set %d, us too many", which);
		raw.v[3] = -1;
		FACT(syscall(SYS_setitimer, which, &raw, NULL),
			"set %d, us < 0", which);
		raw.v[3] = 0;
		raw.v[2] = -1;
		FACT(syscall(SYS_setitimer, which, &raw, NULL),
			"set %d, s < 0", which);
		raw.v[2] = 100;
		raw.v[0] = 7;
		FACT(syscall(SYS_setitimer, which, &raw, NULL), "set %d",
			which);
		FACT(syscall(SYS_getitimer, which, &raw), "get %d", which);
		printf("%d %d\n", raw.v[0], raw.v[2] == 99 ||
			raw.v[2] == 100);
		memset(&raw, 0, sizeof(raw));
		syscall(SYS_setitimer, which, &raw, NULL);
	}
}

/* The signal arrives, and how often in the time it was asked for */
static void test_itimer_signals(void)
{
	static const struct { int which, sig; } timers[] = {
		{ ITIMER_VIRTUAL, SIGVTALRM }, { ITIMER_PROF, SIGPROF },
		{ ITIMER_REAL, SIGALRM },
	};

	for (unsigned i = 0; i < COUNT(timers); i++) {
		struct itimerval it = { { 0, 10000 }, { 0, 10000 } };

		caught = 0;
		catch(timers[i].sig, count, SA_RESTART);
		CHECK(setitimer(timers[i].which, &it, NULL) == 0);
		while (caught < 3)
			getppid();
		it = (struct itimerval){ { 0, 0 }, { 0, 0 } };
		FACT(setitimer(timers[i].which, &it, NULL), "timer %d",
			timers[i].which);
	}
}

static void test_itimer_intervals(void)
{
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		struct itimerval it = { { 10, 0 }, { 0, 0 } }, none = { 0 };

		FACT(setitimer(which, &it, NULL), "interval alone, %d", which);
		FACT(getitimer(which, &it), "get it");
		FACT(it.it_interval.tv_sec, "interval");
		FACT(setitimer(which, &none, &it), "set nothing");
		FACT(it.it_interval.tv_sec, "interval before");
	}
}

static void test_posix_timers(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_NONE };
	struct timer64 t = { { 0, 0 }, { 100, 0 } }, old;
	int id, id2;

	FACT(syscall(SYS_timer_create, CLOCK_REALTIME, BAD_ADDRESS, &id),
		"create, event's address");
	FACT(syscall(SYS_timer_create, CLOCK_REALTIME, NULL, BAD_ADDRESS),
		"create, id's address");
	for (int notify = -1; notify <= 5; notify++) {
		ev.sigev_notify = notify;
		ev.sigev_signo = SIGALRM;
		FACT(syscall(SYS_timer_create, CLOCK_REALTIME, &ev, &id),
			"notify %d", notify);
	}
	ev.sigev_notify = SIGEV_SIGNAL;
	for (int sig = -1; sig <= 66; sig += sig == 1 ? 63 : 1) {
		ev.sigev_signo = sig;
		FACT(syscall(SYS_timer_create, CLOCK_REALTIME, &ev, &id),
			"signal %d", sig);
	}
	ev.sigev_notify = SIGEV_NONE;
	ev.sigev_signo = 1000;
	FACT(syscall(SYS_timer_create, CLOCK_REALTIME, &ev, &id2),
		"no notification, bad signal");
	ev.sigev_signo = 0;
	FACT(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id), "create");
	FACT(syscall(SYS_timer_settime64, id, 0, &t, &old), "set");
	FACT(syscall(SYS_timer_gettime64, id, &old), "get");
	FACT(old.value.sec == 99 || old.value.sec == 100, "its value");
	FACT(syscall(SYS_timer_settime64, id, 0, NULL, &old), "set, null");
	FACT(syscall(SYS_timer_settime64, id, 0, BAD_ADDRESS, &old),
		"set, address");
	FACT(syscall(SYS_timer_settime64, id, 0, &t, BAD_ADDRESS),
		"set, old's address");
	FACT(syscall(SYS_timer_settime64, id, 8, &t, NULL), "set, flags");
	t.value.nsec = -1;
	FACT(syscall(SYS_timer_settime64, id, 0, &t, NULL), "set, ns < 0");
	t.value.nsec = 1000000000;
	FACT(syscall(SYS_timer_settime64, id, 0, &t, NULL), "set, ns");
	t.value.nsec = 0;
	t.value.sec = -1;
	FACT(syscall(SYS_timer_settime64, id, 0, &t, NULL), "set, s < 0");
	FACT(syscall(SYS_timer_gettime64, id, BAD_ADDRESS), "get, address");
	FACT(syscall(SYS_timer_gettime64, -1, &old), "get of none");
	FACT(syscall(SYS_timer_settime64, -1, 0, &t, NULL), "set, of none");
	t.value.sec = 1;
	FACT(syscall(SYS_timer_settime64, 12345, 0, &t, NULL),
		"set, of none");
	FACT(syscall(SYS_timer_getoverrun, -1), "overrun of none");
	FACT(syscall(SYS_timer_getoverrun, id), "overrun");
	FACT(syscall(SYS_timer_delete, -1), "delete of none");
	FACT(syscall(SYS_timer_delete, id), "delete");
	FACT(syscall(SYS_timer_delete, id), "delete again");
	FACT(syscall(SYS_timer_gettime64, id, &old), "get of deleted");
	AS(0)
		FACT(syscall(SYS_timer_gettime64, id2, &old), "in a child");
}

static void test_overrun(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR1, .sigev_value.sival_int = 77 };
	struct timer64 t = { { 0, 40 * MS }, { 0, 40 * MS } };
	siginfo_t info;
	sigset_t set;
	int id;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	FACT(syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &id), "create");
	FACT(syscall(SYS_timer_settime64, id, 0, &t, NULL), "set");
	usleep(500000);
	FACT(sigwaitinfo(&set, &info), "signal");
	FACT(info.si_code, "code");
	FACT(info.si_value.sival_int, "value");
	FACT(info.si_overrun > 5, "overrun in the signal");
	FACT(info.si_overrun == syscall(SYS_timer_getoverrun, id),
		"the same by the call");
	FACT(info.si_timerid == id, "timer");
	t = (struct timer64){ { 0, 0 }, { 0, 0 } };
	FACT(syscall(SYS_timer_settime64, id, 0, &t, &t), "stop");
	FACT((long)t.interval.nsec, "interval");
	FACT(syscall(SYS_timer_gettime64, id, &t), "get");
	FACT((long)(t.value.sec + t.value.nsec + t.interval.nsec), "stopped");
	sigprocmask(SIG_UNBLOCK, &(sigset_t){ { 0 } }, NULL);
	t = (struct timer64){ { 0, 0 }, { 1, 0 } };
	FACT(syscall(SYS_timer_settime64, id, TIMER_ABSTIME, &t, NULL),
		"absolute, in the past");
	FACT(sigtimedwait(&set, &info, &(struct timespec){ 5, 0 }), "signal");
	FACT(info.si_overrun, "overrun");
	FACT(syscall(SYS_timer_delete, id), "delete");
}

static void test_timerfd(void)
{
	struct timer64 t = { { 0, 0 }, { 0, 5 * MS } }, old;
	uint64_t n = 0;
	int fd;

	FACT(timerfd_create(CLOCK_REALTIME_ALARM, 0) >= 0, "alarm clock");
	AS(1000)
		FACT(timerfd_create(CLOCK_BOOTTIME_ALARM, 0),
			"alarm clock, user");
	FACT(timerfd_create(CLOCK_MONOTONIC, 1), "create, flags");
	FACT(timerfd_create(CLOCK_MONOTONIC, -1), "create, flags -1");
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	FACT(fcntl(fd, F_GETFD), "close on exec");
	FACT(fcntl(fd, F_GETFL) & O_NONBLOCK, "not blocking");
	FACT(read(fd, &n, 8), "read, not armed");
	FACT(read(fd, &n, 7), "read, short");
	FACT(write(fd, &n, 8), "write");
	FACT(pread(fd, &n, 8, 0), "pread");
	FACT(lseek(fd, 0, SEEK_SET), "lseek");
	FACT(syscall(SYS_timerfd_settime64, fd, 4, &t, NULL), "set, flags");
	FACT(syscall(SYS_timerfd_settime64, fd, -1, &t, NULL),
		"set, flags -1");
	FACT(syscall(SYS_timerfd_settime64, fd, 2, &t, NULL),
		"set, cancel alone");
	FACT(syscall(SYS_timerfd_settime64, fd, 3, &t, NULL),
		"set, cancel on a monotonic clock");
	FACT(syscall(SYS_timerfd_settime64, fd, 0, BAD_ADDRESS, NULL),
		"set, address");
	FACT(syscall(SYS_timerfd_settime64, fd, 0, NULL, NULL), "set, null");
	FACT(syscall(SYS_timerfd_settime64, fd, 0, &t, BAD_ADDRESS),
		"set, old's address");
	FACT(syscall(SYS_timerfd_settime64, -1, 0, &t, NULL), "set, fd");
	FACT(syscall(SYS_timerfd_settime64, 1, 0, &t, NULL), "set, other fd");
	FACT(syscall(SYS_timerfd_gettime64, -1, &t), "get, fd");
	FACT(syscall(SYS_timerfd_gettime64, 1, &old), "get, other fd");
	FACT(syscall(SYS_timerfd_gettime64, fd, BAD_ADDRESS), "get, address");
	t.value.nsec = 1000000000;
	FACT(syscall(SYS_timerfd_settime64, fd, 0, &t, NULL), "set, ns");
	t.value.nsec = 5 * MS;
	t.interval.nsec = -1;
	FACT(syscall(SYS_timerfd_settime64, fd, 0, &t, NULL), "interval");
	t.interval.nsec = 5 * MS;
	FACT(syscall(SYS_timerfd_settime64, fd, 0, &t, NULL), "set");
	usleep(60000);
	FACT(read(fd, &n, 8), "read");
	FACT(n >= 8, "several");
	FACT(syscall(SYS_timerfd_gettime64, fd, &old), "get");
	FACT((long)old.interval.nsec, "interval");
	t = (struct timer64){ { 0, 0 }, { 0, 0 } };
	FACT(syscall(SYS_timerfd_settime64, fd, 0, &t, &old), "disarm");
	FACT(read(fd, &n, 8), "read, disarmed");
	t.value.nsec = 1;
	FACT(syscall(SYS_timerfd_settime64, fd, 1, &t, NULL), "in the past");
	FACT(poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, 1000), "poll");
	FACT(read(fd, &n, 100), "read");
	FACT((long)n, "once");
	close(fd);
}

static void *spin(void *arg __attribute__((unused)))
{
	volatile long n = 0;

	while (n < 3000000)
		n++;
	return NULL;
}

static void test_cpu_clocks(void)
{
	struct timespec before, after;
	struct tms tms;
	clockid_t id;
	pthread_t thread;

	FACT(syscall(SYS_times, BAD_ADDRESS), "times, address");
	FACT(syscall(SYS_times, NULL) != -1, "times, null");
	FACT(times(&tms) != -1, "times");
	FACT(tms.tms_cutime >= 0, "of children");
	FACT(clock_getcpuclockid(0, &id), "clock of mine");
	FACT(clock_getcpuclockid(9999999, &id) == ESRCH, "clock of none");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	pthread_create(&thread, NULL, spin, NULL);
	pthread_join(thread, NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	FACT(after.tv_nsec != before.tv_nsec, "a thread's time counts");
	FACT(clock_settime(CLOCK_PROCESS_CPUTIME_ID, &before), "set it");
	before = (struct timespec){ 0, 20 * MS };
	FACT(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &before, NULL),
		"sleep by the thread's");
}

int main(int argc __attribute__((unused)), char **argv)
{
	facts_begin(argv[1]);
	test_clock_ids();
	test_settime();
	test_adjtimex();
	test_sleep();
	test_alarm();
	test_itimer_signals();
	test_itimer_intervals();
	test_posix_timers();
	test_overrun();
	test_timerfd();
	test_cpu_clocks();
	return 0;
}

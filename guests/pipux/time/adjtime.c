/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * adjtimex(2), clock_adjtime(2): the state that a time daemon keeps in the
 * kernel.
 *
 * LIMIT: the clock is only set (ADJ_SETOFFSET); its rate stays the machine's:
 * what is set otherwise is kept and told.
 */
#include <linux/timex.h>
#include "clock.h"

#define ADJTIME		0x8000u		/* modes of adjtime(3) are special */
#define SINGLE_SHOT	1u
#define READ_ONLY	0x2000u
#define MAX_ERROR_US	16000000
#define FREQUENCY_MAX	(500l << 16)	/* 500 ppm */
#define TICK_MIN	(900000 / HZ)
#define TICK_MAX	(1100000 / HZ)
#define TAI_MAX		100000
#define MAXTC		10		/* of the time constant */
#define STATUS_READ_ONLY (STA_PPSSIGNAL | STA_PPSJITTER | STA_PPSWANDER \
	| STA_PPSERROR | STA_CLOCKERR | STA_NANO | STA_MODE | STA_CLK)

static struct {
	long freq, maxerror, esterror, constant, tick, single_shot;
	int status, tai;
} ntp = {
	.maxerror = MAX_ERROR_US, .esterror = MAX_ERROR_US, .constant = 2,
	.tick = 1000000 / HZ, .status = STA_UNSYNC,
};

long sys_adjtimex(struct timex *utx);
long sys_clock_adjtime(int clock, struct timex *utx);
long sys_clock_adjtime64(int clock, struct __kernel_timex *utx);

int tai_offset(void)
{
	return ntp.tai;
}

void adjtime_clear(void)
{
	ntp.single_shot = 0;
	ntp.status |= STA_UNSYNC;
	ntp.maxerror = ntp.esterror = MAX_ERROR_US;
}

static long limited(long value, long low, long high)
{
	return value < low ? low : value > high ? high : value;
}

/* 0, -EPERM, or -EINVAL: what Linux refuses before it does anything */
static long check(const struct __kernel_timex *tx)
{
	uint32_t modes = tx->modes;
	long long fraction = tx->time.tv_usec;

	if ((modes & ADJTIME) && !(modes & SINGLE_SHOT))
		return -EINVAL;
	if (modes & ADJTIME ? !(modes & READ_ONLY) && !capable(CAP_SYS_TIME)
			: modes && !capable(CAP_SYS_TIME))
		return -EPERM;
	if (!(modes & ADJTIME) && (modes & ADJ_TICK)
			&& (tx->tick < TICK_MIN || tx->tick > TICK_MAX))
		return -EINVAL;
	if (!(modes & ADJ_SETOFFSET))
		return 0;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	return fraction < 0 || fraction >= (modes & ADJ_NANO
		? (long long)NSEC_PER_SEC : 1000000) ? -EINVAL : 0;
}

static long set_offset(const struct __kernel_timex *tx)
{
	int64_t ns = tx->time.tv_usec * (tx->modes & ADJ_NANO ? 1 : 1000);
	int64_t now = (int64_t)realtime_get();

	ns += tx->time.tv_sec * (int64_t)NSEC_PER_SEC;
	if (tx->time.tv_sec > INT32_MAX || tx->time.tv_sec < INT32_MIN
			|| now + ns < (int64_t)ktime_get())
		return -EINVAL;
	realtime_set((uint64_t)(now + ns));
	adjtime_clear();
	return 0;
}

/* The scale of STA_NANO first: what follows is read in it */
static void set_status(const struct __kernel_timex *tx)
{
	if (tx->modes & ADJ_STATUS)
		ntp.status = (ntp.status & STATUS_READ_ONLY)
			| (tx->status & ~STATUS_READ_ONLY);
	if (tx->modes & ADJ_NANO)
		ntp.status |= STA_NANO;
	if (tx->modes & ADJ_MICRO)
		ntp.status &= ~STA_NANO;
}

static void apply(const struct __kernel_timex *tx)
{
	uint32_t modes = tx->modes;

	set_status(tx);
	if (modes & ADJ_FREQUENCY)
		ntp.freq = limited((long)tx->freq, -FREQUENCY_MAX,
			FREQUENCY_MAX);
	if (modes & ADJ_MAXERROR)
		ntp.maxerror = (long)tx->maxerror;
	if (modes & ADJ_ESTERROR)
		ntp.esterror = (long)tx->esterror;
	if (modes & ADJ_TIMECONST)
		ntp.constant = limited((long)tx->constant
			+ (ntp.status & STA_NANO ? 0 : 4), 0, MAXTC);
	if ((modes & ADJ_TAI) && tx->constant >= 0 && tx->constant <= TAI_MAX)
		ntp.tai = (int)tx->constant;
	if (modes & ADJ_TICK)
		ntp.tick = (long)tx->tick;
}

/* adjtime(3) is told what was left of the last adjustment */
static long single_shot(const struct __kernel_timex *tx)
{
	long left = ntp.single_shot;

	if (!(tx->modes & READ_ONLY))
		ntp.single_shot = (long)tx->offset;
	return left;
}

/* Changes, and fills *tx with the state after it; the clock's state */
static long adjust(struct __kernel_timex *tx)
{
	uint32_t modes = tx->modes;
	struct timespec64 now;
	long offset = 0, rc = check(tx);

	if (!rc && (modes & ADJ_SETOFFSET))
		rc = set_offset(tx);
	if (rc)
		return rc;
	if (modes & ADJTIME)
		offset = single_shot(tx);
	else
		apply(tx);
	now = now_timespec();
	*tx = (struct __kernel_timex){
		.modes = modes, .offset = offset, .freq = ntp.freq,
		.maxerror = ntp.maxerror, .esterror = ntp.esterror,
		.status = ntp.status, .constant = ntp.constant,
		.precision = 1, .tolerance = FREQUENCY_MAX, .tick = ntp.tick,
		.tai = ntp.tai, .time = { now.tv_sec, now.tv_nsec /
			(ntp.status & STA_NANO ? 1 : 1000) },
	};
	return ntp.status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR
		: TIME_OK;
}

static void widen(struct __kernel_timex *to, const struct timex *from)
{
	*to = (struct __kernel_timex){
		.modes = from->modes, .offset = from->offset,
		.freq = from->freq, .maxerror = from->maxerror,
		.esterror = from->esterror, .status = from->status,
		.constant = from->constant, .tick = from->tick,
		.time = { from->time.tv_sec, from->time.tv_usec },
	};
}

static void narrow(struct timex *to, const struct __kernel_timex *from)
{
	*to = (struct timex){
		.modes = from->modes, .offset = (long)from->offset,
		.freq = (long)from->freq, .maxerror = (long)from->maxerror,
		.esterror = (long)from->esterror, .status = from->status,
		.constant = (long)from->constant,
		.precision = (long)from->precision,
		.tolerance = (long)from->tolerance,
		.time = { (long)from->time.tv_sec, (long)from->time.tv_usec },
		.tick = (long)from->tick, .tai = from->tai,
	};
}

long sys_adjtimex(struct timex *utx)
{
	return sys_clock_adjtime(CLOCK_REALTIME, utx);
}

/* A file that is a clock would be one of CLOCK_OF(fd): there is none */
static long clock_error(int clock)
{
	return clock < 0 ? (clock & 7) == 3 ? -EINVAL : -EOPNOTSUPP
		: clock_exists(clock) ? -EOPNOTSUPP : -EINVAL;
}

long sys_clock_adjtime(int clock, struct timex *utx)
{
	struct __kernel_timex wide;
	struct timex tx;
	long rc;

	if (get_user(tx, utx))
		return -EFAULT;
	if (clock != CLOCK_REALTIME)
		return clock_error(clock);
	widen(&wide, &tx);
	rc = adjust(&wide);
	if (rc < 0)
		return rc;
	narrow(&tx, &wide);
	return put_user(tx, utx) ? -EFAULT : rc;
}

long sys_clock_adjtime64(int clock, struct __kernel_timex *utx)
{
	struct __kernel_timex tx;
	long rc;

	if (get_user(tx, utx))
		return -EFAULT;
	if (clock != CLOCK_REALTIME)
		return clock_error(clock);
	rc = adjust(&tx);
	if (rc < 0)
		return rc;
	return put_user(tx, utx) ? -EFAULT : rc;
}

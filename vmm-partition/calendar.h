/* SPDX-License-Identifier: BSD-2-Clause */
/* The Gregorian calendar.  Pure. */
#ifndef VMM_CALENDAR_H
#define VMM_CALENDAR_H

#include <stdint.h>

/* Days from 1970-01-01 to a date from then on; month and day count from 1 */
static inline uint32_t calendar_days(uint32_t year, uint32_t month,
		uint32_t day)
{
	/* A year that begins in March has its leap day at its end */
	uint32_t y = month < 3 ? year - 1 : year;
	uint32_t m = month < 3 ? month + 9 : month - 3;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5
		+ day - 1 - 719468;
}

/* Seconds since 1970-01-01 00:00:00 */
static inline uint64_t calendar_seconds(uint32_t year, uint32_t month,
		uint32_t day, uint32_t hour, uint32_t minute, uint32_t second)
{
	return calendar_days(year, month, day) * (uint64_t)86400
		+ hour * 3600 + minute * 60 + second;
}

#endif

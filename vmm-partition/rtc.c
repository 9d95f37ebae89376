/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wall clock, an MC146818 that keeps UTC: read once, at start.
 * LIMIT: whole seconds; the time is up to one second behind.
 */
#include "calendar.h"
#include "vmm.h"

#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71

#define RTC_SECOND	0x00
#define RTC_MINUTE	0x02
#define RTC_HOUR	0x04
#define RTC_DAY		0x07
#define RTC_MONTH	0x08
#define RTC_YEAR	0x09
#define RTC_STATUS_A	0x0A
#define RTC_STATUS_B	0x0B
#define RTC_CENTURY	0x32

#define A_UIP		0x80	/* update in progress */
#define B_24H		0x02
#define B_BINARY	0x04
#define HOUR_PM		0x80

#define TRIES		10000	/* an update takes 2 ms, a try 1 us or more */

enum field { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, CENTURY, FIELDS };

static uint32_t cmos_read(uint32_t index)
{
	port_out8(CMOS_INDEX, index);
	return port_in8(CMOS_DATA);
}

static void read_fields(uint8_t raw[FIELDS])
{
	static const uint8_t index[FIELDS] = {
		RTC_SECOND, RTC_MINUTE, RTC_HOUR, RTC_DAY, RTC_MONTH,
		RTC_YEAR, RTC_CENTURY,
	};

	for (int i = 0; i < TRIES; i++)
		if (!(cmos_read(RTC_STATUS_A) & A_UIP))
			break;
	for (int i = 0; i < FIELDS; i++)
		raw[i] = (uint8_t)cmos_read(index[i]);
}

static uint32_t from_bcd(uint32_t n)
{
	return (n >> 4) * 10 + (n & 15);
}

static uint32_t to_hour(uint32_t raw, uint32_t status)
{
	uint32_t hour = raw & ~(status & B_24H ? 0 : HOUR_PM);

	if (!(status & B_BINARY))
		hour = from_bcd(hour);
	if (!(status & B_24H))
		hour = hour % 12 + (raw & HOUR_PM ? 12 : 0);
	return hour;
}

/* Seconds since 1970 UTC; two equal readings rule out one torn by an update */
uint64_t rtc_read(void)
{
	uint8_t raw[FIELDS], again[FIELDS];
	uint32_t status = cmos_read(RTC_STATUS_B);
	uint32_t hour;

	read_fields(again);
	for (int i = 0; i < TRIES; i++) {
		memcpy(raw, again, sizeof(raw));
		read_fields(again);
		if (!memcmp(raw, again, sizeof(raw)))
			break;
	}
	hour = to_hour(raw[HOUR], status);
	if (!(status & B_BINARY))
		for (int i = 0; i < FIELDS; i++)
			raw[i] = (uint8_t)from_bcd(raw[i]);
	/* A machine without a century byte shows anything there */
	if (raw[CENTURY] < 19 || raw[CENTURY] > 21)
		raw[CENTURY] = raw[YEAR] < 70 ? 20 : 19;
	return calendar_seconds(raw[CENTURY] * 100u + raw[YEAR], raw[MONTH],
			raw[DAY], hour, raw[MINUTE], raw[SECOND]);
}

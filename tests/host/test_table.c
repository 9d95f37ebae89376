/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/block/table.c */
/*
 * Partition tables: good ones, each kind of damage, and random sectors, of
 * which nothing may come that lies outside the disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../guests/pipux/block/table.h"

#define SECTORS		4096u
#define READS_MAX	1000u
#define SEC		TABLE_SECTOR

static uint8_t image[SECTORS][TABLE_SECTOR];
static unsigned reads;

static bool read_image(struct table_disk *disk, uint64_t sector, uint8_t *buf)
{
	assert_true(sector < disk->sectors);
	reads++;
	memcpy(buf, image[sector], SEC);
	return true;
}

static bool read_nothing(struct table_disk *disk, uint64_t sector,
		uint8_t *buf)
{
	return false;
}

static struct table_disk disk = { SECTORS, read_image };
static struct table t;

static bool run(void)
{
	reads = 0;
	return table_read(&t, &disk);
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

static void put64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, 8);
}

static void mbr_entry(unsigned sector, unsigned i, uint8_t type,
		uint32_t start, uint32_t n)
{
	uint8_t *p = image[sector] + 446 + 16 * i;

	p[4] = type;
	put32(p + 8, start);
	put32(p + 12, n);
	image[sector][510] = 0x55;
	image[sector][511] = 0xAA;
}

static uint32_t crc32(const uint8_t *p, size_t n)
{
	uint32_t crc = ~0u;

	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
	}
	return ~crc;
}

static void gpt_seal(unsigned at)
{
	put32(image[at] + 16, 0);
	put32(image[at] + 16, crc32(image[at], 92));
}

static void gpt_header(unsigned at, unsigned table)
{
	uint8_t *h = image[at];

	memcpy(h, "EFI PART", 8);
	put32(h + 8, 0x10000);
	put32(h + 12, 92);
	put64(h + 24, at);
	put64(h + 40, 34);
	put64(h + 48, SECTORS - 34);
	put64(h + 72, table);
	put32(h + 80, 128);
	put32(h + 84, 128);
	put32(h + 88, crc32(image[table], 128 * 128));
	gpt_seal(at);
}

static void gpt_entry(unsigned table, unsigned i, uint64_t first,
		uint64_t last)
{
	uint8_t *e = image[table] + 128 * i;

	memset(e, 0x77, 32);
	put64(e + 32, first);
	put64(e + 40, last);
}

static void sample_gpt(void)
{
	mbr_entry(0, 0, 0xEE, 1, SECTORS - 1);
	gpt_entry(2, 0, 34, 99);
	gpt_entry(2, 2, 100, 199);
	gpt_entry(SECTORS - 33, 0, 34, 98);
	gpt_header(1, 2);
	gpt_header(SECTORS - 1, SECTORS - 33);
}

static int clear(void **state)
{
	memset(image, 0, sizeof(image));
	disk = (struct table_disk){ SECTORS, read_image };
	return 0;
}

static void expect(unsigned number, uint64_t start, uint64_t sectors)
{
	assert_int_equal(t.part[number].sectors, sectors);
	if (sectors)
		assert_int_equal(t.part[number].start, start);
}

static void test_none(void **state)
{
	assert_false(run());
	disk.sectors = 1;
	assert_false(run());
	disk.sectors = 0;
	assert_false(run());
	disk = (struct table_disk){ SECTORS, read_nothing };
	assert_false(run());
}

static void test_mbr(void **state)
{
	mbr_entry(0, 0, 0x83, 63, 100);
	mbr_entry(0, 1, 0, 500, 100);
	mbr_entry(0, 3, 0x82, 4000, 500);
	assert_true(run());
	expect(1, 63, 100);
	expect(2, 0, 0);
	expect(4, 4000, 96);
}

static void test_boot_sector(void **state)
{
	mbr_entry(0, 0, 0x83, 63, 100);
	image[0][446 + 16] = 'x';
	assert_false(run());
}

static void test_beyond_the_end(void **state)
{
	mbr_entry(0, 0, 0x83, SECTORS, 1);
	mbr_entry(0, 1, 0x83, ~0u, ~0u);
	mbr_entry(0, 2, 0x83, SECTORS - 1, ~0u);
	assert_true(run());
	expect(1, 0, 0);
	expect(2, 0, 0);
	expect(3, SECTORS - 1, 1);
}

static void test_logical(void **state)
{
	mbr_entry(0, 0, 0x83, 63, 100);
	mbr_entry(0, 1, 0x0F, 1000, 1000);
	mbr_entry(1000, 0, 0x83, 10, 50);
	mbr_entry(1000, 1, 0x05, 500, 500);
	mbr_entry(1500, 0, 0x83, 1, 499);
	assert_true(run());
	expect(2, 1000, 2);
	expect(5, 1010, 50);
	expect(6, 1501, 499);
	expect(7, 0, 0);
}

static void test_logical_outside(void **state)
{
	mbr_entry(0, 1, 0x0F, 1000, 1000);
	mbr_entry(1000, 0, 0x83, 10, 5000);
	mbr_entry(1000, 1, 0x05, 2000, 500);
	assert_true(run());
	expect(5, 0, 0);
}

static void test_logical_loop(void **state)
{
	mbr_entry(0, 0, 0x05, 1000, 1000);
	mbr_entry(1000, 0, 0x83, 10, 5);
	mbr_entry(1000, 1, 0x05, 100, 100);
	mbr_entry(1100, 0, 0x83, 10, 5);
	mbr_entry(1100, 1, 0x05, 0, 100);
	assert_true(run());
	expect(5, 1010, 5);
	expect(6, 1110, 5);
	expect(7, 0, 0);
}

static void test_empty_logical_loop(void **state)
{
	mbr_entry(0, 0, 0x05, 1000, 1000);
	mbr_entry(1000, 1, 0x05, 0, 100);
	assert_true(run());
	assert_true(reads < 100);
}

static void test_gpt(void **state)
{
	sample_gpt();
	assert_true(run());
	expect(1, 34, 66);
	expect(2, 0, 0);
	expect(3, 100, 100);
}

static void test_gpt_backup(void **state)
{
	sample_gpt();
	image[1][40] ^= 1;
	assert_true(run());
	expect(1, 34, 65);
	sample_gpt();
	image[2][300] ^= 1;
	assert_true(run());
	expect(1, 34, 65);
}

/* Neither is good: what the protective MBR says is left */
static void test_gpt_lost(void **state)
{
	sample_gpt();
	image[1][0] = image[SECTORS - 1][0] = 0;
	assert_true(run());
	expect(1, 1, SECTORS - 1);
}

/* A sealed header that lies */
static void test_gpt_hostile(void **state)
{
	static const struct { unsigned offset, size; uint64_t value; } lie[] = {
		{ 12, 4, 0 }, { 12, 4, 91 }, { 12, 4, 513 }, { 12, 4, ~0u },
		{ 24, 8, 2 }, { 40, 8, SECTORS }, { 48, 8, SECTORS },
		{ 48, 8, ~0ull }, { 72, 8, SECTORS }, { 72, 8, ~0ull },
		{ 80, 4, ~0u }, { 80, 4, 513 }, { 84, 4, 0 }, { 84, 4, 64 },
		{ 84, 4, 129 }, { 84, 4, 1024 }, { 84, 4, ~0u },
	};

	for (size_t i = 0; i < sizeof(lie) / sizeof(lie[0]); i++) {
		clear(NULL);
		sample_gpt();
		memset(image[SECTORS - 1], 0, SEC);
		memcpy(image[1] + lie[i].offset, &lie[i].value, lie[i].size);
		gpt_seal(1);
		assert_true(run());
		assert_true(reads < READS_MAX);
		expect(1, 1, SECTORS - 1);
	}
}

static void test_gpt_bad_entries(void **state)
{
	sample_gpt();
	gpt_entry(2, 0, 33, 99);
	gpt_entry(2, 1, 100, 99);
	gpt_entry(2, 2, 100, SECTORS - 1);
	gpt_entry(2, 3, 100, ~0ull);
	gpt_header(1, 2);
	assert_true(run());
	for (unsigned i = 1; i <= 4; i++)
		expect(i, 0, 0);
}

static void check_random(void)
{
	(void)run();
	assert_true(reads < READS_MAX);
	for (unsigned i = 1; i <= TABLE_MAX; i++) {
		const struct extent *e = &t.part[i];

		assert_true(e->start <= disk.sectors
			&& e->sectors <= disk.sectors - e->start);
	}
}

static void test_random(void **state)
{
	srand(1);
	for (unsigned round = 0; round < 20000; round++) {
		unsigned at = rand() % 4 * 1000;

		if (round % 100 == 0) {
			clear(NULL);
			sample_gpt();
			for (unsigned s = 0; s < 4; s++)
				for (unsigned i = 0; i < 4; i++)
					mbr_entry(s * 1000, i, rand() % 2
						? 0x05 : 0x83, rand() % 4 * 1000,
						rand() % 5000);
			if (rand() % 2)
				mbr_entry(0, 0, 0xEE, 1, SECTORS);
		}
		image[at][(rand() % 2 ? 446 : 0) + rand() % 66] = rand();
		if (rand() % 2) {
			image[1][rand() % 96] = rand();
			gpt_header(SECTORS - 1, SECTORS - 33);
			image[SECTORS - 1][12 + rand() % 80] = rand();
			gpt_seal(SECTORS - 1);
		}
		check_random();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_none, clear),
		cmocka_unit_test_setup(test_mbr, clear),
		cmocka_unit_test_setup(test_boot_sector, clear),
		cmocka_unit_test_setup(test_beyond_the_end, clear),
		cmocka_unit_test_setup(test_logical, clear),
		cmocka_unit_test_setup(test_logical_outside, clear),
		cmocka_unit_test_setup(test_logical_loop, clear),
		cmocka_unit_test_setup(test_empty_logical_loop, clear),
		cmocka_unit_test_setup(test_gpt, clear),
		cmocka_unit_test_setup(test_gpt_backup, clear),
		cmocka_unit_test_setup(test_gpt_lost, clear),
		cmocka_unit_test_setup(test_gpt_hostile, clear),
		cmocka_unit_test_setup(test_gpt_bad_entries, clear),
		cmocka_unit_test_setup(test_random, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* SOURCES: guests/pipux/fs/ext2/geometry.c guests/pipux/fs/ext2/dirblock.c guests/pipux/fs/ext2/bitmap.c */
/* FLAGS: -isystem build/linux-headers */
/*
 * ext2's looks at what is on the disk: super blocks and descriptors, the way
 * through the block map, directory blocks, bitmaps; right ones, and millions
 * of wrong ones, of which nothing may be believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "guests/pipux/fs/ext2/bitmap.h"
#include "guests/pipux/fs/ext2/dirblock.h"
#include "guests/pipux/fs/ext2/geometry.h"

#define BLOCKS		8192u

static struct ext2_super good(void)
{
	return (struct ext2_super){
		.inodes_count = 2048, .blocks_count = BLOCKS,
		.first_data_block = 1, .blocks_per_group = 8192,
		.frags_per_group = 8192, .inodes_per_group = 2048,
		.magic = EXT2_MAGIC, .rev_level = 1, .first_ino = 11,
		.inode_size = 128, .incompat = EXT2_INCOMPAT_FILETYPE,
		.ro_compat = EXT2_RO_SPARSE_SUPER | EXT2_RO_LARGE_FILE,
	};
}

static void test_good_super(void **state)
{
	struct ext2_super s = good();
	struct ext2_group_desc d = { 3, 4, 5, 100, 100, 1, 0, { 0 } };
	struct ext2_geometry g;

	(void)state;
	assert_null(ext2_geometry(&s, BLOCKS * 1024, &g));
	assert_int_equal(g.groups, 1);
	assert_int_equal(g.table_blocks, 256);
	assert_int_equal(ext2_group_overhead(&g, 0), 2);
	assert_null(ext2_group_check(&g, 0, &d));
	assert_non_null(ext2_geometry(&s, BLOCKS * 1024 - 1, &g));
}

/* Each of these alone is a reason to refuse */
static void test_bad_supers(void **state)
{
	struct ext2_geometry g;

	(void)state;
#define BAD(field, value) do {						\
		struct ext2_super s = good();				\
		s.field = value;					\
		assert_non_null(ext2_geometry(&s, BLOCKS * 1024, &g));	\
	} while (0)
	BAD(magic, 0);
	BAD(log_block_size, 3);
	BAD(log_block_size, 0xFFFFFFFF);
	BAD(log_frag_size, 1);
	BAD(first_data_block, 0);
	BAD(blocks_per_group, 0);
	BAD(blocks_per_group, 8193);
	BAD(inodes_per_group, 0);
	BAD(inodes_per_group, 8193);
	BAD(inodes_count, 2047);
	BAD(inodes_count, 0);
	BAD(blocks_count, 0);
	BAD(blocks_count, BLOCKS + 1);
	BAD(r_blocks_count, BLOCKS + 1);
	BAD(inode_size, 64);
	BAD(inode_size, 192);
	BAD(inode_size, 2048);
	BAD(first_ino, 0);
	BAD(incompat, 0x40);
	BAD(rev_level, 2);
	BAD(reserved_gdt_blocks, 0xFFFF);
}

static void test_unknown_ro_feature(void **state)
{
	struct ext2_super s = good();
	struct ext2_geometry g;

	(void)state;
	s.ro_compat |= 0x400;
	assert_null(ext2_geometry(&s, BLOCKS * 1024, &g));
	assert_true(g.read_only);
}

/* Random super blocks: what is accepted must be consistent */
static void test_random_supers(void **state)
{
	unsigned accepted = 0;

	(void)state;
	srand(2);
	for (int i = 0; i < 300000; i++) {
		struct ext2_super s = good();
		struct ext2_geometry g;
		struct ext2_group_desc d;
		uint32_t path[4];

		for (int n = rand() % 4; n >= 0; n--)
			((uint32_t *)&s)[rand() % 64] = rand() % 2
				? (uint32_t)rand() * 3 : (uint32_t)rand() % 9000;
		if (ext2_geometry(&s, BLOCKS * 1024, &g))
			continue;
		accepted++;
		for (size_t n = 0; n < sizeof(d); n++)
			((uint8_t *)&d)[n] = (uint8_t)(n % 4 > 1 ? 0 : rand());
		if (!ext2_group_check(&g, g.groups - 1, &d)) {
			assert_true(d.inode_table + g.table_blocks
				<= g.blocks);
			assert_true(d.block_bitmap < g.blocks);
		}
		assert_true(ext2_block_path(&g, (uint32_t)rand() * 2, path)
			<= 4);
		assert_true(ext2_max_bytes(&g) > 0);
	}
	assert_true(accepted > 1000);
}

static void test_block_path(void **state)
{
	struct ext2_super s = good();
	struct ext2_geometry g;
	uint32_t p[4];

	(void)state;
	assert_null(ext2_geometry(&s, BLOCKS * 1024, &g));
	assert_int_equal(ext2_block_path(&g, 11, p), 1);
	assert_int_equal(p[0], 11);
	assert_int_equal(ext2_block_path(&g, 12, p), 2);
	assert_int_equal(p[0], 12);
	assert_int_equal(p[1], 0);
	assert_int_equal(ext2_block_path(&g, 12 + 256, p), 3);
	assert_int_equal(p[0], 13);
	assert_int_equal(p[1], 0);
	assert_int_equal(p[2], 0);
	assert_int_equal(ext2_block_path(&g, 12 + 256 + 65536 + 65537, p), 4);
	assert_int_equal(p[0], 14);
	assert_int_equal(p[1], 1);
	assert_int_equal(p[2], 0);
	assert_int_equal(p[3], 1);
	assert_int_equal(ext2_block_path(&g, 12 + 256 + 65536 + (1 << 24), p),
		0);
}

/* Names come and go; the block always agrees with a table */
static void test_directory(void **state)
{
	char block[1024], name[16];
	struct ext2_dirblock b = { block, sizeof(block), 1000 };
	uint32_t ino[60] = { 0 };

	(void)state;
	srand(3);
	ext2_dirblock_init(&b, 7, 2, EXT2_FT_DIR);
	assert_true(ext2_dirblock_empty(&b));
	assert_true(ext2_dirent_name_ok(ext2_dirent_at(&b, 0)));
	assert_int_equal(ext2_dirblock_add(&b, "a/b", 3, 9, 1), 0);
	assert_false(ext2_dirent_name_ok(ext2_dirent_at(&b,
		ext2_dirblock_find(&b, "a/b", 3))));
	ext2_dirblock_remove(&b, ext2_dirblock_find(&b, "a/b", 3));
	for (int i = 0; i < 20000; i++) {
		unsigned n = rand() % 60;
		unsigned len = sprintf(name, "%.*s%u", (int)n % 9,
			"abcdefghi", n);
		long off = ext2_dirblock_find(&b, name, len);

		if (ino[n]) {
			assert_true(off >= 0);
			assert_int_equal(ext2_dirent_at(&b, off)->inode,
				ino[n]);
			ext2_dirblock_remove(&b, off);
			ino[n] = 0;
		} else {
			assert_int_equal(off, EXT2_DIR_NONE);
			if (ext2_dirblock_add(&b, name, len, i % 1000 + 1,
					EXT2_FT_REG) == 0)
				ino[n] = i % 1000 + 1;
		}
	}
	assert_false(ext2_dirblock_empty(&b));
}

/* Blocks of noise: an answer, and no access outside of them (ASan) */
static void test_bad_directories(void **state)
{
	unsigned bad = 0;

	(void)state;
	srand(4);
	for (int i = 0; i < 200000; i++) {
		char *block = malloc(1024);
		struct ext2_dirblock b = { block, 1024, 100 };

		ext2_dirblock_init(&b, 7, 2, EXT2_FT_DIR);
		for (int n = 0; n < 8; n++) {
			char name = (char)('a' + n);

			(void)ext2_dirblock_add(&b, &name, 1, 5, 1);
		}
		for (int n = rand() % 5; n >= 0; n--)
			block[rand() % (i % 2 ? 120 : 1024)] = (char)rand();
		bad += ext2_dirblock_find(&b, "h", 1) == EXT2_DIR_BAD;
		(void)ext2_dirblock_empty(&b);
		(void)ext2_dirblock_add(&b, "name", 4, 9, 1);
		if (ext2_dirblock_find(&b, "name", 4) >= 0)
			ext2_dirblock_remove(&b,
				ext2_dirblock_find(&b, "name", 4));
		free(block);
	}
	assert_true(bad > 1000);
}

static void test_bitmap(void **state)
{
	uint8_t map[32], busy[32];

	(void)state;
	srand(5);
	for (int i = 0; i < 20000; i++) {
		uint32_t from = rand() % 256, end = rand() % 257, want = from;

		for (int n = 0; n < 32; n++) {
			map[n] = (uint8_t)(rand() | rand() | rand());
			busy[n] = (uint8_t)(rand() & rand());
		}
		while (want < end && ((map[want / 8] | busy[want / 8])
				>> want % 8 & 1))
			want++;
		assert_int_equal(bitmap_find_clear(map, busy, from, end),
			want < end ? want : end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_super),
		cmocka_unit_test(test_bad_supers),
		cmocka_unit_test(test_unknown_ro_feature),
		cmocka_unit_test(test_random_supers),
		cmocka_unit_test(test_block_path),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_bad_directories),
		cmocka_unit_test(test_bitmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks both drivers.  The disk is expected to hold the text LABEL at its
 * start and to be written at will behind the first 64 KiB.
 */
#include "lab.h"

#define LABEL	"driver-lab"
#define SECTOR	VIRTIO_BLK_SECTOR
#define COUNT	16u
#define FREE	128u		/* sectors that are left alone */

static uint32_t passed, failed;
static uint8_t a[COUNT * SECTOR], b[COUNT * SECTOR];

static void check(bool good, const char *name)
{
	print(good ? "ok " : "not ok ");
	print(name);
	print("\n");
	passed += good;
	failed += !good;
}

static void check_entropy(void)
{
	check(entropy_start(), "entropy: start");
	check(entropy_read(a, 5000) && entropy_read(b, 5000)
		&& memcmp(a, b, 5000), "entropy: different bytes");
}

static void check_block(void)
{
	uint64_t end;
	bool good = true;

	if (!block_start()) {
		check(false, "block: start");
		return;
	}
	check(true, "block: start");
	end = block_capacity();
	check(end >= FREE + COUNT && end < (uint64_t)1 << 32,
		"block: capacity");
	check(block_read(0, a, 1) && !memcmp(a, LABEL, sizeof(LABEL) - 1),
		"block: the label in sector 0");
	(void)entropy_read(a, sizeof(a));
	check(block_write(FREE, a, COUNT), "block: write");
	for (uint32_t i = 0; i < COUNT; i++)
		good &= block_read(FREE + i, b + i * SECTOR, 1);
	check(good && !memcmp(a, b, sizeof(a)), "block: the same comes back");
	check(block_flush(), "block: flush");
	check(!block_read(end, b, 1) && !block_write(end, b, 1),
		"block: errors beyond the end are reported");
	for (uint32_t i = 0; i < 1000; i++)
		good &= block_read(i % FREE, b, 1);
	check(good, "block: a thousand requests");
}

void guest_main(void)
{
	check_entropy();
	check_block();
	print_number(passed);
	print(" passed, ");
	print_number(failed);
	print(" failed\n");
	power_off(failed != 0);
}

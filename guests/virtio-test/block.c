/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every block device: reads its first `mib` MiB and prints their CRC; writes
 * a pattern over the same sectors if it may, flushes and reads it back.
 */
#include "test.h"

#define SECTOR		VIRTIO_BLK_SECTOR
#define CHUNK		65536u
#define CHUNK_SECTORS	(CHUNK / SECTOR)

static struct queue queue;
static uint8_t data[CHUNK];
static struct virtio_blk_req req;
static uint8_t status;
static uint32_t device;

/* One request; its status, or 255 */
static uint8_t request(uint32_t type, uint64_t sector, void *at, uint32_t size)
{
	const struct buffer all[] = {
		{ &req, sizeof(req), false },
		{ at, size, type != VIRTIO_BLK_T_OUT },
		{ &status, 1, true },
	};
	const struct buffer no_data[] = { all[0], all[2] };

	req = (struct virtio_blk_req){ .type = type, .sector = sector };
	status = 255;
	if (queue_do(&queue, size ? all : no_data, size ? 3 : 2) < 0)
		return 255;
	BARRIER();
	return status;
}

static uint64_t capacity(void)
{
	return virtio_config(device, 0, 4)
		| (uint64_t)virtio_config(device, 4, 4) << 32;
}

static void open(uint64_t features)
{
	virtio_begin(device, features);
	queue_init(&queue, device, 0);
	virtio_go(device);
}

static bool read_all(uint32_t sectors, uint32_t *crc)
{
	bool good = true;

	*crc = 0;
	for (uint32_t at = 0; good && at < sectors; at += CHUNK_SECTORS) {
		good = request(VIRTIO_BLK_T_IN, at, data, CHUNK)
			== VIRTIO_BLK_S_OK;
		*crc = crc32(*crc, data, CHUNK);
	}
	return good;
}

/* TSC ticks for 4 KiB, in requests of `size`; instructions with --icount */
static void measure(uint32_t size, bool write, const char *name)
{
	const uint32_t type = write ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN;
	const uint32_t times = 16;
	uint64_t start = rdtsc();

	for (uint32_t i = 0; i < times; i++)
		(void)request(type, 0, data, size);
	note(name, (uint32_t)(rdtsc() - start) / times / (size / 4096));
}

/* Word i of sector n */
static void fill(uint32_t sector)
{
	uint32_t *word = (uint32_t *)data;

	for (uint32_t i = 0; i < CHUNK / 4; i++)
		word[i] = (sector * (SECTOR / 4) + i) * 0x9E3779B9;
}

static void test_write(uint32_t sectors)
{
	uint32_t crc = 0, back;
	bool good = true;

	for (uint32_t at = 0; good && at < sectors; at += CHUNK_SECTORS) {
		fill(at);
		crc = crc32(crc, data, CHUNK);
		good = request(VIRTIO_BLK_T_OUT, at, data, CHUNK)
			== VIRTIO_BLK_S_OK;
	}
	ok(good, "write");
	ok(request(VIRTIO_BLK_T_FLUSH, 0, NULL, 0) == VIRTIO_BLK_S_OK,
		"flush");
	ok(read_all(sectors, &back) && back == crc, "read back");
	note("written crc32", crc);
	fill(0);
	measure(CHUNK, true, "ticks per 4 KiB, written by 64");
}

/* Headers, data and status in pieces of any size */
static void test_pieces(void)
{
	static uint8_t whole[2 * SECTOR], parts[2 * SECTOR];
	uint8_t *r = (uint8_t *)&req;
	const struct buffer pieces[] = {
		{ r, 3, false }, { r + 3, 13, false }, { parts, 1, true },
		{ parts + 1, 700, true }, { parts + 701, 323, true },
		{ &status, 1, true },
	};

	ok(request(VIRTIO_BLK_T_IN, 1, whole, sizeof(whole))
		== VIRTIO_BLK_S_OK, "two sectors");
	status = 255;
	ok(queue_do(&queue, pieces, 6) == 1025 && !status
		&& !memcmp(whole, parts, sizeof(whole)),
		"the same in odd pieces");
}

static void test_refused(bool read_only)
{
	uint64_t end = capacity();

	ok(request(VIRTIO_BLK_T_IN, end - 1, data, SECTOR) == VIRTIO_BLK_S_OK,
		"the last sector");
	ok(request(VIRTIO_BLK_T_IN, end, data, SECTOR) == VIRTIO_BLK_S_IOERR
		&& request(VIRTIO_BLK_T_IN, end - 1, data, 2 * SECTOR)
			== VIRTIO_BLK_S_IOERR
		&& request(VIRTIO_BLK_T_IN, UINT64_MAX, data, SECTOR)
			== VIRTIO_BLK_S_IOERR
		&& request(VIRTIO_BLK_T_OUT, end, data, SECTOR)
			== VIRTIO_BLK_S_IOERR, "nothing beyond it");
	ok(request(VIRTIO_BLK_T_IN, 0, data, SECTOR + 1)
		== VIRTIO_BLK_S_IOERR, "no parts of sectors");
	ok(request(99, 0, data, SECTOR) == VIRTIO_BLK_S_UNSUPP,
		"an unknown request");
	if (read_only)
		ok(request(VIRTIO_BLK_T_OUT, 0, data, SECTOR)
			== VIRTIO_BLK_S_IOERR, "a write to a read-only disk");
	ok(!broken(device), "the device goes on");
}

/* Requests that do not even have a status */
static void test_malformed_requests(uint64_t features)
{
	const struct buffer none = { &status, 1, true };
	const struct buffer no_status[] = {
		{ &req, sizeof(req), false }, { data, SECTOR, false },
	};
	const struct buffer shorter[] = {
		{ &req, sizeof(req) - 1, false }, { data, SECTOR, true },
		{ &status, 1, true },
	};

	ok(queue_do(&queue, &none, 1) < 0 && broken(device), "no header");
	open(features);
	ok(queue_do(&queue, no_status, 2) < 0 && broken(device), "no status");
	open(features);
	ok(queue_do(&queue, shorter, 3) < 0 && broken(device),
		"a header that is too short");
	open(features);
	ok(request(VIRTIO_BLK_T_IN, 0, data, SECTOR) == VIRTIO_BLK_S_OK,
		"after a reset all is well");
}

static void test_one(void)
{
	uint32_t sectors = option("mib", 1) * 2048, crc;
	uint64_t all;
	bool read_only;

	print("# block device ");
	print_number(device);
	print("\n");
	all = virtio_begin(device, ALL_FEATURES);
	read_only = all & F(VIRTIO_BLK_F_RO);
	open(all);
	ok(all & F(VIRTIO_BLK_F_FLUSH) && virtio_config(device,
		offsetof(struct virtio_blk_config, blk_size), 4) == SECTOR,
		"features and configuration");
	ok(capacity() >= sectors, "it is large enough");
	note("capacity", (uint32_t)capacity());
	ok(request(VIRTIO_BLK_T_GET_ID, 0, data, VIRTIO_BLK_ID_SIZE)
		== VIRTIO_BLK_S_OK && data[0], "its name");
	ok(read_all(sectors, &crc), "read");
	note("read crc32", crc);
	measure(CHUNK, false, "ticks per 4 KiB, read by 64");
	measure(4096, false, "ticks per 4 KiB, read by 4");
	test_pieces();
	if (!read_only)
		test_write(sectors);
	test_refused(read_only);
	open(all & ~F(VIRTIO_BLK_F_FLUSH));
	if (!read_only)
		ok(request(VIRTIO_BLK_T_IN, 0, data, SECTOR)
			== VIRTIO_BLK_S_OK && request(VIRTIO_BLK_T_OUT, 0,
			data, SECTOR) == VIRTIO_BLK_S_OK,
			"written through without FLUSH");
	test_malformed_requests(all);
	virtio_put(device, VIRTIO_STATUS, 0);
}

void test_block(void)
{
	for (uint32_t n = 0;; n++) {
		device = virtio_find(VIRTIO_ID_BLOCK, n);
		if (device == VIRTIO_DEVICES_MAX)
			return;
		test_one();
	}
}

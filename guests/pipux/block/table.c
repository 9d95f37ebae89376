/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Partition tables.  MBR: four entries at byte 446, logical partitions in a
 * chain of further sectors behind an extended one.  GPT: UEFI specification
 * 2.10, chapter 5; the copy at the disk's end if the first one is damaged.
 */
#include "table.h"
#include <stdbool.h>

#define MBR_ENTRIES	446
#define MBR_ENTRY_SIZE	16
#define MBR_SIGNATURE	510
#define TYPE_GPT	0xEE
#define LOGICAL_FIRST	5
#define CHAIN_MAX	64	/* sectors of the chain, empty ones too */

#define GPT_HEADER_MIN	92u
#define GPT_ENTRY_MIN	128u
#define GPT_TABLE_MAX	65536u	/* bytes */

struct mbr_entry {
	uint8_t boot, type;
	uint32_t start, sectors;
};

struct gpt {
	uint64_t first, last;		/* sectors that partitions may use */
	uint64_t table;
	uint32_t entries, entry_size, crc;
};

static uint32_t get32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static struct mbr_entry mbr_entry(const uint8_t *sector, unsigned i)
{
	const uint8_t *p = sector + MBR_ENTRIES + i * MBR_ENTRY_SIZE;

	return (struct mbr_entry){ p[0], p[4], get32(p + 8), get32(p + 12) };
}

static bool is_extended(const struct mbr_entry *e)
{
	return e->type == 0x05 || e->type == 0x0F || e->type == 0x85;
}

static bool has_signature(const uint8_t *sector)
{
	return sector[MBR_SIGNATURE] == 0x55
		&& sector[MBR_SIGNATURE + 1] == 0xAA;
}

/* A boot sector of a file system has the signature, too, but not this */
static bool is_mbr(const uint8_t *sector)
{
	for (unsigned i = 0; i < 4; i++)
		if (mbr_entry(sector, i).boot & 0x7F)
			return false;
	return has_signature(sector);
}

/* As much of it as is on the disk */
static void put(struct table *t, const struct table_disk *disk,
		unsigned number, uint64_t start, uint64_t sectors)
{
	if (start >= disk->sectors)
		return;
	if (sectors > disk->sectors - start)
		sectors = disk->sectors - start;
	t->part[number] = (struct extent){ start, sectors };
}

static bool seen(const struct table *t, unsigned number, uint64_t start)
{
	for (unsigned i = LOGICAL_FIRST; i < number; i++)
		if (t->part[i].start == start)
			return true;
	return false;
}

/*
 * The logical partitions in `ext`.  Each sector of the chain has one, counted
 * from there, and perhaps the place of the next, counted from ext.
 */
static void read_logical(struct table *t, struct table_disk *disk,
		const struct mbr_entry *ext)
{
	uint64_t at = ext->start, end = at + ext->sectors;
	unsigned number = LOGICAL_FIRST;
	uint8_t sector[TABLE_SECTOR];

	for (unsigned n = 0; n < CHAIN_MAX && number <= TABLE_MAX; n++) {
		struct mbr_entry part, next;
		uint64_t start;

		if (at >= end || at >= disk->sectors
				|| !disk->read(disk, at, sector)
				|| !has_signature(sector))
			return;
		part = mbr_entry(sector, 0);
		next = mbr_entry(sector, 1);
		start = at + part.start;
		if (seen(t, number, start))
			return;
		if (part.sectors && start < end && part.sectors <= end - start)
			put(t, disk, number++, start, part.sectors);
		if (!is_extended(&next) || !next.sectors)
			return;
		at = (uint64_t)ext->start + next.start;
	}
}

static void read_mbr(struct table *t, struct table_disk *disk,
		const uint8_t *sector)
{
	bool extended = false;

	for (unsigned i = 0; i < 4; i++) {
		struct mbr_entry e = mbr_entry(sector, i);

		if (!e.type || !e.sectors)
			continue;
		if (!is_extended(&e)) {
			put(t, disk, i + 1, e.start, e.sectors);
			continue;
		}
		/* Its own device is for boot loaders: room for its table */
		put(t, disk, i + 1, e.start, e.sectors > 1 ? 2 : 1);
		if (!extended)
			read_logical(t, disk, &e);
		extended = true;
	}
}

/* CRC-32 as in ISO 3309, continued from `crc`; begins and ends inverted */
static uint32_t crc32(uint32_t crc, const uint8_t *p, size_t n)
{
	while (n--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
	}
	return crc;
}

/* UEFI 5.3.2: a header that is where it says and hangs together */
static bool gpt_header(struct gpt *gpt, struct table_disk *disk, uint64_t at)
{
	static const char signature[] = "EFI PART";
	uint8_t h[TABLE_SECTOR];
	uint32_t size, crc;

	if (!disk->read(disk, at, h))
		return false;
	for (unsigned i = 0; i < 8; i++)
		if (h[i] != (uint8_t)signature[i])
			return false;
	size = get32(h + 12);
	crc = get32(h + 16);
	if (size < GPT_HEADER_MIN || size > TABLE_SECTOR)
		return false;
	h[16] = h[17] = h[18] = h[19] = 0;
	if (~crc32(~0u, h, size) != crc || get64(h + 24) != at)
		return false;
	*gpt = (struct gpt){ get64(h + 40), get64(h + 48), get64(h + 72),
		get32(h + 80), get32(h + 84), get32(h + 88) };
	return gpt->entry_size >= GPT_ENTRY_MIN
		&& TABLE_SECTOR % gpt->entry_size == 0
		&& gpt->entries <= GPT_TABLE_MAX / gpt->entry_size
		&& gpt->first <= gpt->last && gpt->last < disk->sectors;
}

/* Is the whole table what the header says? */
static bool gpt_table_good(const struct gpt *gpt, struct table_disk *disk)
{
	uint32_t left = gpt->entries * gpt->entry_size, crc = ~0u;
	uint8_t sector[TABLE_SECTOR];

	for (uint64_t at = gpt->table; left; at++) {
		uint32_t n = left < TABLE_SECTOR ? left : TABLE_SECTOR;

		if (at >= disk->sectors || !disk->read(disk, at, sector))
			return false;
		crc = crc32(crc, sector, n);
		left -= n;
	}
	return ~crc == gpt->crc;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	while (n && !*p++)
		n--;
	return !n;
}

/* UEFI 5.3.3: type, unique name, first and last sector */
static void gpt_entry(struct table *t, const struct table_disk *disk,
		const struct gpt *gpt, unsigned number, const uint8_t *e)
{
	uint64_t start = get64(e + 32), last = get64(e + 40);

	if (is_zero(e, 16) || start < gpt->first || last > gpt->last
			|| start > last)
		return;
	put(t, disk, number, start, last - start + 1);
}

static bool read_gpt(struct table *t, struct table_disk *disk, uint64_t at)
{
	uint8_t sector[TABLE_SECTOR];
	struct gpt gpt;

	if (!gpt_header(&gpt, disk, at) || !gpt_table_good(&gpt, disk))
		return false;
	for (uint32_t i = 0; i < gpt.entries && i < TABLE_MAX; i++) {
		uint32_t offset = i * gpt.entry_size % TABLE_SECTOR;

		if (!offset && !disk->read(disk, gpt.table
				+ i * gpt.entry_size / TABLE_SECTOR, sector))
			return false;
		gpt_entry(t, disk, &gpt, i + 1, sector + offset);
	}
	return true;
}

bool table_read(struct table *t, struct table_disk *disk)
{
	uint8_t sector[TABLE_SECTOR];

	*t = (struct table){ 0 };
	if (disk->sectors < 2 || !disk->read(disk, 0, sector)
			|| !is_mbr(sector))
		return false;
	if (mbr_entry(sector, 0).type == TYPE_GPT
			&& (read_gpt(t, disk, 1)
			|| read_gpt(t, disk, disk->sectors - 1)))
		return true;
	read_mbr(t, disk, sector);
	return true;
}

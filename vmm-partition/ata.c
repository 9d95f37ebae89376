/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two ATA disks of the primary channel, by programmed I/O and polling:
 * ATA/ATAPI-6, 9.5 (data in), 9.6 (data out), 9.4 (non-data).
 * LIMIT: nothing else runs while a transfer of up to DISK_RUN sectors does.
 */
#include "virtio/disk.h"
#include "vmm.h"

#define UNITS		2

#define ATA_DATA	0x1F0
#define ATA_COUNT	0x1F2
#define ATA_LBA_LOW	0x1F3
#define ATA_LBA_MID	0x1F4
#define ATA_LBA_HIGH	0x1F5
#define ATA_DEVICE	0x1F6
#define ATA_STATUS	0x1F7	/* read */
#define ATA_COMMAND	0x1F7	/* write */
#define ATA_CONTROL	0x3F6

#define STATUS_ERR	0x01
#define STATUS_DRQ	0x08
#define STATUS_DF	0x20
#define STATUS_BSY	0x80
#define STATUS_ABSENT	0xFF	/* what an empty bus reads */

#define DEVICE_OBSOLETE	0xA0	/* bits that older disks want set */
#define DEVICE_LBA	0x40
#define DEVICE_UNIT(n)	((n) << 4)
#define CONTROL_NIEN	0x02	/* no interrupts */
#define CONTROL_SRST	0x04	/* reset of the channel */

enum command {
	READ_SECTORS		= 0x20,
	READ_SECTORS_EXT	= 0x24,
	WRITE_SECTORS		= 0x30,
	WRITE_SECTORS_EXT	= 0x34,
	FLUSH_CACHE		= 0xE7,
	FLUSH_CACHE_EXT		= 0xEA,
	IDENTIFY_DEVICE		= 0xEC,
};

/* Words of IDENTIFY DEVICE */
#define ID_SERIAL	10	/* 20 bytes */
#define ID_SECTORS	60	/* 32 bits */
#define ID_COMMANDS	83
#define ID_COMMANDS_48	(1 << 10)
#define ID_SECTORS_48	100	/* 64 bits */

#define LBA28_END	(1u << 28)
#define SECTOR_LONGS	(DISK_SECTOR / 4)
#define TIMEOUT_MS	30000u

struct ata {
	struct disk disk;	/* first: a disk is its ata */
	bool known, lba48;
};

static struct ata ata[UNITS];

/* Waits until the disk is not busy; its status, or -1 after a long time */
static int wait_ready(void)
{
	uint64_t start = rdtsc();
	uint64_t limit = (uint64_t)TIMEOUT_MS * clock_tsc_khz();

	do {
		uint32_t status = port_in8(ATA_STATUS);

		if (status == STATUS_ABSENT)
			return -1;
		if (!(status & STATUS_BSY))
			return (int)status;
	} while (rdtsc() - start < limit);
	return -1;
}

/* The disk is at the end of a command, or of a sector: did it go well? */
static bool wait_done(int wanted)
{
	int status = wait_ready();

	return status >= 0 && !(status & (STATUS_ERR | STATUS_DF))
		&& (status & wanted) == wanted;
}

/* After a failure nobody knows what the disk still waits for */
static bool give_up(void)
{
	port_out8(ATA_CONTROL, CONTROL_NIEN | CONTROL_SRST);
	for (int i = 0; i < 16; i++)	/* 5 us */
		(void)port_in8(ATA_CONTROL);
	port_out8(ATA_CONTROL, CONTROL_NIEN);
	(void)wait_ready();
	return false;
}

/* 400 ns must pass before the status of a disk just chosen counts */
static bool choose(uint32_t unit, uint32_t bits)
{
	port_out8(ATA_CONTROL, CONTROL_NIEN);
	port_out8(ATA_DEVICE, DEVICE_OBSOLETE | DEVICE_UNIT(unit) | bits);
	for (int i = 0; i < 4; i++)
		(void)port_in8(ATA_CONTROL);
	return wait_ready() >= 0;
}

static void set_address(uint32_t count, uint32_t low, uint32_t mid,
		uint32_t high)
{
	port_out8(ATA_COUNT, count & 0xFF);
	port_out8(ATA_LBA_LOW, low & 0xFF);
	port_out8(ATA_LBA_MID, mid & 0xFF);
	port_out8(ATA_LBA_HIGH, high & 0xFF);
}

static bool sectors_start(uint32_t unit, uint64_t lba, uint32_t count,
		bool write)
{
	uint32_t low = (uint32_t)lba;

	if (lba + count <= LBA28_END) {
		if (!choose(unit, DEVICE_LBA | low >> 24))
			return false;
		set_address(count, low, low >> 8, low >> 16);
		port_out8(ATA_COMMAND, write ? WRITE_SECTORS : READ_SECTORS);
		return true;
	}
	if (!choose(unit, DEVICE_LBA))
		return false;
	/* The registers are two deep: the upper halves go first */
	set_address(count >> 8, low >> 24, (uint32_t)(lba >> 32),
		(uint32_t)(lba >> 40));
	set_address(count, low, low >> 8, low >> 16);
	port_out8(ATA_COMMAND, write ? WRITE_SECTORS_EXT : READ_SECTORS_EXT);
	return true;
}

/* `buffer` is aligned to 4 */
static bool transfer(struct disk *disk, uint64_t sector, uint32_t count,
		void *buffer, bool write)
{
	uint32_t unit = (struct ata *)disk != ata;
	uint32_t *data = buffer;

	if (!sectors_start(unit, sector, count, write))
		return give_up();
	for (; count; count--, data += SECTOR_LONGS) {
		if (!wait_done(STATUS_DRQ))
			return give_up();
		if (write)
			port_out32s(ATA_DATA, data, SECTOR_LONGS);
		else
			port_in32s(ATA_DATA, data, SECTOR_LONGS);
	}
	return wait_done(0) || give_up();
}

static bool flush(struct disk *disk)
{
	const struct ata *a = (struct ata *)disk;

	if (!choose(a != ata, 0))
		return give_up();
	port_out8(ATA_COMMAND, a->lba48 ? FLUSH_CACHE_EXT : FLUSH_CACHE);
	return wait_done(0) || give_up();
}

/* Strings have the first byte in the upper half of each word */
static void read_serial(char *to, const uint16_t *words)
{
	for (uint32_t i = 0; i < 10; i++) {
		to[2 * i] = (char)(words[i] >> 8);
		to[2 * i + 1] = (char)words[i];
	}
	for (int i = 19; i >= 0 && to[i] == ' '; i--)
		to[i] = 0;
}

static void identify(uint32_t unit)
{
	struct ata *a = &ata[unit];
	uint16_t words[DISK_SECTOR / 2] __attribute__((aligned(4)));

	a->known = true;
	if (!choose(unit, 0))
		return;
	set_address(0, 0, 0, 0);
	port_out8(ATA_COMMAND, IDENTIFY_DEVICE);
	/* A missing disk has status 0; ATAPI has none but refuses */
	if (!wait_done(STATUS_DRQ))
		return;
	port_in32s(ATA_DATA, words, SECTOR_LONGS);
	a->lba48 = words[ID_COMMANDS] & ID_COMMANDS_48;
	if (a->lba48)
		memcpy(&a->disk.sectors, &words[ID_SECTORS_48], 8);
	else
		memcpy(&a->disk.sectors, &words[ID_SECTORS], 4);
	read_serial(a->disk.id, &words[ID_SERIAL]);
	a->disk.transfer = transfer;
	a->disk.flush = flush;
}

struct disk *ata_disk(uint32_t unit)
{
	if (unit >= UNITS)
		return NULL;
	if (!ata[unit].known)
		identify(unit);
	return ata[unit].disk.sectors ? &ata[unit].disk : NULL;
}

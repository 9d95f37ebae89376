/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NE2000 (DP8390) on the ISA bus by programmed I/O.  Its memory holds a
 * transmit buffer and behind it a ring of received frames in pages of 256
 * bytes; `CURR` is where the card writes next, BNRY lies before what we read
 * next.  Source: National Semiconductor DP8390D data sheet.
 * LIMIT: an overflow of the ring is not treated as the data sheet wants;
 * QEMU's card drops frames before that.
 */
#include "ne2k.h"
#include "vmm.h"

#define BASE		0x300
#define CR		(BASE + 0x0)
#define DATA		(BASE + 0x10)
#define RESET		(BASE + 0x1F)

/* Page 0; some registers differ in reading and writing */
#define PSTART		(BASE + 0x1)
#define PSTOP		(BASE + 0x2)
#define BNRY		(BASE + 0x3)
#define TPSR		(BASE + 0x4)
#define TBCR0		(BASE + 0x5)
#define TBCR1		(BASE + 0x6)
#define ISR		(BASE + 0x7)
#define RSAR0		(BASE + 0x8)
#define RSAR1		(BASE + 0x9)
#define RBCR0		(BASE + 0xA)
#define RBCR1		(BASE + 0xB)
#define RCR		(BASE + 0xC)
#define TCR		(BASE + 0xD)
#define DCR		(BASE + 0xE)
#define IMR		(BASE + 0xF)
/* Page 1 */
#define PAR0		(BASE + 0x1)
#define CURR		(BASE + 0x7)
#define MAR0		(BASE + 0x8)

#define CR_STOP		0x01
#define CR_START	0x02
#define CR_TXP		0x04
#define CR_READ		0x08
#define CR_WRITE	0x10
#define CR_NODMA	0x20
#define CR_PAGE1	0x40
#define ISR_PRX		0x01
#define ISR_OVW		0x10
#define ISR_RDC		0x40
#define ISR_RST		0x80
#define RCR_BROADCAST	0x04
#define RCR_MULTICAST	0x08
#define RCR_MONITOR	0x20
#define TCR_LOOPBACK	0x02
#define DCR_WORDS	0x49	/* 16 bits wide, FIFO threshold 8 bytes */

#define PAGE		256u
#define TX_PAGE		0x40u	/* 6 pages */
#define RX_PAGE		0x46u
#define RX_END		0x80u	/* 16 KiB; QEMU's card has more: */
#define RX_END_LARGE	0xC0u

#define FRAME_MIN	60u
#define FRAME_MAX	1514u
#define CHECKSUM	4u
#define PROM_SIZE	32u
#define PATIENCE	100000	/* polls */

/* Precedes each received frame */
struct rx_header {
	uint8_t status, next;
	uint16_t size;		/* with the checksum, without this */
};

static bool (*receiver)(const uint8_t *frame, uint32_t size);
static uint32_t rx_end = RX_END, next_page;

static void dma_start(uint32_t address, uint32_t size, uint32_t direction)
{
	port_out8(CR, CR_START | CR_NODMA);
	port_out8(RBCR0, size & 0xFF);
	port_out8(RBCR1, size >> 8);
	port_out8(RSAR0, address & 0xFF);
	port_out8(RSAR1, address >> 8);
	port_out8(CR, CR_START | direction);
}

/* size: a multiple of 4, as for dma_write */
static void dma_read(uint32_t address, void *to, uint32_t size)
{
	dma_start(address, size, CR_READ);
	port_in32s(DATA, to, size / 4);
	port_out8(ISR, ISR_RDC);
}

static void dma_write(uint32_t address, const void *from, uint32_t size)
{
	dma_start(address, size, CR_WRITE);
	port_out32s(DATA, from, size / 4);
	for (int i = 0; i < PATIENCE && !(port_in8(ISR) & ISR_RDC); i++)
		;
	port_out8(ISR, ISR_RDC);
}

/* After this the card is silent */
static bool reset(void)
{
	port_out8(RESET, port_in8(RESET));
	for (int i = 0; !(port_in8(ISR) & ISR_RST); i++)
		if (i == PATIENCE)
			return false;
	port_out8(CR, CR_STOP | CR_NODMA);
	port_out8(DCR, DCR_WORDS);
	port_out8(RCR, RCR_MONITOR);
	port_out8(TCR, TCR_LOOPBACK);
	port_out8(IMR, 0);
	port_out8(ISR, 0xFF);
	return port_in8(CR) == (CR_STOP | CR_NODMA);
}

/* Does the card have memory up to RX_END_LARGE? */
static bool memory_large(void)
{
	const uint32_t mark = 0x50495021;
	uint32_t found = 0;

	dma_write((RX_END_LARGE - 1) * PAGE, &mark, sizeof(mark));
	dma_read((RX_END_LARGE - 1) * PAGE, &found, sizeof(found));
	return found == mark;
}

bool ne2k_find(uint8_t mac[6])
{
	uint16_t prom[PROM_SIZE / 2] __attribute__((aligned(4)));

	if (port_in8(CR) == 0xFF || !reset())
		return false;
	/* Each byte lies twice in the PROM */
	dma_read(0, prom, sizeof(prom));
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)prom[i];
	if (memory_large())
		rx_end = RX_END_LARGE;
	return true;
}

static void addresses_set(const uint8_t mac[6])
{
	port_out8(CR, CR_STOP | CR_NODMA | CR_PAGE1);
	for (uint32_t i = 0; i < 6; i++)
		port_out8(PAR0 + i, mac[i]);
	for (uint32_t i = 0; i < 8; i++)
		port_out8(MAR0 + i, 0xFF);
	port_out8(CURR, next_page);
	port_out8(CR, CR_STOP | CR_NODMA);
}

void ne2k_start(bool (*receive)(const uint8_t *frame, uint32_t size))
{
	uint8_t mac[6];

	if (!ne2k_find(mac))
		return;
	receiver = receive;
	next_page = RX_PAGE + 1;
	port_out8(CR, CR_STOP | CR_NODMA);
	port_out8(PSTART, RX_PAGE);
	port_out8(PSTOP, rx_end);
	port_out8(BNRY, RX_PAGE);
	port_out8(TPSR, TX_PAGE);
	addresses_set(mac);
	port_out8(ISR, 0xFF);
	port_out8(IMR, ISR_PRX | ISR_OVW);
	port_out8(CR, CR_START | CR_NODMA);
	port_out8(TCR, 0);
	port_out8(RCR, RCR_BROADCAST | RCR_MULTICAST);
	(void)Pip_Irq(NE2K_LINE, PIP_IRQ_UNMASK);
}

static uint32_t current_page(void)
{
	uint32_t page;

	port_out8(CR, CR_START | CR_NODMA | CR_PAGE1);
	page = port_in8(CURR);
	port_out8(CR, CR_START | CR_NODMA);
	return page;
}

static bool header_valid(const struct rx_header *header)
{
	return header->next >= RX_PAGE && header->next < rx_end
		&& header->size >= CHECKSUM
		&& header->size <= FRAME_MAX + CHECKSUM;
}

/* Copies one frame out of the ring and hands it over; false: it stays */
static bool receive_one(uint32_t *next)
{
	static uint32_t buffer[(FRAME_MAX + 3) / 4];
	struct rx_header header;
	uint32_t start, size;

	dma_read(next_page * PAGE, &header, sizeof(header));
	*next = header.next;
	if (!header_valid(&header)) {
		/* Nothing behind it can be found */
		*next = current_page();
		return true;
	}
	size = header.size - CHECKSUM;
	start = next_page * PAGE + sizeof(header);
	dma_read(start, buffer, (size + 3) & ~3u);
	return receiver((const uint8_t *)buffer, size);
}

void ne2k_receive(void)
{
	uint32_t next;

	if (!receiver)
		return;
	/* The card may go on receiving: no more than the ring can hold */
	for (uint32_t n = rx_end - RX_PAGE; n && next_page != current_page();
			n--) {
		if (!receive_one(&next))
			return;
		next_page = next;
		port_out8(BNRY, next == RX_PAGE ? rx_end - 1 : next - 1);
	}
}

/* The line is edge-triggered: acknowledge first, then look at the ring */
void ne2k_irq(void)
{
	if (!receiver)
		return;
	port_out8(ISR, ISR_PRX | ISR_OVW);
	ne2k_receive();
}

void ne2k_send(const uint8_t *frame, uint32_t size)
{
	static uint32_t buffer[(FRAME_MAX + 3) / 4];
	uint32_t padded = size < FRAME_MIN ? FRAME_MIN : size;

	for (int i = 0; port_in8(CR) & CR_TXP; i++)
		if (i == PATIENCE)
			return;
	memcpy(buffer, frame, size);
	if (size < padded)
		memset((uint8_t *)buffer + size, 0, padded - size);
	dma_write(TX_PAGE * PAGE, buffer, (padded + 3) & ~3u);
	port_out8(TBCR0, padded & 0xFF);
	port_out8(TBCR1, padded >> 8);
	port_out8(CR, CR_START | CR_NODMA | CR_TXP);
}

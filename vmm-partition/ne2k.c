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
	Pip_Outb(CR, CR_START | CR_NODMA);
	Pip_Outb(RBCR0, size & 0xFF);
	Pip_Outb(RBCR1, size >> 8);
	Pip_Outb(RSAR0, address & 0xFF);
	Pip_Outb(RSAR1, address >> 8);
	Pip_Outb(CR, CR_START | direction);
}

/* size: a multiple of 4, as for dma_write */
static void dma_read(uint32_t address, void *to, uint32_t size)
{
	uint32_t *p = to;

	dma_start(address, size, CR_READ);
	for (; size; size -= 4)
		*p++ = Pip_Inl(DATA);
	Pip_Outb(ISR, ISR_RDC);
}

static void dma_write(uint32_t address, const void *from, uint32_t size)
{
	const uint32_t *p = from;

	dma_start(address, size, CR_WRITE);
	for (; size; size -= 4)
		Pip_Outl(DATA, *p++);
	for (int i = 0; i < PATIENCE && !(Pip_Inb(ISR) & ISR_RDC); i++)
		;
	Pip_Outb(ISR, ISR_RDC);
}

/* After this the card is silent */
static bool reset(void)
{
	Pip_Outb(RESET, Pip_Inb(RESET));
	for (int i = 0; !(Pip_Inb(ISR) & ISR_RST); i++)
		if (i == PATIENCE)
			return false;
	Pip_Outb(CR, CR_STOP | CR_NODMA);
	Pip_Outb(DCR, DCR_WORDS);
	Pip_Outb(RCR, RCR_MONITOR);
	Pip_Outb(TCR, TCR_LOOPBACK);
	Pip_Outb(IMR, 0);
	Pip_Outb(ISR, 0xFF);
	return Pip_Inb(CR) == (CR_STOP | CR_NODMA);
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

	if (Pip_Inb(CR) == 0xFF || !reset())
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
	Pip_Outb(CR, CR_STOP | CR_NODMA | CR_PAGE1);
	for (uint32_t i = 0; i < 6; i++)
		Pip_Outb(PAR0 + i, mac[i]);
	for (uint32_t i = 0; i < 8; i++)
		Pip_Outb(MAR0 + i, 0xFF);
	Pip_Outb(CURR, next_page);
	Pip_Outb(CR, CR_STOP | CR_NODMA);
}

void ne2k_start(bool (*receive)(const uint8_t *frame, uint32_t size))
{
	uint8_t mac[6];

	if (!ne2k_find(mac))
		return;
	receiver = receive;
	next_page = RX_PAGE + 1;
	Pip_Outb(CR, CR_STOP | CR_NODMA);
	Pip_Outb(PSTART, RX_PAGE);
	Pip_Outb(PSTOP, rx_end);
	Pip_Outb(BNRY, RX_PAGE);
	Pip_Outb(TPSR, TX_PAGE);
	addresses_set(mac);
	Pip_Outb(ISR, 0xFF);
	Pip_Outb(IMR, ISR_PRX | ISR_OVW);
	Pip_Outb(CR, CR_START | CR_NODMA);
	Pip_Outb(TCR, 0);
	Pip_Outb(RCR, RCR_BROADCAST | RCR_MULTICAST);
	(void)Pip_Irq(NE2K_LINE, PIP_IRQ_UNMASK);
}

static uint32_t current_page(void)
{
	uint32_t page;

	Pip_Outb(CR, CR_START | CR_NODMA | CR_PAGE1);
	page = Pip_Inb(CURR);
	Pip_Outb(CR, CR_START | CR_NODMA);
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
		Pip_Outb(BNRY, next == RX_PAGE ? rx_end - 1 : next - 1);
	}
}

/* The line is edge-triggered: acknowledge first, then look at the ring */
void ne2k_irq(void)
{
	if (!receiver)
		return;
	Pip_Outb(ISR, ISR_PRX | ISR_OVW);
	ne2k_receive();
}

void ne2k_send(const uint8_t *frame, uint32_t size)
{
	static uint32_t buffer[(FRAME_MAX + 3) / 4];
	uint32_t padded = size < FRAME_MIN ? FRAME_MIN : size;

	for (int i = 0; Pip_Inb(CR) & CR_TXP; i++)
		if (i == PATIENCE)
			return;
	memcpy(buffer, frame, size);
	if (size < padded)
		memset((uint8_t *)buffer + size, 0, padded - size);
	dma_write(TX_PAGE * PAGE, buffer, (padded + 3) & ~3u);
	Pip_Outb(TBCR0, padded & 0xFF);
	Pip_Outb(TBCR1, padded >> 8);
	Pip_Outb(CR, CR_START | CR_NODMA | CR_TXP);
}

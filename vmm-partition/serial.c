/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COM1, a 16550.  Output is polled, a FIFO's worth per look at the status;
 * input arrives by IRQ 4 and, as the VMM runs with interrupts off, also
 * during output.  When the ring is full the rest waits in the UART, where the
 * other side's flow control sees it, until serial_read() makes room.
 */
#include "ring.h"
#include "vmm.h"

#define COM1		0x3F8
#define UART_RBR	(COM1 + 0)	/* read */
#define UART_THR	(COM1 + 0)	/* write */
#define UART_DLL	(COM1 + 0)	/* with LCR_DLAB */
#define UART_DLM	(COM1 + 1)
#define UART_IER	(COM1 + 1)
#define UART_FCR	(COM1 + 2)
#define UART_LCR	(COM1 + 3)
#define UART_MCR	(COM1 + 4)
#define UART_LSR	(COM1 + 5)

#define IER_ERBFI	0x01	/* interrupt on received data */
#define FCR_SETUP	0x87	/* FIFOs on and cleared, trigger at 8 bytes */
#define LCR_8N1		0x03
#define LCR_DLAB	0x80
#define MCR_SETUP	0x0B	/* DTR, RTS, OUT2: the interrupt's gate */
#define LSR_DR		0x01
#define LSR_THRE	0x20
#define LSR_TEMT	0x40
#define LSR_ABSENT	0xFF	/* what an empty bus reads */

#define DIVISOR_115200	1
#define FIFO_SIZE	16u

static struct ring input;
static bool news;		/* input came since serial_news() */

void serial_init(void)
{
	Pip_Outb(UART_IER, 0);
	Pip_Outb(UART_LCR, LCR_DLAB);
	Pip_Outb(UART_DLL, DIVISOR_115200);
	Pip_Outb(UART_DLM, 0);
	Pip_Outb(UART_LCR, LCR_8N1);
	Pip_Outb(UART_FCR, FCR_SETUP);
	Pip_Outb(UART_MCR, MCR_SETUP);
	Pip_Outb(UART_IER, IER_ERBFI);
}

/*
 * Moves what the UART holds into the ring.  All of it: the interrupt line is
 * edge-triggered and must fall.
 */
void serial_receive(void)
{
	while (!ring_full(&input)) {
		uint32_t lsr = Pip_Inb(UART_LSR);

		if (!(lsr & LSR_DR) || lsr == LSR_ABSENT)
			break;
		ring_put(&input, (uint8_t)Pip_Inb(UART_RBR));
		news = true;
	}
}

/* Has input come since the last call? */
bool serial_news(void)
{
	bool had = news;

	news = false;
	return had;
}

static void wait_transmit(uint32_t ready)
{
	uint32_t lsr;

	while (!((lsr = Pip_Inb(UART_LSR)) & ready))
		if (lsr & LSR_DR)
			serial_receive();
	if (lsr & LSR_DR)
		serial_receive();
}

void serial_write(const uint8_t *bytes, uint32_t size)
{
	while (size) {
		uint32_t burst = size < FIFO_SIZE ? size : FIFO_SIZE;

		wait_transmit(LSR_THRE);
		size -= burst;
		while (burst--)
			Pip_Outb(UART_THR, *bytes++);
	}
}

/* Until the last byte has left, before the machine goes */
void serial_flush(void)
{
	wait_transmit(LSR_TEMT);
}

/* Up to `size` bytes of input; how many */
uint32_t serial_read(uint8_t *bytes, uint32_t size)
{
	bool was_full = ring_full(&input);
	uint32_t count = 0;

	while (count < size && !ring_empty(&input))
		bytes[count++] = ring_take(&input);
	/* The UART raises no new edge for bytes that had to wait in it */
	if (was_full && count)
		serial_receive();
	return count;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 16550.  Input arrives by an interrupt and, as the VMM runs with interrupts
 * off, also during output.  When the ring is full the rest waits in the UART,
 * where the other side's flow control sees it, until somebody makes room and
 * calls serial_receive().
 *
 * Output is either polled, a FIFO's worth per look at the status, or queued
 * and sent by interrupts; a port uses one of the two.
 */
#include "vmm.h"

#define UART_RBR	0	/* read */
#define UART_THR	0	/* write */
#define UART_DLL	0	/* with LCR_DLAB */
#define UART_DLM	1
#define UART_IER	1
#define UART_FCR	2
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5

#define IER_ERBFI	0x01	/* interrupt on received data */
#define IER_ETBEI	0x02	/* interrupt on room for output */
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
#define QUEUE_TRIES	1000u

static inline uint32_t uart_read(const struct uart *uart, uint32_t reg)
{
	return port_in8(uart->base + reg);
}

static inline void uart_write(const struct uart *uart, uint32_t reg,
		uint32_t value)
{
	port_out8(uart->base + reg, value);
}

void serial_init(struct uart *uart)
{
	uart_write(uart, UART_IER, 0);
	uart_write(uart, UART_LCR, LCR_DLAB);
	uart_write(uart, UART_DLL, DIVISOR_115200);
	uart_write(uart, UART_DLM, 0);
	uart_write(uart, UART_LCR, LCR_8N1);
	uart_write(uart, UART_FCR, FCR_SETUP);
	uart_write(uart, UART_MCR, MCR_SETUP);
	uart_write(uart, UART_IER, IER_ERBFI);
	uart->present = uart_read(uart, UART_LSR) != LSR_ABSENT;
}

/*
 * Moves what the UART holds into the ring.  All of it: the interrupt line is
 * edge-triggered and must fall.
 */
void serial_receive(struct uart *uart)
{
	while (!ring_full(&uart->input)) {
		uint32_t lsr = uart_read(uart, UART_LSR);

		if (!(lsr & LSR_DR) || lsr == LSR_ABSENT)
			break;
		ring_put(&uart->input, (uint8_t)uart_read(uart, UART_RBR));
	}
}

static void wait_transmit(struct uart *uart, uint32_t ready)
{
	uint32_t lsr;

	do {
		lsr = uart_read(uart, UART_LSR);
		if (lsr & LSR_DR)
			serial_receive(uart);
	} while (!(lsr & ready));
}

void serial_write(struct uart *uart, const uint8_t *bytes, uint32_t size)
{
	while (size) {
		uint32_t burst = size < FIFO_SIZE ? size : FIFO_SIZE;

		wait_transmit(uart, LSR_THRE);
		size -= burst;
		while (burst--)
			uart_write(uart, UART_THR, *bytes++);
	}
}

/* Sends what is queued as far as there is room, by interrupts from then on */
void serial_send(struct uart *uart)
{
	struct ring *output = &uart->output;

	if (uart_read(uart, UART_LSR) & LSR_THRE)
		for (uint32_t i = 0; i < FIFO_SIZE && !ring_empty(output); i++)
			uart_write(uart, UART_THR, ring_take(output));
	uart_write(uart, UART_IER, ring_empty(output) ? IER_ERBFI
		: IER_ERBFI | IER_ETBEI);
}

/* Drops the byte if the other side does not read for long */
void serial_queue(struct uart *uart, uint8_t byte)
{
	uint32_t tries = uart->stuck ? 1 : QUEUE_TRIES;

	while (ring_full(&uart->output) && tries--)
		serial_send(uart);
	uart->stuck = ring_full(&uart->output);
	if (!uart->stuck)
		ring_put(&uart->output, byte);
}

/* Until the last byte has left, before the machine goes */
void serial_flush(struct uart *uart)
{
	wait_transmit(uart, LSR_TEMT);
}

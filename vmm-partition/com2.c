/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * COM2: the monitor's, by lines, unless a guest's settings ask for it; then
 * it is a port of that guest's console device, and the monitor is on the
 * console only.
 */
#include "virtio/bus.h"
#include "vmm.h"

#define COM2		0x2F8
#define LINE_COM2	3

struct uart com2 = { .base = COM2 };

static struct vm *owner;

void com2_init(void)
{
	serial_init(&com2);
	if (!com2.present)
		(void)Pip_Irq(LINE_COM2, PIP_IRQ_MASK);
}

/* False: there is none, or another guest has it */
bool com2_take(struct vm *vm)
{
	if (!com2.present || owner)
		return false;
	owner = vm;
	return true;
}

/* IRQ 3 */
void com2_irq(void)
{
	if (!owner) {
		monitor_input();
		return;
	}
	serial_receive(&com2);
	virtio_port_input(owner);
}

/* LIMIT: polled with interrupts off, like the console */
void com2_write(const void *bytes, uint32_t size)
{
	serial_write(&com2, bytes, size);
}

/*
 * Fewer than `size` bytes: nothing is left, neither in the ring nor in the
 * UART, so what comes next raises an interrupt.
 */
uint32_t com2_read(void *bytes, uint32_t size)
{
	uint8_t *p = bytes;
	uint32_t count = 0;

	while (count < size) {
		if (ring_empty(&com2.input))
			serial_receive(&com2);
		if (ring_empty(&com2.input))
			break;
		p[count++] = ring_take(&com2.input);
	}
	return count;
}

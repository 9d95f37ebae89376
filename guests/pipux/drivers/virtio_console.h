/* SPDX-License-Identifier: BSD-2-Clause */
/* Between virtio_console.c and console_control.c. */
#ifndef PIPUX_DRIVERS_VIRTIO_CONSOLE_H
#define PIPUX_DRIVERS_VIRTIO_CONSOLE_H

struct virtio_device;

#define CONSOLE_PORTS	3u		/* that we use */

/* virtio_console.c: the port becomes /dev/hvcN.  0 or errno */
int console_port_show(unsigned index);

/* console_control.c: makes the control queues; asks for the ports, once the
 * device is driven */
int console_control_new(struct virtio_device *dev);
void console_control_start(unsigned ports);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's side of the VMM interface: hypercalls and the two pages that
 * the VMM shares.  What the calls mean is said once, in <vmm/guest.h>.
 */
#ifndef PIPUX_VMM_H
#define PIPUX_VMM_H

#include <pipux/kernel.h>
#include <vmm/guest.h>

#define vmm_info	((const struct vmm_start_info *)VMM_START_INFO)
#define vmm_shared	((volatile struct vmm_shared *)VMM_SHARED)

/* arch/vmm.c */
void vmm_console_write(const void *buf, size_t n);
size_t vmm_console_read(void *buf, size_t n);	/* 0: no input waits */
void vmm_set_timer(uint64_t tsc);	/* one shot; 0 disarms */
void vmm_wait(void);			/* until shared->pending is not 0 */
__attribute__((noreturn)) void vmm_poweroff(int status);
__attribute__((noreturn)) void vmm_reboot(void);
__attribute__((noreturn)) void vmm_crash(const char *reason);
/* Registers of virtio devices; the device works while a notify lasts */
uint32_t vmm_virtio_read(uint32_t device, uint32_t offset, uint32_t width);
void vmm_virtio_write(uint32_t device, uint32_t offset, uint32_t width,
	uint32_t value);
void vmm_virtio_notify(uint32_t device, uint32_t queue);

#endif

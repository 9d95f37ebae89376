/* SPDX-License-Identifier: BSD-2-Clause */
/* Hypercalls: `int $VMM_HYPERCALL` with registers as <vmm/guest.h> says */
#include <pipux/string.h>
#include <pipux/vmm.h>

static inline long hypercall(uint32_t nr, uint32_t a, uint32_t b)
{
	long result;

	__asm__ volatile("int %1" : "=a"(result)
		: "i"(VMM_HYPERCALL), "0"(nr), "b"(a), "c"(b) : "memory");
	return result;
}

static inline long hypercall4(uint32_t nr, uint32_t a, uint32_t b, uint32_t c,
		uint32_t d)
{
	long result;

	__asm__ volatile("int %1" : "=a"(result)
		: "i"(VMM_HYPERCALL), "0"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
		: "memory");
	return result;
}

void vmm_console_write(const void *buf, size_t n)
{
	(void)hypercall(VMM_HC_CONSOLE_WRITE, (uint32_t)buf, n);
}

size_t vmm_console_read(void *buf, size_t n)
{
	long got = hypercall(VMM_HC_CONSOLE_READ, (uint32_t)buf, n);

	return got < 0 ? 0 : (size_t)got;
}

void vmm_set_timer(uint64_t tsc)
{
	(void)hypercall(VMM_HC_SET_TIMER, (uint32_t)tsc, tsc >> 32);
}

void vmm_wait(void)
{
	(void)hypercall(VMM_HC_WAIT, 0, 0);
}

void vmm_poweroff(int status)
{
	for (;;)
		(void)hypercall(VMM_HC_POWEROFF, status & 0xFF, 0);
}

void vmm_reboot(void)
{
	for (;;)
		(void)hypercall(VMM_HC_REBOOT, 0, 0);
}

void vmm_crash(const char *reason)
{
	for (;;)
		(void)hypercall(VMM_HC_CRASH, (uint32_t)reason,
			strlen(reason));
}

uint32_t vmm_virtio_read(uint32_t device, uint32_t offset, uint32_t width)
{
	return (uint32_t)hypercall4(VMM_HC_VIRTIO_READ, device, offset, width,
		0);
}

void vmm_virtio_write(uint32_t device, uint32_t offset, uint32_t width,
		uint32_t value)
{
	(void)hypercall4(VMM_HC_VIRTIO_WRITE, device, offset, width, value);
}

void vmm_virtio_notify(uint32_t device, uint32_t queue)
{
	(void)hypercall(VMM_HC_VIRTIO_NOTIFY, device, queue);
}

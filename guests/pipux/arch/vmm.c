/* SPDX-License-Identifier: BSD-2-Clause */
/* Hypercalls: `int $VMM_HYPERCALL` with EAX, EBX, ECX as <vmm/guest.h> says */
#include <pipux/string.h>
#include <pipux/vmm.h>

static inline long hypercall(uint32_t nr, uint32_t a, uint32_t b)
{
	long result;

	__asm__ volatile("int %1" : "=a"(result)
		: "i"(VMM_HYPERCALL), "0"(nr), "b"(a), "c"(b) : "memory");
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

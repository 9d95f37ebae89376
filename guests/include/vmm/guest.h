/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interface between the VMM and a guest kernel, shared by both.  The
 * prose is docs/vmm-abi.md.
 *
 * A guest is a child partition of the VMM.  Its memory is one linear range
 * from VMM_GUEST_BASE; an address in it is a guest address, there is no other
 * kind.  The kernel is an i386 ELF executable linked into that range and
 * entered at e_entry through VIDT[0] with EBX = VMM_START_INFO, ESP = 0 and
 * no usable stack: it sets up its own.
 *
 * A hypercall is `int $VMM_HYPERCALL`: EAX the number, EBX, ECX, EDX, ESI the
 * arguments, EAX the result (negative: -VMM_E*).  The VMM resumes the kernel
 * through its save slot 48 (a kernel always runs with interrupt state 0), so
 * VIDT[48] must point at a writable context (VMM sets it up to VMM_SAVE_CTX;
 * all other VIDT slots, the guest fills itself).
 *
 * Virtual interrupts: the VMM sets bits in shared->pending.  If one of the
 * guest's own children (a process) was running, it then enters the kernel
 * through VIDT[VMM_VINT]; the child's state lies in the child's save slot.  If
 * the kernel itself was running or handling, it is resumed where it was:
 * a kernel looks at `pending` before it returns to a process and before it
 * waits.  The kernel acknowledges by clearing the bits, in one instruction
 * (XCHG, AND): the VMM may set bits between a load and a store.
 */
#ifndef VMM_GUEST_H
#define VMM_GUEST_H

#define VMM_ABI_VERSION		3

#define VMM_GUEST_BASE		0x00400000u	/* first byte of its memory */
#define VMM_GUEST_MAX		0xB0000000u	/* its memory ends below */
#define VMM_START_INFO		0xFFFFC000u	/* read-only page */
#define VMM_SHARED		0xFFFFD000u	/* read-write page */
#define VMM_CTX_PAGE		0xFFFFE000u	/* contexts, the guest's own use */
#define VMM_SAVE_CTX		0xFFFFEFC0u	/* VIDT[0] and VIDT[48] at start */

#define VMM_HYPERCALL		0xF0		/* int $0xF0 */
#define VMM_VINT		64		/* VIDT slot of virtual interrupts */

#define VMM_START_MAGIC		0x314D4D56u	/* "VMM1" */
#define VMM_CMDLINE_MAX		1024
#define VMM_WATCHDOG_MAX	3600000u	/* milliseconds */

/* Bits of shared->pending */
#define VMM_IRQ_TIMER		0	/* the armed deadline has passed */
#define VMM_IRQ_CONSOLE		1	/* console input is there */
#define VMM_IRQ_VIRTIO		16	/* + device: see <vmm/virtio.h> */

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

enum vmm_hypercall {
	VMM_HC_VERSION,		/* -> VMM_ABI_VERSION */
	VMM_HC_CONSOLE_WRITE,	/* address, length -> bytes written (all) */
	VMM_HC_CONSOLE_READ,	/* address, length -> bytes read, 0 if none */
	VMM_HC_SET_TIMER,	/* low, high of the TSC value at which
				   VMM_IRQ_TIMER is raised; 0, 0 disarms;
				   a past value is raised at once */
	VMM_HC_WAIT,		/* until an interrupt is pending; -> pending */
	VMM_HC_POWEROFF,	/* status 0-255; does not return */
	VMM_HC_REBOOT,		/* starts the guest anew, or resets the machine
				   if it is the only one; does not return */
	VMM_HC_CRASH,		/* address, length of one line of reason: the
				   guest is ended with status 255 */
	VMM_HC_WATCHDOG,	/* milliseconds until the guest is ended unless
				   it calls again; 0: no longer */
	/* Virtio devices: <vmm/virtio.h>, docs/virtio.md */
	VMM_HC_VIRTIO_READ = 16,	/* device, offset, width -> value */
	VMM_HC_VIRTIO_WRITE,	/* device, offset, width, value -> 0 */
	VMM_HC_VIRTIO_NOTIFY,	/* device, queue -> 0 */
	VMM_HC_MAX
};

#define VMM_ENOSYS	38	/* no such hypercall */
#define VMM_EFAULT	14	/* a buffer that is not the guest's memory */
#define VMM_EINVAL	22

/* Filled before the guest starts, never changed */
struct vmm_start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t mem_start;	/* VMM_GUEST_BASE */
	uint32_t mem_end;	/* exclusive, page aligned; [start, end) is RAM */
	uint32_t kernel_end;	/* page after the loaded ELF image and .bss */
	uint32_t initrd_start;	/* page aligned, inside RAM, at its end; 0: none */
	uint32_t initrd_size;	/* bytes */
	uint32_t tsc_khz;
	char cmdline[VMM_CMDLINE_MAX];	/* without the file name */
};

/* One page, grouped by who writes */
struct vmm_shared {
	/* VMM sets bits, the guest clears them */
	uint32_t pending;
	/* VMM writes; time at TSC value tsc_base is ... */
	uint32_t reserved;
	uint64_t tsc_base;
	uint64_t wall_sec;	/* seconds since 1970 UTC */
	uint32_t wall_nsec;
	/* VMM writes: memory that is free in the VMM itself, for the census */
	uint32_t vmm_free_pages;
	/*
	 * The guest writes: if the VMM makes an interrupt pending while the
	 * kernel stands at restart_begin <= EIP < restart_end, it resumes the
	 * kernel at restart_eip instead.  The range holds the way back to a
	 * process from the last look at `pending` to the yield included, so
	 * that no interrupt is overlooked.  All zero: none.
	 */
	uint32_t restart_begin, restart_end, restart_eip;
	/*
	 * The guest writes: where its kernel goes on after a fault of its
	 * own, once, for a last word; 0: it is killed at once.
	 */
	uint32_t fault_entry;
	/* VMM writes: TSC ticks in which other guests kept this one waiting */
	uint64_t steal_ticks;
	/* VMM writes: the kernel as it was at that fault, a user_ctx_t */
	uint32_t fault_context[16];
};

_Static_assert(sizeof(struct vmm_start_info) == 32 + VMM_CMDLINE_MAX,
	"start info");
_Static_assert(offsetof(struct vmm_shared, tsc_base) == 8, "shared page");
_Static_assert(offsetof(struct vmm_shared, steal_ticks) == 48, "shared page");
#endif
#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMM's private header: prototypes grouped by file.  The interface to
 * guests is <vmm/guest.h>, the one to Pip <pip/abi.h>.
 */
#ifndef VMM_VMM_H
#define VMM_VMM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pip/lib.h>
#include <vmm/guest.h>

#define PAGE_SIZE	PIP_PAGE_SIZE
#define MIB		0x100000u

/* An address in a guest's memory: worth nothing before guest_page() saw it */
typedef uint32_t gva_t;

/* How the VMM ends the machine when no guest chose a status */
enum vmm_status {
	STATUS_NO_KERNEL = 121,		/* no guest kernel among the modules */
	STATUS_BAD_KERNEL = 122,	/* its ELF file is refused */
	STATUS_NO_MEMORY = 123,
	STATUS_BAD_OPTION = 125,	/* on the VMM's own command line */
	STATUS_INTERNAL = 126,		/* Pip refused what it must grant */
	STATUS_KILLED = 255,		/* the guest broke its contract */
};

/* Bits of shared->pending */
#define PENDING_TIMER	(1u << VMM_IRQ_TIMER)
#define PENDING_CONSOLE	(1u << VMM_IRQ_CONSOLE)

/*
 * A guest.  Addresses are the VMM's own; guest memory is reached through the
 * functions of vm.c only, which probe the page first.
 */
struct vm {
	uint32_t id;
	const char *name;
	uint32_t desc;			/* partition descriptor */
	/* RAM: two linear pieces, [0, ram_size) and the initrd behind it */
	uint32_t ram, ram_size;
	uint32_t initrd, initrd_size;	/* size in whole pages */
	uint32_t info, shared, context, vidt;	/* the pages above RAM */
	/* [pool, ram) is for Pip's tables and the pages above RAM */
	uint32_t pool, pool_next;
	uint64_t deadline;		/* TSC value, 0: disarmed */
};

struct options {
	uint32_t mem_mib;		/* 0: all that is free */
};

struct module {
	uint32_t start, size;		/* size 0: there is none */
	char name[64];			/* the file's, without directories */
	char cmdline[VMM_CMDLINE_MAX];	/* what follows it */
};

static inline uint64_t rdtsc(void)
{
	uint64_t tsc;

	__asm__ volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

/* options.c */
const char *options_parse(char *cmdline, struct options *options);

/* vm.c */
void vm_create(struct vm *vm, const struct module *kernel,
		const struct module *initrd, uint32_t mem_mib,
		uint32_t free_begin, uint32_t free_end);
_Noreturn void vm_start(struct vm *vm);
void *guest_page(struct vm *vm, gva_t gva, uint32_t rights);
struct vmm_shared *vm_shared(struct vm *vm);
_Noreturn void vm_enter(struct vm *vm, uint32_t vint);
_Noreturn void vm_interrupt(struct vm *vm, uint32_t raised);
uint32_t vm_destroy(struct vm *vm);

/* event.c */
extern struct vm guest;
void event_init(void);
uint32_t event_irq(struct vm *vm, uint32_t vector);

/* hypercall.c */
void hypercall(struct vm *vm, user_ctx_t *ctx);

/* report.c */
_Noreturn void vm_kill(struct vm *vm, const user_ctx_t *ctx,
		const char *format, ...) __attribute__((format(printf, 3, 4)));
_Noreturn void vm_fault(struct vm *vm, uint32_t vector);
_Noreturn void vm_crash(struct vm *vm, gva_t reason, uint32_t size);

/* console.c */
enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
extern enum log_level log_level;
void vmm_log(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void vmm_fail(enum vmm_status status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void console_vlog(const char *prefix, const char *format, va_list ap);
void console_write(const void *bytes, uint32_t size);
uint32_t console_read(void *bytes, uint32_t size);

/* serial.c */
void serial_init(void);
void serial_write(const uint8_t *bytes, uint32_t size);
void serial_flush(void);
void serial_receive(void);
bool serial_news(void);
uint32_t serial_read(uint8_t *bytes, uint32_t size);

/* timer.c */
void timer_init(void);
bool timer_set(struct vm *vm, uint64_t deadline);
bool timer_irq(struct vm *vm);

/* clock.c */
void clock_init(uint32_t known_tsc_khz);
uint32_t clock_tsc_khz(void);
void clock_publish(struct vmm_shared *shared);

/* rtc.c */
uint64_t rtc_read(void);

/* power.c */
_Noreturn void power_off(uint32_t status);
_Noreturn void power_reset(void);

/* The parts of vm.c that every hypercall and interrupt passes */

/* The kernel's save context, or NULL if the guest lent its page to Pip */
static inline user_ctx_t *guest_context(struct vm *vm)
{
	if (Pip_Probe(vm->context) != (PIP_PROBE_READ | PIP_PROBE_WRITE))
		return NULL;
	return (user_ctx_t *)(vm->context + VMM_SAVE_CTX % PAGE_SIZE);
}

/* As guest_context(), for those who cannot go on without */
static inline user_ctx_t *vm_context(struct vm *vm)
{
	user_ctx_t *ctx = guest_context(vm);

	if (!ctx)
		vm_kill(vm, NULL, "no access to its save context");
	return ctx;
}

/*
 * Back to where the guest kernel was.  `valid` then tells at the next
 * interrupt whether the kernel itself was interrupted: Pip sets it.
 */
_Noreturn static inline void vm_resume(struct vm *vm, user_ctx_t *ctx)
{
	ctx->valid = 0;
	vm_enter(vm, PIP_VIDT_SAVE_CLI);
}

#endif

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
#include <pip/port.h>
#include <vmm/guest.h>

#include "ring.h"

#define PAGE_SIZE	PIP_PAGE_SIZE
#define PAGES(bytes)	(((bytes) + PAGE_SIZE - 1) / PAGE_SIZE)
#define MIB		0x100000u
/* What a call would have left: a return address, 16-byte aligned before it */
#define EVENT_STACK	(PIP_ROOT_CONTEXT - 4)
#define VM_MAX		PIP_INFO_MODULES
#define VM_NAME_MAX	32
#define VM_DEVICES	8		/* that its settings ask for */
#define VM_DEVICE_MAX	64

/* Bits of shared->pending */
#define PENDING_TIMER	(1u << VMM_IRQ_TIMER)
#define PENDING_CONSOLE	(1u << VMM_IRQ_CONSOLE)

/* An address in a guest's memory: worth nothing before guest_page() saw it */
typedef uint32_t gva_t;

/* How the VMM ends the machine when no guest chose a status */
enum vmm_status {
	STATUS_NO_KERNEL = 121,		/* no guest kernel among the modules */
	STATUS_BAD_KERNEL = 122,	/* its ELF file is refused */
	STATUS_NO_MEMORY = 123,
	STATUS_BAD_OPTION = 125,	/* on a command line */
	STATUS_INTERNAL = 126,		/* Pip refused what it must grant */
	STATUS_KILLED = 255,		/* the guest broke its contract */
};

/* `when` is a TSC value, 0: not armed.  Whoever has fired is not armed. */
struct timer {
	uint64_t when;
	struct timer *next;
	void (*fire)(struct timer *timer);
};

#define VM_OF(timer, member)	((struct vm *)((char *)(timer) \
					- offsetof(struct vm, member)))

struct module {
	uint32_t start, size;		/* size 0: there is none */
	const char *string;		/* file name and words */
};

enum restart { RESTART_NO, RESTART_CRASH, RESTART_ALWAYS };

/* What becomes of a guest's output */
enum output {
	OUTPUT_BACK,		/* kept while another guest has the console */
	OUTPUT_FRONT,		/* the same, and it has the console at first */
	OUTPUT_LINES,		/* shown by lines, each with the guest's name */
	OUTPUT_NONE,		/* dropped unless it has the console */
};

/* A guest's words on the command lines: options.c */
struct config {
	char name[VM_NAME_MAX];
	uint32_t mem_mib;		/* 0: an equal part of what is free */
	uint32_t weight;
	uint32_t watchdog_ms;		/* 0: only if the guest asks for it */
	uint32_t restart;		/* enum restart */
	uint32_t output;		/* enum output */
	uint32_t start;			/* at boot; else by the monitor */
	uint32_t ndevices;
	char device[VM_DEVICES][VM_DEVICE_MAX];	/* `disk=...`, `net=...` */
};

enum vm_state {
	VM_STOPPED,	/* no partition: ended, or not started yet */
	VM_HOLD,	/* no partition: starts when vm->again fires */
	VM_STARTING,	/* no partition: made when its turn comes */
	VM_READY,
	VM_WAITING,	/* until something is raised */
};

/* Since boot, restarts included */
struct vm_stat {
	uint32_t hypercalls[VMM_HC_MAX + 1];	/* the last: unknown ones */
	uint32_t irqs;			/* hardware interrupts while it ran */
	uint32_t raised[32];		/* by bit of `pending` */
	uint32_t switches;		/* times it got the processor */
	uint32_t starts;
	uint64_t cpu, steal;		/* TSC ticks */
};

/*
 * A guest.  Addresses are the VMM's own; guest memory is reached through the
 * functions of vm.c only, which probe the page first.
 */
struct vm {
	uint32_t desc;			/* partition descriptor */
	uint32_t shared, context;	/* pages above RAM ... */
	uint32_t info, vidt;
	enum vm_state state;
	bool paused;
	bool waits;			/* in VMM_HC_WAIT, pages probed */
	bool in_call;			/* a hypercall goes on, from ... */
	bool publish;			/* stat.steal has changed */
	uint32_t progress;
	uint32_t raised;		/* to become pending before it runs */
	/* RAM: two linear pieces, [0, ram_size) and the initrd behind it */
	uint32_t ram, ram_size;
	uint32_t initrd, initrd_size;	/* size in whole pages */
	/* [pool, ram) is for Pip's tables and the pages above RAM */
	uint32_t pool, pool_next;
	bool planned;			/* its memory is laid out */
	bool kept;			/* the initrd's module is copied */
	/* sched.c */
	uint64_t vtime;			/* TSC ticks divided by weight */
	uint32_t inverse;		/* of its weight, times 65536 */
	uint64_t ready_since;		/* 0: nobody keeps it waiting */
	struct timer deadline, watchdog, again;
	uint32_t watchdog_ms;		/* 0: off */
	uint32_t id;			/* from 1 */
	uint32_t status;		/* of its last end */
	struct module kernel, initrd_module;
	struct config config;
	struct console *console;
	struct virtio_bus *virtio;
	uint32_t balloon_pages;		/* taken from its RAM */
	struct vm_stat stat;
	uint64_t born;			/* TSC value at its last start */
};

extern struct vm vms[VM_MAX];
extern uint32_t nvms;

static inline uint64_t rdtsc(void)
{
	uint64_t tsc;

	__asm__ volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

/* options.c */
extern uint8_t escape_key;
extern bool escape_on;
const char *options_vmm(const char *words, struct config *config);
const char *options_guest(const char *words, uint32_t id,
		struct config *config);
const char *options_module(const char *words, struct config *config);
uint32_t options_strip(const char *words, char *out, uint32_t size);

/* modules.c */
void modules_find(const pip_fpinfo_t *info, const struct config *defaults);

/* memory.c */
void memory_init(uint32_t begin, uint32_t end);
uint32_t memory_free(void);
void *memory_take(uint32_t size);
void memory_split(void);

/* vm.c */
bool vm_plan(struct vm *vm, uint32_t pages);
uint32_t vm_pages(const struct vm *vm);
uint32_t vm_create(struct vm *vm);
void *guest_page(struct vm *vm, gva_t gva, uint32_t rights);
bool vm_page_take(struct vm *vm, gva_t gva);
bool vm_page_give(struct vm *vm, gva_t gva);
struct vmm_shared *vm_shared(struct vm *vm);
_Noreturn void vm_enter(struct vm *vm, uint32_t vint);
void vm_deliver(struct vm *vm, user_ctx_t *ctx);
uint32_t vm_destroy(struct vm *vm);

/* life.c */
enum vm_end { END_POWEROFF, END_REBOOT, END_CRASH, END_MONITOR, END_FAILED };
void vm_init(struct vm *vm);
void vm_start(struct vm *vm);
_Noreturn void vm_born(struct vm *vm);
void vm_stop(struct vm *vm, enum vm_end why, uint32_t status);
void vm_pause(struct vm *vm);
void vm_unpause(struct vm *vm);
bool vm_restartable(const struct vm *vm);
uint32_t vm_watchdog(struct vm *vm, uint32_t ms);

/* sched.c */
extern struct vm *running;	/* NULL while nobody runs */
extern bool sched_wanted;	/* whoever leaves the VMM calls sched_next() */
extern uint64_t sched_idle;	/* TSC ticks without anybody to run */
void sched_init(void);
void sched_wake(struct vm *vm);
void sched_leave(struct vm *vm);
void sched_blame(struct vm *vm);
bool sched_due(void);
void sched_account(void);
void sched_charge(struct vm *vm);
_Noreturn void sched_next(void) __attribute__((cold));

/* event.c */
void event_init(void);
void event_irq(uint32_t vector);

/* hypercall.c */
void hypercall(struct vm *vm, user_ctx_t *ctx);
_Noreturn void hypercall_again(struct vm *vm, uint32_t progress);

/* report.c */
_Noreturn void vm_kill(struct vm *vm, const user_ctx_t *ctx,
		const char *format, ...) __attribute__((format(printf, 3, 4)));
void vm_report(struct vm *vm, const user_ctx_t *ctx, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void vm_fault(struct vm *vm, uint32_t vector);
_Noreturn void vm_crash(struct vm *vm, gva_t reason, uint32_t size);

/* log.c */
enum log_level { LOG_REPORT = -1, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
extern enum log_level log_level;
void vmm_log(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void vmm_log_more(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void vmm_vlog(enum log_level level, const char *format, va_list ap);
_Noreturn void vmm_fail(enum vmm_status status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void log_show(pip_put_t *put, void *arg);

/* console.c */
extern struct vm *console_front;
extern bool console_due;	/* input waits for console_input() */
void console_init(void);
void console_attach(struct vm *vm);
void console_input(void);
void console_write(struct vm *vm, const void *bytes, uint32_t size);
uint32_t console_read(struct vm *vm, void *bytes, uint32_t size);
void console_message(const char *prefix, const char *format, va_list ap);
void console_put(void *arg, char c);
void console_flush(void);
void console_switch(struct vm *vm);
void console_lost(struct vm *vm);
void console_type(uint8_t key);

/* monitor.c */
extern bool monitor_open;	/* on the console */
void monitor_enter(void);
void monitor_key(uint8_t key);
void monitor_redraw(void);
void monitor_input(void);

/* monitor_show.c */
void monitor_list(pip_put_t *put, void *arg);
void monitor_stat(struct vm *vm, pip_put_t *put, void *arg);
void monitor_dump(struct vm *vm, pip_put_t *put, void *arg);
void put_format(pip_put_t *put, void *arg, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* serial.c */
struct uart {
	uint16_t base;
	bool present;
	bool stuck;			/* nobody takes the queued output */
	struct ring input, output;
};
void serial_init(struct uart *uart);
void serial_write(struct uart *uart, const uint8_t *bytes, uint32_t size);
void serial_flush(struct uart *uart);
void serial_receive(struct uart *uart);
void serial_queue(struct uart *uart, uint8_t byte);
void serial_send(struct uart *uart);

/* com2.c */
extern struct uart com2;
void com2_init(void);
bool com2_take(struct vm *vm);
void com2_irq(void);
void com2_write(const void *bytes, uint32_t size);
uint32_t com2_read(void *bytes, uint32_t size);

/* timer.c */
void timer_init(void);
void timer_set(struct timer *timer, uint64_t when);
void timer_cancel(struct timer *timer);
void timer_irq(void);
void timer_poll(void);

/* clock.c */
void clock_init(uint32_t known_tsc_khz);
uint32_t clock_tsc_khz(void);
void clock_publish(struct vmm_shared *shared);

/* rtc.c */
uint64_t rtc_read(void);

/* power.c */
_Noreturn void power_off(uint32_t status);
_Noreturn void power_reset(void);

/* The parts that every hypercall and interrupt passes */

#define ALWAYS_INLINE	static inline __attribute__((always_inline))
#define NOINLINE	__attribute__((noinline))

/* The kernel's save context, or NULL if the guest lent its page to Pip */
ALWAYS_INLINE user_ctx_t *guest_context(struct vm *vm)
{
	if (!vm->waits && Pip_Probe(vm->context)
			!= (PIP_PROBE_READ | PIP_PROBE_WRITE))
		return NULL;
	return (user_ctx_t *)(vm->context + VMM_SAVE_CTX % PAGE_SIZE);
}

/* As guest_context(), for those who cannot go on without */
ALWAYS_INLINE user_ctx_t *vm_context(struct vm *vm)
{
	user_ctx_t *ctx = guest_context(vm);

	if (!ctx)
		vm_kill(vm, NULL, "no access to its save context");
	return ctx;
}

/*
 * Sets bits of `pending` (PENDING_*, not 0) before the guest next runs.  Any
 * guest, at any time.
 */
static inline void vm_raise(struct vm *vm, uint32_t bits)
{
	vm->raised |= bits;
	vm->stat.raised[__builtin_ctz(bits)]++;
	if (vm->state == VM_WAITING) {
		vm->state = VM_READY;
		sched_wake(vm);
	}
}

/*
 * The guest goes on: its kernel if that was interrupted, which `valid` tells,
 * for Pip sets it.  Otherwise one of its processes was, which only the kernel
 * can resume: it is entered even when nothing is pending.
 */
_Noreturn ALWAYS_INLINE void vm_resume(struct vm *vm, user_ctx_t *ctx)
{
	if (vm->raised | vm->publish)
		vm_deliver(vm, ctx);
	if (!ctx->valid)
		vm_enter(vm, VMM_VINT);
	ctx->valid = 0;
	vm_enter(vm, PIP_VIDT_SAVE_CLI);
}

/* n / d, or all ones if that does not fit: a fault would end the machine */
static inline uint32_t divide(uint64_t n, uint32_t d)
{
	uint32_t low = (uint32_t)n, high = (uint32_t)(n >> 32);

	if (high >= d)
		return UINT32_MAX;
	__asm__("divl %2" : "+a"(low), "+d"(high) : "r"(d) : "cc");
	return low;
}

#endif

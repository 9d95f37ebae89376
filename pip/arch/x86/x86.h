/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The x86 side of Pip, private: registers, entry frames, prototypes grouped
 * by the file that defines them.  All C of Pip is compiled for regparm(3).
 */
#ifndef PIP_ARCH_X86_H
#define PIP_ARCH_X86_H

#include <pip/abi.h>
#include <pip.h>

#define SEL_KERNEL_CS	0x08
#define SEL_KERNEL_DS	0x10

#define EFLAGS_FIXED	0x002u
#define EFLAGS_TF	0x100u
#define EFLAGS_IF	0x200u
#define EFLAGS_VM	0x20000u
#define EFLAGS_LOADED	0xCFFu	/* what a context may choose, IF apart */

#define CR0_MP		0x00000002u
#define CR0_EM		0x00000004u
#define CR0_TS		0x00000008u
#define CR0_NE		0x00000020u
#define CR0_WP		0x00010000u
#define CR0_PG		0x80000000u
#define CR4_PSE		0x010u
#define CR4_PGE		0x080u
#define CR4_OSFXSR	0x200u
#define CR4_OSXMMEXCPT	0x400u

#define EXC_DB		1
#define EXC_GP		13
#define EXC_PF		14

#define IRQ_LINES	16u

/* Frames, lowest address first, as entry.asm pushes them */
struct regs {
	uint32_t edi, esi, ebp, esp_, ebx, edx, ecx, eax;
};

struct event {
	struct regs r;
	uint32_t vector, error;
	uint32_t eip, cs, eflags, esp, ss;
};

struct yield_call {
	struct regs r;
	uint32_t eip, cs;
	uint32_t desc, vint, save, on_yield, on_wake;
	uint32_t esp, ss;
};

struct gate_frame {
	struct regs r;
	uint32_t selector, nargs;
	uint32_t eip, cs;
	uint32_t args[];	/* then ESP, SS */
};

#define COLD	__attribute__((cold, noinline))

/* kernel.ld, start.asm, entry.asm */
extern uint8_t image_end[], kernel_stack_top[], event_table[];
extern const struct gate {
	uint32_t entry;
	uint8_t selector, nargs, zero[2];
} gate_table[], gate_table_end[];
__attribute__((noreturn)) void enter_user(const user_ctx_t *ctx,
		uint32_t eflags, uint32_t gs);

/* memory.c: physical memory at boot */
struct module {
	uint32_t start, end;
	const char *cmdline;
};
extern struct module modules[PIP_INFO_MODULES + 1];
extern uint32_t nmodules;
void memory_init(uint32_t multiboot_info);
word memory_take_low(void);	/* ascending; 0: met the high end */
word memory_take_high(void);	/* descending */
bool memory_enough(uint32_t pages);
uint32_t memory_kib(void);

/* root.c */
void root_create(void);

/* segments.c */
#define PORTS		0x10000u
extern struct tss {		/* only the ring 0 stack and the map are used */
	uint32_t link, esp0, ss0, unused[22];
	uint16_t trap;
	uint16_t port_map;	/* where `ports` is; beyond the limit: no map */
	uint8_t ports[PORTS / 8 + 1];	/* a bit per port: no direct access */
} __attribute__((aligned(8))) tss;
void segments_init(void);
void thread_base_set(uint32_t base);

/* pic.c */
void pic_init(void);
bool pic_accept(uint32_t vector);
word irqControl(word line, word op);

/* ports.c */
void ports_init(void);
word port_read_check(word port, word bytes);
word port_write_check(word port, word bytes, word value);
word outaddrl(word port, word va);

/* fpu.c */
void fpu_probe(void);
extern struct partition *fpu_owner;
extern bool fpu_trapped;
void fpu_trap(bool on);
void fpu_claim(void);
word fpuState(word desc, word op, word va);

/* switch.c */
extern uint32_t irq_pending, user_if;
void event(struct event *e);
void gate_refused(struct gate_frame *f);
void gate_interrupted(struct gate_frame *f);
word yield(struct yield_call *c);
word setIntState(word state);
word idle(void);
word delete(word desc);
__attribute__((noreturn)) void enter_partition(struct partition *to,
		word context);

/* log.c */
enum { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
void log_init(const char *cmdline);
__attribute__((format(printf, 2, 3)))
void log_at(int level, const char *fmt, ...);
__attribute__((format(printf, 1, 2), noreturn, cold))
void fatal(const char *fmt, ...);

static inline void out8(uint32_t port, uint32_t value)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port));
}

static inline uint32_t in8(uint32_t port)
{
	uint8_t value;

	__asm__ volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

#endif

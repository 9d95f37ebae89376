/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process that attacks what is below it.  Each attack runs in a child,
 * which must end the way Linux would end it, or in one of the ways allowed
 * where Pip's partitions differ; the parent must go on.
 */
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#define SEGV	(1u << SIGSEGV)
#define ILL	(1u << SIGILL)
#define TRAP	(1u << SIGTRAP)
#define FPE	(1u << SIGFPE)
#define BUS	(1u << SIGBUS)
#define DONE	(1u << 0)	/* harmless: it ran on and ended with 0 */
#define STUCK	(1u << 31)	/* only harms itself: killed by the parent */
#define ANY	(SEGV | ILL | TRAP | FPE | BUS | DONE | STUCK)

#define PATIENCE_MS	2000

/* Ends the process without a stack, without data segments. */
#define EXIT_0	"movl $1, %%eax; xorl %%ebx, %%ebx; int $0x80"
#define CODE(text)							\
	({ __asm__ volatile(text ::: "eax", "ecx", "edx", "memory"); })

static char *code_page;

struct attack {
	const char *name;
	void (*run)(uint32_t argument);
	uint32_t argument;
	uint32_t allowed;
};

static void read_at(uint32_t address)
{
	(void)*(volatile char *)address;
}

static void write_at(uint32_t address)
{
	*(volatile char *)address = 1;
}

static void jump_to(uint32_t address)
{
	__asm__ volatile("jmp *%0" :: "r"(address));
}

static void push_at(uint32_t address)
{
	__asm__ volatile("movl %0, %%esp; pushl $1; " EXIT_0 :: "r"(address));
}

/* A system call needs no stack of the caller's. */
static void call_with_stack(uint32_t address)
{
	__asm__ volatile("movl %0, %%esp; " EXIT_0 :: "r"(address));
}

/* `int` takes its vector from the instruction: write the instruction. */
static void interrupt(uint32_t vector)
{
	const unsigned char text[] = { 0xCD, (unsigned char)vector, 0xC3 };
	uint32_t number = 0xFFFF;

	memcpy(code_page, text, sizeof(text));
	__asm__ volatile("call *%1"
		: "+a"(number) : "r"(code_page) : "ecx", "edx", "memory");
}

/* Pip's call gates, with arguments that ask for other people's pages. */
static void gate(uint32_t selector)
{
	unsigned char text[] = { 0x9A, 0, 0, 0, 0, (unsigned char)selector,
		0, 0xC3 };

	memcpy(code_page, text, sizeof(text));
	__asm__ volatile("pushl $0x500000; pushl $0x400000; pushl $0x700000;"
		"pushl $0xC0000000; pushl $0; pushl $0x400000; call *%0;"
		"addl $24, %%esp"
		:: "r"(code_page) : "eax", "ecx", "edx", "memory");
}

static void far_jump(uint32_t selector)
{
	struct { uint32_t offset; uint16_t selector; }
		__attribute__((packed)) target = { 0, (uint16_t)selector };

	__asm__ volatile("ljmp *%0" :: "m"(target));
}

/* Writes to a port through Pip's service: port << 16 | value. */
static void port_gate(uint32_t port_value)
{
	uint32_t port = port_value >> 16, value = port_value & 0xFFFF;

	__asm__ volatile("pushl %1; pushl %0; lcall $0x30, $0; addl $8, %%esp"
		:: "r"(port), "r"(value) : "eax", "ecx", "edx", "memory");
	__asm__ volatile("pushl %1; pushl %0; lcall $0x40, $0; addl $8, %%esp"
		:: "r"(port), "r"(value) : "eax", "ecx", "edx", "memory");
	__asm__ volatile("pushl %1; pushl %0; lcall $0x50, $0; addl $8, %%esp"
		:: "r"(port), "r"(value) : "eax", "ecx", "edx", "memory");
}

/* Enters the parent as if some event had happened. */
static void yield_to_parent(uint32_t vector)
{
	__asm__ volatile("pushl $0; pushl $0; pushl $49; pushl %0; pushl $0;"
		"lcall $0xC0, $0; addl $20, %%esp"
		:: "r"(vector) : "eax", "ecx", "edx", "memory");
}

static void load_segment(uint32_t selector)
{
	__asm__ volatile("movw %w0, %%ss" :: "r"(selector));
}

static void null_segments(uint32_t unused)
{
	(void)unused;
	__asm__ volatile("xorl %eax, %eax; movw %ax, %ds; movw %ax, %es;"
		"movw %ax, %fs; movw %ax, %gs; movl $20, %eax; int $0x80;"
		"movl $1, %eax; xorl %ebx, %ebx; int $0x80");
}

static void flags(uint32_t bits)
{
	volatile uint32_t spins = 20000000;

	__asm__ volatile("pushfl; orl %0, (%%esp); popfl"
		:: "r"(bits) : "memory", "cc");
	/* Long enough to be interrupted with these flags */
	__asm__ volatile("1: decl %0; jnz 1b" : "+m"(spins));
	__asm__ volatile(EXIT_0 ::);
}

static void unaligned_with_ac(uint32_t unused)
{
	static uint32_t words[2];

	(void)unused;
	__asm__ volatile("pushfl; orl $0x40000, (%%esp); popfl;"
		"movl 1(%0), %%eax; " EXIT_0 :: "r"(words));
}

static void privileged(uint32_t which)
{
	static char buffer[16];

	switch (which) {
	case 0: CODE("hlt"); break;
	case 1: CODE("cli"); break;
	case 2: CODE("sti"); break;
	case 3: CODE("inb $0x60, %%al"); break;
	case 4: CODE("outb %%al, $0x80"); break;
	case 5: CODE("movl %%cr0, %%eax"); break;
	case 6: CODE("movl %%eax, %%cr3"); break;
	case 7: CODE("movl %%eax, %%dr7"); break;
	case 8: CODE("invlpg 0x400000"); break;
	case 9: CODE("wbinvd"); break;
	case 10: CODE("rdmsr"); break;
	case 11: CODE("wrmsr"); break;
	case 12: CODE("clts"); break;
	case 13: CODE("xorl %%eax, %%eax; lldt %%ax"); break;
	case 14: CODE("movl $0x28, %%eax; ltr %%ax"); break;
	case 15: CODE("lmsw %%ax"); break;
	case 16: __asm__ volatile("lgdt %0" :: "m"(buffer)); break;
	case 17: __asm__ volatile("lidt %0" :: "m"(buffer)); break;
	case 18: CODE("movl $0x3F8, %%edx; inb %%dx, %%al"); break;
	case 19: CODE("movl $0xF4, %%edx; outl %%eax, %%dx"); break;
	case 20: CODE("movl $0x604, %%edx; movl $0x2000, %%eax;"
		"outw %%ax, %%dx"); break;
	case 21: CODE("movl $0xCF8, %%edx; outl %%eax, %%dx"); break;
	case 22: CODE("movl $0x3F8, %%edx; outsb"); break;
	case 23: CODE("rdpmc"); break;
	case 24: CODE("pushl $8; pushl $0x100000; lret"); break;
	case 25: CODE("pushl $2; pushl $8; pushl $0x100000; iretl"); break;
	}
}

#define PRIVILEGED	26

static void faults(uint32_t which)
{
	static const uint16_t all_unmasked = 0x340;
	static const uint32_t sse_unmasked = 0;
	static const int bounds[2] = { 5, 6 };

	switch (which) {
	case 0: CODE("xorl %%ecx, %%ecx; divl %%ecx"); break;
	case 1: CODE("ud2"); break;
	case 2: CODE(".byte 0xF0, 0x0F, 0xC7, 0xC8"); break;
	case 3: CODE("int3"); break;
	case 4: CODE("movb $127, %%al; addb $1, %%al; into"); break;
	case 5: __asm__ volatile("xorl %%eax, %%eax; bound %%eax, %0"
		:: "m"(bounds) : "eax"); break;
	case 6: __asm__ volatile("fldcw %0; fld1; fldz; fdivrp; fwait"
		:: "m"(all_unmasked)); break;
	case 7: __asm__ volatile("ldmxcsr %0; xorps %%xmm0, %%xmm0;"
		"movups %1, %%xmm1; divps %%xmm0, %%xmm1"
		:: "m"(sse_unmasked), "m"(code_page[0])); break;
	}
}

/*
 * Overwrites whatever it can reach at the top of the address space, where a
 * partition's own table of contexts lies, then makes events happen.
 */
static void skip_page(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	/* The page's next writes go to a page that is there: gregs[REG_EDI] */
	((uint32_t *)context)[5 + 4] = (uint32_t)code_page;
}

static void scribble(uint32_t value)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_NODEFER };
	volatile uint32_t spins = 20000000;

	action.sa_sigaction = skip_page;
	sigaction(SIGSEGV, &action, NULL);
	for (uint32_t page = 0xFFC00000u; page; page += 4096) {
		uint32_t count = 1024, to = page;

		/* Leave the stack this runs on alone, where it is up there. */
		if (page >> 16 == (uint32_t)&action >> 16)
			continue;
		__asm__ volatile("1: movl %2, (%%edi); addl $4, %%edi;"
			"decl %1; jnz 1b"
			: "+D"(to), "+r"(count) : "r"(value) : "memory");
	}
	while (--spins)
		;
	for (int i = 0; i < 100; i++)
		syscall(SYS_getppid);
}

static const struct attack attacks[] = {
	{ "read 0", read_at, 0, SEGV },
	{ "read 0x1000", read_at, 0x1000, SEGV },
	{ "read Pip's code", read_at, 0x100000, SEGV },
	{ "read below 4 MiB", read_at, 0x3FF000, SEGV },
	{ "read Pip's window", read_at, 0xC0000000, SEGV },
	{ "read Pip's window's end", read_at, 0xFFBFF000, SEGV },
	{ "read the video memory", read_at, 0xB8000, SEGV },
	{ "write 0", write_at, 0, SEGV },
	{ "write Pip's code", write_at, 0x100000, SEGV },
	{ "write Pip's window", write_at, 0xC0100000, SEGV },
	{ "jump to 0", jump_to, 0, SEGV },
	{ "jump to Pip", jump_to, 0x100000, SEGV },
	{ "jump to Pip's window", jump_to, 0xC0100000, SEGV },
	{ "jump to the top", jump_to, 0xFFFFFFF0, SEGV },
	{ "push at 0", push_at, 0, SEGV },
	{ "push into Pip", push_at, 0x101000, SEGV },
	{ "push into the window", push_at, 0xC0001000, SEGV },
	{ "system call, stack 0", call_with_stack, 0, DONE },
	{ "system call, stack in Pip", call_with_stack, 0x100000, DONE },
	{ "system call, stack in the window", call_with_stack, 0xC0100000,
		DONE },
	{ "stack segment of ring 0", load_segment, 0x10, SEGV },
	{ "stack segment null", load_segment, 0, SEGV },
	{ "stack segment is the TSS", load_segment, 0x28, SEGV },
	{ "null data segments", null_segments, 0, DONE },
	{ "single step", flags, 0x100, TRAP },
	{ "nested task flag", flags, 0x4000, DONE },
	{ "direction flag", flags, 0x400, DONE },
	{ "I/O privilege", flags, 0x3000, DONE },
	{ "alignment check", unaligned_with_ac, 0, BUS | DONE },
	{ "far jump to ring 0", far_jump, 0x08, SEGV },
	{ "far jump through a gate", far_jump, 0x60, SEGV },
	{ "far jump to the TSS", far_jump, 0x28, SEGV },
	{ "far jump nowhere", far_jump, 0xFFF8, SEGV },
	{ "debug exit by service", port_gate, 0x00F40000, SEGV | DONE },
	{ "debug console by service", port_gate, 0x00E90073, SEGV | DONE },
	{ "power off by service", port_gate, 0x06042000, SEGV | DONE },
	{ "reset by service", port_gate, 0x006400FE, SEGV | DONE },
	{ "interrupt controller by service", port_gate, 0x002100FF,
		SEGV | DONE },
	{ "PCI by service", port_gate, 0x0CF8FFFF, SEGV | DONE },
	{ "divide error", faults, 0, FPE },
	{ "invalid instruction", faults, 1, ILL },
	{ "locked cmpxchg8b of a register", faults, 2, ILL },
	{ "breakpoint", faults, 3, TRAP },
	{ "overflow", faults, 4, SEGV },
	{ "bound range", faults, 5, SEGV },
	{ "x87 exception", faults, 6, FPE },
	/* QEMU 7.2's TCG raises none */
	{ "SSE exception", faults, 7, FPE | DONE },
	{ "scribble zeros", scribble, 0, ANY },
	{ "scribble ones", scribble, 0xFFFFFFFF, ANY },
	{ "scribble Pip's addresses", scribble, 0xC0100000, ANY },
	{ "scribble user addresses", scribble, 0x400000, ANY },
};

/* Returns how the child ended as one bit of the masks above. */
static uint32_t outcome(pid_t pid)
{
	int status;

	for (int ms = 0; ms < PATIENCE_MS; ms += 2) {
		pid_t found = waitpid(pid, &status, WNOHANG);

		CHECK(found >= 0);
		if (found) {
			if (WIFSIGNALED(status))
				return 1u << WTERMSIG(status);
			return WEXITSTATUS(status) ? 0 : DONE;
		}
		usleep(2000);
	}
	CHECK(!kill(pid, SIGKILL));
	wait_for(pid);
	return STUCK;
}

static int failures;

static void attempt(const char *name, void (*run)(uint32_t),
	uint32_t argument, uint32_t allowed)
{
	pid_t pid = checked_fork();
	uint32_t end;

	if (!pid) {
		run(argument);
		_exit(0);
	}
	end = outcome(pid);
	if (end & allowed)
		return;
	failures++;
	printf("hostile: %s (%#x): ", name, argument);
	if (!end)
		printf("ended with an error\n");
	else if (end == DONE)
		printf("ran on unharmed\n");
	else if (end == STUCK)
		printf("never ended\n");
	else
		printf("killed by signal %d\n", __builtin_ctz(end));
}

/* Returns what Linux does for `int vector` in a process. */
static uint32_t after_interrupt(uint32_t vector)
{
	switch (vector) {
	case 0x80:
		return DONE;	/* the system call: ENOSYS */
	case 3:
		return TRAP;
	default:
		return SEGV;
	}
}

int main(void)
{
	code_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(code_page != MAP_FAILED);
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++)
		attempt(attacks[i].name, attacks[i].run, attacks[i].argument,
			attacks[i].allowed);
	for (uint32_t i = 0; i < PRIVILEGED; i++)
		attempt("privileged instruction", privileged, i, SEGV);
	for (uint32_t vector = 0; vector < 256; vector++)
		attempt("int", interrupt, vector, after_interrupt(vector));
	for (uint32_t selector = 0x60; selector <= 0xF8; selector += 8)
		attempt("service", gate, selector, SEGV | ILL | DONE | STUCK);
	for (uint32_t vector = 0; vector < 256; vector++)
		attempt("yield", yield_to_parent, vector,
			SEGV | ILL | DONE | STUCK);
	if (failures)
		return 1;
	return passed("hostile");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Words that every file of pipux uses: types, messages, assertions. */
#ifndef PIPUX_KERNEL_H
#define PIPUX_KERNEL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <asm/errno.h>
#include <pipux/string.h>

typedef int32_t ssize_t;
typedef int64_t loff_t;
typedef uint64_t ktime_t;		/* nanoseconds since boot, monotonic */

/* Only inside the kernel; never seen by a program */
#define ERESTARTSYS	512	/* restart if SA_RESTART, else EINTR */
#define ERESTARTNOINTR	513	/* always restart */
#define ERESTARTNOHAND	514	/* restart if there is no handler */
#define ERESTART_RESTARTBLOCK 516 /* through sys_restart_syscall */

#define PAGE_SHIFT	12
#define PAGE_SIZE	4096u
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x)	(((x) + PAGE_SIZE - 1) & PAGE_MASK)

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); \
				a_ < b_ ? a_ : b_; })
#define MAX(a, b)	({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); \
				a_ > b_ ? a_ : b_; })
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

/* A pointer or a negative errno in one word, for functions that return one */
#define IS_ERR(p)	((uintptr_t)(p) >= (uintptr_t)-4095)
#define PTR_ERR(p)	((long)(p))
#define ERR_PTR(e)	((void *)(long)(e))

/*
 * The kernel log: to the dmesg ring and, below the console's level (only
 * warnings and worse unless the kernel word `loglevel=` says otherwise), to
 * the console.  A message is one line; the format begins with its level,
 * printk(KERN_INFO "..."); without one it is a warning.
 */
#define KERN_EMERG	"\0010"
#define KERN_ALERT	"\0011"
#define KERN_CRIT	"\0012"
#define KERN_ERR	"\0013"
#define KERN_WARNING	"\0014"
#define KERN_NOTICE	"\0015"
#define KERN_INFO	"\0016"
#define KERN_DEBUG	"\0017"
__attribute__((format(printf, 1, 2))) void printk(const char *fmt, ...);
__attribute__((format(printf, 1, 2), noreturn))
void panic(const char *fmt, ...);
#define BUG_ON(x) do { if (unlikely(x)) \
	panic("%s:%d: %s", __FILE__, __LINE__, #x); } while (0)

/* vsnprintf as in ISO C for %d i u x X o c s p % with l, ll, z, width, .prec */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
__attribute__((format(printf, 3, 4)))
int snprintf(char *buf, size_t size, const char *fmt, ...);

/*
 * Kernel command line (kernel/cmdline.c): value of the last `name=value`,
 * NULL if absent, "" if bare.  cmdline_init copies `words`; words after `--`
 * are init's.
 */
void cmdline_init(const char *words);
const char *cmdline_get(const char *name);
const char *cmdline_text(void);		/* all of it, for /proc/cmdline */

#endif

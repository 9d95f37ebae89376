/* SPDX-License-Identifier: BSD-2-Clause */
/* What the units of the fuzzer share, grouped by .c file. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <sys/types.h>

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define HOME		"/tmp/fuzz"
#define ARENA_PAGES	16
#define PAGE		4096u

typedef uint32_t word;

/* driver.c: what it sees of the child */
struct journal {
	volatile word made;
	volatile word last[8];		/* number, arguments */
};
extern struct journal *journal;
extern char *arena;			/* the page behind it is not mapped */

/* chance.c: a number below the limit, from and into the state */
word below(word *state, word limit);
word next(word *state);

/* argument.c: one of the kind, a letter of calls.h */
word argument(word *state, char kind);
extern word objects[8];			/* of System V IPC, child's own */
extern word context;			/* io_setup(2) */

/* child.c */
extern word me, user;			/* its process; not 0: its user */
extern word verbose;			/* print each call before it */
_Noreturn void child(word seed);

/* raw.asm: a system call from a frame of its number and six arguments */
long raw_call(const word *frame);

/* remains.c: what a child leaves behind */
void remember_processes(void);
int kill_strangers(void);		/* one that is there, or 0 */
void remove_everything(void);
void each_loop(unsigned request, int argument);	/* and one byte of it */

/* census.c: what the kernel has; later whether it has no more */
void census_take(void);
int census_holds(void);
int connections(void);			/* or remains of them, of TCP */
const char *census_change(void);	/* what grew, as text */

#endif

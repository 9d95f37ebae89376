/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * execve(2) in five files: exec.c the order of things, exec_strings.c what
 * goes to the new stack, auxv.c the last part of that, exec_load.c the image,
 * exec_script.c `#!` lines.
 */
#ifndef PIPUX_EXEC_H
#define PIPUX_EXEC_H

#include "elf.h"
#include <pipux/fs.h>
#include <pipux/partition.h>
#include <pipux/sched.h>

#define EXEC_HEAD	256		/* of the file, read first */
#define STRING_PAGES	512		/* 2 MiB of argv and envp at most */
#define STRING_MAX	(128 * 1024u)
#define SCRIPT_DEPTH	5

struct exec {
	struct file *file;		/* what is loaded in the end */
	char head[EXEC_HEAD];
	char *path;			/* AT_EXECFN: as the caller named it */
	/* `#!`: strings that replace argv[0], last pushed first */
	char *prefix[2 * SCRIPT_DEPTH + 1];
	int prefixes;
	bool secure;			/* AT_SECURE */
	bool from_kernel;		/* argv and envp are the kernel's */
	const char *const *argv, *const *envp;
	int argc, envc;			/* argc with the prefix */

	/* exec_strings.c: pages of the new stack from its top down */
	uint8_t **page;
	uint32_t used;			/* bytes from the top */
	uint32_t stack_top;		/* exec_load.c, before the strings */
	uint32_t limit;
	uint32_t *vector;		/* argv[], NULL, envp[], NULL */
	uint32_t execfn, random, platform, auxv; /* addresses */
	uint32_t arg_start, arg_end, env_start, env_end;

	/* exec_load.c */
	struct mm *mm;
	struct elf elf;
	uint32_t bias, interp_base, vdso;
	uint32_t entry;			/* of the loader if there is one */
};

/* exec_script.c: 1 a script, e->file is its interpreter now; 0; errno */
int exec_script(struct exec *e);

/* exec.c: opens what may be executed: file or ERR_PTR */
struct file *exec_open(int dfd, const char *path, int flags);

/* exec_strings.c */
int exec_strings(struct exec *e);
int exec_stack(struct exec *e, uint32_t *esp);	/* into e->mm */
void exec_auxv(struct exec *e);	/* ... that part again, by what is now so */
void exec_strings_free(struct exec *e);

/* auxv.c: into e->mm->auxv; its size in bytes */
uint32_t auxv_fill(const struct exec *e);

/* exec_load.c: decides where everything goes, without e->mm; fills that */
int exec_layout(struct exec *e);
int exec_load(struct exec *e);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a new program finds on its stack, System V ABI i386 "Process
 * Initialization": from the top down the strings, then the auxiliary vector,
 * envp, argv, argc.  Strings go into pages that become the stack's own.
 */
#include "exec.h"
#include <linux/resource.h>

#define RANDOM_BYTES	16

void random_bytes(void *buf, size_t n);		/* kernel/random.c */

/* Copies n bytes into the strings, ending at `end` bytes from the top */
static int put(struct exec *e, const char *from, uint32_t n, bool kernel)
{
	uint32_t at;

	if (n > e->limit - e->used)
		return -E2BIG;
	e->used += n;
	at = STRING_PAGES * PAGE_SIZE - e->used;
	while (n) {
		uint8_t **page = &e->page[at / PAGE_SIZE];
		uint32_t part = MIN(n, PAGE_SIZE - at % PAGE_SIZE);

		if (!*page) {
			*page = page_alloc_user();
			if (!*page)
				return -ENOMEM;
			memset(*page, 0, PAGE_SIZE);
		}
		if (kernel)
			memcpy(*page + at % PAGE_SIZE, from, part);
		else if (copy_from_user(*page + at % PAGE_SIZE, from, part))
			return -EFAULT;
		from += part;
		at += part;
		n -= part;
	}
	return 0;
}

static inline uint32_t address(const struct exec *e)
{
	return e->stack_top - e->used;
}

static int put_string(struct exec *e, const char *s, bool kernel)
{
	long n = kernel ? (long)strlen(s) : strnlen_user(s, STRING_MAX);

	if (n < 0)
		return n == -ENAMETOOLONG ? -E2BIG : n;
	return put(e, s, n + 1, kernel);
}

/* Element i of argv or envp, wherever that array is */
static int element(const struct exec *e, const char *const *v, int i,
		const char **s)
{
	if (e->from_kernel)
		*s = v[i];
	else if (get_user(*s, &v[i]))
		return -EFAULT;
	return 0;
}

static int count(const struct exec *e, const char *const *v)
{
	const char *s;
	int n = 0;

	if (!v)
		return 0;
	for (;; n++) {
		if (element(e, v, n, &s))
			return -EFAULT;
		if (!s)
			return n;
		if ((uint32_t)n >= e->limit / sizeof(void *))
			return -E2BIG;
	}
}

/* The strings of v from `first` on, the last one highest */
static int put_array(struct exec *e, const char *const *v, int first, int n,
		uint32_t *vector)
{
	const char *s;
	int rc;

	for (int i = n; i-- > first; ) {
		rc = element(e, v, i, &s);
		if (!rc)
			rc = put_string(e, s, e->from_kernel);
		if (rc)
			return rc;
		vector[i - first] = address(e);
	}
	return 0;
}

static int put_arguments(struct exec *e, int skip)
{
	uint32_t *argv = e->vector, *envp = e->vector + e->argc + 1;
	int rc;

	e->env_end = address(e);
	rc = put_array(e, e->envp, 0, e->envc, envp);
	e->env_start = e->arg_end = address(e);
	if (!rc)
		rc = put_array(e, e->argv, skip, e->argc - e->prefixes + skip,
			argv + e->prefixes);
	for (int i = 0; !rc && i < e->prefixes; i++) {
		rc = put_string(e, e->prefix[i], true);
		argv[e->prefixes - 1 - i] = address(e);
	}
	e->arg_start = address(e);
	return rc;
}

static int put_fixed(struct exec *e)
{
	uint8_t random[RANDOM_BYTES];
	int rc;

	random_bytes(random, sizeof(random));
	e->used = sizeof(uint32_t);	/* a zero word ends the stack */
	rc = put_string(e, e->path, true);
	e->execfn = address(e);
	if (!rc)
		rc = put(e, "i686", sizeof("i686"), true);
	e->platform = address(e);
	if (!rc)
		rc = put(e, (char *)random, sizeof(random), true);
	e->random = address(e);
	return rc;
}

/* Reads path, argv and envp into pages of the coming stack: 0 or errno */
int exec_strings(struct exec *e)
{
	int skip = 0, rc;
	uint32_t limit = current->process->limits[RLIMIT_STACK].rlim_cur / 4;

	limit = MAX(limit, STRING_MAX);
	e->limit = MIN(limit, STRING_PAGES * PAGE_SIZE);
	e->argc = count(e, e->argv);
	e->envc = count(e, e->envp);
	if (e->argc < 0 || e->envc < 0)
		return e->argc < 0 ? e->argc : e->envc;
	/* Nobody's argv is empty, since Linux 5.18 */
	if (!e->argc && !e->prefixes
			&& !(e->prefix[e->prefixes++] = kstrdup("")))
		return -ENOMEM;
	/* A script's own name stands for argv[0] */
	if (e->prefixes) {
		skip = e->argc > 0;
		e->argc += e->prefixes - skip;
	}
	e->page = kzalloc(STRING_PAGES * sizeof(void *));
	e->vector = kzalloc((e->argc + e->envc + 2) * sizeof(uint32_t));
	if (!e->page || !e->vector)
		return -ENOMEM;
	rc = put_fixed(e);
	return rc ? rc : put_arguments(e, skip);
}

/* Moves the string pages into the stack and writes the vectors below */
int exec_stack(struct exec *e, uint32_t *esp)
{
	uint32_t aux_size = auxv_fill(e);
	uint32_t size = (e->argc + e->envc + 2) * sizeof(uint32_t);
	uint32_t sp = (address(e) - aux_size - size - sizeof(uint32_t))
		& ~15u;
	uint32_t va = e->stack_top, argc = e->argc;
	int rc;

	for (unsigned i = STRING_PAGES; i-- && e->page[i]; ) {
		va -= PAGE_SIZE;
		rc = mm_give_page(e->mm, va, e->page[i]);
		if (rc)
			return rc;
		e->page[i] = NULL;
	}
	rc = copy_to_mm(e->mm, sp, &argc, sizeof(argc));
	if (!rc)
		rc = copy_to_mm(e->mm, sp + sizeof(argc), e->vector, size);
	e->auxv = sp + sizeof(argc) + size;
	if (!rc)
		rc = copy_to_mm(e->mm, e->auxv, e->mm->auxv, aux_size);
	e->mm->arg_start = e->arg_start;
	e->mm->arg_end = e->arg_end;
	e->mm->env_start = e->env_start;
	e->mm->env_end = e->env_end;
	e->mm->start_stack = sp;
	*esp = sp;
	return rc;
}

/* Its pages are there, so that this cannot fail */
void exec_auxv(struct exec *e)
{
	uint32_t size = auxv_fill(e);

	(void)copy_to_mm(e->mm, e->auxv, e->mm->auxv, size);
}

void exec_strings_free(struct exec *e)
{
	for (unsigned i = 0; e->page && i < STRING_PAGES; i++)
		if (e->page[i])
			page_free(e->page[i]);
	kfree(e->page);
	kfree(e->vector);
	for (int i = 0; i < e->prefixes; i++)
		kfree(e->prefix[i]);
}

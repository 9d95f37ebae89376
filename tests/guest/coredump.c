/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Core files: core(5).  Alone it checks them; `coredump crash` only leaves
 * one, of two threads, for a debugger to look at.
 */
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check.h"

#define SECRET	0x5EC2E70Fu

struct prstatus {			/* elf_prstatus of i386 */
	int signo, code, error;
	short cursig, pad;
	unsigned pending, held;
	int pid, ppid, pgrp, session, times[8];
	unsigned regs[17];
	int fpu;
};

static char *core;
static size_t core_size;

static void limit(rlim_t bytes)
{
	struct rlimit r = { bytes, RLIM_INFINITY };

	CHECK(!setrlimit(RLIMIT_CORE, &r));
}

static void load(const char *name)
{
	int fd = open(name, O_RDONLY);
	struct stat st;

	CHECK(fd >= 0 && !fstat(fd, &st));
	core_size = st.st_size;
	CHECK(core_size > sizeof(Elf32_Ehdr));
	core = mmap(NULL, core_size, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(core != MAP_FAILED && !close(fd));
}

static const Elf32_Phdr *header(int i)
{
	const Elf32_Ehdr *h = (void *)core;

	CHECK(!memcmp(h->e_ident, ELFMAG, SELFMAG) && h->e_type == ET_CORE);
	CHECK(h->e_machine == EM_386 && i < h->e_phnum);
	return (const void *)(core + h->e_phoff + i * sizeof(Elf32_Phdr));
}

/* The n-th note of a type, or NULL */
static const void *note(unsigned type, int n)
{
	const Elf32_Phdr *p = header(0);
	const char *at = core + p->p_offset;

	CHECK(p->p_type == PT_NOTE);
	while (at < core + p->p_offset + p->p_filesz) {
		const Elf32_Nhdr *h = (const void *)at;
		const char *data = at + sizeof(*h) + ((h->n_namesz + 3) & ~3);

		if (h->n_type == type && !n--)
			return data;
		at = data + ((h->n_descsz + 3) & ~3);
	}
	return NULL;
}

/* What the core says of the program's memory; NULL: nothing */
static const void *memory(const volatile void *where)
{
	const Elf32_Ehdr *h = (void *)core;
	unsigned va = (unsigned)where;

	for (int i = 1; i < h->e_phnum; i++) {
		const Elf32_Phdr *p = header(i);

		if (va >= p->p_vaddr && va < p->p_vaddr + p->p_filesz
				&& p->p_offset + p->p_filesz <= core_size)
			return core + p->p_offset + (va - p->p_vaddr);
	}
	return NULL;
}

static volatile unsigned secret;
static unsigned *heap;
static int *volatile nowhere = (int *)16;

__attribute__((noinline)) static void crash_here(void)
{
	*nowhere = 7;
}

static int crash(int number)
{
	pid_t pid = checked_fork();

	if (pid == 0) {
		secret = SECRET;
		*heap = ~SECRET;
		if (number == SIGSEGV)
			crash_here();
		raise(number);
		_exit(0);
	}
	return wait_for(pid);
}

static void test_contents(void)
{
	const struct prstatus *s;
	const siginfo_t *info;
	struct stat st;
	int status = crash(SIGSEGV);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	CHECK(WCOREDUMP(status));
	CHECK(!stat("core", &st) && (st.st_mode & 07777) == 0600);
	load("core");
	s = note(NT_PRSTATUS, 0);
	CHECK(s && s->cursig == SIGSEGV && s->ppid == getpid());
	CHECK(s->regs[12] >= (unsigned)crash_here
		&& s->regs[12] < (unsigned)crash_here + 64);
	CHECK(!note(NT_PRSTATUS, 1));
	info = note(0x53494749, 0);
	CHECK(info && info->si_signo == SIGSEGV && info->si_addr == (void *)16);
	CHECK(note(NT_AUXV, 0) && note(NT_FPREGSET, 0));
	CHECK(strstr((const char *)note(NT_PRPSINFO, 0) + 44, "coredump"));
	CHECK(memory(&secret) && *(unsigned *)memory(&secret) == SECRET);
	CHECK(memory(heap) && *(unsigned *)memory(heap) == ~SECRET);
	CHECK(!memory(test_contents));	/* the program's file has it */
	CHECK(!unlink("core"));
}

/* core(5): by signal, by limit, by dumpable, by what is there already */
static void test_conditions(void)
{
	siginfo_t info;
	pid_t pid;
	int fd;

	CHECK(WCOREDUMP(crash(SIGQUIT)) && !unlink("core"));
	CHECK(crash(SIGTERM) == SIGTERM);
	CHECK_ERRNO(open("core", O_RDONLY), ENOENT);
	limit(0);
	CHECK(crash(SIGABRT) == SIGABRT);
	CHECK_ERRNO(open("core", O_RDONLY), ENOENT);
	limit(RLIM_INFINITY);
	CHECK(!prctl(PR_SET_DUMPABLE, 0));
	CHECK(crash(SIGABRT) == SIGABRT);
	CHECK(!prctl(PR_SET_DUMPABLE, 1));
	CHECK(!symlink("elsewhere", "core"));
	CHECK(crash(SIGABRT) == SIGABRT);
	CHECK_ERRNO(open("elsewhere", O_RDONLY), ENOENT);
	CHECK(!unlink("core"));
	fd = open("core", O_CREAT | O_RDWR, 0644);
	CHECK(fd >= 0 && !fchown(fd, 1, 1));
	CHECK(crash(SIGABRT) == SIGABRT);
	CHECK(lseek(fd, 0, SEEK_END) == 0 && !close(fd) && !unlink("core"));
	pid = checked_fork();
	if (pid == 0)
		abort();
	CHECK(!waitid(P_PID, pid, &info, WEXITED));
	CHECK(info.si_code == CLD_DUMPED && info.si_status == SIGABRT);
	CHECK(!unlink("core"));
}

/* No file grows beyond RLIMIT_CORE */
static void test_limit(void)
{
	struct stat st;

	limit(16384);
	CHECK(WCOREDUMP(crash(SIGSEGV)));
	CHECK(!stat("core", &st) && st.st_size <= 16384 && !unlink("core"));
	limit(RLIM_INFINITY);
}

static void *wait_here(void *unused)
{
	pause();
	return unused;
}

static void crash_with_threads(void)
{
	pthread_t t;

	for (int i = 0; i < 3; i++)
		CHECK(!pthread_create(&t, NULL, wait_here, NULL));
	usleep(20000);
	crash_here();
}

/* The one that died comes first; all of them are in one file */
static void test_threads(void)
{
	pid_t pid = checked_fork();

	if (pid == 0)
		crash_with_threads();
	CHECK(WCOREDUMP(wait_for(pid)));
	load("core");
	CHECK(((struct prstatus *)note(NT_PRSTATUS, 0))->pid == pid);
	CHECK(note(NT_PRSTATUS, 3) && !note(NT_PRSTATUS, 4));
	CHECK(!unlink("core"));
}

static void set_pattern(const char *text)
{
	int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) > 0 && !close(fd));
}

static void test_pattern(void)
{
	char name[64];
	int fd;

	set_pattern("c.%e.%s.%%.%u\n");
	CHECK(WCOREDUMP(crash(SIGABRT)) && !unlink("c.coredump.6.%.0"));
	set_pattern("core.%p");
	pid_t pid = checked_fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, "a/../b");
		abort();
	}
	CHECK(WCOREDUMP(wait_for(pid)));
	snprintf(name, sizeof(name), "core.%d", pid);
	CHECK(!unlink(name));
	set_pattern("%e");
	pid = checked_fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, "/../b");
		abort();
	}
	CHECK(WCOREDUMP(wait_for(pid)) && !unlink("!..!b"));
	fd = open("/proc/sys/kernel/core_pattern", O_WRONLY);
	CHECK_ERRNO(write(fd, "|/bin/sh", 8), EINVAL);
	close(fd);
	set_pattern("core");
}

int main(int argc, char **argv)
{
	(void)argv;
	limit(RLIM_INFINITY);
	heap = malloc(4096);
	if (argc > 1)
		crash_with_threads();
	CHECK(!chdir("/tmp"));
	test_contents();
	test_conditions();
	test_limit();
	test_threads();
	test_pattern();
	return passed("coredump");
}

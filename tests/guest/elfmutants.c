/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elfmutants SEED COUNT FILE...: execve(2) of copies of small programs, with
 * fields of the ELF header and the program headers set to edge values.  Each
 * must end by itself, by a signal or with an errno, or by SIGKILL from here if
 * it runs on; the same seed makes the same copies.
 */
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check.h"

#define MUTANT		"/tmp/mutant"
#define HEADERS_MAX	16

static uint32_t state;

/* Numerical Recipes' generator; the high bits are the better ones */
static uint32_t below(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)state * n >> 32);
}

static uint32_t edge(uint32_t old)
{
	static const uint32_t values[] = {
		0, 1, 2, 3, 4, 31, 32, 33, 0xFFF, 0x1000, 0x1001, 0x8000,
		0xFFFF, 0x10000, 0x400000, 0x8048000, 0x7FFFF000, 0x7FFFFFFF,
		0x80000000, 0xBFFFF000, 0xC0000000, 0xFFC00000, 0xFFFFE000,
		0xFFFFF000, 0xFFFFFFFF,
	};
	static const int32_t steps[] = { -4096, -4, -1, 1, 4, 4096, 1 << 22 };

	switch (below(4)) {
	case 0:
		return old + (uint32_t)steps[below(sizeof(steps) / 4)];
	case 1:
		return old ^ 1u << below(32);
	}
	return values[below(sizeof(values) / 4)];
}

static void mutate(unsigned char *file)
{
	Elf32_Ehdr *h = (Elf32_Ehdr *)file;
	uint32_t segments = h->e_phnum < HEADERS_MAX ? h->e_phnum : HEADERS_MAX;
	Elf32_Phdr *p = (Elf32_Phdr *)(file + h->e_phoff);

	for (uint32_t n = 1 + below(3); n; n--) {
		uint32_t at = below(2 + 6 * segments);
		uint32_t *word = (uint32_t *)(p + at % segments)
			+ below(sizeof(*p) / 4);
		uint16_t *half = &h->e_type + below(18);

		if (at == 0)
			*half = (uint16_t)edge(*half);
		else if (at == 1)
			h->e_entry = edge(h->e_entry);
		else
			*word = edge(*word);
	}
}

static void write_mutant(const unsigned char *file, size_t size)
{
	int fd = open(MUTANT, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	CHECK(fd >= 0);
	CHECK(write(fd, file, size) == (ssize_t)size);
	CHECK(!close(fd));
}

/* It may do anything that it can do to itself, for a second */
static void run_mutant(void)
{
	struct rlimit cpu = { 1, 1 }, none = { 0, 0 };
	char *argv[] = { "true", NULL };
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close(null);
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &none);
	alarm(5);
	execv(MUTANT, argv);
	_exit(100 + errno % 100);
}

/* The file's beginning, in memory of its own; *size is all of it */
static unsigned char *load(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	unsigned char *data;
	struct stat st;

	CHECK(fd >= 0 && !fstat(fd, &st));
	*size = (size_t)st.st_size;
	data = malloc(*size);
	CHECK(data && read(fd, data, *size) == (ssize_t)*size);
	CHECK(!close(fd));
	return data;
}

int main(int argc, char **argv)
{
	unsigned ran = 0, killed = 0, refused = 0;
	size_t size;

	CHECK(argc >= 4);
	state = (uint32_t)atoi(argv[1]);
	for (int i = 0; i < atoi(argv[2]); i++) {
		unsigned char *file = load(argv[3 + i % (argc - 3)], &size);
		pid_t pid;
		int status;

		mutate(file);
		write_mutant(file, size);
		free(file);
		pid = checked_fork();
		if (!pid)
			run_mutant();
		status = wait_for(pid);
		if (WIFSIGNALED(status))
			killed++;
		else if (WEXITSTATUS(status) > 100)
			refused++;
		else
			ran++;
	}
	CHECK(!unlink(MUTANT));
	printf("%u ran, %u killed, %u refused\n", ran, killed, refused);
	return passed("elfmutants");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * execve(2) of programs that this program writes itself, byte by byte: good
 * ones of unusual form, and each way in which one, or the loader that it
 * asks for, is refused.
 */
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "check.h"

#define BASE	0x08048000u
#define STATUS	42

/* exit(STATUS), with the number of `exit` and the call inside the code */
static const unsigned char code[] = {
	0xB8, 1, 0, 0, 0,		/* mov eax, __NR_exit */
	0xBB, STATUS, 0, 0, 0,		/* mov ebx, STATUS */
	0xCD, 0x80,			/* int 0x80 */
};

static struct image {
	Elf32_Ehdr header;
	Elf32_Phdr segment[2];		/* the second is PT_INTERP or unused */
	unsigned char code[16];
	char interp[64];
} image;

static void reset(const char *interp)
{
	image = (struct image){
		.header = {
			.e_ident = { 0x7F, 'E', 'L', 'F', ELFCLASS32,
				ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = EM_386,
			.e_version = EV_CURRENT,
			.e_entry = BASE + offsetof(struct image, code),
			.e_phoff = offsetof(struct image, segment),
			.e_ehsize = sizeof(Elf32_Ehdr),
			.e_phentsize = sizeof(Elf32_Phdr),
			.e_phnum = 1,
		},
		.segment[0] = {
			.p_type = PT_LOAD, .p_vaddr = BASE, .p_paddr = BASE,
			.p_filesz = sizeof(image), .p_memsz = sizeof(image),
			.p_flags = PF_R | PF_X, .p_align = 4096,
		},
	};
	memcpy(image.code, code, sizeof(code));
	if (!interp)
		return;
	strcpy(image.interp, interp);
	image.header.e_phnum = 2;
	image.segment[1] = (Elf32_Phdr){
		.p_type = PT_INTERP, .p_offset = offsetof(struct image, interp),
		.p_filesz = strlen(interp) + 1, .p_memsz = strlen(interp) + 1,
		.p_flags = PF_R, .p_align = 1,
	};
}

static void write_file(const char *path, const void *data, size_t size,
		mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
	CHECK(fd >= 0);
	CHECK(!fchmod(fd, mode));
	CHECK(write(fd, data, size) == (ssize_t)size);
	CHECK(!close(fd));
}

/* 0 when the image ran and ended with STATUS, else what execve answered */
static int run_file(const char *path)
{
	char *argv[] = { (char *)path, NULL };
	pid_t pid = checked_fork();
	int status;

	if (!pid) {
		execv(path, argv);
		_exit(errno);
	}
	status = wait_for(pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status) == STATUS ? 0 : WEXITSTATUS(status);
}

static int run(size_t size)
{
	write_file("image", &image, size, 0755);
	return run_file("image");
}

static void test_good(void)
{
	reset(NULL);
	CHECK(run(sizeof(image)) == 0);
	/* Anywhere */
	image.header.e_type = ET_DYN;
	image.segment[0].p_vaddr = 0;
	image.header.e_entry -= BASE;
	CHECK(run(sizeof(image)) == 0);
	/* Only the first four bytes of e_ident count */
	reset(NULL);
	memset(image.header.e_ident + 4, 'x', EI_NIDENT - 4);
	CHECK(run(sizeof(image)) == 0);
	/* Other headers are passed over */
	reset("/nowhere");
	image.segment[1].p_type = PT_NOTE;
	CHECK(run(sizeof(image)) == 0);
}

static void test_program_refused(void)
{
	reset(NULL);
	CHECK(run(0) == ENOEXEC);
	CHECK(run(3) == ENOEXEC);
	CHECK(run(20) == ENOEXEC);
	/* The headers end after the file does */
	CHECK(run(offsetof(struct image, segment[0].p_flags)) == ENOEXEC);
	image.header.e_ident[1] = 'e';
	CHECK(run(sizeof(image)) == ENOEXEC);
	reset(NULL);
	image.header.e_machine = EM_ARM;
	CHECK(run(sizeof(image)) == ENOEXEC);
	reset(NULL);
	image.header.e_type = ET_REL;
	CHECK(run(sizeof(image)) == ENOEXEC);
	image.header.e_type = ET_CORE;
	CHECK(run(sizeof(image)) == ENOEXEC);
	reset(NULL);
	image.header.e_phnum = 0;
	CHECK(run(sizeof(image)) == ENOEXEC);
	image.header.e_phnum = 4096 / sizeof(Elf32_Phdr) + 1;
	CHECK(run(sizeof(image)) == ENOEXEC);
	reset(NULL);
	image.header.e_phentsize = sizeof(Elf64_Phdr);
	CHECK(run(sizeof(image)) == ENOEXEC);
	reset(NULL);
	image.header.e_phoff = INT_MAX;
	CHECK(run(sizeof(image)) == ENOEXEC);
}

static int with_interp(const char *interp)
{
	reset(interp);
	return run(sizeof(image));
}

/* The loader is itself an image that ends with STATUS. */
static void test_interp(void)
{
	static char absolute[PATH_MAX];

	reset(NULL);
	write_file("loader", &image, sizeof(image), 0755);
	/* Where the program lies no loader can; this one can go anywhere */
	image.header.e_type = ET_DYN;
	image.segment[0].p_vaddr = 0;
	image.header.e_entry -= BASE;
	write_file("loader", &image, sizeof(image), 0755);
	CHECK(realpath("loader", absolute));
	reset(NULL);
	image.code[6] = 1;		/* the program's own status */
	CHECK(run(sizeof(image)) == 1);
	reset(absolute);
	image.code[6] = 1;
	CHECK(run(sizeof(image)) == 0);
	/* A relative name counts from the working directory */
	CHECK(with_interp("loader") == 0);
	/* Of two loaders the first counts: here there is but one header more */
	reset("loader");
	image.segment[1].p_filesz--;
	CHECK(run(sizeof(image)) == ENOEXEC);	/* no NUL at its end */
	image.segment[1].p_filesz = 1;
	CHECK(run(sizeof(image)) == ENOEXEC);
	image.segment[1].p_filesz = PATH_MAX + 1;
	CHECK(run(sizeof(image)) == ENOEXEC);
	image.segment[1].p_filesz = 8;
	image.segment[1].p_offset = 1 << 20;
	CHECK(run(sizeof(image)) == EIO);
}

static void test_interp_refused(void)
{
	CHECK(with_interp("missing") == ENOENT);
	CHECK(with_interp("loader/x") == ENOTDIR);
	CHECK(with_interp("/") == EACCES);
	write_file("bad", "", 0, 0755);
	CHECK(with_interp("bad") == EIO);
	write_file("bad", "#!/bin/sh\n# long enough to be a header of ELF "
		"that is none, really", 64, 0755);
	CHECK(with_interp("bad") == ELIBBAD);
	reset(NULL);
	image.header.e_machine = EM_ARM;
	write_file("bad", &image, sizeof(image), 0755);
	CHECK(with_interp("bad") == ELIBBAD);
	reset(NULL);
	image.header.e_phnum = 0;
	write_file("bad", &image, sizeof(image), 0755);
	CHECK(with_interp("bad") == ELIBBAD);
	reset(NULL);
	write_file("bad", &image, sizeof(image), 0644);
	CHECK(with_interp("bad") == EACCES);
}

/* What the kernel told us at our own start, and /proc says the same. */
static void test_auxiliary_vector(const char *self)
{
	static const unsigned types[] = {
		AT_HWCAP, AT_PAGESZ, AT_CLKTCK, AT_PHDR, AT_PHENT, AT_PHNUM,
		AT_ENTRY, AT_RANDOM, AT_EXECFN, AT_PLATFORM, AT_MINSIGSTKSZ,
	};
	Elf32_auxv_t aux[64];
	const Elf32_Phdr *first = (void *)getauxval(AT_PHDR);
	int fd = open("/proc/self/auxv", O_RDONLY), n;

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		CHECK(getauxval(types[i]));
	CHECK(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_CLKTCK) == 100);
	CHECK(getauxval(AT_PHENT) == sizeof(Elf32_Phdr));
	CHECK(first[0].p_type == PT_LOAD);
	CHECK(getauxval(AT_BASE) == 0 && getauxval(AT_SECURE) == 0);
	CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_EGID) == getegid());
	CHECK(!strcmp((char *)getauxval(AT_EXECFN), self));
	CHECK(getauxval(AT_MINSIGSTKSZ) >= 512);
	CHECK(fd >= 0);
	n = read(fd, aux, sizeof(aux));
	CHECK(n > 0 && n % sizeof(aux[0]) == 0);
	n /= sizeof(aux[0]);
	CHECK(aux[n - 1].a_type == AT_NULL);
	for (int i = 0; i < n - 1; i++)
		CHECK(getauxval(aux[i].a_type) == aux[i].a_un.a_val);
	CHECK(!close(fd));
}

int main(int argc, char **argv)
{
	char directory[] = "/tmp/images.XXXXXX";

	CHECK(argc == 1);
	test_auxiliary_vector(argv[0]);
	CHECK(mkdtemp(directory) && !chdir(directory));
	test_good();
	test_program_refused();
	test_interp();
	test_interp_refused();
	CHECK(!unlink("image") && !unlink("loader") && !unlink("bad"));
	CHECK(!chdir("/") && !rmdir(directory));
	return passed("images");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc/PID and /proc/sys tell of a process to itself: proc(5). */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "check.h"

static char text[65536];

/* The whole file in `text`; its length */
static size_t load(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t n = 0;
	ssize_t got;

	CHECK(fd >= 0);
	while ((got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	CHECK(got == 0 && !close(fd));
	text[n] = 0;
	return n;
}

static int store(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY | O_TRUNC), n, error;

	if (fd < 0)
		return -1;
	n = (int)write(fd, s, strlen(s));
	error = errno;
	CHECK(!close(fd));
	errno = error;
	return n == (int)strlen(s) ? 0 : -1;
}

static void test_comm(void)
{
	char name[17] = { 0 };

	CHECK(!store("/proc/self/comm", "a name of twenty byt"));
	CHECK(!prctl(PR_GET_NAME, name) && !strcmp(name, "a name of twent"));
	CHECK(load("/proc/self/comm") && !strcmp(text, "a name of twent\n"));
	CHECK_ERRNO(store("/proc/1/comm", "x"), EINVAL);
}

static void test_oom(void)
{
	CHECK(!store("/proc/self/oom_score_adj", " 7 \n"));
	CHECK(load("/proc/self/oom_score_adj") && !strcmp(text, "7\n"));
	CHECK_ERRNO(store("/proc/self/oom_score_adj", "1001"), EINVAL);
	CHECK_ERRNO(store("/proc/self/oom_score_adj", "x"), EINVAL);
	if (checked_fork() == 0) {	/* inherited, and not to be lowered */
		CHECK(load("/proc/self/oom_score_adj"));
		CHECK(!strcmp(text, "7\n") && !setuid(1));
		CHECK(!prctl(PR_SET_DUMPABLE, 1));
		CHECK(!store("/proc/self/oom_score_adj", "9"));
		CHECK_ERRNO(store("/proc/self/oom_score_adj", "-1"), EACCES);
		_exit(0);
	}
	expect_success(-1);
}

static void test_auxv(void)
{
	unsigned long *v = (unsigned long *)text;
	size_t n = load("/proc/self/auxv"), i;

	CHECK(n && n % (2 * sizeof(long)) == 0);
	for (i = 0; i < n / sizeof(long); i += 2)
		if (v[i])
			CHECK(getauxval(v[i]) == v[i + 1]);
	CHECK(v[i - 2] == AT_NULL);
}

static void test_fdinfo(void)
{
	int fd = open("/proc/self/fdinfo/0", O_RDONLY), tmp;
	char path[64];

	CHECK(fd >= 0 && !close(fd));
	tmp = open("/tmp", O_TMPFILE | O_RDWR, 0600);
	CHECK(tmp >= 0 && lseek(tmp, 77, SEEK_SET) == 77);
	sprintf(path, "/proc/self/fdinfo/%d", tmp);
	CHECK(load(path) && strstr(text, "pos:\t77\n"));
	CHECK(strstr(text, "flags:\t0") && strstr(text, "mnt_id:\t"));
	CHECK(!close(tmp));
	CHECK_ERRNO(open(path, O_RDONLY), ENOENT);
}

static void test_sleeper(void)
{
	pid_t pid = checked_fork();
	char path[64];

	if (pid == 0) {
		pause();
		_exit(0);
	}
	sprintf(path, "/proc/%d/stat", pid);
	do {
		CHECK(load(path));
	} while (!strstr(text, ") S "));
	sprintf(path, "/proc/%d/wchan", pid);
	CHECK(load(path));
	if (strcmp(text, "0") && !strstr(text, "pause"))
		printf("waits in %s\n", text);
	CHECK(!strcmp(text, "0") || strstr(text, "pause"));
	sprintf(path, "/proc/%d/comm", pid);
	CHECK_ERRNO(store(path, "x"), EINVAL);
	CHECK(!kill(pid, SIGKILL));
	expect_signal(pid, SIGKILL);
}

/* What smaps says in `row` of the mapping that begins at p, in KiB */
static int amount(const void *p, const char *row)
{
	char start[16], *line;
	int kib;

	sprintf(start, "%08lx-", (unsigned long)p);
	CHECK(load("/proc/self/smaps"));
	line = strstr(text, start);
	CHECK(line && (line = strstr(line, row)));
	CHECK(sscanf(line + strlen(row), ": %d kB", &kib) == 1);
	return kib;
}

static void test_smaps(void)
{
	char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;
	int fd;

	/* a border, so that it is a mapping of its own */
	q = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(p != MAP_FAILED && q != MAP_FAILED);
	CHECK(!mprotect(p + 4096, 61440, PROT_READ | PROT_WRITE | PROT_EXEC));
	CHECK(amount(p + 4096, "\nRss") == 0);
	p[8192] = p[12288] = 1;
	CHECK(amount(p + 4096, "\nRss") >= 8);
	CHECK(amount(p + 4096, "\nPrivate_Dirty") >= 8);
	CHECK(amount(p + 4096, "\nAnonymous") >= 8);
	CHECK(!munmap(p, 65536) && !munmap(q, 4096));
	fd = open("/proc/self/exe", O_RDONLY);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED && *(volatile char *)p == 0x7F);
	CHECK(amount(p, "\nRss") >= 4 && !amount(p, "\nAnonymous"));
	CHECK(!amount(p, "\nPrivate_Dirty") && !munmap(p, 4096) && !close(fd));
}

/* Bits 63, present, and 61, of a file, of the page that p is in */
static int pagemap(int fd, const void *p)
{
	uint64_t entry;

	CHECK(pread(fd, &entry, 8, (uintptr_t)p / 4096 * 8) == 8);
	return (int)(entry >> 63) * 2 + (int)(entry >> 61 & 1);
}

static void test_pagemap(void)
{
	volatile char *p = mmap(NULL, 16384, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/pagemap", O_RDONLY);
	int exe = open("/proc/self/exe", O_RDONLY);
	uint64_t entry[4];

	CHECK(p != MAP_FAILED && fd >= 0 && exe >= 0);
	p[4096] = 1;
	CHECK(pagemap(fd, (char *)p) == 0 && pagemap(fd, (char *)p + 4096) == 2);
	CHECK(pread(fd, entry, 32, (uintptr_t)p / 4096 * 8) == 32);
	CHECK(entry[1] >> 63 && !(entry[2] >> 63) && !(entry[3] >> 63));
	CHECK_ERRNO(pread(fd, entry, 8, 4), EINVAL);
	CHECK_ERRNO(pread(fd, entry, 12, 0), EINVAL);
	CHECK(pread(fd, entry, 8, 1ll << 40) == 0);
	for (int region = 0; region < 256; region++) {
		/* the place stands whatever is said of it */
		(void)lseek(fd, -8ll * 1024 * (region + 1), SEEK_SET);
		CHECK_ERRNO(read(fd, entry, 8), EINVAL);
	}
	CHECK(!munmap((char *)p, 16384));
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, exe, 0);
	CHECK(p != MAP_FAILED && *p == 0x7F && pagemap(fd, (char *)p) == 3);
	CHECK(!munmap((char *)p, 4096) && !close(fd) && !close(exe));
}

/* Whether smaps has the flag among those of the mapping that begins at p */
static int has_flag(const void *p, const char *flag)
{
	char start[16], *line;

	sprintf(start, "%08lx-", (unsigned long)p);
	CHECK(load("/proc/self/smaps"));
	line = strstr(text, start);
	CHECK(line && (line = strstr(line, "\nVmFlags:")));
	*strchr(line + 1, '\n') = 0;
	return strstr(line, flag) != NULL;
}

static void test_flags(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED && has_flag(p, " rd wr ex "));
	CHECK(!has_flag(p, " lo ") && !has_flag(p, " sh "));
	CHECK(!mlock2(p, 8192, MLOCK_ONFAULT) && has_flag(p, " lo "));
	CHECK(!amount(p, "\nLocked"));
	*p = 1;
	CHECK(amount(p, "\nLocked") >= 4 && !munlock(p, 8192));
	CHECK(!amount(p, "\nLocked") && !munmap(p, 8192));
}

/* What is of a process belongs to it, whatever anybody wants */
static void test_fixed(void)
{
	const struct timespec now[2] = { { 0 } };

	CHECK_ERRNO(chmod("/proc/self", 0700), EPERM);
	CHECK_ERRNO(chmod("/proc/self/maps", 0600), EPERM);
	CHECK_ERRNO(chmod("/proc/self/net", 0555), EPERM);
	CHECK_ERRNO(chown("/proc/self", 0, 0), EPERM);
	CHECK_ERRNO(chown("/proc/thread-self", 0, 0), EPERM);
	CHECK_ERRNO(utimensat(AT_FDCWD, "/proc/self", now, 0), EPERM);
}

static void test_net(void)
{
	char path[16] = { 0 };
	size_t n;

	CHECK(readlink("/proc/net", path, sizeof(path) - 1) == 8);
	CHECK(!strcmp(path, "self/net"));
	n = load("/proc/net/unix");
	CHECK(n && load("/proc/self/net/unix") >= 1);
	CHECK_ERRNO(link("/proc/self/net", "/tmp/net"), EXDEV);
}

/* The number, the arguments and the place of the very call that reads it */
static void test_syscall(void)
{
	static char said[256];
	char expected[96];
	int fd = open("/proc/self/syscall", O_RDONLY);

	CHECK(fd >= 0 && syscall(SYS_read, fd, said, sizeof(said) - 1) > 0);
	sprintf(expected, "%d %#x %#lx %#x ", SYS_read, fd,
		(unsigned long)said, (unsigned)sizeof(said) - 1);
	CHECK(!strncmp(said, expected, strlen(expected)) && !close(fd));
}

/* The clock's: sleeping takes one */
static void test_interrupts(void)
{
	unsigned long long before, after;
	char *line;

	CHECK(load("/proc/stat") && (line = strstr(text, "\nintr ")));
	before = strtoull(line + 6, NULL, 10);
	usleep(20000);
	CHECK(load("/proc/stat") && (line = strstr(text, "\nintr ")));
	after = strtoull(line + 6, NULL, 10);
	CHECK(before > 0 && after > before);
	CHECK(load("/proc/interrupts") && strstr(text, "CPU0"));
	CHECK(strstr(text, "timer"));
}

static void test_system(void)
{
	static const char *const files[] = {
		"stat", "meminfo", "uptime", "loadavg", "cpuinfo", "vmstat",
		"interrupts", "version", "cmdline", "filesystems", "devices",
		"partitions", "swaps", "tty/drivers", "sys/kernel/pid_max",
		"sys/kernel/pty/nr", "sys/kernel/printk", "sys/fs/file-max",
		"sys/vm/overcommit_memory", "self/status", "self/limits",
		"self/io", "self/mountstats", "self/personality",
	};
	char path[64];

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		sprintf(path, "/proc/%s", files[i]);
		CHECK(load(path) > 0);
	}
	CHECK(load("/sys/devices/system/cpu/online") > 1 && *text == '0');
	CHECK(load("/sys/class/tty/ptmx/dev") == 4 && !strcmp(text, "5:2\n"));
	CHECK_ERRNO(mkdir("/sys/class/x", 0755), EPERM);
	CHECK_ERRNO(open("/sys/nothing", O_RDONLY), ENOENT);
}

/* A kernel thread has no descriptors, which is an empty directory */
static void test_kernel_thread(void)
{
	char path[64];
	DIR *d;
	unsigned flags;
	int n = 0;

	for (int pid = 2; pid < 64; pid++) {
		sprintf(path, "/proc/%d/exe", pid);
		if (readlink(path, text, sizeof(text)) >= 0 || errno != ENOENT)
			continue;
		sprintf(path, "/proc/%d/fd", pid);
		d = opendir(path);
		if (!d)
			continue;
		CHECK(readdir(d) && readdir(d) && !readdir(d));
		CHECK(!closedir(d));
		sprintf(path, "/proc/%d/stat", pid);
		CHECK(load(path) && sscanf(strrchr(text, ')'),
			") %*c %*d %*d %*d %*d %*d %u", &flags) == 1);
		CHECK(flags & 0x00200000);		/* PF_KTHREAD */
		n++;
	}
	CHECK(n > 0);
}

int main(void)
{
	test_comm();
	test_oom();
	test_auxv();
	test_fdinfo();
	test_sleeper();
	test_smaps();
	test_pagemap();
	test_flags();
	test_fixed();
	test_net();
	test_kernel_thread();
	test_syscall();
	test_interrupts();
	test_system();
	return passed("procfiles");
}

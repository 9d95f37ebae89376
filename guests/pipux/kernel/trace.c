/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls in the log, a line each like those of strace(1).  Words of the
 * kernel's command line choose: `strace` all, `strace=open,read` these,
 * `strace.pid=N` those of a process or thread, `strace.comm=NAME` those of a
 * program.  The arguments are printed as they were before the call.
 */
#include <pipux/arch.h>
#include <pipux/syscall.h>
#include <pipux/trace.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>

#define STRING_MAX	32u		/* as strace(1) cuts strings */
#define ARGS_MAX	6

static uint32_t chosen[(NR_SYSCALLS + 31) / 32];
static bool logging;
static int only_pid;
static const char *only_comm;

/*
 * One letter per argument: d number, o octal, x hexadecimal, a directory's
 * descriptor, s string, w bytes whose number the next argument is, p pointer.
 * Calls that are not here show all arguments in hexadecimal.
 */
#define ARGS(name, letters)	[__NR_##name] = letters
static const char letters[NR_SYSCALLS][ARGS_MAX + 1] = {
	ARGS(exit, "d"), ARGS(exit_group, "d"), ARGS(fork, ""),
	ARGS(read, "dpd"), ARGS(write, "dwd"), ARGS(open, "sxo"),
	ARGS(close, "d"), ARGS(waitpid, "dpx"), ARGS(creat, "so"),
	ARGS(link, "ss"), ARGS(unlink, "s"), ARGS(execve, "spp"),
	ARGS(chdir, "s"), ARGS(mknod, "sox"), ARGS(chmod, "so"),
	ARGS(lseek, "ddd"), ARGS(getpid, ""), ARGS(mount, "sssxp"),
	ARGS(umount, "s"), ARGS(access, "so"), ARGS(kill, "dd"),
	ARGS(rename, "ss"), ARGS(mkdir, "so"), ARGS(rmdir, "s"),
	ARGS(dup, "d"), ARGS(pipe, "p"), ARGS(brk, "p"),
	ARGS(ioctl, "dxx"), ARGS(setpgid, "dd"), ARGS(umask, "o"),
	ARGS(chroot, "s"), ARGS(dup2, "dd"), ARGS(getppid, ""),
	ARGS(setsid, ""), ARGS(symlink, "ss"), ARGS(readlink, "spd"),
	ARGS(munmap, "pd"), ARGS(truncate, "sd"), ARGS(ftruncate, "dd"),
	ARGS(fchmod, "do"), ARGS(statfs, "sp"), ARGS(wait4, "dpxp"),
	ARGS(fsync, "d"), ARGS(uname, "p"), ARGS(mprotect, "pdx"),
	ARGS(_llseek, "dddpd"), ARGS(_newselect, "dpppp"),
	ARGS(readv, "dpd"), ARGS(writev, "dpd"), ARGS(nanosleep, "pp"),
	ARGS(poll, "pdd"), ARGS(rt_sigaction, "dppd"),
	ARGS(rt_sigprocmask, "dppd"), ARGS(rt_sigsuspend, "pd"),
	ARGS(pread64, "dpddd"), ARGS(pwrite64, "dwddd"),
	ARGS(getcwd, "pd"), ARGS(vfork, ""), ARGS(mmap2, "pdxxdd"),
	ARGS(stat64, "sp"), ARGS(lstat64, "sp"), ARGS(fstat64, "dp"),
	ARGS(getuid32, ""), ARGS(getgid32, ""), ARGS(geteuid32, ""),
	ARGS(getegid32, ""), ARGS(getdents64, "dpd"),
	ARGS(fcntl64, "ddx"), ARGS(gettid, ""), ARGS(tkill, "dd"),
	ARGS(tgkill, "ddd"), ARGS(set_tid_address, "p"),
	ARGS(futex, "pddppx"), ARGS(umount2, "sx"), ARGS(openat, "asxo"),
	ARGS(mkdirat, "aso"), ARGS(mknodat, "asox"), ARGS(fstatat64, "aspx"),
	ARGS(unlinkat, "asx"), ARGS(renameat, "asas"),
	ARGS(linkat, "asasx"), ARGS(symlinkat, "sas"),
	ARGS(readlinkat, "aspd"), ARGS(fchmodat, "aso"),
	ARGS(faccessat, "aso"), ARGS(ppoll, "pdppd"), ARGS(dup3, "ddx"),
	ARGS(pipe2, "px"), ARGS(prlimit64, "ddpp"),
	ARGS(renameat2, "asasx"), ARGS(getrandom, "pdx"),
	ARGS(execveat, "asppx"), ARGS(statx, "asxxp"),
	ARGS(clock_gettime64, "dp"), ARGS(clock_nanosleep_time64, "ddpp"),
};

/* errno(3), by number */
#define ERROR(name)	[name] = #name
static const char *const errors[] = {
	ERROR(EPERM), ERROR(ENOENT), ERROR(ESRCH), ERROR(EINTR), ERROR(EIO),
	ERROR(ENXIO), ERROR(E2BIG), ERROR(ENOEXEC), ERROR(EBADF),
	ERROR(ECHILD), ERROR(EAGAIN), ERROR(ENOMEM), ERROR(EACCES),
	ERROR(EFAULT), ERROR(ENOTBLK), ERROR(EBUSY), ERROR(EEXIST),
	ERROR(EXDEV), ERROR(ENODEV), ERROR(ENOTDIR), ERROR(EISDIR),
	ERROR(EINVAL), ERROR(ENFILE), ERROR(EMFILE), ERROR(ENOTTY),
	ERROR(ETXTBSY), ERROR(EFBIG), ERROR(ENOSPC), ERROR(ESPIPE),
	ERROR(EROFS), ERROR(EMLINK), ERROR(EPIPE), ERROR(EDOM),
	ERROR(ERANGE), ERROR(EDEADLK), ERROR(ENAMETOOLONG), ERROR(ENOLCK),
	ERROR(ENOSYS), ERROR(ENOTEMPTY), ERROR(ELOOP), ERROR(ENOMSG),
	ERROR(EIDRM), ERROR(ENODATA), ERROR(ETIME), ERROR(EOVERFLOW),
	ERROR(ENOTSOCK), ERROR(EDESTADDRREQ), ERROR(EMSGSIZE),
	ERROR(EPROTOTYPE), ERROR(ENOPROTOOPT), ERROR(EPROTONOSUPPORT),
	ERROR(ESOCKTNOSUPPORT), ERROR(EOPNOTSUPP), ERROR(EAFNOSUPPORT),
	ERROR(EADDRINUSE), ERROR(EADDRNOTAVAIL), ERROR(ENETUNREACH),
	ERROR(ECONNABORTED), ERROR(ECONNRESET), ERROR(ENOBUFS),
	ERROR(EISCONN), ERROR(ENOTCONN), ERROR(ETIMEDOUT),
	ERROR(ECONNREFUSED), ERROR(EHOSTUNREACH), ERROR(EALREADY),
	ERROR(EINPROGRESS), ERROR(ECANCELED), ERROR(ERESTARTSYS),
	ERROR(ERESTARTNOINTR), ERROR(ERESTARTNOHAND),
	ERROR(ERESTART_RESTARTBLOCK),
};

static void choose(const char *name, size_t len)
{
	for (uint32_t i = 0; i < NR_SYSCALLS; i++)
		if (syscall_names[i] && strlen(syscall_names[i]) == len
				&& !memcmp(syscall_names[i], name, len)) {
			chosen[i / 32] |= 1u << i % 32;
			return;
		}
	printk("strace: no system call %s\n", name);
}

static void choose_list(const char *list)
{
	while (*list) {
		const char *comma = strchr(list, ',');
		size_t len = comma ? (size_t)(comma - list) : strlen(list);

		choose(list, len);
		list += len + (comma != NULL);
	}
}

void trace_init(void)
{
	const char *list = cmdline_get("strace");
	const char *pid = cmdline_get("strace.pid");

	only_comm = cmdline_get("strace.comm");
	only_pid = pid ? (int)strtoul(pid, NULL, 10) : 0;
	logging = list || pid || only_comm;
	if (!logging)
		return;
	if (list && *list)
		choose_list(list);
	else
		memset(chosen, 0xFF, sizeof(chosen));
	syscall_watch(1);
}

static bool wanted(uint32_t nr)
{
	if (!logging)
		return false;
	if (nr < NR_SYSCALLS && !(chosen[nr / 32] >> nr % 32 & 1))
		return false;
	if (only_pid && only_pid != current->tid
			&& only_pid != current->process->pid)
		return false;
	return !only_comm || !strcmp(only_comm, current->comm);
}

__attribute__((format(printf, 2, 3)))
static void add(struct trace *t, const char *fmt, ...)
{
	size_t left = sizeof(t->text) - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->text + t->len, left, fmt, ap);
	va_end(ap);
	t->len += MIN((size_t)n, left - 1);
}

static void add_byte(struct trace *t, uint8_t c)
{
	if (c == '\n')
		add(t, "\\n");
	else if (c < ' ' || c > '~')
		add(t, "\\%o", c);
	else
		add(t, c == '"' || c == '\\' ? "\\%c" : "%c", c);
}

/* The byte at u[i] belongs to the text: n bytes, or a string */
static bool next_byte(const uint8_t *u, size_t i, size_t n, bool string,
		uint8_t *c)
{
	return i < n && !get_user(*c, u + i) && (*c || !string);
}

/* Memory of the process in quotes, with escapes as in C */
static void add_bytes(struct trace *t, const uint8_t *u, size_t n, bool string)
{
	size_t i = 0;
	uint8_t c;

	if (get_user(c, u)) {
		add(t, "%#x", (uint32_t)u);
		return;
	}
	add(t, "\"");
	for (; i < STRING_MAX && next_byte(u, i, n, string, &c); i++)
		add_byte(t, c);
	add(t, next_byte(u, i, n, string, &c) ? "\"..." : "\"");
}

static void add_argument(struct trace *t, char letter, uint32_t v,
		uint32_t next)
{
	if ((letter == 's' || letter == 'w' || letter == 'p') && !v)
		add(t, "NULL");
	else if (letter == 'a' && v == (uint32_t)AT_FDCWD)
		add(t, "AT_FDCWD");
	else if (letter == 's')
		add_bytes(t, (const uint8_t *)v, UINT32_MAX, true);
	else if (letter == 'w')
		add_bytes(t, (const uint8_t *)v, next, false);
	else if (letter == 'd' || letter == 'a')
		add(t, "%d", (int)v);
	else
		add(t, letter == 'o' ? "%#o" : "%#x", v);
}

void trace_enter(struct trace *t, const user_ctx_t *ctx)
{
	uint32_t nr = ctx->regs.eax;
	const uint32_t arg[ARGS_MAX + 1] = {
		ctx->regs.ebx, ctx->regs.ecx, ctx->regs.edx, ctx->regs.esi,
		ctx->regs.edi, ctx->regs.ebp,
	};
	bool known = nr < NR_SYSCALLS && syscall_names[nr];
	const char *spec = known ? letters[nr] : "";
	int n = !known ? 0 : *spec ? (int)strlen(spec) : syscall_args[nr];

	t->len = 0;
	t->wanted = wanted(nr);
	if (!t->wanted)
		return;
	if (known)
		add(t, "%s(", syscall_names[nr]);
	else
		add(t, "syscall_%u(", nr);
	for (int i = 0; i < n; i++) {
		if (i)
			add(t, ", ");
		add_argument(t, *spec ? spec[i] : 'x', arg[i], arg[i + 1]);
	}
	add(t, ")");
	if (nr == __NR_exit || nr == __NR_exit_group)
		printk("%s[%d]: %s = ?\n", current->comm, current->tid, t->text);
}

void trace_leave(const struct trace *t, long result)
{
	const char *name = NULL;

	if (!t->wanted)
		return;
	if (result < 0 && result > -(long)ARRAY_SIZE(errors))
		name = errors[-result];
	if (name)
		printk("%s[%d]: %s = %s %s\n", current->comm, current->tid,
			t->text, -result >= ERESTARTSYS ? "?" : "-1", name);
	else if (result < 0 || result > 0xFFFFFF)
		printk("%s[%d]: %s = %#lx\n", current->comm, current->tid,
			t->text, result);
	else
		printk("%s[%d]: %s = %ld\n", current->comm, current->tid,
			t->text, result);
}

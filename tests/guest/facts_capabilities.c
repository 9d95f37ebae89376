/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: capabilities, user and group ids, supplementary groups, securebits. */
#include <linux/capability.h>
#include <linux/securebits.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "facts.h"

typedef struct __user_cap_header_struct header_t;
typedef struct __user_cap_data_struct data_t;

static const char *self;		/* this program, to be executed */

/* Lines of /proc/self/status that begin with this */
static void status(const char *what, const char *prefix)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[4096];

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, prefix, strlen(prefix)))
			printf("%s: %s", what, line);
	fclose(f);
	fflush(stdout);
}

static void caps(const char *what)
{
	header_t h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	data_t d[2];

	CHECK(syscall(SYS_capget, &h, d) == 0);
	printf("%s: effective %x:%x permitted %x:%x inheritable %x:%x\n",
		what, d[1].effective, d[0].effective, d[1].permitted,
		d[0].permitted, d[1].inheritable, d[0].inheritable);
}

static long set_caps(uint64_t effective, uint64_t permitted,
		uint64_t inheritable)
{
	header_t h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	data_t d[2] = {
		{ effective, permitted, inheritable },
		{ effective >> 32, permitted >> 32, inheritable >> 32 },
	};

	return syscall(SYS_capset, &h, d);
}

#define BIT(cap)	(1ull << (cap))
#define EVERY		(BIT(CAP_LAST_CAP + 1) - 1)

/* What is left after one was taken from root */
static void lose(int cap)
{
	CHECK(set_caps(EVERY & ~BIT(cap), EVERY, 0) == 0);
}

static void test_calls(void)
{
	static const uint32_t versions[] = {
		_LINUX_CAPABILITY_VERSION_1, _LINUX_CAPABILITY_VERSION_2,
		_LINUX_CAPABILITY_VERSION_3, 0, 0x20080523,
	};
	data_t d[2];
	header_t h;

	for (unsigned i = 0; i < COUNT(versions); i++) {
		h = (header_t){ versions[i], 0 };
		FACT(syscall(SYS_capget, &h, d), "get, version %u", i);
		printf("%x\n", h.version);
		h = (header_t){ versions[i], 0 };
		FACT(syscall(SYS_capget, &h, NULL), "get nothing");
		FACT(syscall(SYS_capget, &h, BAD_ADDRESS), "get, address");
		h = (header_t){ versions[i], 0 };
		FACT(syscall(SYS_capset, &h, BAD_ADDRESS), "set, address");
		h = (header_t){ versions[i], 1 };
		FACT(syscall(SYS_capset, &h, d), "set of another");
		h = (header_t){ versions[i], -1 };
		FACT(syscall(SYS_capset, &h, d), "set of -1");
		FACT(syscall(SYS_capget, &h, d), "get of -1");
		h = (header_t){ versions[i], 9999999 };
		FACT(syscall(SYS_capget, &h, d), "get of none");
		h = (header_t){ versions[i], getpid() };
		FACT(syscall(SYS_capget, &h, d), "get of mine");
	}
	FACT(syscall(SYS_capget, BAD_ADDRESS, d), "get, header's address");
	FACT(syscall(SYS_capset, BAD_ADDRESS, d), "set, header's address");
	FACT(syscall(SYS_capget, NULL, NULL), "get, null");
	caps("root");
	status("root", "Cap");
	AS(0) {
		FACT(set_caps(0, EVERY, EVERY), "drop effective");
		caps("then");
		FACT(set_caps(EVERY, EVERY, 0), "raise again");
		FACT(set_caps(BIT(0), BIT(0) | BIT(1), 0), "keep two");
		FACT(set_caps(BIT(2), BIT(2), 0), "a third");
		FACT(set_caps(BIT(1) | BIT(2), BIT(1), 0), "effective alone");
		FACT(set_caps(0, 0, BIT(1)), "inheritable of permitted");
		FACT(set_caps(0, 0, BIT(1) | BIT(3)), "inheritable beyond");
		caps("then");
		status("then", "Cap");
		FACT(set_caps(~0ull, ~0ull, ~0ull), "all ones");
	}
	AS(0) {
		FACT(set_caps(~0ull, ~0ull, ~0ull), "root, all ones");
		caps("root");
	}
	AS(1000) {
		caps("user");
		status("user", "Cap");
		FACT(set_caps(0, 0, 0), "user: none");
		FACT(set_caps(0, 0, 1), "user: inheritable");
		FACT(set_caps(1, 1, 0), "user: one");
	}
}

static void test_setuid(void)
{
	AS(0) {
		FACT(seteuid(1000), "seteuid");
		caps("effective is a user");
		FACT(seteuid(0), "back");
		caps("root again");
		FACT(setresuid(1000, 0, 1000), "real and saved");
		caps("effective is root");
		FACT(setresuid(1000, 1000, 1000), "all");
		caps("user");
	}
	AS(0) {
		FACT(prctl(PR_SET_KEEPCAPS, 1), "keep");
		FACT(setuid(1000), "setuid");
		caps("kept");
		FACT(prctl(PR_GET_KEEPCAPS), "still");
		FACT(set_caps(BIT(CAP_SETUID), EVERY, 0), "raise one");
		FACT(setresuid(0, 0, 0), "setresuid");
		caps("root");
	}
	AS(0) {
		FACT(setfsuid(1000), "setfsuid");
		caps("file user");
		FACT(setfsuid(0), "setfsuid");
		caps("file root");
		lose(CAP_SETUID);
		FACT(setfsuid(5), "without CAP_SETUID");
		FACT(setfsuid(-1), "still");
		FACT(setuid(5), "setuid without it");
		FACT(setgid(5), "setgid");
	}
	AS(0) {
		FACT(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP), "bits");
		FACT(setuid(1000), "setuid");
		caps("no change");
		FACT(setuid(0), "and back");
	}
	AS(0) {
		lose(CAP_SETGID);
		FACT(setgid(5), "without CAP_SETGID");
		FACT(setgroups(0, NULL), "setgroups");
		FACT(setresgid(0, 5, 0), "setresgid");
		FACT(setregid(5, 0), "setregid");
		FACT(setfsgid(7), "setfsgid");
		FACT(setfsgid(-1), "still");
	}
	AS(0) {
		FACT(prctl(PR_SET_DUMPABLE, 1), "dumpable");
		FACT(setfsgid(7), "setfsgid");
		FACT(setfsgid(-1), "it is");
		FACT(prctl(PR_GET_DUMPABLE), "dumpable");
		FACT(prctl(PR_SET_DUMPABLE, 1), "dumpable");
		FACT(setfsuid(7), "setfsuid");
		FACT(prctl(PR_GET_DUMPABLE), "dumpable");
		FACT(prctl(PR_SET_DUMPABLE, 2), "dumpable 2");
		FACT(prctl(PR_SET_PDEATHSIG, SIGUSR1), "death signal");
		FACT(setuid(1000), "setuid");
		int sig = -1;
		FACT(prctl(PR_GET_PDEATHSIG, &sig), "get");
		FACT(sig, "signal");
	}
}

static void test_prctl(void)
{
	AS(0) {
		FACT(prctl(PR_CAPBSET_READ, CAP_CHOWN), "bounding");
		FACT(prctl(PR_CAPBSET_READ, CAP_LAST_CAP), "the last");
		FACT(prctl(PR_CAPBSET_READ, CAP_LAST_CAP + 1), "too high");
		FACT(prctl(PR_CAPBSET_READ, -1), "-1");
		FACT(prctl(PR_CAPBSET_DROP, CAP_LAST_CAP + 1), "drop, high");
		FACT(prctl(PR_CAPBSET_DROP, CAP_KILL), "drop");
		FACT(prctl(PR_CAPBSET_READ, CAP_KILL), "it is gone");
		status("bounding", "CapBnd");
		caps("effective stays");
		FACT(set_caps(EVERY, EVERY, BIT(CAP_KILL)), "inheritable");
		lose(CAP_SETPCAP);
		FACT(prctl(PR_CAPBSET_DROP, CAP_CHOWN), "without SETPCAP");
		FACT(prctl(PR_CAPBSET_DROP, 1000), "and too high");
	}
	AS(1000) {
		FACT(prctl(PR_CAPBSET_DROP, CAP_CHOWN), "user: drop");
		FACT(prctl(PR_SET_SECUREBITS, 0), "user: securebits");
		FACT(prctl(PR_GET_SECUREBITS), "user: get them");
	}
	AS(0) {
		FACT(prctl(PR_GET_SECUREBITS), "securebits");
		FACT(prctl(PR_SET_SECUREBITS, 0x1000), "unknown");
		for (int i = 0; i < 8; i++) {
			FACT(prctl(PR_SET_SECUREBITS, 1 << i), "bit %d", i);
			FACT(prctl(PR_GET_SECUREBITS), "now");
		}
	}
	AS(0) {
		FACT(prctl(PR_SET_KEEPCAPS, 2), "keepcaps 2");
		FACT(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS), "by bit");
		FACT(prctl(PR_GET_KEEPCAPS), "keepcaps");
		FACT(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED),
			"lock");
		FACT(prctl(PR_SET_KEEPCAPS, 1), "keepcaps locked");
	}
	AS(0) {
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0,
			0), "ambient, not inheritable");
		FACT(set_caps(EVERY, EVERY, BIT(CAP_KILL) |
			BIT(CAP_CHOWN)), "inheritable");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0,
			0), "ambient");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0,
			0), "is set");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN,
			0, 0), "another");
		status("ambient", "CapAmb");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_KILL, 0,
			0), "lower");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0,
			0), "raise");
		FACT(set_caps(EVERY, EVERY, 0), "not inheritable");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0,
			0), "is set");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 64, 0, 0),
			"too high");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 0, 1, 0),
			"fourth argument");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 0, 0, 1),
			"fifth argument");
		FACT(prctl(PR_CAP_AMBIENT, 0, 0, 0, 0), "no operation");
		FACT(prctl(PR_CAP_AMBIENT, 5, 0, 0, 0), "operation 5");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0),
			"clear, argument");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0),
			"clear");
		FACT(prctl(PR_SET_SECUREBITS, SECBIT_NO_CAP_AMBIENT_RAISE),
			"no raise");
		FACT(set_caps(EVERY, EVERY, EVERY), "inheritable");
		FACT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0,
			0), "raise");
	}
}

/* Executes this program, which tells what it has */
static void tell_after_exec(const char *path)
{
	fflush(stdout);
	execl(path, path, "--tell", NULL);
	printf("exec: %s\n", strerror(errno));
}

static void copy_self(const char *name, uid_t owner, mode_t mode)
{
	char buf[4096];
	int in = open(self, O_RDONLY), out = make_file(name, 0755);
	ssize_t n;

	CHECK(in >= 0);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		CHECK(write(out, buf, n) == n);
	CHECK(fchown(out, owner, owner) == 0);
	CHECK(fchmod(out, mode) == 0);
	close(in);
	close(out);
}

static void test_exec(void)
{
	copy_self("plain", 0, 0755);
	copy_self("setuid", 0, 04755);
	copy_self("setuser", 1000, 04755);
	copy_self("setgid", 0, 02755);
	AS(0) {
		puts("root executes");
		tell_after_exec("plain");
	}
	AS(1000) {
		puts("a user executes");
		tell_after_exec("plain");
	}
	AS(1000) {
		puts("a user executes a set-user-id program");
		tell_after_exec("setuid");
	}
	AS(1000) {
		puts("and a set-group-id one");
		tell_after_exec("setgid");
	}
	AS(0) {
		puts("root executes a user's");
		tell_after_exec("setuser");
	}
	AS(1000) {
		puts("no new privileges");
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		tell_after_exec("setuid");
	}
	AS(0) {
		puts("without bounding capabilities");
		prctl(PR_CAPBSET_DROP, CAP_KILL);
		tell_after_exec("plain");
	}
	AS(0) {
		puts("root has no capabilities");
		prctl(PR_SET_SECUREBITS, SECBIT_NOROOT);
		tell_after_exec("plain");
	}
	AS(0) {
		puts("ambient ones, as a user");
		set_caps(EVERY, EVERY, BIT(CAP_KILL));
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0);
		prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP);
		CHECK(setuid(1000) == 0);
		tell_after_exec("plain");
	}
	AS(0) {
		puts("ambient ones, and set-user-id");
		set_caps(EVERY, EVERY, BIT(CAP_KILL));
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0);
		tell_after_exec("setuser");
	}
	AS(0) {
		puts("keepcaps");
		prctl(PR_SET_KEEPCAPS, 1);
		CHECK(setuid(1000) == 0);
		tell_after_exec("plain");
	}
	AS(0) {
		puts("real user is root");
		CHECK(setresuid(0, 1000, 1000) == 0);
		tell_after_exec("plain");
	}
	AS(0) {
		puts("no capability left");
		set_caps(0, 0, 0);
		tell_after_exec("plain");
	}
}

/* What each capability is for: with it lost, and back */
static void try_all(const char *who)
{
	struct timeval tv;
	struct rlimit limit = { 10000, 10000 };
	struct sched_param fifo = { .sched_priority = 1 }, other = fifo;
	int fd;

	other.sched_priority = 0;
	gettimeofday(&tv, NULL);
	printf("%s\n", who);
	FACT(chown("file", 0, 0), "chown");
	FACT(open("file", O_RDWR) >= 0 ? 0 : -1, "open");
	FACT(open("file", O_RDONLY) >= 0 ? 0 : -1, "open to read");
	FACT(access("file", R_OK), "access");
	FACT(access("dir/x", F_OK), "in a directory");
	FACT(open("dir", O_RDONLY) >= 0 ? 0 : -1, "a directory");
	FACT(mkdir("dir/new", 0700), "mkdir");
	FACT(rmdir("dir/new"), "rmdir");
	FACT(chmod("file", 0), "chmod");
	FACT(utimensat(AT_FDCWD, "file", (struct timespec[2]){ { 1, 1 },
		{ 2, 2 } }, 0), "utimensat");
	FACT(kill(1, 0), "kill");
	FACT(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0 ? 0 : -1, "raw");
	FACT(mount("none", "dir", "tmpfs", 0, NULL), "mount");
	FACT(umount("dir"), "umount");
	FACT(sethostname("(none)", 6), "sethostname");
	FACT(setpriority(PRIO_PROCESS, 0, -1), "setpriority");
	FACT(setpriority(PRIO_PROCESS, 0, 0), "setpriority, 0");
	FACT(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &fifo),
		"sched_setscheduler");
	FACT(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &other),
		"back");
	FACT(setrlimit(RLIMIT_CORE, &limit), "setrlimit");
	FACT(settimeofday(&tv, NULL), "settimeofday");
	FACT(chroot("/"), "chroot");
	FACT(mknod("node", S_IFCHR | 0600, 0x103), "mknod");
	unlink("node");
	FACT(mlock(&tv, 1), "mlock");
	FACT(syscall(SYS_setuid32, getuid()), "setuid");
	FACT(setgid(0), "setgid");
	FACT(setgroups(0, NULL), "setgroups");
	FACT(syscall(SYS_reboot, 1, 2, 3, 4), "reboot");
	FACT(vhangup() == 0 || errno != EPERM, "vhangup allowed");
	FACT(syscall(SYS_syslog, 3, NULL, 0), "syslog");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	FACT(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &(int){ 10000 }, 4),
		"SO_RCVBUFFORCE");
	FACT(setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &(int){ 7 }, 4),
		"SO_PRIORITY");
	close(fd);
}

static void test_use(void)
{
	static const struct { const char *name; int cap; } list[] = {
		{ "chown", CAP_CHOWN }, { "dac override", CAP_DAC_OVERRIDE },
		{ "dac read", CAP_DAC_READ_SEARCH }, { "fowner", CAP_FOWNER },
		{ "fsetid", CAP_FSETID }, { "kill", CAP_KILL },
		{ "setgid", CAP_SETGID }, { "setuid", CAP_SETUID },
		{ "net admin", CAP_NET_ADMIN }, { "net raw", CAP_NET_RAW },
		{ "ipc lock", CAP_IPC_LOCK }, { "chroot", CAP_SYS_CHROOT },
		{ "sys admin", CAP_SYS_ADMIN }, { "boot", CAP_SYS_BOOT },
		{ "nice", CAP_SYS_NICE }, { "resource", CAP_SYS_RESOURCE },
		{ "time", CAP_SYS_TIME }, { "tty", CAP_SYS_TTY_CONFIG },
		{ "mknod", CAP_MKNOD }, { "syslog", CAP_SYSLOG },
	};
	char what[40];

	put_file("file", 0);
	CHECK(chown("file", 2000, 2000) == 0);
	CHECK(mkdir("dir", 0) == 0);
	CHECK(chown("dir", 2000, 2000) == 0);
	put_file("dir/x", 0600);
	for (unsigned i = 0; i < COUNT(list); i++) {
		AS(0) {
			snprintf(what, sizeof(what), "all but %s",
				list[i].name);
			setsid();
			setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
			setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 0, 0 });
			lose(list[i].cap);
			try_all(what);
		}
		CHECK(chown("file", 2000, 2000) == 0);
	}
	AS(0) {
		setsid();
		setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 0, 0 });
		CHECK(set_caps(0, 0, 0) == 0);
		try_all("none");
	}
}

static void test_groups(void)
{
	static gid_t list[65537], out[65537];

	for (int i = 0; i < 65537; i++)
		list[i] = 100000 - i;
	AS(0) {
		FACT(setgroups(65536, list), "as many as can be");
		FACT(getgroups(0, NULL), "count");
		FACT(getgroups(65535, out), "one too short");
		FACT(getgroups(65536, out), "all");
		FACT(out[0], "first");
		FACT(out[65535], "last");
		AS(0)
			FACT(getgroups(0, NULL), "in a child");
		FACT(syscall(SYS_setgroups32, 65537, list), "too many");
		FACT(syscall(SYS_setgroups32, -1, list), "negative");
		FACT(syscall(SYS_setgroups32, 1, BAD_ADDRESS), "address");
		FACT(syscall(SYS_getgroups32, 1, BAD_ADDRESS), "too small");
		FACT(syscall(SYS_getgroups32, 65536, BAD_ADDRESS), "get");
		FACT(setgroups(1, &(gid_t){ -1 }), "group -1");
		FACT(setgroups(2, (gid_t[]){ 5, 3 }), "two");
		status("groups", "Groups");
		FACT(setgroups(0, NULL), "none");
		FACT(getgroups(65536, out), "none");
		FACT(syscall(SYS_getgroups32, 10, BAD_ADDRESS),
			"none, address");
	}
	CHECK(chmod("file", 040) == 0);
	CHECK(chown("file", 2000, 99999) == 0);
	AS(0) {
		CHECK(setgroups(65536, list) == 0);
		CHECK(setuid(1000) == 0);
		FACT(access("file", R_OK), "read by group");
		FACT(access("file", W_OK), "write by group");
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--tell")) {
		printf("ids %d %d %d\n", getuid(), geteuid(), getegid());
		status("now", "Cap");
		status("now", "NoNewPrivs");
		printf("dumpable %d, securebits %x\n", prctl(PR_GET_DUMPABLE),
			prctl(PR_GET_SECUREBITS));
		return 0;
	}
	self = argv[0];
	facts_begin(argv[1]);
	test_calls();
	test_setuid();
	test_prctl();
	test_exec();
	test_use();
	test_groups();
	return 0;
}

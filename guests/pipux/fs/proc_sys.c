/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs: /proc/sys.  What cannot be changed here is read-only, for root too,
 * so that nobody who sets it is told that it worked.
 */
#include "proc.h"
#include <pipux/page.h>
#include <pipux/page_cache.h>
#include <pipux/random.h>
#include <pipux/printk.h>
#include <pipux/resource.h>
#include <pipux/setting.h>
#include <pipux/tty.h>

static int value_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%ld\n", n->entry->value);
	return 0;
}

/* Cuts the first word off */
static char *next_word(char **text)
{
	char *word = *text, *end;

	while (*word == ' ' || *word == '\t')
		word++;
	for (end = word; *end && !strchr(" \t\n", *end); end++)
		;
	*text = *end ? end + 1 : end;
	*end = 0;
	return word;
}

int proc_numbers_show(struct proc_out *o, const struct proc_node *n)
{
	const struct proc_entry *e = n->entry;

	for (int i = 0; i < e->count; i++)
		proc_printf(o, "%s%d", i ? "\t" : "", e->number[i]);
	proc_printf(o, "\n");
	return 0;
}

/* proc(5): those of several numbers that are not given stay */
int proc_numbers_store(const struct proc_node *n, char *text, size_t len)
{
	const struct proc_entry *e = n->entry;
	int new[PROC_NUMBERS_MAX];

	memcpy(new, e->number, e->count * sizeof(*new));
	for (int i = 0; i < e->count && (i == 0 || *text); i++)
		if (!proc_integer(next_word(&text), &new[i])
				|| new[i] < e->min || new[i] > e->max)
			return -EINVAL;
	memcpy(e->number, new, e->count * sizeof(*new));
	return 0;
}

static int hostname_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%s\n", uts_nodename());
	return 0;
}

/* A setting that is text ends with its line */
static char *first_line(char *text)
{
	char *end = strchr(text, '\n');

	if (end)
		*end = 0;
	return text;
}

static int hostname_store(const struct proc_node *n, char *text, size_t len)
{
	uts_set_nodename(first_line(text));
	return 0;
}

static int domainname_store(const struct proc_node *n, char *text,
		size_t len)
{
	uts_set_domainname(first_line(text));
	return 0;
}

static int ostype_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "Linux\n");
	return 0;
}

static int osrelease_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%s\n", uts_release);
	return 0;
}

static int version_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%s\n", uts_version);
	return 0;
}

static int domainname_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%s\n", uts_domainname());
	return 0;
}

static unsigned long *shm_limit(const struct proc_node *n)
{
	return n->entry->value ? &setting_shmall : &setting_shmmax;
}

static int shm_limit_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%lu\n", *shm_limit(n));
	return 0;
}

static int shm_limit_store(const struct proc_node *n, char *text, size_t len)
{
	const char *word = next_word(&text);
	char *end;
	unsigned long limit = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end)
		return -EINVAL;
	*shm_limit(n) = limit;
	return 0;
}

static int aio_nr_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%u\n", aio_promised());
	return 0;
}

static int seccomp_actions_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "kill_process kill_thread trap errno trace log allow\n");
	return 0;
}

static int pty_nr_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%u\n", pty_count());
	return 0;
}

/* The console's level, the default one, the least, the default console's */
static int printk_show(struct proc_out *o, const struct proc_node *n)
{
	int level = console_loglevel(CONSOLE_ALL);

	(void)console_loglevel(level);
	proc_printf(o, "%d\t4\t1\t%d\n", level, CONSOLE_DEFAULT);
	return 0;
}

static int core_pattern_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%s\n", setting_core_pattern);
	return 0;
}

static int core_pattern_store(const struct proc_node *n, char *text,
		size_t len)
{
	if (*text == '|')
		return -EINVAL;
	strlcpy(setting_core_pattern, first_line(text), CORE_PATTERN_SIZE);
	return 0;
}

/* The first number; the others are constants */
static int printk_store(const struct proc_node *n, char *text, size_t len)
{
	int level;

	if (!proc_integer(next_word(&text), &level) || level < 0 || level > CONSOLE_ALL)
		return -EINVAL;
	(void)console_loglevel(level);
	return 0;
}

/*
 * proc(5): 1 the page cache, 2 the names, 3 both.  Partitions kept for reuse
 * go with the names.
 */
static int drop_caches_store(const struct proc_node *n, char *text, size_t len)
{
	int what;

	if (!proc_integer(next_word(&text), &what) || what < 1 || what > 4)
		return -EINVAL;
	if (what & 2) {
		dentry_drop_idle();
		while (partitions_shrink())
			;
	}
	if (what & 1)
		while (cache_shrink())
			;
	return 0;
}

/* proc(5): rounded up as F_SETPIPE_SZ does */
static int pipe_max_store(const struct proc_node *n, char *text, size_t len)
{
	int rc = proc_numbers_store(n, text, len), size = PAGE_SIZE;

	while (size < setting_pipe_max_size)
		size *= 2;
	setting_pipe_max_size = size;
	return rc;
}

static void show_uuid(struct proc_out *o, const uint8_t *u)
{
	for (int i = 0; i < 16; i++)
		proc_printf(o, "%s%02x",
			i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", u[i]);
	proc_printf(o, "\n");
}

/* RFC 4122, 4.4: version 4 */
static void make_uuid(uint8_t *u)
{
	random_bytes(u, 16);
	u[6] = (u[6] & 0x0F) | 0x40;
	u[8] = (u[8] & 0x3F) | 0x80;
}

static int uuid_show(struct proc_out *o, const struct proc_node *n)
{
	uint8_t u[16];

	make_uuid(u);
	show_uuid(o, u);
	return 0;
}

static int boot_id_show(struct proc_out *o, const struct proc_node *n)
{
	static uint8_t u[16];

	if (!u[6])
		make_uuid(u);
	show_uuid(o, u);
	return 0;
}

#define TEXT(name_, show_)						\
	{ .name = name_, .mode = S_IFREG | 0444, .show = show_,		\
		.fixed = true }
#define SETTING(name_, show_, store_)					\
	{ .name = name_, .mode = S_IFREG | 0644, .show = show_,		\
		.store = store_ }
#define VALUE(name_, value_)						\
	{ .name = name_, .mode = S_IFREG | 0444, .show = value_show,	\
		.fixed = true, .value = value_ }
#define NUMBER(name_, setting_, min_, max_)				\
	PROC_NUMBERS(name_, &(setting_), 1, min_, max_)
#define DIRECTORY(name_, children_)					\
	{ .name = name_, .mode = S_IFDIR | 0555, .children = children_ }

static const struct proc_entry random_entries[] = {
	TEXT("uuid", uuid_show),
	TEXT("boot_id", boot_id_show),
	VALUE("entropy_avail", RANDOM_BITS),
	VALUE("poolsize", RANDOM_BITS),
	{ 0 },
};

static const struct proc_entry pty_entries[] = {
	VALUE("max", PTY_MAX),
	VALUE("reserve", 0),
	TEXT("nr", pty_nr_show),
	{ 0 },
};

static const struct proc_entry seccomp_entries[] = {
	TEXT("actions_avail", seccomp_actions_show),
	{ 0 },
};

static const struct proc_entry kernel_entries[] = {
	SETTING("hostname", hostname_show, hostname_store),
	SETTING("domainname", domainname_show, domainname_store),
	TEXT("ostype", ostype_show),
	TEXT("osrelease", osrelease_show),
	TEXT("version", version_show),
	NUMBER("pid_max", setting_pid_max, 301, 32768),
	NUMBER("threads-max", setting_threads_max, 20, 32768),
	VALUE("ngroups_max", GROUPS_MAX),
	VALUE("cap_last_cap", 40),
	/* kernel/sched.c: one tick of 20 is for who is not real-time */
	VALUE("sched_rr_timeslice_ms", 100),
	VALUE("sched_rt_period_us", 1000000),
	VALUE("sched_rt_runtime_us", 950000),
	VALUE("randomize_va_space", 0),
	NUMBER("msgmax", setting_msgmax, 0, INT32_MAX),
	NUMBER("msgmnb", setting_msgmnb, 0, INT32_MAX),
	NUMBER("msgmni", setting_msgmni, 0, IPC_OBJECTS_MAX),
	NUMBER("msg_next_id", setting_msg_next_id, 0, INT32_MAX),
	PROC_NUMBERS("sem", setting_sem, SEM_SETTINGS, 0, INT32_MAX),
	NUMBER("sem_next_id", setting_sem_next_id, 0, INT32_MAX),
	NUMBER("shmmni", setting_shmmni, 0, IPC_OBJECTS_MAX),
	{ .name = "shmmax", .mode = S_IFREG | 0644,
		.show = shm_limit_show, .store = shm_limit_store },
	{ .name = "shmall", .mode = S_IFREG | 0644, .value = 1,
		.show = shm_limit_show, .store = shm_limit_store },
	NUMBER("shm_next_id", setting_shm_next_id, 0, INT32_MAX),
	VALUE("overflowuid", 65534),
	VALUE("overflowgid", 65534),
	DIRECTORY("random", random_entries),
	DIRECTORY("seccomp", seccomp_entries),
	DIRECTORY("pty", pty_entries),
	NUMBER("sysrq", setting_sysrq, 0, 1),
	VALUE("panic", 0),
	VALUE("tainted", 0),
	NUMBER("core_uses_pid", setting_core_uses_pid, 0, 1),
	SETTING("core_pattern", core_pattern_show, core_pattern_store),
	NUMBER("dmesg_restrict", setting_dmesg_restrict, 0, 1),
	SETTING("printk", printk_show, printk_store),
	{ 0 },
};

static const struct proc_entry vm_entries[] = {
	NUMBER("overcommit_memory", setting_overcommit, 0, 1),
	VALUE("overcommit_ratio", 50),
	VALUE("swappiness", 0),
	{ .name = "drop_caches", .mode = S_IFREG | 0200,
		.show = value_show, .store = drop_caches_store },
	PROC_NUMBERS("max_map_count", (int *)&setting_max_map_count, 1,
		0, INT32_MAX),
	VALUE("mmap_min_addr", 4194304),
	{ 0 },
};

static const struct proc_entry inotify_entries[] = {
	NUMBER("max_queued_events", setting_inotify_events, 0, INT32_MAX),
	NUMBER("max_user_instances", setting_inotify_instances, 0, INT32_MAX),
	NUMBER("max_user_watches", setting_inotify_watches, 0, INT32_MAX),
	{ 0 },
};

static const struct proc_entry mqueue_entries[] = {
	NUMBER("queues_max", setting_mq_queues, 0, INT32_MAX),
	NUMBER("msg_max", setting_mq_messages, 1, 65536),
	NUMBER("msgsize_max", setting_mq_size, 128, 16 << 20),
	VALUE("msg_default", 10),
	VALUE("msgsize_default", 8192),
	{ 0 },
};

static const struct proc_entry fs_entries[] = {
	VALUE("file-max", 1048576),
	VALUE("nr_open", 1048576),
	NUMBER("aio-max-nr", setting_aio_max, 0, INT32_MAX),
	TEXT("aio-nr", aio_nr_show),
	NUMBER("lease-break-time", setting_lease_break_time, 0, INT32_MAX),
	NUMBER("mount-max", setting_mount_max, 1, INT32_MAX),
	NUMBER("protected_hardlinks", setting_protected_hardlinks, 0, 1),
	NUMBER("protected_symlinks", setting_protected_symlinks, 0, 1),
	{ .name = "pipe-max-size", .mode = S_IFREG | 0644,
		.show = proc_numbers_show, .store = pipe_max_store,
		.number = &setting_pipe_max_size, .count = 1,
		.min = PAGE_SIZE, .max = 1 << 30 },
	NUMBER("pipe-user-pages-soft", setting_pipe_user_soft, 0, INT32_MAX),
	NUMBER("pipe-user-pages-hard", setting_pipe_user_hard, 0, INT32_MAX),
	DIRECTORY("inotify", inotify_entries),
	DIRECTORY("mqueue", mqueue_entries),
	{ 0 },
};

const struct proc_entry proc_sys_entries[] = {
	DIRECTORY("kernel", kernel_entries),
	DIRECTORY("vm", vm_entries),
	DIRECTORY("fs", fs_entries),
	DIRECTORY("net", proc_sys_net_entries),
	{ 0 },
};

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs: /proc/sys.  LIMIT: writing to a setting is accepted and changes
 * nothing, but for the names of host and domain.
 */
#include "proc.h"
#include "inotify.h"
#include "../ipc/mqueue.h"
#include <pipux/random.h>
#include <pipux/printk.h>
#include <pipux/resource.h>
#include <pipux/tty.h>
#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

static int value_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%ld\n", n->entry->value);
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

static int sem_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%d\t%d\t%d\t%d\n", SEMMSL, SEMMNS, SEMOPM, SEMMNI);
	return 0;
}

static int shmmax_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%lu\n", SHMMAX);
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
	{ .name = name_, .mode = S_IFREG | 0444, .show = show_ }
#define SETTING(name_, show_, store_)					\
	{ .name = name_, .mode = S_IFREG | 0644, .show = show_,		\
		.store = store_ }
#define VALUE(name_, value_)						\
	{ .name = name_, .mode = S_IFREG | 0644, .show = value_show,	\
		.value = value_ }
#define DIRECTORY(name_, children_)					\
	{ .name = name_, .mode = S_IFDIR | 0555, .children = children_ }

static const struct proc_entry random_entries[] = {
	TEXT("uuid", uuid_show),
	TEXT("boot_id", boot_id_show),
	VALUE("entropy_avail", 256),
	VALUE("poolsize", 256),
	{ 0 },
};

static const struct proc_entry pty_entries[] = {
	VALUE("max", PTY_MAX),
	VALUE("reserve", 0),
	TEXT("nr", pty_nr_show),
	{ 0 },
};

static const struct proc_entry kernel_entries[] = {
	SETTING("hostname", hostname_show, hostname_store),
	SETTING("domainname", domainname_show, domainname_store),
	TEXT("ostype", ostype_show),
	TEXT("osrelease", osrelease_show),
	TEXT("version", version_show),
	VALUE("pid_max", 32768),
	VALUE("threads-max", 32768),
	VALUE("ngroups_max", 32),
	VALUE("cap_last_cap", 40),
	VALUE("randomize_va_space", 0),
	VALUE("msgmax", MSGMAX),
	VALUE("msgmnb", MSGMNB),
	VALUE("msgmni", MSGMNI),
	TEXT("sem", sem_show),
	VALUE("shmmni", SHMMNI),
	TEXT("shmmax", shmmax_show),
	TEXT("shmall", shmmax_show),
	VALUE("overflowuid", 65534),
	VALUE("overflowgid", 65534),
	DIRECTORY("random", random_entries),
	DIRECTORY("pty", pty_entries),
	VALUE("sysrq", 1),
	VALUE("panic", 0),
	VALUE("tainted", 0),
	VALUE("core_uses_pid", 0),
	VALUE("dmesg_restrict", 0),
	TEXT("printk", printk_show),
	{ 0 },
};

static const struct proc_entry vm_entries[] = {
	VALUE("overcommit_memory", 0),
	VALUE("overcommit_ratio", 50),
	VALUE("swappiness", 0),
	VALUE("drop_caches", 0),
	VALUE("max_map_count", 65530),
	VALUE("mmap_min_addr", 4194304),
	{ 0 },
};

static const struct proc_entry inotify_entries[] = {
	VALUE("max_queued_events", INOTIFY_EVENTS_MAX),
	VALUE("max_user_instances", INOTIFY_INSTANCES_MAX),
	VALUE("max_user_watches", INOTIFY_WATCHES_MAX),
	{ 0 },
};

static const struct proc_entry mqueue_entries[] = {
	VALUE("queues_max", MQ_QUEUES_MAX),
	VALUE("msg_max", MQ_MSG_MAX),
	VALUE("msgsize_max", MQ_MSGSIZE_MAX),
	VALUE("msg_default", MQ_MSG_MAX),
	VALUE("msgsize_default", MQ_MSGSIZE_MAX),
	{ 0 },
};

static const struct proc_entry fs_entries[] = {
	VALUE("file-max", 65536),
	VALUE("nr_open", 65536),
	VALUE("pipe-max-size", 1048576),
	DIRECTORY("inotify", inotify_entries),
	DIRECTORY("mqueue", mqueue_entries),
	{ 0 },
};

const struct proc_entry proc_sys_entries[] = {
	DIRECTORY("kernel", kernel_entries),
	DIRECTORY("vm", vm_entries),
	DIRECTORY("fs", fs_entries),
	{ 0 },
};

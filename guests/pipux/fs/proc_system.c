/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: what the files in /proc itself say of the system (proc(5)). */
#include "proc.h"
#include <cpuid.h>
#include <pipux/balloon.h>
#include <pipux/page_cache.h>
#include <pipux/resource.h>
#include <pipux/sysrq.h>
#include <pipux/vmm.h>

#define TICK_NS		(1000000000u / HZ)
#define KIB(pages)	((pages) * (PAGE_SIZE / 1024))

static int meminfo_show(struct proc_out *o, const struct proc_node *n)
{
	uint32_t total = KIB(pages_total()), unused = KIB(pages_free_count());
	uint32_t shmem = KIB(tmpfs_pages()), slab = kmalloc_bytes() / 1024;
	const struct { const char *name; uint32_t kib; } row[] = {
		{ "MemTotal:", total }, { "MemFree:", unused },
		{ "MemAvailable:", KIB(pages_available()) }, { "Buffers:", 0 },
		{ "Cached:", shmem + KIB(cache_pages()) }, { "SwapCached:", 0 },
		{ "Active:", 0 }, { "Inactive:", shmem },
		{ "SwapTotal:", 0 }, { "SwapFree:", 0 },
		{ "Dirty:", KIB(cache_dirty_pages()) },
		{ "Writeback:", 0 },
		{ "AnonPages:", KIB(pages_private()) },
		{ "Mapped:", 0 }, { "Shmem:", shmem }, { "Slab:", slab },
		{ "SReclaimable:", 0 }, { "SUnreclaim:", slab },
		{ "Balloon:", KIB(balloon_pages()) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		proc_printf(o, "%-15s %8u kB\n", row[i].name, row[i].kib);
	return 0;
}

/* Seconds with two digits behind the point */
static void show_seconds(struct proc_out *o, uint64_t ns)
{
	uint32_t hundredths = ns_div(ns, 10000000);

	proc_printf(o, "%u.%02u", hundredths / 100, hundredths % 100);
}

static int uptime_show(struct proc_out *o, const struct proc_node *n)
{
	show_seconds(o, ktime_get());
	proc_printf(o, " ");
	show_seconds(o, idle_time());
	proc_printf(o, "\n");
	return 0;
}

static int loadavg_show(struct proc_out *o, const struct proc_node *n)
{
	uint32_t load[3];		/* 16 bits behind the point */

	loadavg_get(load);
	for (int i = 0; i < 3; i++)
		proc_printf(o, "%u.%02u ", load[i] >> 16,
			(load[i] & 0xFFFF) * 100 >> 16);
	proc_printf(o, "%u/%u %d\n", nr_runnable(), task_count(),
		(int)fork_count() + 1);
	return 0;
}

/* All that was used by user mode, and all that was used */
static void cpu_times(uint64_t *user, uint64_t *busy)
{
	struct process *p;
	uint64_t u, s;

	*user = 0;
	*busy = ktime_get() - idle_time();
	list_for_each(p, &all_processes, all_link) {
		process_times(p, &u, &s);
		*user += u + p->cutime;
	}
	if (*user > *busy)
		*user = *busy;
}

static int stat_show(struct proc_out *o, const struct proc_node *n)
{
	uint64_t user, busy;
	uint32_t u, s, i;

	cpu_times(&user, &busy);
	u = ns_div(user, TICK_NS);
	s = ns_div(busy - user, TICK_NS);
	i = ns_div(idle_time(), TICK_NS);
	proc_printf(o, "cpu  %u 0 %u %u 0 0 0 0 0 0\n"
		"cpu0 %u 0 %u %u 0 0 0 0 0 0\nintr %u\n", u, s, i, u, s, i,
		interrupt_count());
	proc_printf(o, "ctxt %llu\nbtime %u\nprocesses %llu\n"
		"procs_running %u\nprocs_blocked 0\n",
		(unsigned long long)switch_count(),
		(uint32_t)ns_div(realtime_get() - ktime_get(), NSEC_PER_SEC),
		(unsigned long long)fork_count(), nr_runnable());
	return 0;
}

static int version_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "Linux version %s (pipstack) (%s) %s\n", uts_release,
		"gcc", uts_version);
	return 0;
}

static int cmdline_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%s\n", cmdline_text());
	return 0;
}

/* CPUID.1:EDX, Intel SDM volume 2A, by Linux's names */
static const char flag_names[32][6] = {
	"fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic",
	"", "sep", "mtrr", "pge", "mca", "cmov", "pat", "pse36", "pn",
	"clfl", "", "dts", "acpi", "mmx", "fxsr", "sse", "sse2", "ss", "ht",
	"tm", "ia64", "pbe",
};

static int cpuinfo_show(struct proc_out *o, const struct proc_node *n)
{
	unsigned a, b, c, d;
	char text[49] = { 0 };

	__cpuid(0, a, b, c, d);
	memcpy(text, &b, 4);
	memcpy(text + 4, &d, 4);
	memcpy(text + 8, &c, 4);
	proc_printf(o, "processor\t: 0\nvendor_id\t: %s\n", text);
	__cpuid(0x80000000, a, b, c, d);
	memset(text, 0, sizeof(text));
	for (unsigned i = 0; a >= 0x80000004 && i < 3; i++) {
		unsigned r[4];

		__cpuid(0x80000002 + i, r[0], r[1], r[2], r[3]);
		memcpy(text + 16 * i, r, 16);
	}
	__cpuid(1, a, b, c, d);
	proc_printf(o, "cpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\n"
		"stepping\t: %u\n", a >> 8 & 15,
		(a >> 4 & 15) | (a >> 12 & 0xF0), text, a & 15);
	proc_printf(o, "cpu MHz\t\t: %u.%03u\n", vmm_info->tsc_khz / 1000,
		vmm_info->tsc_khz % 1000);
	proc_printf(o, "fpu\t\t: yes\nflags\t\t:");
	for (int i = 0; i < 32; i++)
		if ((d >> i & 1) && flag_names[i][0])
			proc_printf(o, " %.6s", flag_names[i]);
	proc_printf(o, "\nbogomips\t: %u.00\n\n", vmm_info->tsc_khz / 500);
	return 0;
}

static int filesystems_show(struct proc_out *o, const struct proc_node *n)
{
	for (struct fs_type *t = all_fs_types; t; t = t->next)
		proc_printf(o, "%s\t%s\n", t->nodev ? "nodev" : "", t->name);
	return 0;
}

/* Our own: the numbers that tests compare before and after */
static int pipstack_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "guest_free_pages %u\nvmm_free_pages %u\n"
		"kmalloc_bytes %u\nother_pages %u\ntasks %u\n",
		pages_free_count(), vmm_shared->vmm_free_pages,
		kmalloc_bytes(), pages_other(), task_count());
	return 0;
}

static int nothing_show(struct proc_out *o, const struct proc_node *n)
{
	return -EIO;
}

static int sysrq_store(const struct proc_node *n, char *text, size_t len)
{
	if (len)
		sysrq(*text);
	return 0;
}

static int mounts_read(const struct proc_node *n, char *buf, size_t size)
{
	return snprintf(buf, size, "self/mounts");
}

static int net_read(const struct proc_node *n, char *buf, size_t size)
{
	return snprintf(buf, size, "self/net");
}

#define FILE(name_, show_)						\
	{ .name = name_, .mode = S_IFREG | 0444, .show = show_ }

static const struct proc_entry tty_entries[] = {
	FILE("drivers", proc_tty_drivers_show),
	{ 0 },
};

const struct proc_entry proc_system_entries[] = {
	{ .name = "self", .mode = S_IFLNK | 0777,
		.readlink = proc_self_read },
	{ .name = "thread-self", .mode = S_IFLNK | 0777,
		.readlink = proc_thread_self_read },
	{ .name = "mounts", .mode = S_IFLNK | 0777, .readlink = mounts_read },
	FILE("meminfo", meminfo_show),
	FILE("uptime", uptime_show),
	FILE("loadavg", loadavg_show),
	FILE("stat", stat_show),
	FILE("version", version_show),
	FILE("cmdline", cmdline_show),
	FILE("cpuinfo", cpuinfo_show),
	FILE("filesystems", filesystems_show),
	FILE("devices", proc_devices_show),
	FILE("partitions", proc_partitions_show),
	FILE("diskstats", proc_diskstats_show),
	FILE("pipstack", pipstack_show),
	FILE("vmstat", proc_vmstat_show),
	FILE("interrupts", proc_interrupts_show),
	{ .name = "slabinfo", .mode = S_IFREG | 0400,
		.show = proc_slabinfo_show },
	FILE("swaps", proc_swaps_show),
	FILE("consoles", proc_consoles_show),
	{ .name = "tty", .mode = S_IFDIR | 0555, .children = tty_entries },
	{ .name = "sysrq-trigger", .mode = S_IFREG | 0200,
		.show = nothing_show, .store = sysrq_store },
	{ .name = "sys", .mode = S_IFDIR | 0555,
		.children = proc_sys_entries },
	{ .name = "sysvipc", .mode = S_IFDIR | 0555,
		.children = proc_sysvipc_entries },
	{ .name = "net", .mode = S_IFLNK | 0777, .readlink = net_read },
	{ 0 },
};

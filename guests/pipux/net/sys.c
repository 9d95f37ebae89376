/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: /proc/sys/net. */
#include "../fs/proc.h"
#include <pipux/setting.h>
#include <pipux/socket.h>

#define GROUP_MAX	0x7FFFFFFF

/* icmp(7): groups from above to below are none */
static int ping_groups_store(const struct proc_node *n, char *text, size_t len)
{
	int rc = proc_numbers_store(n, text, len);

	if (setting_ping_groups[0] > setting_ping_groups[1]) {
		setting_ping_groups[0] = 1;
		setting_ping_groups[1] = 0;
	}
	return rc;
}

static int port_range_store(const struct proc_node *n, char *text, size_t len)
{
	int old[] = { setting_port_range[0], setting_port_range[1] };
	int rc = proc_numbers_store(n, text, len);

	if (setting_port_range[0] <= setting_port_range[1])
		return rc;
	memcpy(setting_port_range, old, sizeof(old));
	return -EINVAL;
}

static int value_show(struct proc_out *o, const struct proc_node *n)
{
	proc_printf(o, "%ld\n", n->entry->value);
	return 0;
}

#define NUMBER(name_, setting_, min_, max_)				\
	PROC_NUMBERS(name_, &(setting_), 1, min_, max_)
#define PAIR(name_, setting_, store_, min_, max_)			\
	{ .name = name_, .mode = S_IFREG | 0644,			\
		.show = proc_numbers_show, .store = store_,		\
		.number = setting_, .count = 2, .min = min_, .max = max_ }
#define VALUE(name_, value_)						\
	{ .name = name_, .mode = S_IFREG | 0444, .show = value_show,	\
		.fixed = true, .value = value_ }

static const struct proc_entry core_entries[] = {
	NUMBER("somaxconn", setting_somaxconn, 0, 65535),
	NUMBER("rmem_max", setting_rmem_max, 2304, INT32_MAX),
	NUMBER("wmem_max", setting_wmem_max, 4608, INT32_MAX),
	VALUE("rmem_default", SOCKET_BUFFER),
	VALUE("wmem_default", SOCKET_BUFFER),
	VALUE("optmem_max", 20480),
	{ 0 },
};

static const struct proc_entry ipv4_entries[] = {
	PAIR("ping_group_range", setting_ping_groups, ping_groups_store, 0,
		GROUP_MAX),
	PAIR("ip_local_port_range", setting_port_range, port_range_store, 1,
		65535),
	NUMBER("icmp_echo_ignore_all", setting_echo_ignore, 0, 1),
	VALUE("ip_forward", 0),
	VALUE("ip_default_ttl", 64),
	VALUE("tcp_keepalive_time", 7200),
	VALUE("tcp_keepalive_intvl", 75),
	VALUE("tcp_keepalive_probes", 9),
	VALUE("tcp_syn_retries", 6),
	{ 0 },
};

const struct proc_entry proc_sys_net_entries[] = {
	{ .name = "core", .mode = S_IFDIR | 0555, .children = core_entries },
	{ .name = "ipv4", .mode = S_IFDIR | 0555, .children = ipv4_entries },
	{ 0 },
};

/* SPDX-License-Identifier: BSD-2-Clause */
/* procfs: what proc.c (nodes), proc_pid.c and the contents share. */
#ifndef PIPUX_PROC_H
#define PIPUX_PROC_H

#include "internal.h"
#include <pipux/procfs.h>

/* One name; the last of an array has no name */
struct proc_entry {
	const char *name;
	uint32_t mode;
	/* Contents of a file; 0 or errno */
	int (*show)(struct proc_out *o, const struct proc_node *n);
	/* Target of a link: into buf, length or errno */
	int (*readlink)(const struct proc_node *n, char *buf, size_t size);
	/* The place itself, referenced; then readlink is by name */
	int (*follow)(const struct proc_node *n, struct path *to);
	const struct proc_entry *children;	/* a directory that is fixed */
	const struct inode_ops *ops;		/* or one that is not */
	const struct file_ops *fops;
	/* What was written, NUL-terminated: 0 or errno */
	int (*store)(const struct proc_node *n, char *text, size_t len);
	long value;				/* for shared show functions */
	bool fixed;		/* nobody may open it for writing */
	bool secret;		/* of a process: for who may trace it */
	uint8_t count;		/* of numbers: PROC_NUMBERS */
	int *number;
	int min, max;
};

struct proc_node {			/* inode.priv */
	const struct proc_entry *entry;
	int tid;			/* whose, 0: nobody's */
	int fd;
};

static inline const struct proc_node *proc_node(const struct inode *inode)
{
	return inode->priv;
}

/* proc.c */
/* file_ops.fsync: there is nothing to write back, which Linux tells */
int proc_no_fsync(struct file *f);
/* Makes sb a file system of these nodes: 0 or -ENOMEM */
int proc_mount_tree(struct super_block *sb, const struct proc_entry *root,
	long magic);
struct inode *proc_inode(struct super_block *sb, const struct proc_entry *e,
		int tid, int fd);
/* The entry of that name made an inode; ERR_PTR(-ENOENT) */
struct inode *proc_lookup_in(struct inode *dir, const struct proc_entry *list,
		const char *name);
/* Emits the list at positions from 2 on; false: full.  Returns with f->pos
 * behind them */
bool proc_emit_list(struct file *f, struct dir_context *ctx,
		const struct proc_entry *list);
extern const struct inode_ops proc_dir_ops;
extern const struct file_ops proc_dir_fops;

/* A decimal number, a sign, blanks around: false if it is none */
bool proc_integer(const char *text, int *value);
/* A decimal number and nothing else, or -1 */
int proc_number(const char *name);

/* proc_pid.c */
struct inode *proc_pid_lookup(struct inode *dir, const char *name);
int proc_pid_iterate(struct file *f, struct dir_context *ctx, loff_t base);
struct task *proc_task(const struct proc_node *n);	/* NULL: gone */
int proc_self_read(const struct proc_node *n, char *buf, size_t size);
int proc_thread_self_read(const struct proc_node *n, char *buf, size_t size);

/* proc_task.c, proc_maps.c: contents of /proc/PID */
int proc_stat_show(struct proc_out *o, const struct proc_node *n);
int proc_status_show(struct proc_out *o, const struct proc_node *n);
int proc_statm_show(struct proc_out *o, const struct proc_node *n);
int proc_comm_show(struct proc_out *o, const struct proc_node *n);
int proc_cmdline_show(struct proc_out *o, const struct proc_node *n);
int proc_environ_show(struct proc_out *o, const struct proc_node *n);
int proc_maps_show(struct proc_out *o, const struct proc_node *n);
/* buf: PATH_MAX bytes to work in */
void proc_show_vma(struct proc_out *o, const struct vma *v, char *buf);
int proc_limits_show(struct proc_out *o, const struct proc_node *n);
int proc_io_show(struct proc_out *o, const struct proc_node *n);
int proc_zero_show(struct proc_out *o, const struct proc_node *n);
uint32_t vma_pages(struct mm *mm);

/* proc_attr.c */
int proc_comm_store(const struct proc_node *n, char *text, size_t len);
int proc_oom_adj_show(struct proc_out *o, const struct proc_node *n);
int proc_oom_adj_store(const struct proc_node *n, char *text, size_t len);
int proc_auxv_show(struct proc_out *o, const struct proc_node *n);
int proc_wchan_show(struct proc_out *o, const struct proc_node *n);
int proc_timerslack_show(struct proc_out *o, const struct proc_node *n);
int proc_personality_show(struct proc_out *o, const struct proc_node *n);
int proc_fdinfo_show(struct proc_out *o, const struct proc_node *n);

/* proc_pages.c */
int proc_smaps_show(struct proc_out *o, const struct proc_node *n);
extern const struct file_ops proc_pagemap_fops;

/* proc_mem.c */
extern const struct file_ops proc_mem_fops;
/* Whose file it is; NULL or ERR_PTR: nothing is to be had of it */
struct task *proc_task_for_debugger(const struct file *f);
int proc_debugger_open(struct inode *inode, struct file *f);
loff_t proc_address_llseek(struct file *f, loff_t off, int whence);
int proc_syscall_show(struct proc_out *o, const struct proc_node *n);

/* proc_counters.c */
int proc_vmstat_show(struct proc_out *o, const struct proc_node *n);
uint32_t interrupt_count(void);
int proc_interrupts_show(struct proc_out *o, const struct proc_node *n);
int proc_slabinfo_show(struct proc_out *o, const struct proc_node *n);
int proc_swaps_show(struct proc_out *o, const struct proc_node *n);
int proc_tty_drivers_show(struct proc_out *o, const struct proc_node *n);
int proc_consoles_show(struct proc_out *o, const struct proc_node *n);

/* proc_block.c */
int proc_devices_show(struct proc_out *o, const struct proc_node *n);
int proc_partitions_show(struct proc_out *o, const struct proc_node *n);
int proc_diskstats_show(struct proc_out *o, const struct proc_node *n);

/* proc_sys.c: numbers that may be set */
int proc_numbers_show(struct proc_out *o, const struct proc_node *n);
int proc_numbers_store(const struct proc_node *n, char *text, size_t len);
#define PROC_NUMBERS_MAX	4
#define PROC_NUMBERS(name_, number_, count_, min_, max_)		\
	{ .name = name_, .mode = S_IFREG | 0644,			\
		.show = proc_numbers_show, .store = proc_numbers_store,	\
		.number = number_, .count = count_, .min = min_, .max = max_ }

/* proc_system.c, proc_sys.c, proc_net.c */
extern const struct proc_entry proc_system_entries[];
extern const struct proc_entry proc_sys_entries[];
extern const struct proc_entry proc_sysvipc_entries[];	/* ipc/proc.c */
extern const struct proc_entry proc_sys_net_entries[];	/* net/sys.c */
extern struct proc_entry proc_net_entries[];
extern const struct file_ops proc_mounts_fops;	/* of what may be polled */
int proc_mounts_show(struct proc_out *o, const struct proc_node *n);
int proc_mountinfo_show(struct proc_out *o, const struct proc_node *n);
int proc_mountstats_show(struct proc_out *o, const struct proc_node *n);

#endif

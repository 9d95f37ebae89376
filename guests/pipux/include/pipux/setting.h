/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that the superuser sets in /proc/sys.  Each is defined where it is
 * obeyed; fs/proc_sys.c and net/sys.c know their names and bounds.
 */
#ifndef PIPUX_SETTING_H
#define PIPUX_SETTING_H

/* kernel/ */
extern int setting_pid_max, setting_threads_max;	/* pid.c, fork.c */
extern int setting_dmesg_restrict;			/* printk.c */
extern int setting_sysrq;				/* sysrq.c: by key */
#define CORE_PATTERN_SIZE	128			/* coredump.c */
extern char setting_core_pattern[CORE_PATTERN_SIZE];
extern int setting_core_uses_pid;

/* fs/namei.c, fs/names.c */
extern int setting_protected_symlinks, setting_protected_hardlinks;

extern int setting_mount_max;			/* fs/mount_tree.c */
/* fs/pipe_slots.c: in bytes, a power of two; a user's, in pages, 0: no limit */
extern int setting_pipe_max_size;
extern int setting_pipe_user_soft, setting_pipe_user_hard;

extern int setting_lease_break_time;		/* fs/leases.c */
extern int setting_aio_max;			/* fs/aio.c: events, in all */

/* mm/mmap.c: 1: any mapping may be made, whatever the memory */
extern int setting_overcommit;
/* mm/mmap.c: how many a process may have */
extern uint32_t setting_max_map_count;

/* ipc/: of everybody but root; inotify: of a user */
extern int setting_mq_queues, setting_mq_messages, setting_mq_size;
extern int setting_inotify_instances, setting_inotify_watches;
extern int setting_inotify_events;

/* ipc/: System V, sysvipc(7).  An identifier wanted next is -1 if none is */
#define IPC_OBJECTS_MAX		32768	/* of each kind */
extern int setting_msgmni, setting_msgmax, setting_msgmnb;
extern int setting_shmmni;
extern unsigned long setting_shmmax, setting_shmall;
enum { SEM_MSL, SEM_MNS, SEM_OPM, SEM_MNI, SEM_SETTINGS };
extern int setting_sem[SEM_SETTINGS];
extern int setting_msg_next_id, setting_sem_next_id, setting_shm_next_id;

/* net/ */
extern int setting_somaxconn;			/* socket_calls.c */
extern int setting_rmem_max, setting_wmem_max;	/* socket_option.c */
extern int setting_port_range[2];		/* inet/family.c */
extern int setting_ping_groups[2];		/* inet/family.c */
extern int setting_echo_ignore;			/* inet/icmp.c */

#endif

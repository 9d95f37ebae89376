/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the signal files of kernel/ and time/posix_timer.c. */
#ifndef PIPUX_SIGNAL_PRIVATE_H
#define PIPUX_SIGNAL_PRIVATE_H

#include <pipux/signal.h>

/* A thread in sigtimedwait: woken by signals that it has blocked */
struct sigwaiter {
	struct list link;
	struct task *task;
	ksigset_t want;
};

/* signal.c */
void sigwaiter_add(struct sigwaiter *w);	/* list_del takes it off */
/* current's action for sig changed: forgets it where it is now ignored */
void signals_drop_ignored(int sig);
struct ksiginfo *signal_find_timer(struct sigpending *p, int timer_id);

/* kill.c: with the permission check; a siginfo that only the kernel makes */
long signal_process(struct process *p, int sig, const struct ksiginfo *info);
bool signal_forged(const struct ksiginfo *info, int pid);

/* siginfo.c */
long siginfo_from_user(struct ksiginfo *info, const void *uinfo);

/* jobctl.c */
void child_signal(struct process *to, int sig, const struct ksiginfo *info);
void process_kill_stopped(struct process *p);	/* lets SIGKILL act */

/* time/posix_timer.c: notes the overruns of a signal just taken */
void posix_timer_delivered(struct ksiginfo *info);

#endif

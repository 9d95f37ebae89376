/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits of inotify, per user; /proc/sys/fs/inotify shows them. */
#ifndef PIPUX_INOTIFY_H
#define PIPUX_INOTIFY_H

#define INOTIFY_INSTANCES_MAX	128
#define INOTIFY_WATCHES_MAX	8192
#define INOTIFY_EVENTS_MAX	16384	/* of one instance, unread */

#endif

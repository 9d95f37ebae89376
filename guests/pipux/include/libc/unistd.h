/* SPDX-License-Identifier: BSD-2-Clause */
/* <linux/shm.h> includes this name and uses ULONG_MAX: no more is here. */
#ifndef PIPUX_UNISTD_H
#define PIPUX_UNISTD_H

#ifndef ULONG_MAX
#define ULONG_MAX	(~0ul)
#endif

#endif

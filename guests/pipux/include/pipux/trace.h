/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls in the log: kernel/trace.c. */
#ifndef PIPUX_TRACE_H
#define PIPUX_TRACE_H

#include <pipux/sched.h>

struct trace {			/* of one call, while it lasts */
	bool wanted;
	size_t len;
	char text[180];
};

void trace_init(void);		/* as the command line asks for */
void trace_enter(struct trace *t, const user_ctx_t *ctx);
void trace_leave(const struct trace *t, long result);

#endif

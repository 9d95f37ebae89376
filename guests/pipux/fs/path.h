/* SPDX-License-Identifier: BSD-2-Clause */
/* Cutting a path into its components: pure, also built on the host. */
#ifndef PIPUX_PATH_H
#define PIPUX_PATH_H

#include <stdbool.h>
#include <stdint.h>

enum name_kind { NAME_NONE, NAME_NORMAL, NAME_DOT, NAME_DOTDOT };

/* One component.  `name` points into the path and is not terminated */
struct qname {
	const char *name;
	uint32_t len, hash;
	enum name_kind kind;
	bool last;		/* only slashes follow */
	bool slash;		/* the last one, and a slash follows */
};

/*
 * The component at `p`, leading slashes skipped, into *q; returns where the
 * next one starts.  At the end of the path q->kind is NAME_NONE.
 */
const char *path_next(const char *p, struct qname *q);

/* The hash that path_next computes, of a terminated name */
uint32_t path_hash(const char *name);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Path components (POSIX.1-2017, 3.271 and 4.13): names between slashes,
 * hashed while they are read so that the dentry cache need not look twice.
 */
#include "path.h"

#define HASH_STEP(h, c)	((h) * 31 + (uint8_t)(c))

static enum name_kind kind_of(const char *name, uint32_t len)
{
	if (len == 0)
		return NAME_NONE;
	if (name[0] != '.' || len > 2)
		return NAME_NORMAL;
	if (len == 1)
		return NAME_DOT;
	return name[1] == '.' ? NAME_DOTDOT : NAME_NORMAL;
}

const char *path_next(const char *p, struct qname *q)
{
	uint32_t h = 0;

	while (*p == '/')
		p++;
	q->name = p;
	while (*p && *p != '/') {
		h = HASH_STEP(h, *p);
		p++;
	}
	q->len = p - q->name;
	q->hash = h;
	q->kind = kind_of(q->name, q->len);
	q->slash = *p == '/';
	while (*p == '/')
		p++;
	q->last = *p == 0;
	q->slash &= q->last;
	return p;
}

uint32_t path_hash(const char *name)
{
	uint32_t h = 0;

	while (*name)
		h = HASH_STEP(h, *name++);
	return h;
}

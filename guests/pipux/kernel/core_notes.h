/* SPDX-License-Identifier: BSD-2-Clause */
/* The notes of a core file: who died of what, with which registers. */
#ifndef PIPUX_CORE_NOTES_H
#define PIPUX_CORE_NOTES_H

#include <pipux/signal.h>

/*
 * The notes of current's process, current's thread first, in one piece for
 * the file; *size bytes, a multiple of 4.  To be freed.  NULL: no memory.
 */
void *core_notes(const struct ksiginfo *info, size_t *size);

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program and its libraries, for each dynamic C library: libuser.so needs
 * libbase.so; plugin.so, which is loaded by name, needs libdeep.so in the
 * directory `deep` beside it.
 */
#ifndef TREE_H
#define TREE_H

/* libbase.so */
extern int base_events;			/* constructors that have run */
extern int base_order[8];		/* who they were, 'b' 'u' 'p' 'd' 'm' */
void base_event(int who);
extern int base_data;			/* a copy relocation without PIE */
int base_data_seen(void);		/* what the library reads of it */
const char *base_name(void);		/* calls who(): a program's own wins */
const char *who(void);
extern __thread int base_tls;		/* 11 in each new thread */
int *base_tls_address(void);

/* libuser.so */
int user_sum(void);			/* adds one to its own TLS: 21, 22 */

#endif

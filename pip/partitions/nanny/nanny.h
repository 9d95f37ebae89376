/* SPDX-License-Identifier: BSD-2-Clause */
/* What the nanny and its child agree on. */
#ifndef NANNY_H
#define NANNY_H

#define CHILD_HEAP	0x10000000u
#define CHILD_STACK	0xFFFFE000u
#define CHILD_REGION	0x20000000u	/* where pages come and go */
#define VINT_READY	64		/* the child yields here, ... */
#define VINT_DONE	100		/* and ends by this interrupt; EAX */
#define DONE_GOOD	0x600D

#endif

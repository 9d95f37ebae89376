/* SPDX-License-Identifier: BSD-2-Clause */
/* Resource usage and limits: kernel/resource.c; uname: kernel/sysinfo.c. */
#ifndef PIPUX_RESOURCE_H
#define PIPUX_RESOURCE_H

#include <pipux/sched.h>

/*
 * p's own usage, for RUSAGE_CHILDREN that of its waited-for children, for
 * RUSAGE_BOTH the sum.
 */
void rusage_fill(struct process *p, int who, struct rusage *r);
/* What the dead child p used becomes its parent's children's */
void usage_inherit(struct process *p);
/* p has left mm */
void usage_peak(struct process *p, const struct mm *mm);
/* Times of all threads of p, living and dead, in ns */
void process_times(struct process *p, uint64_t *utime, uint64_t *stime);
/* The limits that the first process starts with */
void limits_init(struct rlimit *limits);

static inline uint32_t rlimit_get(int which)
{
	return current->process->limits[which].rlim_cur;
}

const char *uts_nodename(void);
const char *uts_domainname(void);
void uts_set_nodename(const char *name);
void uts_set_domainname(const char *name);
extern const char uts_release[], uts_version[];

#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/* What the system calls itself, and how it is: uname(2), sysinfo(2). */
#include <linux/sysinfo.h>
#include <linux/utsname.h>
#include <linux/personality.h>
#include <pipux/resource.h>

const char uts_release[] = "6.1.0-pipux";
const char uts_version[] = "#1 Pipstack";

static struct new_utsname uts = {
	.sysname = "Linux",
	.nodename = "(none)",
	.release = "6.1.0-pipux",
	.version = "#1 Pipstack",
	.machine = "i686",
	.domainname = "(none)",
};

long sys_olduname(struct old_utsname *uname);
long sys_uname(struct new_utsname *uname);
long sys_oldolduname(struct oldold_utsname *uname);
long sys_sethostname(const char *name, int len);
long sys_setdomainname(const char *name, int len);
long sys_sysinfo(struct sysinfo *uinfo);

const char *uts_nodename(void)
{
	return uts.nodename;
}

/* As the caller may see it: personality(2), UNAME26 */
static struct new_utsname uts_seen(void)
{
	struct new_utsname seen = uts;

	if (current->process->personality & UNAME26) {
		memset(seen.release, 0, sizeof(seen.release));
		strlcpy(seen.release, "2.6.61-pipux", sizeof(seen.release));
	}
	return seen;
}

long sys_uname(struct new_utsname *uname)
{
	struct new_utsname seen = uts_seen();

	return put_user(seen, uname);
}

/* Without the domain name */
long sys_olduname(struct old_utsname *uname)
{
	struct new_utsname seen = uts_seen();

	return copy_to_user(uname, &seen, sizeof(struct old_utsname));
}

/* With eight letters for each */
long sys_oldolduname(struct oldold_utsname *uname)
{
	struct new_utsname seen = uts_seen();
	struct oldold_utsname old;

	strlcpy(old.sysname, seen.sysname, sizeof(old.sysname));
	strlcpy(old.nodename, seen.nodename, sizeof(old.nodename));
	strlcpy(old.release, seen.release, sizeof(old.release));
	strlcpy(old.version, seen.version, sizeof(old.version));
	strlcpy(old.machine, seen.machine, sizeof(old.machine));
	return put_user(old, uname);
}

static long name_set(char *to, const char *uname, int len)
{
	char name[__NEW_UTS_LEN + 1] = { 0 };

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > __NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(name, uname, (size_t)len))
		return -EFAULT;
	memcpy(to, name, sizeof(name));
	return 0;
}

long sys_sethostname(const char *name, int len)
{
	return name_set(uts.nodename, name, len);
}

void uts_set_nodename(const char *name)
{
	strlcpy(uts.nodename, name, sizeof(uts.nodename));
}

const char *uts_domainname(void)
{
	return uts.domainname;
}

void uts_set_domainname(const char *name)
{
	strlcpy(uts.domainname, name, sizeof(uts.domainname));
}

long sys_setdomainname(const char *name, int len)
{
	return name_set(uts.domainname, name, len);
}

long sys_sysinfo(struct sysinfo *uinfo)
{
	struct sysinfo s = { 0 };
	uint32_t loads[3];

	loadavg_get(loads);
	for (int i = 0; i < 3; i++)
		s.loads[i] = loads[i];
	s.uptime = (long)ns_div(ktime_get(), NSEC_PER_SEC);
	s.totalram = pages_total() * PAGE_SIZE;
	s.freeram = pages_free_count() * PAGE_SIZE;
	s.procs = (uint16_t)task_count();
	s.mem_unit = 1;
	return put_user(s, uinfo);
}

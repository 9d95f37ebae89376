/* SPDX-License-Identifier: BSD-2-Clause */
/* Old calls about file systems: sysfs(2), ustat(2). */
#include "internal.h"

static long index_of(const char *uname)
{
	char *name = getname(uname);
	struct fs_type *t;
	long i = 0;

	if (IS_ERR(name))
		return PTR_ERR(name);
	for (t = all_fs_types; t && strcmp(t->name, name); t = t->next)
		i++;
	kfree(name);
	return t ? i : -EINVAL;
}

static long name_of(unsigned long index, char *ubuf)
{
	struct fs_type *t = all_fs_types;

	for (; t && index; t = t->next)
		index--;
	return t ? copy_to_user(ubuf, t->name, strlen(t->name) + 1) : -EINVAL;
}

static long count(void)
{
	long n = 0;

	for (struct fs_type *t = all_fs_types; t; t = t->next)
		n++;
	return n;
}

long sys_sysfs(int option, unsigned long arg1, unsigned long arg2)
{
	switch (option) {
	case 1:
		return index_of((const char *)arg1);
	case 2:
		return name_of(arg1, (char *)arg2);
	case 3:
		return count();
	}
	return -EINVAL;
}

struct ustat {				/* the i386 layout of ustat(2) */
	int32_t tfree;
	uint32_t tinode;
	char fname[6], fpack[6];
};

long sys_ustat(unsigned dev, struct ustat *ubuf)
{
	struct statfs64 st = { 0 };
	struct ustat u = { 0 };
	struct super_block *sb;

	list_for_each(sb, &all_supers, link) {
		if (sb->dev != dev)
			continue;
		if (sb->ops && sb->ops->statfs)
			sb->ops->statfs(sb, &st);
		u.tfree = (int32_t)st.f_bfree;
		u.tinode = (uint32_t)st.f_ffree;
		return copy_to_user(ubuf, &u, sizeof(u));
	}
	return -EINVAL;
}

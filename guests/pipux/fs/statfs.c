/* SPDX-License-Identifier: BSD-2-Clause */
/* statfs(2) in its two sizes. */
#include "internal.h"

#define ST_VALID	0x20
#define ST_NOATIME	0x400
#define ST_NODIRATIME	0x800
#define ST_RELATIME	0x1000
#define ST_NOSYMFOLLOW	0x2000

/* f_flags: the first bits are MS_*, the others are not */
static long flags_of(const struct mount *m)
{
	static const struct { uint32_t ms, st; } map[] = {
		{ MS_NOATIME, ST_NOATIME }, { MS_NODIRATIME, ST_NODIRATIME },
		{ MS_RELATIME, ST_RELATIME },
		{ MS_NOSYMFOLLOW, ST_NOSYMFOLLOW },
	};
	uint32_t flags = m->flags | (m->sb->flags & MS_RDONLY);
	long st = ST_VALID | (flags & (MS_RDONLY | MS_NOSUID | MS_NODEV
		| MS_NOEXEC)) | (m->sb->flags & MS_SYNCHRONOUS);

	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (flags & map[i].ms)
			st |= map[i].st;
	return st;
}

static void fill_statfs(const struct mount *m, struct statfs64 *st)
{
	struct super_block *sb = m->sb;

	memset(st, 0, sizeof(*st));
	st->f_bsize = st->f_frsize = PAGE_SIZE;
	st->f_namelen = NAME_MAX;
	st->f_fsid.val[0] = sb->dev;
	st->f_flags = flags_of(m);
	if (sb->ops && sb->ops->statfs)
		sb->ops->statfs(sb, st);
}

static long statfs64_out(const struct mount *m, void *ubuf)
{
	struct statfs64 st;

	fill_statfs(m, &st);
	return copy_to_user(ubuf, &st, sizeof(st));
}

static long statfs_out(const struct mount *m, void *ubuf)
{
	struct statfs64 w;
	struct statfs st = { 0 };

	fill_statfs(m, &w);
	st.f_type = w.f_type;
	st.f_bsize = w.f_bsize;
	st.f_blocks = w.f_blocks;
	st.f_bfree = w.f_bfree;
	st.f_bavail = w.f_bavail;
	st.f_files = w.f_files;
	st.f_ffree = w.f_ffree;
	st.f_fsid = w.f_fsid;
	st.f_namelen = w.f_namelen;
	st.f_frsize = w.f_frsize;
	st.f_flags = w.f_flags;
	return copy_to_user(ubuf, &st, sizeof(st));
}

long sys_statfs64(const char *upath, size_t size, void *ubuf)
{
	struct path p;
	long rc;

	if (size != sizeof(struct statfs64))
		return -EINVAL;
	rc = user_path(AT_FDCWD, upath, LOOKUP_FOLLOW, 0, &p);
	if (rc)
		return rc;
	rc = statfs64_out(p.mnt, ubuf);
	path_put(&p);
	return rc;
}

long sys_fstatfs64(int fd, size_t size, void *ubuf)
{
	struct file *f;
	long rc;

	if (size != sizeof(struct statfs64))
		return -EINVAL;
	f = fd_get(fd);
	if (!f)
		return -EBADF;
	rc = statfs64_out(f->path.mnt, ubuf);
	file_put(f);
	return rc;
}

long sys_statfs(const char *upath, void *ubuf)
{
	struct path p;
	long rc = user_path(AT_FDCWD, upath, LOOKUP_FOLLOW, 0, &p);

	if (rc)
		return rc;
	rc = statfs_out(p.mnt, ubuf);
	path_put(&p);
	return rc;
}

long sys_fstatfs(int fd, void *ubuf)
{
	struct file *f = fd_get(fd);
	long rc;

	if (!f)
		return -EBADF;
	rc = statfs_out(f->path.mnt, ubuf);
	file_put(f);
	return rc;
}

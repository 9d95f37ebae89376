/* SPDX-License-Identifier: BSD-2-Clause */
/* openat2(2): openat that refuses what it does not know; `resolve` */
#include "internal.h"
#include <linux/openat2.h>

#define FLAGS_PATH	(O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)

#define RESOLVE_KNOWN	(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS	\
	| RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT	\
	| RESOLVE_CACHED)

long sys_openat(int dfd, const char *upath, int flags, uint32_t mode);

static long how_check(const struct open_how *how)
{
	bool creates = (how->flags & O_CREAT)
		|| (how->flags & O_TMPFILE) == O_TMPFILE;

	if (how->flags & ~(uint64_t)OPEN_FLAGS)
		return -EINVAL;
	if (creates ? (how->mode & ~(uint64_t)07777) : how->mode != 0)
		return -EINVAL;
	if ((how->flags & O_PATH) && (how->flags & ~(uint64_t)FLAGS_PATH))
		return -EINVAL;
	if ((how->resolve & ~(uint64_t)RESOLVE_KNOWN)
	    || (how->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		== (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return -EINVAL;
	/* what changes something may have to wait */
	return (how->resolve & RESOLVE_CACHED)
		&& (creates || (how->flags & O_TRUNC)) ? -EAGAIN : 0;
}

/* The rest of a structure longer than ours must be zero */
long tail_check(const uint8_t *utail, size_t n)
{
	uint8_t c;

	for (; n--; utail++) {
		if (get_user(c, utail))
			return -EFAULT;
		if (c)
			return -E2BIG;
	}
	return 0;
}

long sys_openat2(int dfd, const char *upath, const struct open_how *uhow,
		size_t size)
{
	struct open_how how;
	long rc;

	if (size < sizeof(how))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	rc = tail_check((const uint8_t *)(uhow + 1), size - sizeof(how));
	if (rc)
		return rc;
	if (get_user(how, uhow))
		return -EFAULT;
	rc = how_check(&how);
	if (rc)
		return rc;
	current->resolve = how.resolve;
	rc = sys_openat(dfd, upath, how.flags, how.mode);
	current->resolve = 0;
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Places as text: what getcwd(2) and /proc show. */
#include "internal.h"

static char *prepend(char *start, char *buf, const char *s, size_t n)
{
	if (!start || (size_t)(start - buf) < n)
		return NULL;
	return memcpy(start - n, s, n);
}

/* The names from `at` up to `top`, or as far as they go: *found says which */
static char *text_below(struct path at, const struct path *top, char *end,
		char *buf, bool *found)
{
	char *p = end;

	while (!(*found = path_same(&at, top))) {
		struct path from = at;

		if (!path_up(&at)) {
			if (at.dentry != at.mnt->root)
				p = end;	/* it has left its mount */
			break;
		}
		if (at.mnt != from.mnt)
			continue;
		p = prepend(p, buf, from.dentry->name, from.dentry->len);
		p = prepend(p, buf, "/", 1);
	}
	return p == end ? prepend(p, buf, "/", 1) : p;
}

/* getcwd(2) and readlink of /proc/PID/{cwd,exe,fd/N}; deleted names are
 * marked */
char *path_text(const struct path *p, char *buf, size_t size,
		bool *reachable)
{
	return path_text_from(&current->fs->root, p, buf, size, reachable);
}

char *path_text_from(const struct path *root, const struct path *p, char *buf,
		size_t size, bool *reachable)
{
	static const char deleted[] = " (deleted)";
	char *end = buf + size - 1;
	bool found;

	*end = 0;
	if (p->dentry->unlinked)
		end = prepend(end, buf, deleted, sizeof(deleted) - 1);
	if (end)
		end = text_below(*p, root, end, buf, &found);
	if (end && reachable)
		*reachable = found;
	return end ? end : ERR_PTR(-ENAMETOOLONG);
}

/* The names from the root of its file system down to the mount's root */
char *mount_root_text(const struct mount *m, char *buf, size_t size)
{
	struct dentry *d = m->root;
	char *p = buf + size - 1;

	if (mount_ns_of(d->inode)) {
		snprintf(buf, size, "%s:[%u]", d->name, d->inode->ino);
		return buf;
	}
	*p = 0;
	if (d->parent == d)
		return prepend(p, buf, "/", 1);
	if (d->unlinked)
		p = prepend(p, buf, "//deleted", 9);
	for (; p && d->parent != d; d = d->parent) {
		p = prepend(p, buf, d->name, d->len);
		p = prepend(p, buf, "/", 1);
	}
	return p ? p : ERR_PTR(-ENAMETOOLONG);
}

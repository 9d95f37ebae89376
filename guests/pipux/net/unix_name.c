/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of AF_UNIX sockets (unix(7)).  A name in the file system is a socket
 * inode that points to who is bound to it; an abstract one, which begins with
 * a NUL, is in a hash table here.
 */
#include "unix.h"

#define BUCKETS		64

static struct list abstract[BUCKETS];

void unix_addr_put(struct unix_addr *addr)
{
	if (addr && --addr->refs == 0)
		kfree(addr);
}

int unix_check_addr(const struct sockaddr_storage *addr, int len)
{
	if (len <= (int)UNIX_NAME_MIN || len > (int)sizeof(struct sockaddr_un)
	    || addr->ss_family != AF_UNIX)
		return -EINVAL;
	return 0;
}

static bool is_abstract(const struct sockaddr_storage *addr)
{
	return !((const struct sockaddr_un *)addr)->sun_path[0];
}

/* The core has put zeros behind the name: a path always ends */
static const char *path_of(const struct sockaddr_storage *addr)
{
	return ((const struct sockaddr_un *)addr)->sun_path;
}

/* FNV-1a */
static struct list *bucket_of(const void *name, int len)
{
	const uint8_t *p = name;
	uint32_t hash = 2166136261u;

	while (len--)
		hash = (hash ^ *p++) * 16777619u;
	if (!abstract[0].next)
		for (unsigned i = 0; i < BUCKETS; i++)
			list_init(&abstract[i]);
	return &abstract[hash % BUCKETS];
}

/* Each type has names of its own */
static struct unix_sock *find_abstract(const void *addr, int len, int type)
{
	struct unix_sock *u;

	list_for_each(u, bucket_of(addr, len), name_link)
		if (u->type == type && u->addr->len == len
		    && !memcmp(&u->addr->sun, addr, len))
			return u;
	return NULL;
}

static struct unix_addr *addr_new(const struct sockaddr_storage *from, int len)
{
	struct unix_addr *addr = kzalloc(sizeof(*addr));

	if (!addr)
		return NULL;
	addr->refs = 1;
	addr->len = len;
	memcpy(&addr->sun, from, MIN(len, (int)sizeof(addr->sun)));
	return addr;
}

static int bind_abstract(struct unix_sock *u,
		const struct sockaddr_storage *addr, int len)
{
	if (u->addr)
		return -EINVAL;
	if (find_abstract(addr, len, u->type))
		return -EADDRINUSE;
	u->addr = addr_new(addr, len);
	if (!u->addr)
		return -ENOMEM;
	list_add_tail(bucket_of(addr, len), &u->name_link);
	return 0;
}

/* unix(7), "Autobind feature": NUL and five hexadecimal digits */
int unix_autobind(struct unix_sock *u)
{
	static uint32_t next;
	union {
		struct sockaddr_storage any;
		struct sockaddr_un sun;
	} addr = { .sun.sun_family = AF_UNIX };
	int len = UNIX_NAME_MIN + 6;

	if (u->addr)
		return 0;
	for (unsigned tries = 0; tries <= 0xFFFFF; tries++) {
		snprintf(addr.sun.sun_path + 1, 6, "%05x", next++ & 0xFFFFF);
		if (!find_abstract(&addr, len, u->type))
			return bind_abstract(u, &addr.any, len);
	}
	return -ENOSPC;
}

/* The inode was made just now: nobody else has bound it */
static int bind_place(struct unix_sock *u,
		const struct sockaddr_storage *addr, const struct path *p)
{
	u->addr = addr_new(addr, UNIX_NAME_MIN + strlen(path_of(addr)) + 1);
	if (!u->addr)
		return -ENOMEM;
	u->path = path_get(p);
	p->dentry->inode->socket = u;
	return 0;
}

static int bind_path(struct unix_sock *u, const struct sockaddr_storage *addr)
{
	const char *path = path_of(addr);
	struct path p;
	int rc = do_mknod(AT_FDCWD, path, S_IFSOCK | 0777, 0, &p);

	if (rc)
		return rc == -EEXIST ? -EADDRINUSE : rc;
	rc = u->addr ? -EINVAL : bind_place(u, addr, &p);
	path_put(&p);
	if (rc)
		(void)do_unlink(AT_FDCWD, path, false);
	return rc;
}

int unix_bind(struct socket *s, const struct sockaddr_storage *addr, int len)
{
	struct unix_sock *u = unix_of(s);
	int rc;

	if (len == UNIX_NAME_MIN && addr->ss_family == AF_UNIX)
		return unix_autobind(u);
	rc = unix_check_addr(addr, len);
	if (rc)
		return rc;
	return is_abstract(addr) ? bind_abstract(u, addr, len)
		: bind_path(u, addr);
}

/* Nobody finds the socket any more; it keeps its name for who knows it */
void unix_unbind(struct unix_sock *u)
{
	list_del(&u->name_link);
	if (!u->path.dentry)
		return;
	u->path.dentry->inode->socket = NULL;
	path_put(&u->path);
	u->path.dentry = NULL;
}

static struct unix_sock *find_path(const char *path)
{
	struct unix_sock *u;
	struct inode *inode;
	struct path p;
	int rc = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &p);

	if (rc)
		return ERR_PTR(rc);
	inode = p.dentry->inode;
	rc = inode_permission(inode, MAY_WRITE);
	u = inode->socket;
	if (rc == 0 && ((inode->mode & S_IFMT) != S_IFSOCK || !u))
		rc = -ECONNREFUSED;
	if (rc == 0)
		unix_get(u);
	path_put(&p);
	return rc ? ERR_PTR(rc) : u;
}

struct unix_sock *unix_find(const struct sockaddr_storage *addr, int len,
		int type)
{
	struct unix_sock *u;

	if (is_abstract(addr)) {
		u = find_abstract(addr, len, type);
		if (!u)
			return ERR_PTR(-ECONNREFUSED);
		unix_get(u);
	} else {
		u = find_path(path_of(addr));
		if (IS_ERR(u))
			return u;
	}
	if (u->type == type)
		return u;
	unix_put(u);
	return ERR_PTR(-EPROTOTYPE);
}

static int name_of(const struct unix_sock *u, struct sockaddr_storage *to)
{
	if (!u->addr) {
		to->ss_family = AF_UNIX;
		return UNIX_NAME_MIN;
	}
	memset(to, 0, sizeof(*to));
	memcpy(to, &u->addr->sun, sizeof(u->addr->sun));
	return u->addr->len;
}

int unix_getname(struct socket *s, struct sockaddr_storage *addr, bool peer)
{
	struct unix_sock *u = unix_of(s);

	if (peer && !u->peer)
		return -ENOTCONN;
	return name_of(peer ? u->peer : u, addr);
}

void unix_copy_name(struct socket_msg *m, const struct unix_sock *u)
{
	if (m->name && u->addr)
		m->name_len = name_of(u, m->name);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * getsockopt(2), setsockopt(2) and the options of level SOL_SOCKET
 * (socket(7)).  Those that are unknown here are offered to the family.
 */
#include "socket.h"
#include <pipux/setting.h>

#define SNDBUF_MIN	4608
#define RCVBUF_MIN	2304
#define PRIORITY_FREE	6		/* above: CAP_NET_ADMIN */

#define OPT(name)	offsetof(struct socket_options, name)

/* Options that are on or off */
static const struct {
	uint8_t name, offset;
} switches[] = {
	{ SO_DEBUG, OPT(debug) },
	{ SO_REUSEADDR, OPT(reuseaddr) },
	{ SO_REUSEPORT, OPT(reuseport) },
	{ SO_KEEPALIVE, OPT(keepalive) },
	{ SO_BROADCAST, OPT(broadcast) },
	{ SO_DONTROUTE, OPT(dontroute) },
	{ SO_OOBINLINE, OPT(oobinline) },
	{ SO_PASSCRED, OPT(passcred) },
	{ SO_NO_CHECK, OPT(no_check) },	/* checksums are made all the same */
};

int setting_rmem_max = SOCKET_BUFFER, setting_wmem_max = SOCKET_BUFFER;

static bool *switch_of(struct socket *s, int name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(switches); i++)
		if (switches[i].name == name)
			return (bool *)&s->opt + switches[i].offset;
	return NULL;
}

/* socket(7): the kernel doubles the value, for its own overhead */
static uint32_t buf_size(int val, int max, uint32_t min)
{
	uint32_t n = MIN(val, max);

	if (val < 0)
		n = 0;
	n = MIN(n, (uint32_t)INT32_MAX / 2);
	return MAX(n * 2, min);
}

static int set_number(struct socket *s, int name, int val)
{
	struct socket_options *o = &s->opt;

	switch (name) {
	case SO_SNDBUF:
		o->sndbuf = buf_size(val, setting_wmem_max, SNDBUF_MIN);
		return 0;
	case SO_RCVBUF:
		o->rcvbuf = buf_size(val, setting_rmem_max, RCVBUF_MIN);
		return 0;
	case SO_SNDBUFFORCE:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		o->sndbuf = buf_size(val, INT32_MAX, SNDBUF_MIN);
		return 0;
	case SO_RCVBUFFORCE:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		o->rcvbuf = buf_size(val, INT32_MAX, RCVBUF_MIN);
		return 0;
	case SO_PRIORITY:
		if ((unsigned)val > PRIORITY_FREE && !capable(CAP_NET_RAW)
				&& !capable(CAP_NET_ADMIN))
			return -EPERM;
		o->priority = val;
		return 0;
	case SO_MARK:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		o->mark = val;
		return 0;
	case SO_RCVLOWAT:
		o->rcvlowat = val < 0 ? INT32_MAX : MAX(val, 1);
		return 0;
	case SO_PEEK_OFF:
		return s->ops->set_peek_off ? s->ops->set_peek_off(s, val)
			: -EOPNOTSUPP;
	}
	return 1;
}

static int set_linger(struct socket *s, const void *uval, int len)
{
	struct { int on, time; } l;

	if (len < (int)sizeof(l))
		return -EINVAL;
	if (get_user(l, uval))
		return -EFAULT;
	s->opt.linger = l.on;
	if (l.on)
		s->opt.linger_time = l.time;
	return 0;
}

#define USEC_PER_SEC	1000000

/* Negative seconds give no waiting at all, zero waiting for ever */
static int set_timeout(uint64_t *ns, const void *uval, int len, bool wide)
{
	int32_t old[2];
	int64_t t[2];

	if (len < (int)(wide ? sizeof(t) : sizeof(old)))
		return -EINVAL;
	if (wide ? copy_from_user(t, uval, sizeof(t))
	    : copy_from_user(old, uval, sizeof(old)))
		return -EFAULT;
	if (!wide) {
		t[0] = old[0];
		t[1] = old[1];
	}
	if (t[1] < 0 || t[1] >= USEC_PER_SEC)
		return -EDOM;
	if (t[0] < 0)
		*ns = 1;
	else if (!timespec_to_ns(t[0], t[1] * 1000, ns))
		return -EDOM;
	return 0;
}

static bool is_timestamp(int name)
{
	return name == SO_TIMESTAMP_OLD || name == SO_TIMESTAMPNS_OLD
		|| name == SO_TIMESTAMP_NEW || name == SO_TIMESTAMPNS_NEW;
}

static int set_socket(struct socket *s, int name, const void *uval, int len)
{
	bool *on = switch_of(s, name);
	int val, rc;

	if (len < (int)sizeof(val))
		return -EINVAL;
	if (get_user(val, uval))
		return -EFAULT;
	if (name == SO_REUSEPORT && val && s->domain != AF_INET)
		return -EOPNOTSUPP;
	if (on) {
		*on = val != 0;
		return 0;
	}
	switch (name) {
	case SO_TYPE:
	case SO_PROTOCOL:
	case SO_DOMAIN:
	case SO_ERROR:
		return -ENOPROTOOPT;
	case SO_LINGER:
		return set_linger(s, uval, len);
	case SO_RCVTIMEO_OLD:
	case SO_RCVTIMEO_NEW:
		return set_timeout(&s->opt.rcvtimeo, uval, len,
			name == SO_RCVTIMEO_NEW);
	case SO_SNDTIMEO_OLD:
	case SO_SNDTIMEO_NEW:
		return set_timeout(&s->opt.sndtimeo, uval, len,
			name == SO_SNDTIMEO_NEW);
	}
	if (is_timestamp(name)) {
		s->opt.timestamp = val ? name : 0;
		return 0;
	}
	rc = set_number(s, name, val);
	if (rc <= 0)
		return rc;
	return s->ops->setsockopt ? s->ops->setsockopt(s, SOL_SOCKET, name,
		uval, len) : -ENOPROTOOPT;
}

/* A value for the program, as much of it as there is room for */
int socket_put_option(void *uval, int *ulen, const void *val, int size)
{
	int len;

	if (get_user(len, ulen))
		return -EFAULT;
	len = MIN(len, size);
	if (copy_to_user(uval, val, len))
		return -EFAULT;
	return put_user(len, ulen);
}

static int get_timeout(uint64_t ns, void *uval, int *ulen, bool wide)
{
	struct timespec64 t = ns_to_timespec(ns);
	int64_t new[2] = { t.tv_sec, t.tv_nsec / 1000 };
	int32_t old[2] = { new[0], new[1] };

	return wide ? socket_put_option(uval, ulen, new, sizeof(new))
		: socket_put_option(uval, ulen, old, sizeof(old));
}

static int get_peer_name(struct socket *s, void *uval, int *ulen)
{
	struct sockaddr_storage addr;
	int len, room;

	if (get_user(room, ulen))
		return -EFAULT;
	len = s->ops->getname ? s->ops->getname(s, &addr, true) : -ENOTCONN;
	if (len < 0)
		return -ENOTCONN;
	if (len < room)
		return -EINVAL;
	return socket_put_option(uval, ulen, &addr, room);
}

static bool get_number(struct socket *s, int name, int *val)
{
	const struct socket_options *o = &s->opt;

	switch (name) {
	case SO_TYPE:
		*val = s->type;
		break;
	case SO_PROTOCOL:
		*val = s->protocol;
		break;
	case SO_DOMAIN:
		*val = s->domain;
		break;
	case SO_ERROR:
		*val = -socket_error(s);
		break;
	case SO_ACCEPTCONN:
		*val = s->listening;
		break;
	case SO_SNDBUF:
		*val = o->sndbuf;
		break;
	case SO_RCVBUF:
		*val = o->rcvbuf;
		break;
	case SO_PRIORITY:
		*val = o->priority;
		break;
	case SO_MARK:
		*val = o->mark;
		break;
	case SO_RCVLOWAT:
		*val = o->rcvlowat;
		break;
	case SO_SNDLOWAT:
		*val = 1;
		break;
	case SO_PEEK_OFF:
		if (!s->ops->set_peek_off)
			return false;
		*val = o->peek_off;
		break;
	default:
		*val = s->opt.timestamp == name;
		return is_timestamp(name);
	}
	return true;
}

static int get_socket(struct socket *s, int name, void *uval, int *ulen)
{
	const struct socket_options *o = &s->opt;
	const bool *on = switch_of(s, name);
	int val, linger[2] = { o->linger, o->linger_time };

	if (on)
		val = *on;
	if (on || get_number(s, name, &val))
		return socket_put_option(uval, ulen, &val, sizeof(val));
	switch (name) {
	case SO_LINGER:
		return socket_put_option(uval, ulen, linger, sizeof(linger));
	case SO_RCVTIMEO_OLD:
	case SO_RCVTIMEO_NEW:
		return get_timeout(o->rcvtimeo, uval, ulen,
			name == SO_RCVTIMEO_NEW);
	case SO_SNDTIMEO_OLD:
	case SO_SNDTIMEO_NEW:
		return get_timeout(o->sndtimeo, uval, ulen,
			name == SO_SNDTIMEO_NEW);
	case SO_PEERCRED:
		return socket_put_option(uval, ulen, &s->peer, sizeof(s->peer));
	case SO_PEERNAME:
		return get_peer_name(s, uval, ulen);
	}
	return s->ops->getsockopt ? s->ops->getsockopt(s, SOL_SOCKET, name,
		uval, ulen) : -ENOPROTOOPT;
}

static int set_option(struct socket *s, int level, int name, const void *uval,
		int len)
{
	int rc;

	if (level != SOL_SOCKET)
		return s->ops->setsockopt ? s->ops->setsockopt(s, level, name,
			uval, len) : -EOPNOTSUPP;
	rc = set_socket(s, name, uval, len);
	if (rc == 0 && s->ops->changed)
		s->ops->changed(s, name);
	return rc;
}

long sys_setsockopt(int fd, int level, int name, const void *uval, int len)
{
	struct socket *s;
	int rc;

	if (len < 0)
		return -EINVAL;
	s = fd_socket(fd);
	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = set_option(s, level, name, uval, len);
	file_put(s->file);
	return rc;
}

static int get_option(struct socket *s, int level, int name, void *uval,
		int *ulen)
{
	int len;

	if (level != SOL_SOCKET && !s->ops->getsockopt)
		return -EOPNOTSUPP;
	if (get_user(len, ulen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	return level == SOL_SOCKET ? get_socket(s, name, uval, ulen)
		: s->ops->getsockopt(s, level, name, uval, ulen);
}

long sys_getsockopt(int fd, int level, int name, void *uval, int *ulen)
{
	struct socket *s = fd_socket(fd);
	int rc;

	if (IS_ERR(s))
		return PTR_ERR(s);
	rc = get_option(s, level, name, uval, ulen);
	file_put(s->file);
	return rc;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets that only messages refer to.  A socket may be sent to itself, or
 * two to each other, and closed: nobody can receive them any more, yet their
 * files are referred to.  Such garbage is found by counting.
 *
 * A socket is a candidate if all references to its file are in messages.
 * What of these is not explained by messages that lie with candidates comes
 * from outside; a socket so reached reaches what lies with it in turn.  The
 * rest is garbage: its messages lose their files.
 *
 * It is looked for at each close of an AF_UNIX descriptor while sockets are
 * on their way; therefore the last close of a cycle finds it.
 */
#include "unix.h"

static struct list flying = LIST_INIT(flying);	/* by inflight_link */
static uint32_t files_inflight;

struct unix_sock *unix_of_file(struct file *f)
{
	struct socket *s = file_socket(f);

	return s && s->domain == AF_UNIX ? unix_of(s) : NULL;
}

void unix_inflight(struct unix_fds *fds)
{
	files_inflight += fds->n;
	for (unsigned i = 0; i < fds->n; i++) {
		struct unix_sock *u = unix_of_file(fds->file[i]);

		if (u && !u->inflight++)
			list_add_tail(&flying, &u->inflight_link);
	}
}

void unix_landed(struct unix_fds *fds)
{
	files_inflight -= fds->n;
	for (unsigned i = 0; i < fds->n; i++) {
		struct unix_sock *u = unix_of_file(fds->file[i]);

		if (u && !--u->inflight)
			list_del(&u->inflight_link);
	}
}

/*
 * unix(7): ETOOMANYREFS.  LIMIT: the files of all users are counted together
 */
int unix_inflight_check(unsigned more)
{
	uint32_t max = current->process->limits[RLIMIT_NOFILE].rlim_cur;

	return files_inflight + more > max && !capable(CAP_SYS_RESOURCE) ? -ETOOMANYREFS : 0;
}

typedef void (*fds_fn)(struct unix_packet *p);

static void queue_each(struct unix_sock *u, fds_fn fn)
{
	struct unix_packet *p;

	list_for_each(p, &u->queue, link)
		if (p->scm.fds)
			fn(p);
}

/* Messages with u, also those of connections that wait there */
static void messages_each(struct unix_sock *u, fds_fn fn)
{
	struct unix_sock *end;

	queue_each(u, fn);
	list_for_each(end, &u->pending, pending_link)
		queue_each(end, fn);
}

static void candidates_mark(struct file *closing)
{
	struct unix_sock *u;

	list_for_each(u, &flying, inflight_link) {
		struct file *f = u->socket->file;
		uint32_t refs = f->refs - (f == closing);

		u->candidate = refs == u->inflight;
		u->unexplained = u->inflight;
	}
}

static void explain(struct unix_packet *p)
{
	for (unsigned i = 0; i < p->scm.fds->n; i++) {
		struct unix_sock *u = unix_of_file(p->scm.fds->file[i]);

		if (u && u->candidate)
			u->unexplained--;
	}
}

static struct list reached = LIST_INIT(reached);	/* by gc_link */

static void reach(struct unix_sock *u)
{
	u->candidate = false;
	list_add_tail(&reached, &u->gc_link);
}

static void reach_files(struct unix_packet *p)
{
	for (unsigned i = 0; i < p->scm.fds->n; i++) {
		struct unix_sock *u = unix_of_file(p->scm.fds->file[i]);

		if (u && u->candidate)
			reach(u);
	}
}

static void reach_all(void)
{
	struct unix_sock *u;

	list_for_each(u, &flying, inflight_link)
		if (u->candidate && u->unexplained)
			reach(u);
	while (!list_empty(&reached)) {
		u = list_first(&reached, struct unix_sock, gc_link);
		list_del(&u->gc_link);
		messages_each(u, reach_files);
	}
}

static struct list garbage = LIST_INIT(garbage);	/* struct unix_fds */

static void empty(struct unix_packet *p)
{
	list_add_tail(&garbage, &p->scm.fds->link);
	p->scm.fds = NULL;
}

/* First all are taken out, then closed: closing frees what lists are of */
static void collect(void)
{
	struct unix_sock *u;

	list_for_each(u, &flying, inflight_link)
		if (u->candidate)
			messages_each(u, empty);
	while (!list_empty(&garbage)) {
		struct unix_fds *fds = list_first(&garbage, struct unix_fds,
			link);

		list_del(&fds->link);
		unix_landed(fds);
		unix_fds_put(fds);
	}
}

void unix_gc(struct file *closing)
{
	struct unix_sock *u;

	if (likely(list_empty(&flying)))
		return;
	candidates_mark(closing);
	list_for_each(u, &flying, inflight_link)
		if (u->candidate)
			messages_each(u, explain);
	reach_all();
	collect();
}

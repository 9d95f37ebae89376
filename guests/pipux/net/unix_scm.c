/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control data of AF_UNIX messages: open files (SCM_RIGHTS) and credentials
 * (SCM_CREDENTIALS), as unix(7) says.
 */
#include "unix.h"

#define NO_ID		65534		/* kernel.overflowuid */

static struct list doomed = LIST_INIT(doomed);
static bool closing;

/*
 * Closing a file may free messages with files in them, and so on: they queue
 * up here, so that the kernel stack does not grow with the nesting.
 */
void unix_fds_put(struct unix_fds *fds)
{
	if (!fds)
		return;
	list_add_tail(&doomed, &fds->link);
	if (closing)
		return;
	closing = true;
	while (!list_empty(&doomed)) {
		fds = list_first(&doomed, struct unix_fds, link);
		list_del(&fds->link);
		for (unsigned i = 0; i < fds->n; i++)
			file_put(fds->file[i]);
		kfree(fds);
	}
	closing = false;
}

static struct unix_fds *fds_alloc(unsigned n)
{
	return kzalloc(sizeof(struct unix_fds) + n * sizeof(struct file *));
}

struct unix_fds *unix_fds_dup(const struct unix_fds *fds)
{
	struct unix_fds *copy = fds ? fds_alloc(fds->n) : NULL;

	if (!copy)
		return NULL;
	copy->n = fds->n;
	for (unsigned i = 0; i < fds->n; i++)
		copy->file[i] = file_get(fds->file[i]);
	return copy;
}

/* SCM_RIGHTS: one or several, of UNIX_FDS_MAX files in all */
static int take_rights(struct unix_scm *scm, const struct cmsghdr *h)
{
	unsigned n = (h->cmsg_len - sizeof(*h)) / sizeof(int);
	const int *fd = (const int *)(h + 1);

	if (!n)
		return 0;
	if (!scm->fds) {
		scm->fds = fds_alloc(UNIX_FDS_MAX);
		if (!scm->fds)
			return -ENOMEM;
	}
	if (n > UNIX_FDS_MAX - scm->fds->n)
		return -EINVAL;
	for (unsigned i = 0; i < n; i++) {
		struct file *f = fd_get(fd[i]);

		if (!f)
			return -EBADF;
		scm->fds->file[scm->fds->n++] = f;
	}
	return 0;
}

static bool is_id(uint32_t id, uint32_t real, uint32_t effective,
		uint32_t saved)
{
	return id == real || id == effective || id == saved;
}

/* unix(7): one's own, unless one is privileged */
static int take_cred(struct unix_scm *scm, const struct cmsghdr *h)
{
	const struct credentials *c = &current->cred;
	const struct ucred *u = (const struct ucred *)(h + 1);

	if (h->cmsg_len != sizeof(*h) + sizeof(*u))
		return -EINVAL;
	if ((u->pid != current->process->pid && !capable(CAP_SYS_ADMIN))
	    || (!is_id(u->uid, c->uid, c->euid, c->suid)
		&& !capable(CAP_SETUID))
	    || (!is_id(u->gid, c->gid, c->egid, c->sgid)
		&& !capable(CAP_SETGID)))
		return -EPERM;
	if (!task_by_tid(u->pid))
		return -ESRCH;
	if (u->uid == UINT32_MAX || u->gid == UINT32_MAX)
		return -EINVAL;
	scm->cred = *u;
	return 0;
}

static int take_all(const struct socket_msg *m, struct unix_scm *scm)
{
	const struct cmsghdr *h;
	size_t pos = 0;
	int rc = 0;

	while (rc == 0 && (h = socket_next_cmsg(m, &pos))) {
		if (IS_ERR(h))
			return PTR_ERR(h);
		if (h->cmsg_level != SOL_SOCKET)
			continue;
		if (h->cmsg_type == SCM_RIGHTS)
			rc = take_rights(scm, h);
		else if (h->cmsg_type == SCM_CREDENTIALS)
			rc = take_cred(scm, h);
		else
			rc = -EINVAL;
	}
	if (rc == 0 && scm->fds)
		rc = unix_inflight_check(scm->fds->n);
	return rc;
}

int unix_scm_parse(const struct socket_msg *m, struct unix_scm *scm)
{
	int rc;

	*scm = (struct unix_scm){ .cred = { 0, -1, -1 } };
	if (!m->control)
		return 0;
	rc = take_all(m, scm);
	if (rc) {
		unix_fds_put(scm->fds);
		scm->fds = NULL;
	}
	return rc;
}

void unix_scm_stamp(struct unix_scm *scm, struct socket *s,
		const struct unix_sock *to)
{
	if (scm->cred.pid)
		return;
	if (s->opt.passcred || !to->socket || to->socket->opt.passcred)
		scm->cred = (struct ucred){ current->process->pid,
			current->cred.uid, current->cred.gid };
}

/* New descriptors for as many files as fit: how many */
static unsigned install(struct socket_msg *m, struct unix_fds *fds,
		unsigned room)
{
	bool cloexec = m->flags & MSG_CMSG_CLOEXEC;
	int *ufd = (int *)(m->ucontrol + sizeof(struct cmsghdr));
	unsigned i;

	for (i = 0; i < room; i++) {
		int fd = fd_alloc(0, cloexec);

		if (fd < 0)
			break;
		if (put_user(fd, &ufd[i])) {
			fd_release(fd);
			break;
		}
		fd_install(fd, file_get(fds->file[i]));
	}
	return i;
}

static void deliver_rights(struct socket_msg *m, struct unix_fds *fds)
{
	struct cmsghdr h = { 0, SOL_SOCKET, SCM_RIGHTS };
	unsigned room = 0, n;

	if (m->ucontrol_left > sizeof(h))
		room = (m->ucontrol_left - sizeof(h)) / sizeof(int);
	room = MIN(room, fds->n);
	n = install(m, fds, room);
	if (n) {
		size_t space;

		h.cmsg_len = sizeof(h) + n * sizeof(int);
		space = MIN((size_t)h.cmsg_len, m->ucontrol_left);
		if (copy_to_user(m->ucontrol, &h, sizeof(h)) == 0) {
			m->ucontrol += space;
			m->ucontrol_left -= space;
		}
	}
	if (n < fds->n)
		m->out_flags |= MSG_CTRUNC;
}

void unix_scm_deliver(struct socket *s, struct socket_msg *m,
		struct unix_scm *scm)
{
	struct ucred cred = scm->cred;

	if (!cred.pid)
		cred.uid = cred.gid = NO_ID;
	if (s->opt.passcred)
		(void)socket_put_cmsg(m, SOL_SOCKET, SCM_CREDENTIALS, &cred,
			sizeof(cred));
	if (!scm->fds)
		return;
	deliver_rights(m, scm->fds);
	unix_fds_put(scm->fds);
	scm->fds = NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX message queues (mq_overview(7)).  A queue is an inode in the one
 * directory of the file system "mqueue", mounted or not; descriptors are
 * files of it.
 */
#include "../fs/internal.h"
#include "../time/clock.h"
#include <pipux/resource.h>
#include <pipux/setting.h>
#include <pipux/socket.h>
#include <pipux/sysvipc.h>
#include <linux/mqueue.h>
#include <asm/siginfo.h>
#include <asm/signal.h>

#define PRIORITY_MAX	32768u
#define MSG_DEFAULT	10
#define SIZE_DEFAULT	8192
#define MSG_HARD_MAX	65536
#define SIZE_HARD_MAX	(16 << 20)
#define MESSAGE_COST	32u		/* what RLIMIT_MSGQUEUE counts more */

struct message {
	struct list link;
	uint32_t priority, size;
	char text[];
};

struct mqueue {
	struct list link;		/* in all_queues */
	struct list messages;		/* highest priority first, then oldest */
	long max, size, count;
	uint32_t uid, bytes;		/* who pays, and how much */
	struct wait_queue senders, receivers;
	uint32_t sleepers;		/* receivers that wait */
	struct process *notify;		/* NULL: nobody registered */
	struct sigevent event;
	struct file *socket;		/* SIGEV_THREAD: what is told, and how */
	char cookie[NOTIFY_COOKIE_LEN];
};

int setting_mq_queues = 256;
int setting_mq_messages = MSG_DEFAULT, setting_mq_size = SIZE_DEFAULT;

static struct list all_queues = LIST_INIT(all_queues);
static uint32_t nr_queues;

static void queue_evict(struct inode *inode)
{
	struct mqueue *q = inode->priv;
	struct message *m, *next;

	if (!q)
		return;
	list_for_each_safe(m, next, &q->messages, link)
		kfree(m);
	list_del(&q->link);
	nr_queues--;
	kfree(q);
}

static const struct super_ops mqueue_super_ops = { .evict = queue_evict };
static const struct inode_ops root_ops;
static const struct file_ops root_fops = {
	.iterate = children_iterate,
	.llseek = dir_llseek,
};

static int mqueue_fill(struct super_block *sb, const char *source,
		const char *options)
{
	struct inode *inode = inode_new(sb, S_IFDIR | S_ISVTX | 0777);

	if (!inode)
		return -ENOMEM;
	sb->ops = &mqueue_super_ops;
	inode->uid = inode->gid = 0;
	inode->ops = &root_ops;
	inode->fops = &root_fops;
	sb->root = dentry_root(sb, inode);
	if (sb->root)
		return 0;
	inode_put(inode);
	return -ENOMEM;
}

struct fs_type mqueue_type = {
	.name = "mqueue", .nodev = true, .single = true, .mount = mqueue_fill,
};

static struct mount *queue_mount(void)
{
	static struct mount *own;

	if (!own)
		own = super_own_mount(super_get(&mqueue_type, NULL, 0, NULL));
	return own;
}

static struct dentry *queue_root(void)
{
	return queue_mount()->root;
}

static struct mqueue *queue_of(const struct file *f)
{
	return f->inode->priv;
}

/* Nobody is to be told any more; SIGEV_THREAD hears why: NOTIFY_* */
static void unregister(struct mqueue *q, char why)
{
	q->notify = NULL;
	if (!q->socket)
		return;
	q->cookie[NOTIFY_COOKIE_LEN - 1] = why;
	(void)netlink_message(q->socket, q->cookie, NOTIFY_COOKIE_LEN);
	file_put(q->socket);
	q->socket = NULL;
}

/* mq_notify(2): a message came to an empty queue that nobody waits at */
static void notify(struct mqueue *q)
{
	struct ksiginfo info = { .signo = q->event.sigev_signo,
		.code = SI_MESGQ, .pid = current->process->pid,
		.uid = current->cred.uid,
		.value = q->event.sigev_value.sival_int };
	struct process *p = q->notify;

	if (!p || q->count != 1 || q->sleepers)
		return;
	unregister(q, NOTIFY_WOKENUP);
	if (q->event.sigev_notify == SIGEV_SIGNAL)
		send_signal_process(info.signo, &info, p);
}

/* Any close by the registered process takes its registration back */
static void queue_flush(struct file *f)
{
	struct mqueue *q = queue_of(f);

	if (q->notify == current->process)
		unregister(q, NOTIFY_REMOVED);
}

/* The descriptor may live on in a table shared by CLONE_FILES */
void mqueue_process_exit(struct process *p)
{
	struct mqueue *q;

	list_for_each(q, &all_queues, link)
		if (q->notify == p)
			unregister(q, NOTIFY_REMOVED);
}

/* mq_overview(7): the queue's file, as text */
static ssize_t queue_read(struct file *f, struct iov *iov, loff_t *pos)
{
	const struct mqueue *q = queue_of(f);
	const struct message *m;
	uint32_t bytes = 0;
	char text[80];
	size_t n;

	list_for_each(m, &q->messages, link)
		bytes += m->size;
	n = snprintf(text, sizeof(text),
		"QSIZE:%-10u NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n", bytes,
		q->notify ? q->event.sigev_notify : 0,
		q->notify && q->event.sigev_notify == SIGEV_SIGNAL
			? q->event.sigev_signo : 0,
		q->notify ? q->notify->pid : 0);
	if (*pos >= (loff_t)n)
		return 0;
	n = MIN(iov->len, n - (size_t)*pos);
	if (iov_to(iov, text + *pos, n))
		return -EFAULT;
	*pos += n;
	return n;
}

static loff_t queue_llseek(struct file *f, loff_t off, int whence)
{
	return seek_within(f, off, whence, f->inode->size);
}

static uint32_t queue_poll(struct file *f, struct poll_table *pt)
{
	struct mqueue *q = queue_of(f);

	poll_wait(f, &q->senders, pt);
	poll_wait(f, &q->receivers, pt);
	return (q->count ? POLLIN | POLLRDNORM : 0)
		| (q->count < q->max ? POLLOUT | POLLWRNORM : 0);
}

static const struct file_ops queue_fops = {
	.flush = queue_flush,
	.read = queue_read,
	.llseek = queue_llseek,
	.poll = queue_poll,
};

/* The limits of mq_overview(7); root's are wider */
static int attr_check(const struct mq_attr *a)
{
	bool root = capable(CAP_SYS_RESOURCE);

	if (a->mq_maxmsg <= 0 || a->mq_msgsize <= 0
	    || a->mq_maxmsg > (root ? MSG_HARD_MAX : setting_mq_messages)
	    || a->mq_msgsize > (root ? SIZE_HARD_MAX : setting_mq_size))
		return -EINVAL;
	return 0;
}

/* RLIMIT_MSGQUEUE (getrlimit(2)) counts all queues of a user */
static bool may_pay(uint64_t bytes)
{
	struct mqueue *q;

	list_for_each(q, &all_queues, link)
		if (q->uid == current->cred.uid)
			bytes += q->bytes;
	return bytes <= rlimit_get(RLIMIT_MSGQUEUE);
}

static struct mqueue *queue_new(const struct mq_attr *a)
{
	uint64_t bytes = (uint64_t)a->mq_maxmsg
		* ((uint32_t)a->mq_msgsize + MESSAGE_COST);
	struct mqueue *q;

	if (nr_queues >= (uint32_t)setting_mq_queues && !capable(CAP_SYS_RESOURCE))
		return ERR_PTR(-ENOSPC);
	if (!may_pay(bytes))
		return ERR_PTR(-EMFILE);
	q = kzalloc(sizeof(*q));
	if (!q)
		return ERR_PTR(-ENOMEM);
	list_init(&q->messages);
	wait_queue_init(&q->senders);
	wait_queue_init(&q->receivers);
	q->max = a->mq_maxmsg;
	q->size = a->mq_msgsize;
	q->uid = current->cred.uid;
	q->bytes = bytes;
	list_add_tail(&all_queues, &q->link);
	nr_queues++;
	return q;
}

/* A new queue, attr NULL: of the usual size; ERR_PTR */
static struct inode *queue_inode(struct super_block *sb, uint32_t mode,
		const struct mq_attr *attr)
{
	const struct mq_attr usual = {
		.mq_maxmsg = MIN(setting_mq_messages, MSG_DEFAULT),
		.mq_msgsize = MIN(setting_mq_size, SIZE_DEFAULT),
	};
	struct inode *inode;
	struct mqueue *q;
	int rc = attr ? attr_check(attr) : 0;

	if (rc)
		return ERR_PTR(rc);
	inode = inode_new(sb, S_IFREG | (mode & MODE_PERM));
	if (!inode)
		return ERR_PTR(-ENOMEM);
	q = queue_new(attr ? attr : &usual);
	if (IS_ERR(q)) {
		inode_put(inode);
		return ERR_PTR(PTR_ERR(q));
	}
	inode->priv = q;
	inode->fops = &queue_fops;
	inode->size = 80;		/* of the text that Linux shows */
	return inode;
}

/* A new queue by that name; ERR_PTR */
static struct dentry *queue_make(const struct qname *n, uint32_t mode,
		const struct mq_attr *attr)
{
	struct dentry *root = queue_root(), *d;
	struct inode *inode = queue_inode(root->sb,
		mode & ~current->fs->umask, attr);

	if (IS_ERR(inode))
		return (void *)inode;
	d = dentry_new(root, n->name, n->len);
	if (!d) {
		inode_put(inode);
		return ERR_PTR(-ENOMEM);
	}
	dentry_attach(d, inode);
	dentry_pin(d);
	return d;
}

/* By a path of the mounted file system */
static int root_create(struct inode *dir, struct dentry *d, uint32_t mode)
{
	struct inode *inode = queue_inode(dir->sb, mode, NULL);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	dentry_attach(d, inode);
	dentry_pin(d);
	return 0;
}

static int root_unlink(struct inode *dir, struct dentry *d)
{
	d->inode->nlink = 0;
	dentry_unpin(d);
	return 0;
}

static const struct inode_ops root_ops = {
	.create = root_create,
	.unlink = root_unlink,
	.cacheable = true,
};

/* The queue's name: the dentry, referenced, made if that is asked for */
static struct dentry *queue_find(const struct qname *n, int flags,
		uint32_t mode, const struct mq_attr *attr)
{
	static const uint8_t wanted[4] = {
		MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE };
	struct dentry *d = dentry_find(queue_root(), n);
	int rc = 0;

	if (!d)
		return (flags & O_CREAT) ? queue_make(n, mode, attr)
			: ERR_PTR(-ENOENT);
	if ((flags & O_CREAT) && (flags & O_EXCL))
		rc = -EEXIST;
	else if ((flags & O_ACCMODE) == O_ACCMODE)
		rc = -EINVAL;
	else
		rc = inode_permission(d->inode, wanted[flags & O_ACCMODE]);
	if (rc == 0)
		return d;
	dentry_put(d);
	return ERR_PTR(rc);
}

/* A name without slashes: 0, -EACCES, -ENOENT, -ENAMETOOLONG */
static int name_check(const char *name, struct qname *n)
{
	path_next(name, n);
	if (!*name)
		return -ENOENT;
	if (n->kind != NAME_NORMAL || name[n->len] || *name == '/')
		return -EACCES;
	return n->len > NAME_MAX ? -ENAMETOOLONG : 0;
}

static int queue_open(const char *name, int flags, uint32_t mode,
		const struct mq_attr *attr)
{
	struct path p = { .mnt = queue_mount() };
	struct qname n;
	struct file *f;
	int rc = name_check(name, &n);

	if (rc)
		return rc;
	p.dentry = queue_find(&n, flags, mode, attr);
	if (IS_ERR(p.dentry))
		return PTR_ERR(p.dentry);
	f = file_new(&p, &queue_fops, flags & (O_ACCMODE | O_NONBLOCK));
	dentry_put(p.dentry);
	return f ? fd_install_new(f, true) : -ENOMEM;
}

long sys_mq_open(const char *uname, int flags, uint32_t mode,
		const struct mq_attr *uattr)
{
	struct mq_attr attr;
	char *name;
	long rc;

	if (uattr && get_user(attr, uattr))
		return -EFAULT;
	name = getname(uname);
	if (IS_ERR(name))
		return PTR_ERR(name);
	rc = queue_open(name, flags, mode, uattr ? &attr : NULL);
	kfree(name);
	return rc;
}

static int queue_unlink(const char *name)
{
	struct qname n;
	struct dentry *d;
	int rc = name_check(name, &n);

	if (rc)
		return rc;
	d = dentry_find(queue_root(), &n);
	if (!d)
		return -ENOENT;
	rc = may_delete(queue_root(), d);
	if (rc == 0) {
		(void)root_unlink(d->parent->inode, d);
		dentry_unlink(d);
	}
	dentry_put(d);
	return rc;
}

long sys_mq_unlink(const char *uname)
{
	char *name = getname(uname);
	long rc;

	if (IS_ERR(name))
		return PTR_ERR(name);
	rc = queue_unlink(name);
	kfree(name);
	return rc;
}

/* The queue's file open for what FMODE_ says; NULL */
static struct file *queue_file(int fd, uint32_t mode)
{
	struct file *f = fd_get_io(fd);

	if (f && f->ops == &queue_fops && (f->mode & mode) == mode)
		return f;
	if (f)
		file_put(f);
	return NULL;
}

/* CLOCK_REALTIME, absolute; 0: none */
static long deadline_get(const void *utime, bool wide, ktime_t *deadline)
{
	uint64_t ns;
	long rc;

	*deadline = 0;
	if (!utime)
		return 0;
	rc = timespec_from_user(utime, wide, &ns);
	*deadline = rc ? 0 : MAX(realtime_to_ktime(ns), (ktime_t)1);
	return rc;
}

static void enqueue(struct mqueue *q, struct message *m)
{
	struct message *at;

	list_for_each(at, &q->messages, link)
		if (at->priority < m->priority)
			break;
	list_add_tail(&at->link, &m->link);
	q->count++;
	wake_up(&q->receivers);
	notify(q);
}

static long send(struct file *f, struct message *m, ktime_t deadline)
{
	struct mqueue *q = queue_of(f);
	long rc = 0;

	if (q->count >= q->max) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event_until(&q->senders, q->count < q->max,
			deadline);
	}
	if (rc == 0)
		enqueue(q, m);
	return rc;
}

static long send_text(struct file *f, const void *ubuf, size_t size,
		uint32_t priority, ktime_t deadline)
{
	struct message *m;
	long rc;

	if (size > (size_t)queue_of(f)->size)
		return -EMSGSIZE;
	m = kmalloc(sizeof(*m) + size);
	if (!m)
		return -ENOMEM;
	m->priority = priority;
	m->size = size;
	rc = copy_from_user(m->text, ubuf, size);
	if (rc == 0)
		rc = send(f, m, deadline);
	if (rc)
		kfree(m);
	return rc;
}

static long timed_send(int fd, const void *ubuf, size_t size,
		uint32_t priority, const void *utime, bool wide)
{
	ktime_t deadline;
	struct file *f;
	long rc = deadline_get(utime, wide, &deadline);

	if (rc)
		return rc;
	if (priority >= PRIORITY_MAX)
		return -EINVAL;
	f = queue_file(fd, FMODE_WRITE);
	if (!f)
		return -EBADF;
	rc = send_text(f, ubuf, size, priority, deadline);
	file_put(f);
	return rc;
}

long sys_mq_timedsend(int fd, const void *ubuf, size_t size,
		uint32_t priority, const void *utime)
{
	return timed_send(fd, ubuf, size, priority, utime, false);
}

long sys_mq_timedsend_time64(int fd, const void *ubuf, size_t size,
		uint32_t priority, const void *utime)
{
	return timed_send(fd, ubuf, size, priority, utime, true);
}

/* The first message, off the queue; ERR_PTR */
static struct message *receive(struct file *f, ktime_t deadline)
{
	struct mqueue *q = queue_of(f);
	struct message *m;
	long rc;

	if (!q->count) {
		if (f->flags & O_NONBLOCK)
			return ERR_PTR(-EAGAIN);
		q->sleepers++;
		rc = wait_event_until(&q->receivers, q->count, deadline);
		q->sleepers--;
		if (rc)
			return ERR_PTR(rc);
	}
	m = list_first(&q->messages, struct message, link);
	list_del(&m->link);
	q->count--;
	wake_up(&q->senders);
	return m;
}

static long receive_text(struct file *f, void *ubuf, size_t size,
		uint32_t *upriority, ktime_t deadline)
{
	struct message *m;
	long rc;

	if (size < (size_t)queue_of(f)->size)
		return -EMSGSIZE;
	m = receive(f, deadline);
	if (IS_ERR(m))
		return PTR_ERR(m);
	rc = m->size;
	if (copy_to_user(ubuf, m->text, m->size)
	    || (upriority && put_user(m->priority, upriority)))
		rc = -EFAULT;
	kfree(m);
	return rc;
}

static long timed_receive(int fd, void *ubuf, size_t size,
		uint32_t *upriority, const void *utime, bool wide)
{
	ktime_t deadline;
	struct file *f;
	long rc = deadline_get(utime, wide, &deadline);

	if (rc)
		return rc;
	f = queue_file(fd, FMODE_READ);
	if (!f)
		return -EBADF;
	rc = receive_text(f, ubuf, size, upriority, deadline);
	file_put(f);
	return rc;
}

long sys_mq_timedreceive(int fd, void *ubuf, size_t size,
		uint32_t *upriority, const void *utime)
{
	return timed_receive(fd, ubuf, size, upriority, utime, false);
}

long sys_mq_timedreceive_time64(int fd, void *ubuf, size_t size,
		uint32_t *upriority, const void *utime)
{
	return timed_receive(fd, ubuf, size, upriority, utime, true);
}

static long set_notify(struct mqueue *q, const struct sigevent *ev,
		const char *cookie)
{
	struct process *p = current->process;
	struct file *f = NULL;

	if (!ev) {
		if (q->notify == p)
			unregister(q, NOTIFY_REMOVED);
		return 0;
	}
	if (ev->sigev_notify == SIGEV_THREAD) {
		f = fd_get(ev->sigev_signo);
		if (!f)
			return -EBADF;
	}
	if (q->notify || (f && !file_socket(f))) {
		if (f)
			file_put(f);
		return q->notify ? -EBUSY : -ENOTSOCK;
	}
	q->notify = p;
	q->event = *ev;
	q->socket = f;
	memcpy(q->cookie, cookie, NOTIFY_COOKIE_LEN);
	return 0;
}

long sys_mq_notify(int fd, const struct sigevent *uevent)
{
	char cookie[NOTIFY_COOKIE_LEN] = { 0 };
	struct sigevent ev;
	struct file *f;
	long rc;

	if (uevent) {
		if (get_user(ev, uevent))
			return -EFAULT;
		if (ev.sigev_notify != SIGEV_NONE
		    && ev.sigev_notify != SIGEV_THREAD
		    && ev.sigev_notify != SIGEV_SIGNAL)
			return -EINVAL;
		if (ev.sigev_notify == SIGEV_THREAD && copy_from_user(cookie,
				ev.sigev_value.sival_ptr, sizeof(cookie)))
			return -EFAULT;
		if (ev.sigev_notify == SIGEV_SIGNAL
		    && (ev.sigev_signo < 0 || ev.sigev_signo > 64))
			return -EINVAL;
	}
	f = queue_file(fd, 0);
	if (!f)
		return -EBADF;
	rc = set_notify(queue_of(f), uevent ? &ev : NULL, cookie);
	file_put(f);
	return rc;
}

long sys_mq_getsetattr(int fd, const struct mq_attr *unew,
		struct mq_attr *uold)
{
	struct mq_attr new, old = { 0 };
	struct mqueue *q;
	struct file *f;

	if (unew) {
		if (get_user(new, unew))
			return -EFAULT;
		if (new.mq_flags & ~O_NONBLOCK)
			return -EINVAL;
	}
	f = queue_file(fd, 0);
	if (!f)
		return -EBADF;
	q = queue_of(f);
	old.mq_flags = f->flags & O_NONBLOCK;
	old.mq_maxmsg = q->max;
	old.mq_msgsize = q->size;
	old.mq_curmsgs = q->count;
	if (unew)
		f->flags = (f->flags & ~O_NONBLOCK) | new.mq_flags;
	file_put(f);
	return uold ? put_user(old, uold) : 0;
}

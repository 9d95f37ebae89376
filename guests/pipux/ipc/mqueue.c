/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX message queues (mq_overview(7)).  A queue is an inode in the one
 * directory of the file system "mqueue", mounted or not; descriptors are
 * files of it.  Here are queues as files and their names; messages are in
 * mq_message.c, who is told of them in mq_notify.c.
 */
#include "mqueue.h"
#include <pipux/resource.h>
#include <pipux/setting.h>

#define MSG_DEFAULT	10
#define SIZE_DEFAULT	8192
#define MSG_HARD_MAX	65536
#define SIZE_HARD_MAX	(16 << 20)
#define MESSAGE_COST	32u		/* what RLIMIT_MSGQUEUE counts more */

int setting_mq_queues = 256;
int setting_mq_messages = MSG_DEFAULT, setting_mq_size = SIZE_DEFAULT;

struct list mqueue_all = LIST_INIT(mqueue_all);
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
	mqueue_end(q);		/* whoever asked has it open no more */
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
		own = super_own_mount(super_get(&mqueue_type, NULL, 0,
			NULL), NULL);
	return own;
}

static struct dentry *queue_root(void)
{
	return queue_mount()->root;
}

/* mq_overview(7): the queue's file, as text */
static ssize_t queue_read(struct file *f, struct iov *iov, loff_t *pos)
{
	const struct mqueue *q = mqueue_of(f);
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
	struct mqueue *q = mqueue_of(f);

	poll_wait(f, &q->senders, pt);
	poll_wait(f, &q->receivers, pt);
	return (q->count ? POLLIN | POLLRDNORM : 0)
		| (q->count < q->max ? POLLOUT | POLLWRNORM : 0);
}

static const struct file_ops queue_fops = {
	.flush = mqueue_flush,
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

	list_for_each(q, &mqueue_all, link)
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
	list_add_tail(&mqueue_all, &q->link);
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

struct file *mqueue_file(int fd, uint32_t mode)
{
	struct file *f = fd_get_io(fd);

	if (f && f->ops == &queue_fops && (f->mode & mode) == mode)
		return f;
	if (f)
		file_put(f);
	return NULL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs: the file system.  Names of the live tree are never cached: each
 * look-up makes an inode that lasts as long as somebody uses it.  A file's
 * text is made when it is read from its beginning.
 */
#include "proc.h"
#include <linux/magic.h>

#define TEXT_FIRST	1024u
#define TEXT_MAX	(4096u * 1024)
#define STORE_MAX	128u		/* bytes of a setting */

struct text {				/* file.priv */
	struct mutex lock;		/* making and copying it may sleep */
	char *buf;			/* NULL: not made yet */
	size_t len;
	uint32_t event;			/* of mounts, the last one told */
};

/* Makes room for n more bytes and a NUL, unless something was cut already */
static bool grow(struct proc_out *o, size_t n)
{
	size_t size = o->size;
	char *buf;

	if (o->len >= o->size)
		return false;
	while (size <= o->len + n)
		size *= 2;
	buf = size <= TEXT_MAX ? kmalloc(size) : NULL;
	if (!buf)
		return false;
	memcpy(buf, o->buf, o->len);
	kfree(o->buf);
	o->buf = buf;
	o->size = size;
	return true;
}

static size_t print(struct proc_out *o, const char *fmt, va_list ap)
{
	size_t left = o->len < o->size ? o->size - o->len : 0;

	return vsnprintf(left ? o->buf + o->len : NULL, left, fmt, ap);
}

void proc_printf(struct proc_out *o, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	n = print(o, fmt, ap);
	va_end(ap);
	if (unlikely(o->len + n >= o->size) && grow(o, n)) {
		va_start(ap, fmt);
		n = print(o, fmt, ap);
		va_end(ap);
	}
	o->len += n;
}

void proc_write(struct proc_out *o, const void *p, size_t n)
{
	if (o->len + n < o->size || grow(o, n))
		memcpy(o->buf + o->len, p, n);
	o->len += n;
}

/* It is the affair of who might trace the process, if that has memory */
static bool is_hidden(const struct proc_node *n)
{
	const struct task *t = n->entry->secret ? task_by_tid(n->tid) : NULL;

	return t && t->mm && !may_look_into(t);
}

/* Makes the text, in a buffer that fits it; vsnprintf wants room for a NUL */
static int make_text(const struct proc_node *n, struct text *t)
{
	size_t size = TEXT_FIRST;

	if (is_hidden(n))	/* its program is another since it was opened */
		return -EACCES;
	for (;;) {
		struct proc_out o = { .buf = kmalloc(size), .size = size };
		int rc;

		if (!o.buf)
			return -ENOMEM;
		rc = n->entry->show(&o, n);
		if (rc == 0 && o.len < o.size) {
			t->buf = o.buf;
			t->len = o.len;
			return 0;
		}
		kfree(o.buf);
		if (rc)
			return rc;
		if (o.len >= TEXT_MAX)
			return -ENOMEM;
		while (size <= o.len)
			size *= 2;
	}
}

static void drop_text(struct file *f)
{
	struct text *t = f->priv;

	kfree(t->buf);
	kfree(t);
	f->priv = NULL;
}

static int renew_text(struct file *f)
{
	struct text made, *t = f->priv;
	int rc = make_text(proc_node(f->inode), &made);

	if (rc)
		return rc;
	kfree(t->buf);
	t->buf = made.buf;
	t->len = made.len;
	return 0;
}

static ssize_t read_text(struct file *f, struct iov *iov, loff_t *pos)
{
	struct text *t = f->priv;
	size_t n;

	if (*pos == 0 || !t->buf) {
		int rc = renew_text(f);

		if (rc)
			return rc;
	}
	if (*pos >= (loff_t)t->len)
		return 0;
	n = MIN(iov->len, t->len - (size_t)*pos);
	if (iov_to(iov, t->buf + *pos, n))
		return -EFAULT;
	*pos += n;
	return n;
}

static ssize_t proc_read(struct file *f, struct iov *iov, loff_t *pos)
{
	struct text *t = f->priv;
	ssize_t n = mutex_lock_interruptible(&t->lock);

	if (n)
		return n;
	n = read_text(f, iov, pos);
	mutex_unlock(&t->lock);
	return n;
}

static ssize_t text_write(struct file *f, struct iov *iov, loff_t *pos)
{
	const struct proc_node *node = proc_node(f->inode);
	size_t n = MIN(iov->len, STORE_MAX);
	char text[STORE_MAX + 1];
	int rc;

	if (!node->entry->store)
		return -EIO;
	if (iov_from(iov, text, n))
		return -EFAULT;
	text[n] = 0;
	rc = node->entry->store(node, text, n);
	if (rc)
		return rc;
	*pos += n;
	return n;
}

static int text_open(struct inode *inode, struct file *f)
{
	const struct proc_node *n = proc_node(inode);
	struct text *t;

	if ((n->entry->fixed && (f->mode & FMODE_WRITE)) || is_hidden(n))
		return -EACCES;
	t = f->priv = kzalloc(sizeof(*t));
	if (!t)
		return -ENOMEM;
	mutex_init(&t->lock);
	t->event = mounts_event;
	return 0;
}

static loff_t proc_llseek(struct file *f, loff_t off, int whence)
{
	if (whence == SEEK_END)
		return -EINVAL;
	return seek_within(f, off, whence, 0);
}

int proc_no_fsync(struct file *f)
{
	return -EINVAL;
}

static const struct file_ops text_fops = {
	.open = text_open,
	.read = proc_read,
	.write = text_write,
	.llseek = proc_llseek,
	.fsync = proc_no_fsync,
	.release = drop_text,
};

/* proc(5): the event is that something was mounted, or not any more */
static uint32_t mounts_poll(struct file *f, struct poll_table *pt)
{
	struct text *t = f->priv;

	poll_wait(f, &mounts_queue, pt);
	if (t->event == mounts_event)
		return POLLIN | POLLRDNORM;
	t->event = mounts_event;
	return POLLIN | POLLRDNORM | POLLPRI | POLLERR;
}

const struct file_ops proc_mounts_fops = {
	.open = text_open,
	.read = proc_read,
	.write = text_write,
	.llseek = proc_llseek,
	.poll = mounts_poll,
	.fsync = proc_no_fsync,
	.release = drop_text,
};

/* proc(5): what a process has open is told to who might trace it */
static bool may_look(const struct inode *inode)
{
	int tid = proc_node(inode)->tid;
	const struct task *t = task_by_tid(tid);

	return !tid || !t || may_look_into(t);
}

static int link_read(struct inode *inode, char *buf, size_t size)
{
	const struct proc_node *n = proc_node(inode);
	struct path to;
	char *path;
	int len;

	if (n->entry->readlink)
		return n->entry->readlink(n, buf, size);
	if (!may_look(inode))
		return -EACCES;
	len = n->entry->follow(n, &to);
	if (len)
		return len;
	if (to.mnt == anon_mount() || (mount_ns_of(to.dentry->inode)
	    && to.dentry != to.mnt->root)) {
		bool plain = strchr(to.dentry->name, ':');

		len = plain ? snprintf(buf, size, "%s", to.dentry->name)
			: snprintf(buf, size, "%s:[%u]", to.dentry->name,
				to.dentry->inode->ino);
	} else {
		path = path_text(&to, buf, size, NULL);
		len = IS_ERR(path) ? PTR_ERR(path) : (int)strlen(path);
		if (len > 0)
			memmove(buf, path, len);
	}
	path_put(&to);
	return len;
}

static int link_follow(struct inode *inode, struct path *to)
{
	if (!may_look(inode))
		return -EACCES;
	return proc_node(inode)->entry->follow(proc_node(inode), to);
}

/* `echo >` truncates first; there is nothing to cut off */
static int no_truncate(struct inode *inode, loff_t size)
{
	return 0;
}

static const struct inode_ops file_ops = {
	.truncate = no_truncate,
}, link_ops = {
	.readlink = link_read,
}, place_ops = {
	.readlink = link_read,
	.follow = link_follow,
};

/* prctl(2), PR_SET_DUMPABLE: but for the directories, others find all that is
 * of such a process to be root's */
static void owner_of(struct inode *inode, int tid)
{
	const struct task *t = task_by_tid(tid);

	if (t && t->process != current->process && !t->process->dumpable
			&& inode->mode != (S_IFDIR | 0555))
		t = NULL;
	inode->uid = t ? t->cred.euid : 0;
	inode->gid = t ? t->cred.egid : 0;
}

struct inode *proc_inode(struct super_block *sb, const struct proc_entry *e,
		int tid, int fd)
{
	struct proc_node *n = kmalloc(sizeof(*n));
	struct inode *inode;

	if (!n)
		return ERR_PTR(-ENOMEM);
	inode = inode_new(sb, e->mode);
	if (!inode) {
		kfree(n);
		return ERR_PTR(-ENOMEM);
	}
	*n = (struct proc_node){ e, tid, fd };
	inode->priv = n;
	inode->fixed_mode = tid != 0;
	owner_of(inode, tid);
	if (inode_is(inode, S_IFDIR)) {
		inode->ops = e->ops ? e->ops : &proc_dir_ops;
		inode->fops = e->fops ? e->fops : &proc_dir_fops;
		inode->nlink = 2;
	} else if (inode_is(inode, S_IFLNK)) {
		inode->ops = e->follow ? &place_ops : &link_ops;
	} else {
		inode->ops = &file_ops;
		inode->fops = e->fops ? e->fops : &text_fops;
	}
	return inode;
}

static void proc_evict(struct inode *inode)
{
	kfree(inode->priv);
}

struct inode *proc_lookup_in(struct inode *dir, const struct proc_entry *list,
		const char *name)
{
	for (; list->name; list++)
		if (!strcmp(list->name, name))
			return proc_inode(dir->sb, list, proc_node(dir)->tid,
				proc_node(dir)->fd);
	return ERR_PTR(-ENOENT);
}

bool proc_emit_list(struct file *f, struct dir_context *ctx,
		const struct proc_entry *list)
{
	if (!dir_emit_dots(f, ctx))
		return false;
	for (loff_t pos = 2; list->name; list++, pos++) {
		if (pos < f->pos)
			continue;
		if (!ctx->emit(ctx, list->name, strlen(list->name),
				f->inode->ino + pos, MODE_DT(list->mode),
				pos + 1))
			return false;
		f->pos = pos + 1;
	}
	return true;
}


static struct inode *dir_lookup(struct inode *dir, const char *name)
{
	return proc_lookup_in(dir, proc_node(dir)->entry->children, name);
}

static int dir_iterate(struct file *f, struct dir_context *ctx)
{
	proc_emit_list(f, ctx, proc_node(f->inode)->entry->children);
	return 0;
}

const struct inode_ops proc_dir_ops = {
	.lookup = dir_lookup,
};
const struct file_ops proc_dir_fops = {
	.iterate = dir_iterate,
	.llseek = dir_llseek,
	.fsync = proc_no_fsync,
};

int proc_number(const char *name)
{
	int n = 0;

	if (!*name || (*name == '0' && name[1]))
		return -1;
	for (; *name; name++) {
		if (*name < '0' || *name > '9' || n > 100000000)
			return -1;
		n = n * 10 + *name - '0';
	}
	return n;
}

/* The root: what describes the system, then the processes */
#define ROOT_PIDS	256		/* positions from here on are pids */

static struct inode *root_lookup(struct inode *dir, const char *name)
{
	struct inode *inode = proc_lookup_in(dir, proc_system_entries, name);

	if (IS_ERR(inode) && PTR_ERR(inode) == -ENOENT)
		inode = proc_pid_lookup(dir, name);
	return inode;
}

static int root_iterate(struct file *f, struct dir_context *ctx)
{
	if (!proc_emit_list(f, ctx, proc_system_entries))
		return 0;
	return proc_pid_iterate(f, ctx, ROOT_PIDS);
}

static const struct inode_ops root_ops = {
	.lookup = root_lookup,
};
static const struct file_ops root_fops = {
	.iterate = root_iterate,
	.fsync = proc_no_fsync,
	.llseek = dir_llseek,
};
static const struct proc_entry root_entry = {
	.name = "/", .mode = S_IFDIR | 0555, .ops = &root_ops,
	.fops = &root_fops,
};

static void proc_statfs(struct super_block *sb, struct statfs64 *st)
{
	st->f_type = (long)sb->priv;
}

static const struct super_ops proc_super_ops = {
	.statfs = proc_statfs,
	.evict = proc_evict,
};

int proc_mount_tree(struct super_block *sb, const struct proc_entry *root,
		long magic)
{
	struct inode *inode;

	sb->ops = &proc_super_ops;
	sb->priv = (void *)magic;
	inode = proc_inode(sb, root, 0, -1);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	sb->root = dentry_root(sb, inode);
	if (sb->root)
		return 0;
	inode_put(inode);
	return -ENOMEM;
}

static int proc_mount(struct super_block *sb, const char *source,
		const char *options)
{
	return proc_mount_tree(sb, &root_entry, PROC_SUPER_MAGIC);
}

struct fs_type proc_type = {
	.name = "proc",
	.nodev = true,
	.single = true,
	.mount = proc_mount,
};

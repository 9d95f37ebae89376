/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual file system: inodes, names, open files, mounts.  A file system
 * supplies inode operations and file operations; everything else (path walk,
 * descriptors, permission, the generic read and write through page cache) is
 * shared.
 */
#ifndef PIPUX_FS_H
#define PIPUX_FS_H

#include <pipux/list.h>
#include <pipux/mutex.h>
#include <pipux/time.h>
#include <pipux/wait.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/stat.h>
#include <asm/poll.h>
#include <asm/stat.h>
#include <asm/statfs.h>

typedef uint32_t dev_t;
#define MAJOR(d)	((d) >> 8)
#define MINOR(d)	((d) & 0xFF)
#define MKDEV(a, b)	((uint32_t)(a) << 8 | (b))

struct inode;
struct dentry;
struct file;
struct super_block;
struct mount;
struct vma;
struct mm;
struct poll_table;

/* A place in the tree of mounts.  Whoever keeps one has a reference on both */
struct path {
	struct mount *mnt;
	struct dentry *dentry;
};

struct super_ops {
	void (*statfs)(struct super_block *sb, struct statfs64 *st);
	void (*evict)(struct inode *inode);	/* last reference gone */
	int (*sync)(struct super_block *sb);
	void (*put)(struct super_block *sb);	/* unmounted */
	/* New MS_* flags and options: 0, or errno and nothing has changed */
	int (*remount)(struct super_block *sb, uint32_t flags,
		const char *options);
	/* The machine goes off: as put, but files may still be open */
	void (*shutdown)(struct super_block *sb);
	void (*dirty)(struct inode *inode);	/* of a `tracked` inode */
	/*
	 * Handles of files (fs/handle.c), if it has any: the words that tell
	 * an inode from all others ever, and how many; the file told by n
	 * words, referenced, ERR_PTR(-ESTALE) if there is none.
	 */
	unsigned (*handle)(const struct inode *inode, uint32_t *words);
	struct dentry *(*by_handle)(struct super_block *sb,
		const uint32_t *words, unsigned n);
};
#define HANDLE_WORDS	3

struct super_block {
	const struct fs_type *type;
	const struct super_ops *ops;
	struct dentry *root;
	dev_t dev;
	uint32_t flags;				/* MS_RDONLY, MS_SYNCHRONOUS */
	int refs;				/* mounts, and a sync that runs */
	int writers;				/* files open for writing */
	void *priv;
	struct list link;			/* in all_supers; fs/super.c */
	bool keeps_xattrs;	/* in memory: fs/xattr_store.c */
	bool sleeps;		/* operations wait for a device: take lock */
	struct mutex lock;
	loff_t max_bytes;			/* of a file; 0: no own limit */
	uint32_t sync_pass;			/* fs/sync.c */
};

/*
 * What of a file system is seen at a place: fs/mount_tree.c.  Being in a
 * namespace, each mount on it and each path through it are a reference; the
 * file system ends with its last mount.
 */
struct mount {
	int refs;
	struct super_block *sb;
	struct dentry *root;			/* the top of what is seen */
	struct mount *parent;			/* NULL: the top of its tree */
	struct dentry *point;			/* of the parent, covered */
	struct mount *next_on, **prev_on;	/* others on the same point */
	struct list children, sibling;		/* mounted on it; by parent */
	struct mount_namespace *ns;		/* NULL: in none */
	struct list link;			/* in ns->mounts */
	uint32_t flags;				/* MS_RDONLY, MS_NOSUID, ... */
	int writers;				/* files open for writing */
	uint32_t crossings, marked;		/* for MNT_EXPIRE */
	uint32_t id;
	/* fs/peers.c: who is told of mounts on it, and tells it */
	uint32_t group;				/* number of its peers, or 0 */
	bool shared, unbindable;
	struct list peer;			/* the ring of them */
	struct mount *master;			/* NULL: it is no slave */
	struct list slaves, slave;		/* its own; by master */
	/* fs/propagation.c, while it looks for them */
	struct list event;
	struct mount *copy;
	uint32_t pass;
	char *source;				/* as /proc/mounts shows it */
};

struct fs_type {
	const char *name;
	bool nodev;
	bool single;		/* all mounts show the same instance */
	/* Fills sb->root and the rest: 0 or negative errno */
	int (*mount)(struct super_block *sb, const char *source,
		const char *options);
	struct fs_type *next;
};

struct inode {
	struct super_block *sb;
	const struct inode_ops *ops;
	const struct file_ops *fops;
	int refs;
	uint32_t ino, mode, nlink, uid, gid;
	dev_t rdev;
	loff_t size;
	uint64_t blocks;			/* of 512 bytes */
	struct timespec64 atime, mtime, ctime;
	struct timespec64 btime;		/* creation; 0: not known */
	void *priv;				/* the file system's */
	const char *link;			/* symlink's text, if in memory */
	struct pipe *pipe;			/* FIFO */
	void *socket;				/* bound unix socket */
	struct file_lock *locks;		/* fs/locks.c */
	struct lease *leases;			/* fs/leases.c */
	struct inotify_watch *watches;		/* fs/notify.h */
	struct xattr *xattrs;			/* fs/xattr_store.c */
	struct dnotify *dnotify;		/* fs/dnotify.c */
	int writers;		/* files open for writing; < 0: it is executed */
	int readers;		/* files open for reading only */
	uint8_t write_hint;	/* F_SET_RW_HINT */
	bool linkable;		/* O_TMPFILE: no name yet, but may get one */
	bool tracked;		/* sb->ops->dirty wants to know of changes */
	bool fixed_mode;	/* chmod is refused */
	bool immutable;		/* and so is all that changes attributes */
};

/* How inode_ops.get_page is asked */
#define PAGE_READ	0u
#define PAGE_SHARE	1u	/* must be the file's own: who writes is seen */
#define PAGE_MODIFY	3u	/* the same, and it will be written to */
#define PAGE_PRESENT	4u	/* only if it is in memory: else -EAGAIN */

struct dir_context {
	/* false: the caller's buffer is full */
	bool (*emit)(struct dir_context *ctx, const char *name, size_t len,
		uint32_t ino, uint32_t type /* DT_* */, loff_t next_pos);
};

/* Absent operations give -ENOTDIR, -EPERM or -EINVAL as fits */
struct inode_ops {
	/*
	 * The child's inode with a reference, ERR_PTR(-ENOENT) if none.  A
	 * directory without lookup is its cached dentries (tmpfs): its file
	 * system pins them (dentry_pin) and reads it through `children`.
	 */
	struct inode *(*lookup)(struct inode *dir, const char *name);
	int (*create)(struct inode *dir, struct dentry *d, uint32_t mode);
	int (*mkdir)(struct inode *dir, struct dentry *d, uint32_t mode);
	int (*mknod)(struct inode *dir, struct dentry *d, uint32_t mode,
		dev_t dev);
	int (*symlink)(struct inode *dir, struct dentry *d, const char *to);
	int (*link)(struct inode *inode, struct inode *dir, struct dentry *d);
	int (*unlink)(struct inode *dir, struct dentry *d);
	int (*rmdir)(struct inode *dir, struct dentry *d);
	int (*rename)(struct inode *odir, struct dentry *od,
		struct inode *ndir, struct dentry *nd, uint32_t flags);
	/* Fills buf (PATH_MAX, kernel): length or negative errno */
	int (*readlink)(struct inode *inode, char *buf, size_t size);
	/* A symlink that is not a text (/proc/PID/fd/N): 0 and a place, or errno */
	int (*follow)(struct inode *inode, struct path *to);
	int (*truncate)(struct inode *inode, loff_t size);
	void (*getattr)(struct inode *inode);	/* refresh before stat */
	/*
	 * The page cache's page `index`: kernel address of a full page, which
	 * the caller unpins (page_unpin); ERR_PTR.  Past the end:
	 * ERR_PTR(-EINVAL).  how: PAGE_*.  May sleep without PAGE_PRESENT.
	 */
	void *(*get_page)(struct inode *inode, uint32_t index, unsigned how);
	bool cacheable;		/* names of this directory may stay cached */
};

/*
 * A name.  Lives while referenced; with no reference left it stays cached if
 * it is hashed and its directory's names are cacheable, for a while.
 */
struct dentry {
	int refs;
	uint32_t hash;				/* of the name, fs/path.h */
	char *name;
	struct inode *inode;			/* NULL: known not to exist */
	struct dentry *parent;			/* self for a root */
	struct dentry *hash_next, **hash_prev;	/* hash_prev NULL: unhashed */
	struct list children, sibling;		/* pinned names, by cookie */
	struct list lru;
	struct super_block *sb;
	struct mount *mounts;			/* those that cover it somewhere */
	uint32_t cookie;			/* position in its directory */
	uint16_t len;				/* of the name */
	bool unlinked;
	bool pinned;				/* its file system holds a ref */
};

/*
 * Where the data of a read goes or that of a write comes from.  The memory
 * may be the user's or the kernel's, one piece or several: operations look at
 * `len` only and move data by the functions below.  Moving no more than `seg`
 * bytes at a time is all or nothing.
 */
struct iovec;
struct iov {
	char *base;				/* of the present piece */
	size_t len;				/* what is left, all pieces */
	size_t seg;				/* left of the present piece */
	const struct iovec *next;		/* pieces that follow */
	bool kernel;				/* base is a kernel address */
};
/* Move n <= iov->len bytes and advance: 0 or -EFAULT */
long iov_to(struct iov *iov, const void *src, size_t n);	/* read side */
long iov_from(struct iov *iov, void *dst, size_t n);		/* write side */
long iov_zero(struct iov *iov, size_t n);
void iov_skip(struct iov *iov, size_t n);
/* Where the next bytes are, *n of them, for a write: NULL is -EFAULT.  The
 * address is good until the caller sleeps; iov_skip goes on */
const void *iov_peek(const struct iov *iov, size_t *n);
/* Errors of readv(2); *vec is to be freed when *iov has been used */
long iovec_import(const struct iovec *uvec, unsigned long n,
	struct iovec **vec, struct iov *iov);
#define MAX_RW		0x7FFFF000u	/* bytes of one read or write */

static inline struct iov iov_user(const void *base, size_t n)
{
	return (struct iov){ .base = (char *)base, .len = n, .seg = n };
}

static inline struct iov iov_kernel(const void *base, size_t n)
{
	return (struct iov){ .base = (char *)base, .len = n, .seg = n,
		.kernel = true };
}

struct file_ops {
	int (*open)(struct inode *inode, struct file *file);
	void (*release)(struct file *file);	/* last reference gone */
	void (*flush)(struct file *file);	/* each close */
	ssize_t (*read)(struct file *f, struct iov *iov, loff_t *pos);
	ssize_t (*write)(struct file *f, struct iov *iov, loff_t *pos);
	loff_t (*llseek)(struct file *f, loff_t off, int whence);
	int (*iterate)(struct file *f, struct dir_context *ctx); /* f->pos */
	/* POLL* bits ready now; registers on its queues by poll_wait */
	uint32_t (*poll)(struct file *f, struct poll_table *pt);
	long (*ioctl)(struct file *f, unsigned cmd, unsigned long arg);
	int (*mmap)(struct file *f, struct vma *vma);	/* may refuse */
	int (*fsync)(struct file *f);
	long (*fallocate)(struct file *f, int mode, loff_t off, loff_t len);
};

struct file {
	int refs;
	uint32_t flags;				/* O_* as F_GETFL shows */
	uint32_t mode;				/* FMODE_* */
	loff_t pos;
	struct path path;			/* never NULL: see anon_file */
	struct inode *inode;
	const struct file_ops *ops;
	void *priv;
	struct epoll_item *watchers;		/* fs/epoll.c */
	struct file_owner *owner;		/* fs/owner.c; NULL: nobody */
};

#define FMODE_READ	1
#define FMODE_WRITE	2
#define FMODE_PATH	4			/* O_PATH: a place, no data */
#define FMODE_SEEK	8			/* has positions: pread, lseek */
#define FMODE_EXEC	16			/* nobody may write the inode */

/* fs/poll.c.  A table without chunks asks and does not register. */
struct poll_table {
	struct poll_chunk *chunk;
	bool no_memory;
	/* registers in another way (epoll); only if there is no chunk */
	void (*add)(struct poll_table *pt, struct wait_queue *q);
};
void poll_wait(struct file *f, struct wait_queue *q, struct poll_table *pt);

/*
 * Operations of a file system that sleeps are serialized by its lock; the
 * names in it change and are looked up on the disk with it held.
 */
static inline void super_lock(struct super_block *sb)
{
	if (unlikely(sb->sleeps))
		mutex_lock(&sb->lock);
}

static inline void super_unlock(struct super_block *sb)
{
	if (unlikely(sb->sleeps))
		mutex_unlock(&sb->lock);
}

/* What the inode says of itself has changed: its file system writes it */
static inline void inode_dirty(struct inode *inode)
{
	if (unlikely(inode->tracked))
		inode->sb->ops->dirty(inode);
}

/* fs/inode.c: new inodes have one reference and current times, uid, gid */
struct inode *inode_new(struct super_block *sb, uint32_t mode);
void inode_free(struct inode *inode);
static inline struct inode *inode_get(struct inode *inode)
{
	inode->refs++;
	return inode;
}

static inline void inode_put(struct inode *inode)
{
	if (--inode->refs == 0)
		inode_free(inode);
}
/* Wanted: MAY_*; checks current's fsuid and groups: 0 or -EACCES */
#define MAY_EXEC	1
#define MAY_WRITE	2
#define MAY_READ	4
int inode_permission(struct inode *inode, int mask);

/* fs/dentry.c */
void dentry_revive(struct dentry *d), dentry_idle(struct dentry *d);
static inline struct dentry *dentry_get(struct dentry *d)
{
	if (d->refs++ == 0)
		dentry_revive(d);
	return d;
}

static inline void dentry_put(struct dentry *d)
{
	if (--d->refs == 0)
		dentry_idle(d);
}
struct dentry *dentry_root(struct super_block *sb, struct inode *inode);
void dentry_attach(struct dentry *d, struct inode *inode); /* takes the ref */

/* fs/mount_tree.c */
void mount_free(struct mount *m);
static inline struct mount *mount_get(struct mount *m)
{
	m->refs++;
	return m;
}

static inline void mount_put(struct mount *m)
{
	if (unlikely(--m->refs == 0))
		mount_free(m);
}

static inline struct path path_get(const struct path *p)
{
	return (struct path){ mount_get(p->mnt), dentry_get(p->dentry) };
}

/* The dentry first: its file system may end with the mount */
static inline void path_put(const struct path *p)
{
	struct mount *mnt = p->mnt;

	dentry_put(p->dentry);
	mount_put(mnt);
}

/* Another place, whose references are taken over */
static inline void path_switch(struct path *p, struct path to)
{
	struct path old = *p;

	*p = to;
	path_put(&old);
}

static inline bool path_same(const struct path *a, const struct path *b)
{
	return a->dentry == b->dentry && a->mnt == b->mnt;
}
/* Nothing may be written by way of this mount (EROFS) */
static inline bool mount_read_only(const struct mount *m)
{
	return unlikely((m->flags | m->sb->flags) & 1 /* MS_RDONLY */);
}
/* fs/mount_text.c.  What current's root sees of p, into buf: the start of the
 * text inside it, or ERR_PTR(-ENAMETOOLONG).  *reachable (may be NULL): it is
 * below the root */
char *path_text(const struct path *p, char *buf, size_t size,
		bool *reachable);
/* The same from another root */
char *path_text_from(const struct path *root, const struct path *p, char *buf,
		size_t size, bool *reachable);

/* fs/namei.c: path walk.  0 and a referenced place, or errno */
#define LOOKUP_FOLLOW		1	/* follow a final symlink */
#define LOOKUP_DIRECTORY	2
int path_lookup(int dfd, const char *path, unsigned flags, struct path *p);
struct file *file_open(int dfd, const char *path, int flags, uint32_t mode);
struct file *path_open(const struct path *p, int flags); /* without checks */
int do_mkdir(int dfd, const char *path, uint32_t mode);
int do_mknod(int dfd, const char *path, uint32_t mode, dev_t dev,
	struct path *made);
int do_symlink(const char *to, int dfd, const char *path);
int do_unlink(int dfd, const char *path, bool dir);
int do_link(int odfd, const char *old, int ndfd, const char *new,
	int flags);
int do_rename(int odfd, const char *old, int ndfd, const char *new,
	unsigned flags);

/* fs/file.c: open files and descriptor tables */
struct file *file_new(const struct path *p, const struct file_ops *ops,
		uint32_t flags);		/* takes references of its own */
/* As long as f lives its inode is not opened for writing: 0 or -ETXTBSY */
int file_deny_write(struct file *f);
/* A file without a name: pipes, sockets, eventfd; `class` as in /proc fd
 * links ("pipe", "socket", "anon_inode:[eventfd]") */
struct file *anon_file(const char *class, const struct file_ops *ops,
	void *priv, uint32_t flags);
void file_free(struct file *f);
static inline struct file *file_get(struct file *f)
{
	f->refs++;
	return f;
}

static inline void file_put(struct file *f)
{
	if (--f->refs == 0)
		file_free(f);
}
/* fs/owner.c: urgent data has come: SIGURG to the owner (F_SETOWN) */
void file_urgent(struct file *f);
/* fs/pipe.c: nobody reads any more: SIGPIPE and -EPIPE */
long broken_pipe(void);
ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t pos);
ssize_t kernel_write(struct file *f, const void *buf, size_t n, loff_t pos);

struct files;				/* descriptor table */
struct files *files_new(void);
struct files *files_copy(struct files *old);	/* NULL: out of memory */
struct files *files_share(struct files *f);	/* CLONE_FILES */
int files_part(void);		/* current gets its own: 0 or -ENOMEM */
void files_put(struct files *f);
void files_close_on_exec(void);		/* of current */
struct file *fd_get(int fd);		/* of current, referenced; NULL */
struct file *fd_get_io(int fd);		/* the same, but not O_PATH */
long fd_close(int fd);
int fd_alloc(int from, bool cloexec);	/* reserves: fd or -EMFILE */
void fd_install(int fd, struct file *f);/* takes the reference */
void fd_release(int fd);		/* gives a reserved one back */
int fd_install_new(struct file *f, bool cloexec); /* fd or errno; takes ref */
/* For /proc: file of another task's table, referenced, or NULL */
struct file *files_lookup(struct files *f, int fd);
int files_room(const struct files *f);	/* all its descriptors are below it */
int files_next(struct files *f, int fd);	/* next open fd >= fd, or -1 */

/* fs/fs_context.c */
struct fs_context {			/* shared by CLONE_FS */
	int users;
	struct path root, cwd;
	uint32_t umask;
};
struct fs_context *fs_context_copy(struct fs_context *old);
struct fs_context *fs_context_share(struct fs_context *fs);
void fs_context_put(struct fs_context *fs);

/* fs/mount_ns.c */
struct mount_namespace *mount_ns_get(struct mount_namespace *ns);
void mount_ns_put(struct mount_namespace *ns);
struct mount_namespace *mount_ns_copy(struct mount_namespace *old,
	struct fs_context *fs);
long mount_ns_enter(struct mount_namespace *ns);
struct mount_namespace *mount_ns_of(const struct inode *inode);

/* fs/chrdev.c: character devices, open by number */
int chrdev_register(dev_t dev, unsigned count, const struct file_ops *ops,
	const char *name);		/* also appears in /dev by name */

/* fs/sync.c: everything that is dirty is written */
void fs_sync(void);
/* The same, and mounts end: the machine goes off */
void fs_shutdown(void);

/* fs/super.c, fs/mount.c */
void fs_register(struct fs_type *type);
int do_mount(const char *source, const char *target, const char *type,
	uint32_t flags, const char *options);

/* fs/aio.c: mm ends, and what it waits for */
void aio_exit(struct mm *mm);

/* fs/init.c: mounts the root tmpfs, /dev; unpacks the initrd */
void vfs_init(void);
int initrd_unpack(const void *image, size_t size);	/* error text logged */

#endif

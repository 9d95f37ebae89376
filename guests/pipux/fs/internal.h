/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of fs/ share among themselves only, grouped by .c file. */
#ifndef PIPUX_FS_INTERNAL_H
#define PIPUX_FS_INTERNAL_H

#include <pipux/fs.h>
#include <pipux/mm.h>
#include <pipux/sched.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/uio.h>
#include "path.h"

#define MODE_DT(mode)		(((mode) & S_IFMT) >> 12)	/* DT_* */
#define MODE_PERM		07777u

/* umount2(2): in no header of Linux's that a kernel may include */
#define MNT_FORCE		1
#define MNT_DETACH		2
#define MNT_EXPIRE		4
#define UMOUNT_NOFOLLOW		8

#define DIR_OF(d)		((d)->inode)
/* 64-bit arguments are two words */
#define LOFF(lo, hi)	((loff_t)((uint64_t)(hi) << 32 | (lo)))

static inline bool inode_is(const struct inode *i, uint32_t type)
{
	return (i->mode & S_IFMT) == type;
}

/* Devices, FIFOs and sockets: what they do is not their file system's */
static inline bool inode_is_special(const struct inode *i)
{
	return !inode_is(i, S_IFREG) && !inode_is(i, S_IFDIR)
		&& !inode_is(i, S_IFLNK);
}

/* inode.c */
struct timespec64 inode_time(void);	/* now, coarse */
void inode_touch(struct inode *inode);	/* mtime and ctime */
void path_accessed(const struct path *p);	/* was read */
void file_accessed(struct file *f);
bool inode_owner(struct inode *inode);	/* current may change attributes */
bool group_member(uint32_t gid);
void inode_inherit(struct inode *inode, const struct inode *dir);

/* owner.c */
bool owner_signals(const struct file *f);
long owner_async(struct file *f, int fd, bool on);
long owner_set(struct file *f, int type, int pid);
long owner_fcntl(struct file *f, unsigned cmd, unsigned long arg);
void owner_forget(struct file *f);
long owner_default(struct file *f, int fd);	/* current, unless it has one */
void owner_message(struct file *f);	/* about its lease: POLL_MSG */

/* dentry.c */
struct dentry *dentry_new(struct dentry *parent, const char *name, size_t len);
struct dentry *dentry_find(struct dentry *dir, const struct qname *q);
void dentry_hash(struct dentry *d);
void dentry_unhash(struct dentry *d);
void dentry_unlink(struct dentry *d);	/* its name is gone */
void dentry_pin(struct dentry *d);
void dentry_unpin(struct dentry *d);
void dentry_move(struct dentry *d, struct dentry *to);
void dentry_exchange(struct dentry *a, struct dentry *b);
struct dentry *dentry_of(struct super_block *sb, uint32_t ino);
struct dentry *dentry_unnamed(struct super_block *sb, struct inode *inode);
void dentry_drop_all(struct super_block *sb);
void dentry_drop_idle(void);
bool dentry_is_ancestor(struct dentry *a, struct dentry *d);

/* namei.c */
struct dentry *dentry_lookup(struct dentry *dir, const struct qname *q);
struct dentry *dentry_for_create(struct dentry *dir, const struct qname *q);
/* The path of an *at call: empty ones allowed with AT_EMPTY_PATH */
int user_path(int dfd, const char *upath, unsigned flags, int at_flags,
		struct path *p);
int parent_lookup(int dfd, const char *path, struct qname *q,
		struct path *dir);
int create_lookup(int dfd, const char *path, int flags, uint32_t mode,
		bool *created, struct path *p);

/* names.c */
int do_link_path(const struct path *old, int ndfd, const char *new);
int may_create(struct dentry *dir);
int may_delete(struct dentry *dir, struct dentry *victim);

/* open.c: those that open(2) has; it ignores others */
#define OPEN_FLAGS	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC \
	| O_APPEND | O_NONBLOCK | O_SYNC | O_DSYNC | FASYNC | O_DIRECT	\
	| O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC \
	| O_PATH | O_TMPFILE)
/* An existing file as open(2) opens it: ERR_PTR */
struct file *place_open(const struct path *p, int flags);
bool may_be_direct(const struct inode *inode);	/* O_DIRECT */

/* file.c */
extern const struct file_ops path_fops;	/* of O_PATH files */

/* fdtable.c */
bool fd_cloexec(int fd);
void fd_set_cloexec(int fd, bool on);

/* aio.c: what of setting_aio_max is taken */
uint32_t aio_promised(void);

/* eventfd.c: ERR_PTR(-EBADF), ERR_PTR(-EINVAL): it is none */
struct file *eventfd_get(int fd);
void eventfd_signal(struct file *f);	/* one more, if there is room */

/* read_write.c */
typedef ssize_t (*move_fn)(struct file *, struct iov *, loff_t *);
#define RWF_ACCEPTED	(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND)
move_fn write_as(int flags);		/* RWF_* that are accepted */
/* One buffer of a program: checked, cut to what one call moves */
long iov_import(struct iov *iov, const void *buf, size_t n);
ssize_t file_read(struct file *f, struct iov *iov, loff_t *pos);
ssize_t file_write(struct file *f, struct iov *iov, loff_t *pos);

/* page_io.c: data of files with get_page */
ssize_t page_read(struct file *f, struct iov *iov, loff_t *pos);
ssize_t page_write(struct file *f, struct iov *iov, loff_t *pos);
loff_t page_llseek(struct file *f, loff_t off, int whence);
int inode_truncate(struct inode *inode, loff_t size);
void inode_drop_privilege(struct inode *inode);	/* it was written */
int inode_new_size(struct inode *inode, loff_t size);
loff_t seek_within(struct file *f, loff_t off, int whence, loff_t size);

/* readdir.c */
bool dir_emit_dots(struct file *f, struct dir_context *ctx);
loff_t dir_llseek(struct file *f, loff_t off, int whence);
loff_t noop_llseek(struct file *f, loff_t off, int whence);
extern struct fs_type mqueue_type;	/* ipc/mqueue.c */
int children_iterate(struct file *f, struct dir_context *ctx);

/* tmpfs.c */
extern struct fs_type tmpfs_type;
int tmpfs_mount(struct super_block *sb, const char *source,
		const char *options);
struct inode *tmpfs_inode(struct super_block *sb, uint32_t mode, dev_t rdev);
struct file *tmpfs_anon_file(struct mount *mnt, const char *name,
		uint32_t flags);	/* ERR_PTR */

int tmpfs_option(const char *option);	/* 0, or -EINVAL: it is none */
uint32_t tmpfs_pages(void);		/* in all instances */

/* ext2/super.c */
extern struct fs_type ext2_type;

/* xattr_store.c: at the inode's end */
void xattrs_free(struct inode *inode);

/* sync.c: can f be synced at all?  Then it is: 0 or errno */
bool file_syncs(const struct file *f);
int file_sync(struct file *f);
/* Every few seconds what is dirty is written, from now on */
void flusher_start(void);

/* chrdev.c, devtmpfs.c */
extern const struct file_ops chrdev_fops;
extern const struct file_ops block_fops;	/* block/node.c */
int chrdev_for_each(int (*fn)(const char *name, uint32_t mode, dev_t dev,
		void *arg), void *arg);
/* A node in /dev: mode S_IFCHR or S_IFBLK with the permission */
int devtmpfs_add(const char *name, uint32_t mode, dev_t dev);
void devtmpfs_remove(const char *name);
/* /dev/DIR/NAME -> target; the directory is made */
int devtmpfs_link(const char *dir, const char *name, const char *target);
extern struct fs_type devtmpfs_type;
void memdev_init(void);

extern struct fs_type devpts_type, sysfs_type;

/* pipe.c, fifo.c */
struct pipe;
extern const struct file_ops fifo_fops, pipe_fops;
struct pipe *pipe_new(void);
void pipe_free(struct pipe *p);
struct pipe *file_pipe(struct file *f);	/* NULL: not a pipe */
long pipe_get_size(struct pipe *p);
long pipe_set_size(struct pipe *p, unsigned long size);

/* super.c */
extern struct list all_supers;		/* struct super_block */
extern struct fs_type *all_fs_types;
struct fs_type *fs_type_by_name(const char *name);
struct super_block *super_new(const struct fs_type *type, uint32_t flags);
struct super_block *super_get(const struct fs_type *type, const char *source,
		uint32_t flags, const char *options);
void super_put(struct super_block *sb);
struct mount *super_own_mount(struct super_block *sb, const char *source);
struct mount *anon_mount(void);
struct mount *memory_mount(void);

/* mount_tree.c */
struct mount_namespace {
	int refs;
	uint32_t id;			/* the later, the higher */
	struct mount *root;		/* of its tree; it has a reference */
	uint32_t count;			/* of its mounts */
	uint32_t pending;		/* those that are about to enter */
	bool anonymous;			/* fs/mount_fd.c: nobody is in it */
	struct list mounts;		/* struct mount by link, oldest first */
	struct mount_namespace *next;	/* of those that end */
};

/* Is it in the namespace of current? */
static inline bool mount_is_mine(const struct mount *m)
{
	return m->ns == current->mount_ns;
}

struct mount *mount_new(struct super_block *sb, struct dentry *root,
		const char *source, uint32_t flags);
struct mount *mount_over(const struct path *p);
struct mount *mount_next(struct mount *m, const struct mount *top);
struct mount *mount_skip(struct mount *m, const struct mount *top);
void path_cross(struct path *p);
bool path_up(struct path *p);
bool path_below(struct path p, const struct path *top);	/* or the same */
bool dentry_is_busy(const struct dentry *d);
void dentry_uncover(struct dentry *d);
void mount_place(struct mount *m, const struct path *on);
void mount_link(struct mount *m);
/* Tells those who poll the list of mounts (proc(5)) */
void mounts_changed(void);
extern uint32_t mounts_event;
extern struct wait_queue mounts_queue;
void mount_attach(struct mount *m, const struct path *on);
struct path mount_detach(struct mount *m);
void mounts_enter(struct mount *top, struct mount_namespace *ns);
bool mounts_fit(struct mount *top, struct mount_namespace *ns);
void mount_leave(struct mount *m, struct list *gone);
void mounts_end(struct list *gone);
void mounts_leave(struct mount *top, bool everywhere);
void mounts_drop(struct mount *top);

/* mount_copy.c: how a copy belongs to what is copied */
#define COPY_SHARED	1u	/* a peer; with COPY_SLAVE: has peers of its own */
#define COPY_SLAVE	2u
#define COPY_UNBINDABLE	4u	/* those as well */
#define COPY_NS_FILES	8u	/* and those of nsfs */
struct mount *mount_clone(struct mount *m, struct dentry *root, unsigned how);
struct mount *mounts_copy(struct mount *m, struct dentry *root, unsigned how);

void path_to_copy(struct path *p, struct mount *top, struct mount *new);

/* mount_ns.c */
extern struct mount_namespace first_mounts;
struct mount_namespace *mount_ns_new(void);
int mount_ns_path(struct mount_namespace *ns, struct path *p);
bool mount_ns_loops(const struct dentry *d);

/* peers.c */
void mount_join(struct mount *m, struct mount *old, unsigned how);
void mount_change_type(struct mount *m, uint32_t type);
void mount_number(struct mount *m);
int mounts_change_type(struct mount *m, uint32_t flags);
uint32_t mount_dominator(const struct mount *m, const struct path *root);

/* propagation.c */
int propagate_mount(struct mount *m, const struct path *on,
		struct list *copies);
void propagate_umount(struct list *gone);
bool mount_busy(struct mount *m);

/* graft.c */
int mounts_graft(struct mount *m, const struct path *on);
int mount_add(struct mount *m, const struct path *on);
int mount_move(const struct path *from, const struct path *on);

/* mount_text.c */
char *mount_root_text(const struct mount *m, char *buf, size_t size);

/* mount.c */
struct mount *mount_root(void);
struct mount *mount_copy_of(const struct path *from, bool all);
int super_remount(struct super_block *sb, uint32_t flags,
		const char *options);

/* openat2.c */
long tail_check(const uint8_t *utail, size_t n);

/* mount_fd.c, mount_attr.c */
long mount_fd(struct mount *top, bool cloexec);
bool mount_attrs(uint32_t attrs, uint32_t *flags);

/* fs_context.c */
struct fs_context *fs_context_new(const struct path *root);

/* locks.c */
void locks_closed(struct file *f, struct files *table);	/* POSIX */
void locks_released(struct file *f);	/* flock and OFD: last close */
long lock_fcntl(struct file *f, int fd, unsigned cmd, unsigned long arg);

/* leases.c */
/* Before an open or truncation, with inode->leases: 0, -EAGAIN, -ERESTARTSYS */
int lease_break(struct inode *inode, uint32_t flags);
void lease_released(struct file *f);	/* last close */
long lease_fcntl(struct file *f, int fd, unsigned cmd, unsigned long type);

/* dnotify.c */
long dnotify_fcntl(struct file *f, int fd, uint32_t mask);
void dnotify_closed(struct file *f, const struct files *table);
void dnotify_released(struct file *f);	/* last close */

/* epoll.c */
void epoll_forget(struct file *f);	/* its last reference goes */
/* The nth of the files that an epoll watches as `fd`, or an error.  It is not
 * referenced */
struct file *epoll_target(struct file *f, int fd, uint32_t nth);

/* proc_*.c */
extern struct fs_type proc_type;


void inode_init_special(struct inode *inode, uint32_t mode, dev_t rdev);


#endif

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File systems that are made, or changed, in steps: fsopen(2), fspick(2),
 * fsconfig(2), fsmount(2).  Invariant: from MADE on there is an instance,
 * and the descriptor refers to it.
 * LIMIT: the descriptor has no messages to read (ENODATA).
 */
#include "internal.h"
#include <pipux/mutex.h>

#define STRING_MAX	256		/* with the NUL */
#define BLOB_MAX	(1 << 20)
#define REMOUNT_FLAGS	(MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK	\
	| MS_I_VERSION | MS_LAZYTIME)

enum phase { COLLECTING, MADE, CHANGING, FAILED };

struct fs_config {
	const struct fs_type *type;
	enum phase phase;
	struct super_block *sb;		/* NULL while COLLECTING */
	char *source;
	char *options;			/* a page: name=value,...  NULL: none */
	size_t len;
	uint32_t flags, changed;	/* of the file system: MS_* */
	struct mutex lock;		/* making one may sleep */
};

/* fsconfig(2)'s arguments, in the kernel's memory */
struct param {
	unsigned cmd;
	char key[STRING_MAX], value[STRING_MAX];
};

static int no_option(const char *option)
{
	return -EINVAL;
}

static int proc_option(const char *option)
{
	return strncmp(option, "hidepid=", 8) && strncmp(option, "gid=", 4)
		&& strncmp(option, "subset=", 7) ? -EINVAL : 0;
}

typedef int (*check_fn)(const char *option);

/* Who looks at options when they are set; NULL: only when it is mounted */
static check_fn check_of(const struct fs_type *type)
{
	static const struct { const char *name; check_fn check; } all[] = {
		{ "tmpfs", tmpfs_option }, { "ramfs", tmpfs_option },
		{ "rootfs", tmpfs_option }, { "devtmpfs", tmpfs_option }, { "proc", proc_option },
		{ "sysfs", no_option }, { "mqueue", no_option },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (!strcmp(type->name, all[i].name))
			return all[i].check;
	return NULL;
}

/* What was collected has been used */
static void forget_words(struct fs_config *c)
{
	kfree(c->source);
	kfree(c->options);
	c->source = c->options = NULL;
	c->len = 0;
	c->flags = c->changed = 0;
}

static void config_release(struct file *f)
{
	struct fs_config *c = f->priv;

	forget_words(c);
	if (c->sb)
		super_put(c->sb);
	kfree(c);
}

static ssize_t config_read(struct file *f, struct iov *iov, loff_t *pos)
{
	return -ENODATA;
}

static const struct file_ops config_fops = {
	.read = config_read,
	.release = config_release,
};

/* A descriptor for a new one; takes over a reference on sb */
static long config_fd(const struct fs_type *type, struct super_block *sb,
		bool cloexec)
{
	struct fs_config *c = kzalloc(sizeof(*c));
	struct file *f = c ? anon_file("anon_inode:[fscontext]", &config_fops,
		c, O_RDWR) : NULL;

	if (!f) {
		kfree(c);
		if (sb)
			super_put(sb);
		return -ENOMEM;
	}
	c->type = type;
	c->sb = sb;
	c->phase = sb ? CHANGING : COLLECTING;
	mutex_init(&c->lock);
	return fd_install_new(f, cloexec);
}

long sys_fsopen(const char *uname, unsigned flags)
{
	struct fs_type *type;
	char *name;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & ~FSOPEN_CLOEXEC)
		return -EINVAL;
	name = getname(uname);
	if (IS_ERR(name))
		return PTR_ERR(name) == -ENAMETOOLONG ? -EINVAL
			: PTR_ERR(name);
	type = fs_type_by_name(name);
	kfree(name);
	return type ? config_fd(type, NULL, flags & FSOPEN_CLOEXEC) : -ENODEV;
}

long sys_fspick(int dfd, const char *upath, unsigned flags)
{
	struct super_block *sb;
	struct path p;
	long rc;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & ~(FSPICK_CLOEXEC | FSPICK_SYMLINK_NOFOLLOW
			| FSPICK_NO_AUTOMOUNT | FSPICK_EMPTY_PATH))
		return -EINVAL;
	rc = user_path(dfd, upath, flags & FSPICK_SYMLINK_NOFOLLOW ? 0
		: LOOKUP_FOLLOW, flags & FSPICK_EMPTY_PATH ? AT_EMPTY_PATH
		: 0, &p);
	if (rc)
		return rc;
	sb = p.mnt->sb;
	if (p.dentry == p.mnt->root) {
		sb->refs++;
		rc = config_fd(sb->type, sb, flags & FSPICK_CLOEXEC);
	} else {
		rc = -EINVAL;
	}
	path_put(&p);
	return rc;
}

static int check_args(unsigned cmd, const void *key, const void *value,
		int aux)
{
	bool fits;

	switch (cmd) {
	case FSCONFIG_SET_FLAG:
		fits = key && !value && !aux;
		break;
	case FSCONFIG_SET_STRING:
		fits = key && value && !aux;
		break;
	case FSCONFIG_SET_BINARY:
		fits = key && value && aux > 0 && aux <= BLOB_MAX;
		break;
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		fits = key && value && (aux == AT_FDCWD || aux >= 0);
		break;
	case FSCONFIG_SET_FD:
		fits = key && !value && aux >= 0;
		break;
	case FSCONFIG_CMD_CREATE:
	case FSCONFIG_CMD_RECONFIGURE:
		fits = !key && !value && !aux;
		break;
	default:
		return -EOPNOTSUPP;
	}
	return fits ? 0 : -EINVAL;
}

/* A string of an argument: 0 or errno */
static long read_string(char *to, const char *u)
{
	long n = strncpy_from_user(to, u, STRING_MAX);

	return n == -ENAMETOOLONG ? -EINVAL : n < 0 ? n : 0;
}

/* Nobody takes values of these kinds; what is wrong with them is told */
static long probe_blob(const void *u, size_t n)
{
	void *copy = kmalloc(n);
	long rc = copy ? copy_from_user(copy, u, n) : -ENOMEM;

	kfree(copy);
	return rc;
}

static long probe_path(const char *u, bool may_be_empty)
{
	char *path = getname(u);
	long rc;

	if (IS_ERR(path))
		return PTR_ERR(path);
	rc = *path || may_be_empty ? 0 : -ENOENT;
	kfree(path);
	return rc;
}

static long probe_fd(int fd)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return -EBADF;
	file_put(f);
	return 0;
}

static long read_param(struct param *p, const char *ukey, const void *uvalue,
		int aux)
{
	long rc = ukey ? read_string(p->key, ukey) : 0;

	if (rc)
		return rc;
	switch (p->cmd) {
	case FSCONFIG_SET_STRING:
		return read_string(p->value, uvalue);
	case FSCONFIG_SET_BINARY:
		return probe_blob(uvalue, aux);
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		return probe_path(uvalue, p->cmd == FSCONFIG_SET_PATH_EMPTY);
	case FSCONFIG_SET_FD:
		return probe_fd(aux);
	}
	return 0;
}

/* Words for flags of the whole file system, whatever their value */
static bool set_super_flag(struct fs_config *c, const char *key)
{
	static const struct { const char *name; uint32_t flag; bool on; }
	words[] = {
		{ "ro", MS_RDONLY, true }, { "rw", MS_RDONLY, false },
		{ "sync", MS_SYNCHRONOUS, true },
		{ "async", MS_SYNCHRONOUS, false },
		{ "dirsync", MS_DIRSYNC, true },
		{ "mand", MS_MANDLOCK, true }, { "nomand", MS_MANDLOCK, false },
		{ "lazytime", MS_LAZYTIME, true },
		{ "nolazytime", MS_LAZYTIME, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].name, key))
			continue;
		c->changed |= words[i].flag;
		c->flags &= ~words[i].flag;
		c->flags |= words[i].on ? words[i].flag : 0;
		return true;
	}
	return false;
}

static long set_source(struct fs_config *c, const struct param *p)
{
	if (p->cmd != FSCONFIG_SET_STRING || c->source)
		return -EINVAL;
	c->source = kstrdup(p->value);
	return c->source ? 0 : -ENOMEM;
}

/* Appends name=value to the options */
static long set_option(struct fs_config *c, const struct param *p)
{
	check_fn check = check_of(c->type);
	size_t need = strlen(p->key) + strlen(p->value) + 3;
	char *text;

	if (p->cmd > FSCONFIG_SET_STRING || strchr(p->key, ',')
	    || strchr(p->value, ',') || c->len + need > PAGE_SIZE)
		return -EINVAL;
	if (!c->options)
		c->options = kmalloc(PAGE_SIZE);
	if (!c->options)
		return -ENOMEM;
	text = c->options + c->len;
	if (c->len)
		*text++ = ',';
	snprintf(text, STRING_MAX * 2, p->cmd == FSCONFIG_SET_STRING
		? "%s=%s" : "%s", p->key, p->value);
	if (check && check(text)) {
		c->options[c->len] = 0;
		return -EINVAL;
	}
	c->len += strlen(c->options + c->len);
	return 0;
}

static long set_param(struct fs_config *c, const struct param *p)
{
	if (c->phase != COLLECTING && c->phase != CHANGING)
		return -EBUSY;
	if (set_super_flag(c, p->key))
		return 0;
	if (!strcmp(p->key, "source"))
		return set_source(c, p);
	return set_option(c, p);
}

static long make(struct fs_config *c)
{
	struct super_block *sb;

	if (c->phase != COLLECTING)
		return -EBUSY;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	c->phase = FAILED;
	if (!c->type->nodev && (!c->source || !*c->source))
		return -EINVAL;
	sb = super_get(c->type, c->source, c->flags, c->options);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	c->sb = sb;
	c->phase = MADE;
	return 0;
}

static long reconfigure(struct fs_config *c)
{
	long rc = -EINVAL;

	if (c->phase != CHANGING)
		return -EBUSY;
	c->phase = FAILED;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!(c->changed & ~REMOUNT_FLAGS))
		rc = super_remount(c->sb, (c->sb->flags & ~c->changed)
			| c->flags, c->options);
	if (rc)
		return rc;
	forget_words(c);
	c->phase = CHANGING;
	return 0;
}

static long configure(struct fs_config *c, const struct param *p)
{
	long rc;

	mutex_lock(&c->lock);
	rc = p->cmd == FSCONFIG_CMD_CREATE ? make(c)
		: p->cmd == FSCONFIG_CMD_RECONFIGURE ? reconfigure(c)
		: set_param(c, p);
	mutex_unlock(&c->lock);
	return rc;
}

/* The open one, referenced: ERR_PTR */
static struct file *config_get(int fd)
{
	struct file *f = fd_get_io(fd);

	if (!f)
		return ERR_PTR(-EBADF);
	if (f->ops == &config_fops)
		return f;
	file_put(f);
	return ERR_PTR(-EINVAL);
}

long sys_fsconfig(int fd, unsigned cmd, const char *ukey, const void *uvalue,
		int aux)
{
	long rc = fd < 0 ? -EINVAL : check_args(cmd, ukey, uvalue, aux);
	struct fs_config *c;
	struct param *p;
	struct file *f;

	if (rc)
		return rc;
	f = config_get(fd);
	if (IS_ERR(f))
		return PTR_ERR(f);
	c = f->priv;
	p = kzalloc(sizeof(*p));
	if (cmd > FSCONFIG_SET_STRING && cmd <= FSCONFIG_SET_FD
	    && !check_of(c->type))
		rc = -EOPNOTSUPP;
	else if (!p)
		rc = -ENOMEM;
	else {
		p->cmd = cmd;
		rc = read_param(p, ukey, uvalue, aux);
		rc = rc ? rc : configure(c, p);
	}
	kfree(p);
	file_put(f);
	return rc;
}

/* A mount of what was made, which now may be changed; with the lock */
static struct mount *mount_made(struct fs_config *c, uint32_t flags)
{
	struct mount *m;

	if (!c->sb)
		return ERR_PTR(-EINVAL);
	if (c->phase != MADE)
		return ERR_PTR(-EBUSY);
	c->sb->refs++;
	m = mount_new(c->sb, c->sb->root, c->source, flags);
	if (!m) {
		c->sb->refs--;
		return ERR_PTR(-ENOMEM);
	}
	forget_words(c);
	c->phase = CHANGING;
	return m;
}

long sys_fsmount(int fd, unsigned flags, unsigned attrs)
{
	struct fs_config *c;
	struct mount *m;
	uint32_t mflags;
	struct file *f;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((flags & ~FSMOUNT_CLOEXEC) || !mount_attrs(attrs, &mflags))
		return -EINVAL;
	f = config_get(fd);
	if (IS_ERR(f))
		return PTR_ERR(f);
	c = f->priv;
	mutex_lock(&c->lock);
	m = mount_made(c, mflags);
	mutex_unlock(&c->lock);
	file_put(f);
	return IS_ERR(m) ? PTR_ERR(m) : mount_fd(m, flags & FSMOUNT_CLOEXEC);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * execve(2), execveat(2).  The new address space is built complete beside
 * the old one; only what cannot fail any more happens after the change, so
 * every error finds the old program unharmed.
 */
#include <trace_hook.h>
#include "exec.h"
#include "task.h"
#include <pipux/arch.h>
#include <pipux/futex.h>
#include <pipux/ptrace.h>
#include <pipux/resource.h>
#include <pipux/signal.h>
#include <linux/mount.h>

/* What dfd itself refers to: fexecve(3) */
static int place_of(int dfd, struct path *p)
{
	struct file *f = fd_get(dfd);

	if (!f)
		return -EBADF;
	*p = path_get(&f->path);
	file_put(f);
	return 0;
}

static int may_execute(const struct path *p)
{
	struct inode *inode = p->dentry->inode;

	if (S_ISLNK(inode->mode))
		return -ELOOP;
	if (!S_ISREG(inode->mode) || !inode->ops->get_page
			|| (p->mnt->flags & MS_NOEXEC))
		return -EACCES;
	return inode_permission(inode, MAY_EXEC);
}

struct file *exec_open(int dfd, const char *path, int flags)
{
	struct file *file;
	struct path p;
	int rc;

	if (!*path && (flags & AT_EMPTY_PATH))
		rc = place_of(dfd, &p);
	else
		rc = path_lookup(dfd, path, flags & AT_SYMLINK_NOFOLLOW ? 0
			: LOOKUP_FOLLOW, &p);
	if (rc)
		return ERR_PTR(rc);
	rc = may_execute(&p);
	file = rc ? ERR_PTR(rc)
		: file_new(&p, p.dentry->inode->fops, O_RDONLY);
	path_put(&p);
	if (!file)
		return ERR_PTR(-ENOMEM);
	if (!IS_ERR(file) && (rc = file_deny_write(file))) {
		file_put(file);
		return ERR_PTR(rc);
	}
	return file;
}

static int read_head(struct exec *e)
{
	ssize_t n;

	memset(e->head, 0, sizeof(e->head));
	n = kernel_read(e->file, e->head, sizeof(e->head), 0);
	return n < 0 ? n : 0;
}

/* Follows `#!` lines to a program */
static int find_program(struct exec *e)
{
	int rc;

	do {
		rc = read_head(e);
		if (!rc)
			rc = exec_script(e);
	} while (rc > 0);
	return rc;
}

static void set_comm(const char *path)
{
	const char *slash = strrchr(path, '/');

	strlcpy(current->comm, slash ? slash + 1 : path,
		sizeof(current->comm));
	TRACE_TASK(current);
}

/*
 * Set-user-ID and set-group-ID bits: the effective and saved identities, and
 * capabilities.  Not for who is traced, or has a working directory that another
 * process can change.  true: the program has more rights than its caller
 */
static bool set_identity(const struct file *f)
{
	bool traced = current->ptrace
		&& !has_capability(current->ptrace->tracer, CAP_SYS_PTRACE);
	bool shared = current->fs->users > 1 && !capable(CAP_SETUID);
	struct credentials old = current->cred;
	bool honoured = !(f->path.mnt->flags & MS_NOSUID)
		&& !current->no_new_privs && !traced && !shared;
	struct credentials *c = &current->cred;
	const struct inode *inode = f->inode;

	if (honoured && (inode->mode & S_ISUID))
		c->euid = inode->uid;
	if (honoured && (inode->mode & (S_ISGID | S_IXGRP))
			== (S_ISGID | S_IXGRP))
		c->egid = inode->gid;
	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
	return cap_exec(&old);
}

/* current runs in e->mm from here on; its old one loses a user */
static void change_mm(struct exec *e, uint32_t esp)
{
	struct mm *old = current->mm;
	struct partition *part = e->mm->part;

	if (old) {
		futex_exit();
		ctx_abandon();
	}
	current->mm = e->mm;
	e->mm = NULL;
	kfree(current->fpu);
	current->fpu = NULL;
	current->tls_base = 0;
	memset(current->tls_more, 0, sizeof(current->tls_more));
	*part->ctx = (user_ctx_t){
		.eip = e->entry, .eflags = 2, .regs.esp = esp };
	part->ctx_owner = current;
	task_activate();
	if (old) {
		usage_peak(current->process, old);
		mm_put(old);
	}
}

static int build(struct exec *e, uint32_t *esp)
{
	int rc = find_program(e), layout;

	if (rc)
		return rc;
	layout = exec_layout(e);
	rc = exec_strings(e);	/* its errors come first, as on Linux */
	if (rc || layout)
		return rc ? rc : layout;
	e->mm = mm_new();
	if (!e->mm)
		return -ENOMEM;
	rc = exec_load(e);
	return rc ? rc : exec_stack(e, esp);
}

/*
 * Nobody shares anything with current by now, nor can begin to trace it: it
 * gets its rights.  Who may only execute a file does not see it in memory.
 */
static void take_identity(struct exec *e)
{
	bool readable = !inode_permission(e->file->inode, MAY_READ);
	const struct credentials old = current->cred, *c = &current->cred;

	e->secure = set_identity(e->file);
	exec_auxv(e);
	current->process->dumpable = readable && c->euid == c->uid
		&& c->egid == c->gid;
	cred_changed(&old);
}

static void replace(struct exec *e, uint32_t esp)
{
	struct process *p = current->process;

	take_identity(e);
	change_mm(e, esp);
	vfork_finish();
	set_comm(e->path);
	files_close_on_exec();
	posix_timers_release(p);
	p->did_exec = true;
	p->exit_signal = SIGCHLD;
}

static long exec_file(struct exec *e, const char *path)
{
	int tid = current->tid, rc;
	uint32_t esp = 0;

	e->path = (char *)path;
	rc = build(e, &esp);
	if (!rc)
		rc = group_leave_others();
	if (!rc)
		rc = files_part();
	if (!rc)
		rc = signals_exec();
	if (!rc)
		replace(e, esp);
	exec_strings_free(e);
	if (e->mm)
		mm_put(e->mm);
	file_put(e->file);
	if (!rc)
		ptrace_event(PTRACE_EVENT_EXEC, tid);
	return rc;
}

/* Is the user that setuid(2) found to have too many tasks still so? */
static bool over_nproc(void)
{
	current->nproc_exceeded = tasks_of_user(current->cred.uid)
		> rlimit_get(RLIMIT_NPROC);
	return current->nproc_exceeded;
}

static long exec_path(int dfd, const char *path, const char *const *argv,
		const char *const *envp, int flags, bool from_kernel)
{
	struct exec *e;
	long rc;

	if (unlikely(current->nproc_exceeded) && over_nproc())
		return -EAGAIN;
	e = kzalloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->from_kernel = from_kernel;
	e->argv = argv;
	e->envp = envp;
	e->file = exec_open(dfd, path, flags);
	rc = IS_ERR(e->file) ? PTR_ERR(e->file) : exec_file(e, path);
	kfree(e);
	return rc;
}

long do_execve(int dfd, const char *path, const char *const *uargv,
		const char *const *uenvp, int flags)
{
	return exec_path(dfd, path, uargv, uenvp, flags, false);
}

long kernel_execve(const char *path, const char *const *argv,
		const char *const *envp)
{
	return exec_path(AT_FDCWD, path, argv, envp, 0, true);
}

long sys_execveat(int dfd, const char *upath, const char *const *uargv,
		const char *const *uenvp, int flags)
{
	char *path;
	long rc;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	path = getname(upath);
	if (IS_ERR(path))
		return PTR_ERR(path);
	rc = do_execve(dfd, path, uargv, uenvp, flags);
	kfree(path);
	return rc;
}

long sys_execve(const char *upath, const char *const *uargv,
		const char *const *uenvp)
{
	return sys_execveat(AT_FDCWD, upath, uargv, uenvp, 0);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs: /proc/PID/mem and /proc/PID/syscall, for whoever may trace the
 * process (proc(5)).
 */
#include "proc.h"
#include <pipux/arch.h>

struct task *proc_task_for_debugger(const struct file *f)
{
	struct task *t = proc_task(proc_node(f->inode));

	if (!t)
		return NULL;
	return may_look_into(t) ? t : ERR_PTR(-EACCES);
}

/* By pages: *pos is an address of the other process */
static ssize_t mem_move(struct file *f, struct iov *iov, loff_t *pos,
		bool write)
{
	struct task *t = proc_task_for_debugger(f);
	uint8_t *page;
	size_t done = 0;
	ssize_t rc = -EIO;
	struct mm *mm;

	if (IS_ERR(t))
		return PTR_ERR(t);
	if (!t || !t->mm || !iov->len)
		return 0;
	page = page_alloc();
	if (!page)
		return -ENOMEM;
	mm = mm_get(t->mm);
	while (iov->len && (uint64_t)*pos < TASK_TOP) {
		uint32_t va = (uint32_t)*pos;
		size_t n = MIN(iov->len, PAGE_SIZE - va % PAGE_SIZE);

		if (write && iov_from(iov, page, n)) {
			rc = -EFAULT;
			break;
		}
		n = mm_force(mm, va, page, n, write);
		if (!n)
			break;
		if (!write && iov_to(iov, page, n)) {
			rc = -EFAULT;
			break;
		}
		done += n;
		*pos += n;
	}
	mm_put(mm);
	page_free(page);
	return done ? (ssize_t)done : rc;
}

static ssize_t mem_read(struct file *f, struct iov *iov, loff_t *pos)
{
	return mem_move(f, iov, pos, false);
}

static ssize_t mem_write(struct file *f, struct iov *iov, loff_t *pos)
{
	return mem_move(f, iov, pos, true);
}

int proc_debugger_open(struct inode *inode, struct file *f)
{
	struct task *t = proc_task_for_debugger(f);

	return IS_ERR(t) ? (int)PTR_ERR(t) : t ? 0 : -ESRCH;
}

/* Addresses are not within any file's size */
loff_t proc_address_llseek(struct file *f, loff_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	f->pos = off;
	return off;
}

const struct file_ops proc_mem_fops = {
	.open = proc_debugger_open,
	.read = mem_read,
	.write = mem_write,
	.llseek = proc_address_llseek,
};

int proc_syscall_show(struct proc_out *o, const struct proc_node *n)
{
	struct task *t = proc_task(n);
	const user_ctx_t *ctx;

	if (!t)
		return -ESRCH;
	if (!may_look_into(t))
		return -EPERM;
	if (!t->mm || (t != current && t->state == TASK_RUNNING)) {
		proc_printf(o, "running\n");
		return 0;
	}
	ctx = task_ctx(t);
	proc_printf(o, "%d", (int)t->orig_eax);
	if (t->orig_eax != (uint32_t)-1)
		proc_printf(o, " %#x %#x %#x %#x %#x %#x", ctx->regs.ebx,
			ctx->regs.ecx, ctx->regs.edx, ctx->regs.esi,
			ctx->regs.edi, ctx->regs.ebp);
	proc_printf(o, " %#x %#x\n", ctx->regs.esp, ctx->eip);
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vDSO in address spaces: a read-only private mapping of a file of one
 * page, which needs no more than other files do.
 */
#include "internal.h"
#include <pipux/sched.h>
#include <pipux/vdso.h>

extern const char vdso_image[], vdso_image_end[];

static uint8_t *master;
static struct file *file;

static void *vdso_get_page(struct inode *inode, uint32_t index, unsigned how)
{
	if (index || (how & PAGE_SHARE))
		return ERR_PTR(-EINVAL);
	page_pin(master);
	return master;
}

static const struct inode_ops vdso_ops = { .get_page = vdso_get_page };
static const struct file_ops vdso_fops;

void vdso_init(void)
{
	size_t size = vdso_image_end - vdso_image;

	BUG_ON(size > VDSO_DATA);
	master = page_alloc_zeroed();
	file = anon_file("[vdso]", &vdso_fops, NULL, O_RDONLY);
	BUG_ON(!master || !file);
	memcpy(master, vdso_image, size);
	file->inode->ops = &vdso_ops;
	file->inode->size = PAGE_SIZE;
	vdso_update();
}

/* Beside the program, in a region that the process needs anyway */
uint32_t vdso_map(struct mm *mm, uint32_t program)
{
	uint32_t hint = program > 16 * PAGE_SIZE && program < TASK_TOP ?
		(program & PAGE_MASK) - PAGE_SIZE : 0;
	long at = do_mmap(mm, hint, PAGE_SIZE, PROT_READ | PROT_EXEC,
		MAP_PRIVATE, file, 0);

	return IS_ERR(at) ? 0 : at;
}

/* Its ELF header's entry point: __kernel_vsyscall */
uint32_t vdso_entry(uint32_t base)
{
	return base + *(const uint32_t *)(vdso_image + 24);
}

bool vdso_is(const struct vma *vma)
{
	return vma->file == file;
}

/* The call itself was made by its __kernel_vsyscall, more often than not */
void vdso_moved(uint32_t from, uint32_t to)
{
	user_ctx_t *ctx = task_ctx(current);

	if (ctx->eip - from < PAGE_SIZE)
		ctx->eip += to - from;
}

/* Copies are as old as the master was: all processes fetch it anew */
void vdso_update(void)
{
	struct mm *mm;
	struct vma *vma;

	if (!master)
		return;
	clock_vdso((struct vdso_data *)(master + VDSO_DATA));
	list_for_each(mm, &all_mms, all_link)
		list_for_each(vma, &mm->vmas, link)
			if (vdso_is(vma) && !(vma->prot & PROT_WRITE))
				unmap_range(mm, vma->start, vma->end);
}

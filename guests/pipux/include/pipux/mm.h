/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: the page and object allocators, address spaces, user access.
 *
 * An address space (struct mm) is a child partition of the kernel.  Every
 * page of a process is also mapped in the kernel, at its linear address:
 * user memory is reached through that, never by a service call.
 */
#ifndef PIPUX_MM_H
#define PIPUX_MM_H

#include <pipux/list.h>
#include <pipux/wait.h>

struct aio_context;
struct file;
struct inode;
struct partition;
struct shm;

/* mm/page.c: pages are kernel addresses; NULL when out of memory */
void pages_init(uintptr_t start, uintptr_t end);
void *page_alloc(void);				/* contents undefined */
void *page_alloc_zeroed(void);
void page_free(void *page);
void *pages_alloc(unsigned order);		/* 2^order, contiguous */
void pages_free(void *pages, unsigned order);
uint32_t pages_total(void), pages_free_count(void), pages_available(void);
/* Private pages of all processes, each counted once: mm/cow.c */
uint32_t pages_private(void);
/* In use, but neither private nor kmalloc's: how many these are depends on the
 * order of calls and of faults, what a census counts does not */
uint32_t pages_other(void);
/* Gives a range outside the allocator to it (used-up initrd) */
void pages_add(uintptr_t start, uintptr_t end);

/* mm/kmalloc.c: NULL when out of memory; kfree(NULL) is allowed */
void *kmalloc(size_t size);
void *kzalloc(size_t size);
void kfree(void *p);
size_t kmalloc_size(const void *p);		/* what it really takes */
char *kstrdup(const char *s);
uint32_t kmalloc_bytes(void);			/* in use, for the census */
uint32_t kmalloc_pages(void);			/* with the idle ones */
/* The objects of one size, in blocks of 2^order pages */
struct kmalloc_usage {
	uint32_t size, objects, blocks;
	unsigned order;
};
bool kmalloc_usage(unsigned i, struct kmalloc_usage *u); /* false: the end */

#define TASK_BASE	0x00400000u		/* lowest user address */
#define TASK_TOP	0xC0000000u		/* end of user addresses */

/* A stretch of an address space with one set of properties */
struct vma {
	struct list link;			/* in mm->vmas, by address */
	struct vma *left, *right, *up;		/* mm/vma_tree.c */
	uint32_t rank, gap, largest;
	uint32_t start, end;			/* page aligned */
	uint32_t prot;				/* PROT_* */
	uint32_t flags;				/* MAP_*, VMA_* */
	struct file *file;			/* NULL: anonymous */
	loff_t offset;				/* of start in file or shm */
	struct shm *shm;			/* MAP_SHARED | MAP_ANONYMOUS */
};
#define VMA_STACK	0x01000000u		/* grows down */
#define VMA_HEAP	0x02000000u		/* brk, [heap] in maps */
#define VMA_SEALED	0x04000000u		/* may not become writable */
#define VMA_DONTFORK	0x08000000u		/* madvise(2) */
#define VMA_WIPEONFORK	0x10000000u
#define VMA_OWN_FLAGS	(VMA_STACK | VMA_HEAP | VMA_SEALED | VMA_DONTFORK \
	| VMA_WIPEONFORK)

#define AUXV_WORDS	48
#define MAX_MAPS	65530			/* vmas: vm.max_map_count */

struct mm {
	int users;				/* tasks that run in it */
	uint32_t desc;				/* partition descriptor */
	struct list vmas;
	uint32_t brk_start, brk;
	uint32_t arg_start, arg_end, env_start, env_end, start_stack;
	uint32_t nr_pages;			/* resident pages */
	uint32_t nr_private;			/* of them: anonymous, copies */
	uint32_t peak;				/* most of them; see mm_peak */
	struct file *exe;			/* /proc/PID/exe */
	uint32_t auxv[AUXV_WORDS];		/* kernel/auxv.c */
	uint32_t auxv_size;			/* bytes */
	struct aio_context *aio;		/* fs/aio.c; NULL: none */
	/* the rest is mm/'s own */
	struct partition *part;
	struct vma *tree;			/* the same vmas: its root */
	struct vma *last;			/* last found, or NULL */
	uint32_t nr_vmas;
	uint32_t total_vm;			/* pages in vmas */
	uint32_t stack_limit;			/* bytes, from the rlimit */
	uint32_t lock_future;			/* MAP_LOCKED: mlockall */
	uint32_t membarrier;			/* commands registered */
	struct list all_link;			/* in all_mms */
};

/* mm/mm.c */
struct mm *mm_new(void);			/* NULL: out of memory */
struct mm *mm_copy(struct mm *old);		/* fork; NULL */
struct mm *mm_get(struct mm *mm);
uint32_t mm_peak(const struct mm *mm);		/* pages, since it is */
void mm_put(struct mm *mm);			/* last one frees everything */
extern struct list all_mms;

/* mm/vma.c: the first stretch that ends above addr, or NULL */
struct vma *vma_find(struct mm *mm, uint32_t addr);

/* mm/fault.c: makes `va` accessible.  0; -EFAULT: nothing is mapped there;
 * -EACCES: not so; -EIO: past the end of the file; -ENOMEM */
int mm_fault(struct mm *mm, uint32_t va, bool write);

/* mm/shm.c: pages that processes share without a file.  The kernel's address
 * of one, ERR_PTR(-ENOMEM), ERR_PTR(-EIO): beyond the end */
struct shm *shm_get(struct shm *shm);
void shm_put(struct shm *shm);
void *shm_page(struct shm *shm, uint32_t index);

/* A private page of the caller's becomes mm's at va, where nothing is */
int mm_give_page(struct mm *mm, uint32_t va, void *page);

/* mm/mmap.c: address or negative errno; takes its own reference on file */
long mm_advise(struct mm *mm, uint32_t addr, uint32_t len, int advice);
long do_mmap(struct mm *mm, uint32_t addr, uint32_t len, uint32_t prot,
	uint32_t flags, struct file *file, loff_t offset);
int do_munmap(struct mm *mm, uint32_t start, uint32_t len);
/* mm/mlock.c: pages of [start, end) that are locked */
uint32_t pages_locked(struct mm *mm, uint32_t start, uint32_t end);
bool lock_allowed(void);	/* at all: RLIMIT_MEMLOCK, CAP_IPC_LOCK */
/* A shared mapping of the file may be written, or become so */
bool mapped_for_writing(const struct inode *inode);

#define STACK_GAP	0x00100000u	/* between a full stack and mappings */
#define STACK_ROOM_MIN	0x00800000u

/* Where nothing else goes below the end of a stack of this limit */
static inline uint32_t stack_room(uint32_t limit)
{
	return MAX(limit, STACK_ROOM_MIN) + STACK_GAP;
}

/* A user address range that a process could have at all */
static inline bool user_range_ok(const void *p, size_t n)
{
	uintptr_t a = (uintptr_t)p;

	return a + n >= a && a + n <= TASK_TOP;
}

/*
 * mm/uaccess.c: copying to and from the current process.  0 or -EFAULT; no
 * partial effect is promised on failure.  Pages are faulted in as needed;
 * may sleep only if a file system does.
 */
long copy_from_user(void *dst, const void *usrc, size_t n);
long copy_to_user(void *udst, const void *src, size_t n);
long clear_user(void *udst, size_t n);
/* The kernel's address of user bytes, at most *n, in one page: NULL if they
 * may not be read.  Good until the caller sleeps */
const void *user_peek(const void *usrc, size_t *n);
/* Length of the string without NUL, -EFAULT, or -ENAMETOOLONG if >= size */
long strncpy_from_user(char *dst, const char *usrc, size_t size);
/* The same without copying */
long strnlen_user(const char *usrc, size_t size);
#define get_user(x, uptr)	copy_from_user(&(x), (uptr), sizeof(x))
#define put_user(x, uptr) ({ __typeof__(*(uptr)) v_ = (x);		\
	copy_to_user((uptr), &v_, sizeof(v_)); })
/* A path from user space in a fresh kmalloc'd buffer, or ERR_PTR */
char *getname(const char *upath);
/* The same into and from another mm (/proc/PID/cmdline, ptrace) */
long copy_from_mm(struct mm *mm, void *dst, uint32_t usrc, size_t n);
long copy_to_mm(struct mm *mm, uint32_t udst, const void *src, size_t n);
long clear_mm(struct mm *mm, uint32_t udst, size_t n);

/* mm/force.c: the same for debuggers, whatever the rights; bytes moved */
size_t mm_force(struct mm *mm, uint32_t va, void *buf, size_t n, bool write);

#endif

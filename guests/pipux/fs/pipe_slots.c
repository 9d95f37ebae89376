/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slots of a pipe, as many as Linux gives it (pipe(7)): programs see when
 * a pipe is full, and a slot is in use however little is in it.
 */
#include "pipe.h"
#include <pipux/setting.h>

#define PIPE_SLOTS	16
#define PIPE_SLOTS_POOR	2		/* of who is above the soft limit */
#define PIPE_SLOTS_MAX	131072		/* what Linux finds memory for */

int setting_pipe_max_size = 1048576;
int setting_pipe_user_soft = 16384, setting_pipe_user_hard;

static struct list all_pipes = LIST_INIT(all_pipes);

/* What F_SETPIPE_SZ gives to anyone: a power of two */
static uint32_t slots_allowed(void)
{
	return (uint32_t)setting_pipe_max_size >> PAGE_SHIFT;
}

static struct pipe_slot *slots_new(uint32_t max)
{
	return kzalloc(max * sizeof(struct pipe_slot));
}

static bool privileged(void)
{
	return capable(CAP_SYS_RESOURCE) || capable(CAP_SYS_ADMIN);
}

/* pipe(7): has the user more slots than that with so many new ones? */
static bool over(int limit, uint32_t more)
{
	const struct pipe *p;

	if (!limit || privileged())
		return false;
	list_for_each(p, &all_pipes, link)
		if (p->uid == current->cred.uid)
			more += p->max;
	return more > (uint32_t)limit;
}

static uint32_t slots_wanted(void)
{
	uint32_t max = PIPE_SLOTS;

	if (max > slots_allowed() && !capable(CAP_SYS_RESOURCE))
		max = slots_allowed();
	return over(setting_pipe_user_soft, max) ? PIPE_SLOTS_POOR : max;
}

struct pipe *pipe_new(void)
{
	uint32_t max = slots_wanted();
	struct pipe *p;

	if (over(setting_pipe_user_hard, max))
		return ERR_PTR(-ENFILE);
	p = kzalloc(sizeof(*p));
	if (!p)
		return ERR_PTR(-ENOMEM);
	p->max = max;
	p->slot = slots_new(p->max);
	if (!p->slot) {
		kfree(p);
		return ERR_PTR(-ENOMEM);
	}
	p->uid = current->cred.uid;
	list_add_tail(&all_pipes, &p->link);
	wait_queue_init(&p->rd);
	wait_queue_init(&p->wr);
	mutex_init(&p->lock);
	return p;
}

void pipe_free(struct pipe *p)
{
	while (!pipe_empty(p))
		page_free(pipe_slot(p, p->tail++)->page);
	if (p->spare)
		page_free(p->spare);
	list_del(&p->link);
	kfree(p->slot);
	kfree(p);
}

char *pipe_page(struct pipe *p)
{
	char *page = p->spare;

	p->spare = NULL;
	return page ? page : page_alloc();
}

void pipe_page_free(struct pipe *p, char *page)
{
	if (p->spare)
		page_free(page);
	else
		p->spare = page;
}

uint32_t pipe_bytes(const struct pipe *p)
{
	uint32_t n = 0;

	for (uint32_t i = p->tail; i != p->head; i++)
		n += pipe_slot(p, i)->len;
	return n;
}

void pipe_push(struct pipe *p, const struct pipe_slot *s)
{
	*pipe_slot(p, p->head++) = *s;
}

void pipe_consume(struct pipe *p, uint32_t n)
{
	struct pipe_slot *s = pipe_slot(p, p->tail);

	s->off += n;
	s->len -= n;
	if (s->len && !s->packet)
		return;
	p->tail++;
	pipe_page_free(p, s->page);
}

long pipe_get_size(struct pipe *p)
{
	return p->max * PAGE_SIZE;
}

static int resize(struct pipe *p, uint32_t max)
{
	struct pipe_slot *slot;
	uint32_t n = p->head - p->tail;

	if (n + p->reserved > max)
		return -EBUSY;
	slot = slots_new(max);
	if (!slot)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		slot[i] = *pipe_slot(p, p->tail + i);
	kfree(p->slot);
	p->slot = slot;
	p->tail = 0;
	p->head = n;
	p->max = max;
	return 0;
}

/* F_SETPIPE_SZ: a power of two of pages (fcntl(2)) */
long pipe_set_size(struct pipe *p, unsigned long size)
{
	uint32_t max = 1;
	int rc;

	if (size > 1u << 31)
		return -EINVAL;
	while (max < (size + PAGE_SIZE - 1) >> PAGE_SHIFT)
		max *= 2;
	if (max > p->max && max > slots_allowed()
	    && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (max > p->max && (over(setting_pipe_user_soft, max - p->max)
			|| over(setting_pipe_user_hard, max - p->max)))
		return -EPERM;
	if (max > PIPE_SLOTS_MAX)
		return -ENOMEM;
	rc = mutex_lock_interruptible(&p->lock);
	if (rc)
		return rc;
	rc = resize(p, max);
	mutex_unlock(&p->lock);
	pipe_wake(&p->wr);
	return rc ? rc : pipe_get_size(p);
}

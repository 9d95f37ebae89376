/* SPDX-License-Identifier: BSD-2-Clause */
/* select(2) and pselect6(2), in terms of poll. */
#include "poll.h"

#define IN_SET	(POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define OUT_SET	(POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define EX_SET	POLLPRI
#define FDS_FEW	1024			/* of glibc's fd_set */
#define WORDS(n) (((n) + 31u) / 32)

/* Three sets asked for and three results, in, out, ex */
struct sets {
	uint32_t *want[3], *got[3];
};

static const uint32_t meaning[3] = { IN_SET, OUT_SET, EX_SET };

/* Asks one descriptor: how many bits it sets, or -EBADF */
static long ask_one(struct poll_wait *w, struct sets *s, int fd)
{
	uint32_t word = fd / 32, bit = 1u << fd % 32, mask = 0, ready;
	long count = 0;

	for (int i = 0; i < 3; i++)
		if (s->want[i][word] & bit)
			mask |= meaning[i];
	if (!mask)
		return 0;
	ready = poll_fd(fd, mask, &w->table);
	if (ready & POLLNVAL)
		return -EBADF;
	for (int i = 0; i < 3; i++) {
		if ((s->want[i][word] & bit) && (ready & meaning[i])) {
			s->got[i][word] |= bit;
			count++;
		}
	}
	if (count)
		w->table.chunk = NULL;
	return count;
}

static long ask_all(struct poll_wait *w, struct sets *s, int n)
{
	long count = 0;

	for (int fd = 0; fd < n; fd++) {
		uint32_t word = fd / 32;
		long rc;

		if (!(s->want[0][word] | s->want[1][word]
		    | s->want[2][word])) {
			fd |= 31;
			continue;
		}
		rc = ask_one(w, s, fd);
		if (rc < 0)
			return rc;
		count += rc;
	}
	return count;
}

static long select_sets(struct poll_wait *w, struct sets *s, int n)
{
	long count, rc;

	poll_begin(w);
	do {
		count = ask_all(w, s, n);
		rc = poll_sleep(w, count);
	} while (rc > 0);
	poll_end(w);
	return rc ? rc : count;
}

/* words: six sets of zeros for n descriptors */
static long select_in(struct poll_wait *w, int n, uint32_t *uset[3],
		uint32_t *words)
{
	size_t size = WORDS(n) * sizeof(*words);
	struct sets s;
	long rc;

	for (int i = 0; i < 3; i++) {
		s.want[i] = words + i * WORDS(n);
		s.got[i] = words + (i + 3) * WORDS(n);
		if (uset[i] && copy_from_user(s.want[i], uset[i], size))
			return -EFAULT;
		/* bits of the last word above n are not asked for */
		if (n % 32)
			s.want[i][n / 32] &= (1u << n % 32) - 1;
	}
	rc = select_sets(w, &s, n);
	for (int i = 0; rc >= 0 && i < 3; i++)
		if (uset[i] && copy_to_user(uset[i], s.got[i], size))
			rc = -EFAULT;
	return rc;
}

static long select_many(struct poll_wait *w, int n, uint32_t *uset[3])
{
	uint32_t *words = kzalloc(6 * WORDS(n) * sizeof(*words));
	long rc = words ? select_in(w, n, uset, words) : -ENOMEM;

	kfree(words);
	return rc;
}

static long select_few(struct poll_wait *w, int n, uint32_t *uset[3])
{
	uint32_t words[6 * WORDS(FDS_FEW)];

	memset(words, 0, 6 * WORDS(n) * sizeof(*words));
	return select_in(w, n, uset, words);
}

static long select_user(struct poll_wait *w, int n, uint32_t *uset[3])
{
	if (n < 0)
		return -EINVAL;
	/* Linux: what no descriptor of the table's size can be is left out */
	n = MIN(n, files_room(current->files));
	return n > FDS_FEW ? select_many(w, n, uset) : select_few(w, n, uset);
}

#define NS_PER_US	1000

long sys__newselect(int n, uint32_t *in, uint32_t *out, uint32_t *ex,
		int32_t *utv)
{
	uint32_t *uset[3] = { in, out, ex };
	struct poll_wait w;
	long rc = poll_deadline32(&w, utv, NS_PER_US);

	if (rc)
		return rc;
	rc = select_user(&w, n, uset);
	poll_left32(&w, utv, NS_PER_US);
	return rc;
}

/* The first select passed its arguments in memory */
long sys_select(const uint32_t *uargs)
{
	uint32_t a[5];

	if (copy_from_user(a, uargs, sizeof(a)))
		return -EFAULT;
	return sys__newselect(a[0], (uint32_t *)a[1], (uint32_t *)a[2],
		(uint32_t *)a[3], (int32_t *)a[4]);
}

/* pselect6(2): the sixth argument points to a mask and its size */
static long pselect(struct poll_wait *w, int n, uint32_t *uset[3],
		const uint32_t *usig)
{
	uint32_t sig[2] = { 0, 0 };
	long rc;

	if (usig && copy_from_user(sig, usig, sizeof(sig)))
		return -EFAULT;
	rc = sigmask_set_temporary((const void *)sig[0], sig[1]);
	if (rc)
		return rc;
	rc = select_user(w, n, uset);
	sigmask_restore(rc == -ERESTARTNOHAND);
	return rc;
}

long sys_pselect6_time64(int n, uint32_t *in, uint32_t *out, uint32_t *ex,
		struct __kernel_timespec *ut, const uint32_t *usig)
{
	uint32_t *uset[3] = { in, out, ex };
	struct poll_wait w;
	long rc = poll_deadline64(&w, ut);

	if (rc)
		return rc;
	rc = pselect(&w, n, uset, usig);
	poll_left64(&w, ut);
	return rc;
}

long sys_pselect6(int n, uint32_t *in, uint32_t *out, uint32_t *ex,
		int32_t *ut, const uint32_t *usig)
{
	uint32_t *uset[3] = { in, out, ex };
	struct poll_wait w;
	long rc = poll_deadline32(&w, ut, 1);

	if (rc)
		return rc;
	rc = pselect(&w, n, uset, usig);
	poll_left32(&w, ut, 1);
	return rc;
}

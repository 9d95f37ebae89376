/* SPDX-License-Identifier: BSD-2-Clause */
/* Moving data between files and the memory that a call names. */
#include "internal.h"

void iov_skip(struct iov *iov, size_t n)
{
	iov->len -= n;
	while (n > iov->seg || (iov->seg == n && iov->len)) {
		n -= iov->seg;
		iov->base = iov->next->iov_base;
		iov->seg = MIN((size_t)iov->next->iov_len, iov->len + n);
		iov->next++;
	}
	iov->base += n;
	iov->seg -= n;
}

/* Leaves no empty piece in front while data is to come */
static void advance(struct iov *iov, size_t n)
{
	if (likely(n < iov->seg || iov->len == n)) {
		iov->base += n;
		iov->seg -= n;
		iov->len -= n;
		return;
	}
	iov_skip(iov, n);
}

long iov_to(struct iov *iov, const void *src, size_t n)
{
	while (n) {
		size_t k = MIN(n, iov->seg);

		if (iov->kernel)
			memcpy(iov->base, src, k);
		else if (copy_to_user(iov->base, src, k))
			return -EFAULT;
		advance(iov, k);
		src = (const char *)src + k;
		n -= k;
	}
	return 0;
}

long iov_from(struct iov *iov, void *dst, size_t n)
{
	while (n) {
		size_t k = MIN(n, iov->seg);

		if (iov->kernel)
			memcpy(dst, iov->base, k);
		else if (copy_from_user(dst, iov->base, k))
			return -EFAULT;
		advance(iov, k);
		dst = (char *)dst + k;
		n -= k;
	}
	return 0;
}

long iov_zero(struct iov *iov, size_t n)
{
	while (n) {
		size_t k = MIN(n, iov->seg);

		if (iov->kernel)
			memset(iov->base, 0, k);
		else if (clear_user(iov->base, k))
			return -EFAULT;
		advance(iov, k);
		n -= k;
	}
	return 0;
}

const void *iov_peek(const struct iov *iov, size_t *n)
{
	*n = iov->seg;
	return iov->kernel ? iov->base : user_peek(iov->base, n);
}

/* Adds the lengths up: their sum, or an error as readv(2) gives it */
static long iovec_check(struct iovec *v, unsigned long n)
{
	size_t total = 0;

	for (unsigned long i = 0; i < n; i++) {
		if ((ssize_t)v[i].iov_len < 0)
			return -EINVAL;
		if (!user_range_ok(v[i].iov_base, v[i].iov_len))
			return -EFAULT;
		if (v[i].iov_len > MAX_RW - total)
			v[i].iov_len = MAX_RW - total;
		total += v[i].iov_len;
	}
	return total;
}

/*
 * An iovec array from user space: *vec is the copy, which the caller frees
 * when it is done with *iov.  Errors of readv(2).
 */
long iovec_import(const struct iovec *uvec, unsigned long n,
		struct iovec **vec, struct iov *iov)
{
	long total;

	*vec = NULL;
	if (n > UIO_MAXIOV)
		return -EINVAL;
	*iov = iov_kernel(NULL, 0);
	if (n == 0)
		return 0;
	*vec = kmalloc(n * sizeof(**vec));
	if (!*vec)
		return -ENOMEM;
	total = copy_from_user(*vec, uvec, n * sizeof(**vec));
	if (total == 0)
		total = iovec_check(*vec, n);
	if (total < 0) {
		kfree(*vec);
		*vec = NULL;
		return total;
	}
	*iov = (struct iov){ .base = (*vec)[0].iov_base, .len = total,
		.seg = (*vec)[0].iov_len, .next = *vec + 1 };
	if (total && !iov->seg)
		iov_skip(iov, 0);
	return 0;
}

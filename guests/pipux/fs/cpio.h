/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a cpio archive of the "newc" kind: pure, also built on the host. */
#ifndef PIPUX_CPIO_H
#define PIPUX_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPIO_HEADER	110
#define CPIO_NAME_MAX	4096

struct cpio_entry {
	uint32_t ino, mode, uid, gid, nlink, mtime, size;
	uint32_t dev_major, dev_minor, rdev_major, rdev_minor;
	const char *name;
};

/* Each returns NULL, or what went wrong */
struct cpio_sink {
	const char *(*begin)(void *arg, const struct cpio_entry *e);
	/* e->size bytes in pieces, the first at offset 0 */
	const char *(*data)(void *arg, const uint8_t *p, size_t n);
	const char *(*end)(void *arg, const struct cpio_entry *e);
};

/* All zero but sink and arg at the start */
struct cpio {
	const struct cpio_sink *sink;
	void *arg;
	const char *error;
	int state;
	uint32_t offset;		/* in the archive, for the padding */
	uint32_t have;			/* bytes of the present part */
	bool checked;			/* "070702": with check sums */
	uint32_t sum, want_sum;
	uint32_t name_size;
	struct cpio_entry entry;
	char header[CPIO_HEADER];
	char name[CPIO_NAME_MAX];
};

/*
 * Takes the next piece of the archive: how many bytes of it were used.  Less
 * than n with error NULL: the archive ended; the next call begins another.
 * Zero bytes between archives are skipped.
 */
size_t cpio_feed(struct cpio *c, const uint8_t *p, size_t n);
/* Between two archives: here the input may end */
bool cpio_idle(const struct cpio *c);

#endif

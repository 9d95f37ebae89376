/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpio "newc" (cpio(5); Linux's initramfs buffer format): a header of
 * hexadecimal digits, the name, the data, the last two padded to four bytes.
 * The archive comes in pieces of any size, hence the machine of states.
 */
#include "cpio.h"
#include <pipux/string.h>

enum { BETWEEN, HEADER, NAME, NAME_PAD, DATA, DATA_PAD };

static bool fail(struct cpio *c, const char *why)
{
	c->error = why;
	return false;
}

static bool ask(struct cpio *c, const char *answer)
{
	return answer ? fail(c, answer) : true;
}

/* The n-th field of eight digits behind the magic */
static bool field(struct cpio *c, int n, uint32_t *v)
{
	const char *p = c->header + 6 + n * 8;

	*v = 0;
	for (int i = 0; i < 8; i++) {
		uint32_t d = (uint8_t)p[i];

		if (d >= '0' && d <= '9')
			d -= '0';
		else if ((d | 0x20) >= 'a' && (d | 0x20) <= 'f')
			d = (d | 0x20) - 'a' + 10;
		else
			return fail(c, "bad number in a header");
		*v = *v << 4 | d;
	}
	return true;
}

static bool parse_header(struct cpio *c)
{
	struct cpio_entry *e = &c->entry;
	uint32_t *const to[] = {
		&e->ino, &e->mode, &e->uid, &e->gid, &e->nlink, &e->mtime,
		&e->size, &e->dev_major, &e->dev_minor, &e->rdev_major,
		&e->rdev_minor, &c->name_size, &c->want_sum,
	};

	if (memcmp(c->header, "07070", 5)
	    || (c->header[5] != '1' && c->header[5] != '2'))
		return fail(c, "bad magic");
	c->checked = c->header[5] == '2';
	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
		if (!field(c, i, to[i]))
			return false;
	if (c->name_size == 0 || c->name_size > CPIO_NAME_MAX)
		return fail(c, "bad length of a name");
	return true;
}

static void enter(struct cpio *c, int state)
{
	c->state = state;
	c->have = 0;
}

/* Collects bytes of a part of `size` into buf; true when it is complete */
static bool collect(struct cpio *c, char *buf, uint32_t size,
		const uint8_t **p, const uint8_t *end)
{
	uint32_t n = size - c->have;

	if (n > (size_t)(end - *p))
		n = end - *p;
	memcpy(buf + c->have, *p, n);
	c->have += n;
	c->offset += n;
	*p += n;
	return c->have == size;
}

/* Skips to a multiple of four; true when there */
static bool padded(struct cpio *c, const uint8_t **p, const uint8_t *end)
{
	while (c->offset % 4 && *p < end) {
		c->offset++;
		++*p;
	}
	return c->offset % 4 == 0;
}

/* The name is there: false if this was the archive's last entry, too */
static bool begin(struct cpio *c)
{
	if (c->name[c->name_size - 1] || strlen(c->name) + 1 != c->name_size)
		return fail(c, "bad name");
	c->entry.name = c->name;
	c->sum = 0;
	enter(c, NAME_PAD);
	return true;
}

static bool take_data(struct cpio *c, const uint8_t **p, const uint8_t *end)
{
	uint32_t n = c->entry.size - c->have;

	if (n > (size_t)(end - *p))
		n = end - *p;
	if (c->checked)
		for (uint32_t i = 0; i < n; i++)
			c->sum += (*p)[i];
	if (n && !ask(c, c->sink->data(c->arg, *p, n)))
		return false;
	c->have += n;
	c->offset += n;
	*p += n;
	if (c->have != c->entry.size)
		return true;
	if (c->checked && c->sum != c->want_sum)
		return fail(c, "check sum does not match");
	if (!ask(c, c->sink->end(c->arg, &c->entry)))
		return false;
	enter(c, DATA_PAD);
	return true;
}

static bool is_trailer(const struct cpio *c)
{
	return !strcmp(c->name, "TRAILER!!!");
}

/* One step; false at an error and at the end of an archive */
static bool step(struct cpio *c, const uint8_t **p, const uint8_t *end)
{
	switch (c->state) {
	case BETWEEN:
		while (*p < end && !**p)
			++*p;
		if (*p < end) {
			c->offset = 0;
			enter(c, HEADER);
		}
		return true;
	case HEADER:
		if (!collect(c, c->header, CPIO_HEADER, p, end))
			return true;
		enter(c, NAME);
		return parse_header(c);
	case NAME:
		return !collect(c, c->name, c->name_size, p, end) || begin(c);
	case NAME_PAD:
		if (!padded(c, p, end))
			return true;
		if (is_trailer(c)) {
			enter(c, BETWEEN);
			return false;
		}
		enter(c, DATA);
		return ask(c, c->sink->begin(c->arg, &c->entry))
			&& (c->entry.size || take_data(c, p, end));
	case DATA:
		return take_data(c, p, end);
	default:
		if (padded(c, p, end))
			enter(c, HEADER);
		return true;
	}
}

size_t cpio_feed(struct cpio *c, const uint8_t *p, size_t n)
{
	const uint8_t *start = p, *end = p + n;

	while (p < end || (c->state == NAME_PAD && c->offset % 4 == 0))
		if (!step(c, &p, end))
			break;
	return p - start;
}

bool cpio_idle(const struct cpio *c)
{
	return c->state == BETWEEN;
}

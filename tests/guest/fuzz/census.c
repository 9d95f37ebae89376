/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many objects of each size the kernel has in use, by /proc/slabinfo, and
 * how many pages that hold none and are no process's own, by /proc/pipstack.
 * Without what it keeps for reuse these are exact: they depend on what exists,
 * not on the order in which it came to be, as the number of free pages does.
 */
#include <fcntl.h>

#include "../check.h"
#include "fuzz.h"

#define KINDS		64
#define TEXT_SIZE	8192

struct census {
	word kinds;
	struct kind {
		char name[32];
		word count;
	} kind[KINDS];
};

static struct census before, after;

static void add(struct census *c, const char *line, const char *format)
{
	struct kind *k = &c->kind[c->kinds];

	CHECK(c->kinds < KINDS);
	if (sscanf(line, format, k->name, &k->count) == 2)
		c->kinds++;
}

static char *read_file(const char *path)
{
	static char text[TEXT_SIZE];
	int fd = open(path, O_RDONLY);
	ssize_t n, size = 0;

	CHECK(fd >= 0);
	while ((n = read(fd, text + size, sizeof(text) - 1 - size)) > 0)
		size += n;
	close(fd);
	CHECK(n == 0);
	text[size] = 0;
	return text;
}

/* There is one line more than the heading. */
int connections(void)
{
	const char *line = strchr(read_file("/proc/net/tcp"), '\n');

	return line && line[1];
}

static void add_file(struct census *c, const char *path, const char *format)
{
	char *text = read_file(path);

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		add(c, line, format);
}

static void take(struct census *c)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	CHECK(fd >= 0 && write(fd, "3", 1) == 1);
	close(fd);
	c->kinds = 0;
	add_file(c, "/proc/slabinfo", "%31[kmaloc0-9M-]%u");
	add_file(c, "/proc/pipstack", "%31[other_pages]%u");
	CHECK(c->kinds > 10);
}

void census_take(void)
{
	take(&before);
}

/* Less than before is what ended late; it counts from then on. */
int census_holds(void)
{
	take(&after);
	CHECK(after.kinds == before.kinds);
	for (word i = 0; i < after.kinds; i++)
		if (after.kind[i].count > before.kind[i].count)
			return 0;
	before = after;
	return 1;
}

const char *census_change(void)
{
	static char text[1024];
	int n = 0;

	for (word i = 0; i < after.kinds; i++)
		if (after.kind[i].count > before.kind[i].count)
			n += snprintf(text + n, sizeof(text) - n,
				"%s: %u, then %u; ", after.kind[i].name,
				before.kind[i].count, after.kind[i].count);
	return text;
}

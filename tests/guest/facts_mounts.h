/* SPDX-License-Identifier: BSD-2-Clause */
/* For facts_mount*.c: mounts in a tmpfs of one's own, and lists of them. */
#ifndef FACTS_MOUNTS_H
#define FACTS_MOUNTS_H

#include <sys/mount.h>
#include <sys/statfs.h>

#include "facts.h"

static char here[PATH_MAX];

static inline int bind(const char *from, const char *to, unsigned long more)
{
	return mount(from, to, NULL, MS_BIND | more, NULL);
}

static inline int fresh(const char *on)
{
	return mount("none", on, "tmpfs", 0, NULL);
}

static inline void facts_begin_mounts(const char *where)
{
	facts_begin(where);
	CHECK(getcwd(here, sizeof(here)) && fresh(here) == 0);
	CHECK(chdir(here) == 0);
}

static inline void facts_end_mounts(void)
{
	CHECK(chdir("/") == 0 && umount2(here, MNT_DETACH) == 0);
}

static inline void put_text(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (int)strlen(text));
	close(fd);
}

static inline void show(const char *path)
{
	char text[40] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	printf("%s says %s\n", path, n < 0 ? strerror(errno) : text);
	if (fd >= 0)
		close(fd);
}

/* Lines of /proc/self/mountinfo below `here`, without numbers */
static inline void list(const char *when)
{
	char line[1024], root[256], on[256], flags[128], rest[512];
	FILE *f = fopen("/proc/self/mountinfo", "r");
	size_t n = strlen(here);

	CHECK(f);
	printf("%s:\n", when);
	while (fgets(line, sizeof(line), f)) {
		CHECK(sscanf(line, "%*d %*d %*d:%*d %255s %255s %127s %511[^\n]",
			root, on, flags, rest) == 4);
		if (strncmp(on, here, n) || (on[n] && on[n] != '/'))
			continue;
		if (!strncmp(root, here, n))
			memmove(root, root + n, strlen(root + n) + 1);
		if (!strncmp(root, "mnt:[", 5))
			strcpy(root, "mnt:[N]");
		for (char *c = rest; *c; c++)
			if (*c >= '0' && *c <= '9')
				*c = 'N';
		rest[strcspn(rest, "-")] = 0;
		printf("  %s on .%s %s %s\n", root, on + n, flags, rest);
	}
	fclose(f);
}

static char letters[1000][16];

/* The tags of a line, numbers made letters */
static inline void show_tags(char *tags)
{
	for (char *t = strtok(tags, " "); t; t = strtok(NULL, " ")) {
		char *number = strchr(t, ':');
		int i = 0;

		if (!strcmp(t, "-"))
			break;
		if (number) {
			*number++ = 0;
			while (letters[i][0] && strcmp(letters[i], number))
				i++;
			strcpy(letters[i], number);
			printf(" %s:%c%.0d", t, 'A' + i % 26, i / 26);
		} else {
			printf(" %s", t);
		}
	}
	printf("\n");
}

/* The mounts below `here` with their peer groups, which have letters in the
 * order in which the list names them */
static inline void groups(const char *when)
{
	char line[1024], root[256], on[256], rest[512];
	FILE *f = fopen("/proc/self/mountinfo", "r");
	size_t n = strlen(here);

	CHECK(f);
	memset(letters, 0, sizeof(letters));
	printf("%s:\n", when);
	while (fgets(line, sizeof(line), f)) {
		CHECK(sscanf(line, "%*d %*d %*d:%*d %255s %255s %*s %511[^\n]",
			root, on, rest) == 3);
		if (strncmp(on, here, n) || on[n] != '/')
			continue;
		if (!strncmp(root, here, n))
			memmove(root, root + n, strlen(root + n) + 1);
		printf("  %s on .%s", root, on + n);
		show_tags(rest);
	}
	fclose(f);
}

static inline void flags_of(const char *path)
{
	struct statfs sf;

	CHECK(statfs(path, &sf) == 0);
	printf("%s: flags %lx\n", path, (long)sf.f_flags);
}

#endif

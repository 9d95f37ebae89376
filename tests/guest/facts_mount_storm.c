/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts: mounts, moves, changes of type and umounts at random places, by
 * seed, and the trees and peer groups that they leave.
 */
#include "facts_mounts.h"

#define ROUNDS		8
#define STEPS		90
#define MANY		60		/* mounts, from which on they end */

static unsigned seed;

static unsigned draw(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

/* Up to three of four names */
static const char *place(void)
{
	static char path[2][8];
	static int next;
	char *p = path[next++ % 2];
	int n = 1 + draw(3);

	memset(p, 0, sizeof(path[0]));
	for (int i = 0; i < n; i++) {
		p[2 * i] = 'a' + draw(4);
		p[2 * i + 1] = i < n - 1 ? '/' : 0;
	}
	return p;
}

static void make_places(const char *top)
{
	char path[16];

	for (int i = 0; i < 16; i++) {
		snprintf(path, sizeof(path), "%s/%c", top, 'a' + i / 4);
		mkdir(path, 0755);
		snprintf(path, sizeof(path), "%s/%c/%c", top, 'a' + i / 4,
			'a' + i % 4);
		mkdir(path, 0755);
	}
}

static int count(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	int n = 0, c;

	CHECK(f);
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

static void mount_new(const char *on)
{
	int rc = fresh(on);

	FACT(rc, "tmpfs %s", on);
	if (rc == 0)
		make_places(on);
}

static void change_type(const char *on)
{
	static const unsigned long types[] = {
		MS_SHARED, MS_SHARED, MS_SHARED, MS_SHARED | MS_REC, MS_SLAVE,
		MS_SLAVE | MS_REC, MS_PRIVATE, MS_UNBINDABLE,
	};
	int i = draw(COUNT(types));

	FACT(mount(NULL, on, NULL, types[i], NULL), "type %d %s", i, on);
}

static void step(int base)
{
	const char *from = place(), *to = place();
	unsigned what = count() - base > MANY ? 14 : draw(16);

	if (what < 2)
		mount_new(to);
	else if (what < 5)
		FACT(bind(from, to, 0), "bind %s %s", from, to);
	else if (what < 7)
		FACT(bind(from, to, MS_REC), "rbind %s %s", from, to);
	else if (what < 9)
		FACT(mount(from, to, NULL, MS_MOVE, NULL), "move %s %s", from,
			to);
	else if (what < 13)
		change_type(to);
	else if (what < 15)
		FACT(umount(to), "umount %s", to);
	else
		FACT(umount2(to, MNT_DETACH), "detach %s", to);
}

static void clear(void)
{
	for (const char *d = "abcd"; *d; d++)
		while (umount2((char []){ *d, '/', 0 }, MNT_DETACH) == 0)
			;
	for (const char *d = "abcd"; *d; d++)
		for (const char *e = "abcd"; *e; e++)
			while (umount2((char []){ *d, '/', *e, 0 },
					MNT_DETACH) == 0)
				;
}

int main(int argc, char **argv)
{
	int base;

	facts_begin_mounts(argc > 1 ? argv[1] : NULL);
	CHECK(mount(NULL, here, NULL, MS_PRIVATE, NULL) == 0);
	make_places(".");
	base = count();
	for (seed = ROUNDS; seed; ) {
		unsigned round = seed;

		for (int i = 1; i <= STEPS; i++) {
			step(base);
			if (i % 30 == 0)
				groups("then");
		}
		clear();
		CHECK(count() == base);
		seed = round - 1;
	}
	facts_end_mounts();
	return 0;
}

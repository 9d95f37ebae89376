/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arguments of random system calls: mostly such that a call does something,
 * some odd.  All comes from the state, so that a seed is a sequence of calls.
 */
#include "fuzz.h"
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* Paths relative and absolute, all below HOME, whoever destroys them */
static const char *const own_paths[] = {
	"a", "b", "d", "d/e", "d/e/f", "link", "loop", "fifo", "./d/../a",
	HOME "/a", HOME "/d", HOME "/d/e", HOME, ".", "", "a/", "a/b",
	"tmpfs", "proc", "user.x", "ext2",
	"tmpfs", "proc", "user.x", "ext2", "ext2/file", "ext2/dir", "socket",
};
static const char *const any_paths[] = {
	"/", "/dev/vda", "ext2/file", "/proc/self/maps", "/proc/self/stat",
	"/proc/self/fd/0",
	"/proc/self/exe", "/proc/self/mem", "/proc", "/proc/meminfo",
	"/dev", "/dev/null", "/dev/zero", "/dev/tty", "/dev/ptmx", "/dev/pts",
	"/proc/self/root", "/proc/self/cwd/a", "/proc/sys/kernel/pid_max",
	"/proc/self/task", "/proc/1/fd", "/sys", "/proc/mounts", "/bin/true",
};
static const word odd_words[] = {
	0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 64, 100, 255, 256, 511, 1000,
	4095, 4096, 4097, 8192, 65535, 65536, 0x100000, 0x7FFFFFFF,
	0x80000000, 0x80000001, 0xFFFFF000, 0xFFFFFFFF, 0xFFFFFFFE,
	0xFFFFFF9C /* AT_FDCWD */, 0xC0000000, 0xBFFFF000,
};

static const uint8_t families[] = {
	AF_UNIX, AF_UNIX, AF_INET, AF_INET, AF_INET, AF_NETLINK, AF_PACKET, 0,
};
static const word levels[] = { 0, 1, 1, 6, 17, 255, 263, 270 };
/* Of terminals, sockets, block devices, loop devices */
static const word requests[] = { 0x5400, 0x5400, 0x8900, 0x1240, 0x4C00 };
/* Without devtmpfs, of which there is one: what is made in it would stay */
static const char *const types[] = {
	"tmpfs", "proc", "sysfs", "devpts", "mqueue", "ext2", "a",
};
word objects[8], context;

word next(word *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

word below(word *state, word limit)
{
	return next(state) % limit;
}

static word any_address(word *state)
{
	word in = (word)arena + below(state, ARENA_PAGES * PAGE);

	switch (below(state, 12)) {
	case 0: return odd_words[below(state, COUNT(odd_words))];
	case 1: return (word)arena + ARENA_PAGES * PAGE - below(state, 64);
	case 2: return (word)raw_call + below(state, 64);	/* read-only */
	case 3: return 0;
	case 4: return next(state) << 12;
	default: return in & ~3u;
	}
}

static word path(word *state, int any)
{
	const char *s;

	if (below(state, 16) == 0)
		return any_address(state);
	s = any && (user || any == 2) && below(state, 2) ?
		any_paths[below(state, COUNT(any_paths))] :
		own_paths[below(state, COUNT(own_paths))];
	return (word)s;
}

/* As root nobody else: whom root kills or limits is not for chance. */
static word process(word *state)
{
	static const word others[] = { 1, 2, -1, 0x7FFFFFFF, 0x80000000, 300 };

	switch (below(state, 5)) {
	case 0: return 0;
	case 1: return -me;
	case 4: return me + below(state, 5);	/* its own children */
	case 2: if (user)
			return others[below(state, COUNT(others))];
		/* fall through */
	default: return me;
	}
}

/* Up to 128 bytes of small values, pointers and odd words */
static word structure(word *state)
{
	static const char kinds[] = "wwwnzdaokSfp";
	word at = any_address(state);
	word from = (word)arena, to = from + ARENA_PAGES * PAGE - 128;

	if (at < from || at > to)
		return at;
	for (word i = 0; i < 32; i++)
		((word *)at)[i] = argument(state,
			kinds[below(state, sizeof(kinds) - 1)]);
	return at;
}

static word short_time(word *state)
{
	word at = any_address(state);
	word from = (word)arena, to = from + ARENA_PAGES * PAGE - 128;

	if (at < from || at > to)
		return at;
	for (word i = 0; i < 8; i++)
		((word *)at)[i] = below(state, 3) ? 0 :
			below(state, 20000000);
	if (below(state, 8) == 0)
		((word *)at)[below(state, 8)] = argument(state, 'w');
	return at;
}

static word vector(word *state)
{
	word at = any_address(state);
	word from = (word)arena, to = from + ARENA_PAGES * PAGE - 128;

	if (at < from || at > to)
		return at;
	for (word i = 0; i < 8; i++) {
		((word *)at)[2 * i] = any_address(state);
		((word *)at)[2 * i + 1] = argument(state, 'z');
	}
	return at;
}

/* In the arena, n bytes at least, or 0 */
static word room(word *state, word n)
{
	word at = any_address(state) & ~3u;
	word from = (word)arena, to = from + ARENA_PAGES * PAGE - n;

	return at < from || at > to ? 0 : at;
}

static word socket_address(word *state)
{
	word at = room(state, 128);
	uint8_t *a = (uint8_t *)at;

	if (!at)
		return at;
	memset(a, 0, 128);
	switch (a[0] = families[below(state, COUNT(families))]) {
	case AF_UNIX:		/* by name, or abstract */
		if (below(state, 2))
			strcpy((char *)a + 2, "socket");
		else
			a[3] = below(state, 4);
		break;
	case AF_INET:		/* lo, few ports so that they meet */
		a[2] = 0x50;
		a[3] = below(state, 3);
		a[4] = below(state, 8) ? 127 : next(state);
		a[7] = 1;
		break;
	default:
		for (word i = 4; i < 20; i++)
			a[i] = below(state, 4);
	}
	return at;
}

/* A struct mmsghdr, now and then with descriptors */
static word message(word *state)
{
	word *m = (word *)room(state, 96), *control = m + 16;

	if (!m)
		return 0;
	memset(m, 0, 96);
	m[0] = below(state, 2) ? socket_address(state) : 0;
	m[1] = argument(state, 'j');
	m[2] = vector(state);
	m[3] = argument(state, 'n');
	if (below(state, 2))
		return (word)m;
	m[4] = (word)control;
	m[5] = 12 + 4 * below(state, 4);
	control[0] = below(state, 8) ? m[5] : argument(state, 'z');
	control[1] = SOL_SOCKET;
	control[2] = 1 + below(state, 2);	/* SCM_RIGHTS, _CREDENTIALS */
	for (word i = 3; i < 6; i++)
		control[i] = argument(state, 'd');
	return (word)m;
}

/* A struct file_handle: of an inode by number, or what was here before */
static word handle(word *state)
{
	word *h = (word *)room(state, 128);

	if (!h)
		return any_address(state);
	h[0] = below(state, 4) ? 4 * below(state, 5) : argument(state, 'z');
	h[1] = below(state, 8) ? 1 : next(state);
	if (below(state, 2) == 0) {
		h[2] = below(state, 40);
		h[3] = below(state, 2) ? 0 : next(state);
	}
	return (word)h;
}

/* A struct sock_fprog that ends well; most calls should go on to work */
static word filter(word *state)
{
	static const uint16_t codes[] = { 0x20, 0x20, 0x15, 0x25, 0x45, 0x05,
		0x06, 0x04, 0x14, 0x34, 0x54, 0x74, 0x02, 0x60, 0x07, 0x87,
		0x80, 0x1D, 0x0C, 0x00 };
	word *prog = (word *)room(state, 80), n = 1 + below(state, 7);

	if (!prog)
		return any_address(state);
	prog[0] = n + 1;
	prog[1] = (word)(prog + 2);
	for (word i = 0; i < n; i++) {
		prog[2 + 2 * i] = codes[below(state, COUNT(codes))]
			| below(state, 2) << 16 | below(state, 2) << 24;
		prog[3 + 2 * i] = 4 * below(state, 16);
	}
	prog[2 + 2 * n] = 6;
	prog[3 + 2 * n] = below(state, 4) ? 0x7FFF0000 : next(state) << 8;
	return (word)prog;
}

/* A struct iocb of which most fields make sense */
static word request(word *state)
{
	word *io = (word *)room(state, 64);

	if (!io)
		return any_address(state);
	memset(io, 0, 64);
	io[0] = next(state);
	io[3] = below(state, 4) ? 0 : argument(state, 'f');
	io[4] = below(state, 10);
	io[5] = argument(state, 'd');
	io[6] = io[4] == 5 ? below(state, 64)
		: io[4] > 6 ? vector(state) : any_address(state);
	io[8] = io[4] == 5 ? 0 : argument(state, io[4] > 6 ? 'n' : 'z');
	io[10] = io[4] == 5 ? 0 : argument(state, 'o');
	io[14] = below(state, 3) == 0;
	io[15] = argument(state, 'd');
	return (word)io;
}

static word requests_list(word *state)
{
	word *list = (word *)room(state, 64);

	for (word i = 0; list && i < 9; i++)
		list[i] = request(state);
	return list ? (word)list : any_address(state);
}

word argument(word *state, char kind)
{
	switch (kind) {
	case 'd': return below(state, 16) ? below(state, 64) :
			odd_words[below(state, COUNT(odd_words))];
	case 'p': return path(state, 0);
	case 'P': return path(state, 2);
	case 'a': return any_address(state);
	case 's': return structure(state);
	case 't': return short_time(state);
	case 'v': return vector(state);
	case 'n': return below(state, 4) ? below(state, 9) :
			odd_words[below(state, COUNT(odd_words))];
	case 'f': return below(state, 3) == 0 ? 0 :
			1u << below(state, 32) | (below(state, 2) ?
				1u << below(state, 32) : 0);
	case 'z': return below(state, 2) ? below(state, 300) :
			odd_words[below(state, COUNT(odd_words))];
	case 'o': return below(state, 2) ? below(state, 20000) :
			odd_words[below(state, COUNT(odd_words))];
	case 'S': return below(state, 70);
	case 'T': return requests[below(state, COUNT(requests))] +
			below(state, 0x60);
	case 'k': return process(state);
	case 'm': return ((word)arena & ~(PAGE - 1)) +
			below(state, 64) * PAGE +
			(below(state, 16) ? 0 : next(state));
	case 'l': return below(state, 8) ? below(state, 24) * PAGE :
			odd_words[below(state, COUNT(odd_words))];
	case 'q': return below(state, 2) ? below(state, 33) :
			0x4200 + below(state, 0x12);
	case 'w': return below(state, 4) ? below(state, 40) :
			odd_words[below(state, COUNT(odd_words))];
	case 'A': return socket_address(state);
	case 'j': return below(state, 8) ? 16 : below(state, 200);
	case 'M': return message(state);
	case 'L': return levels[below(state, COUNT(levels))];
	case 'y': return (word)types[below(state, COUNT(types))];
	case 'F': return filter(state);
	case 'h': return handle(state);
	case 'c': return below(state, 16) ? context : any_address(state);
	case 'B': return request(state);
	case 'I': return requests_list(state);
	case 'i': return objects[below(state, COUNT(objects))];
	default:
		return argument(state, "dwafzs"[below(state, 6)]);
	}
}

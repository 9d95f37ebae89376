/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two readers of one socket or terminal: nothing is received twice and nothing
 * is lost while a copy to one of them waits for a page.
 *
 *	readers FILE tcp|udp|stream|dgram|pty
 *
 * FILE's pages are not in memory yet, and what reads them is waited for.
 */
#include "inet.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>

#define PAGE		4096
#define MESSAGES	1000
#define STEP		1021		/* of pages: none is read ahead */

struct message {
	unsigned number, copy[749];
};

static char *pages;
static size_t nr_pages;
static int from, stream;
static unsigned char seen[MESSAGES];
static size_t bytes;
static int left;			/* readers */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Of a stream only the number of bytes is known, of a message its number */
static void count(const struct message *m, ssize_t n)
{
	pthread_mutex_lock(&lock);
	bytes += n;
	if (!stream) {
		CHECK(n == sizeof(*m) && m->number < MESSAGES);
		CHECK(m->copy[748] == m->number && !seen[m->number]++);
	}
	pthread_mutex_unlock(&lock);
}

static void *reader(void *slow)
{
	static size_t at;
	char buf[PAGE];
	ssize_t n;

	for (;;) {
		char *to = slow ? pages + at++ * STEP % nr_pages * PAGE : buf;

		n = read(from, to, !stream || slow ? PAGE : 100);
		if (n < 0 && errno == EIO)	/* a terminal's end */
			break;
		CHECK(n >= 0);
		if (!n || (!stream && n == 1))
			break;
		count((struct message *)to, n);
	}
	pthread_mutex_lock(&lock);
	left--;
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void check(int fd[2])
{
	static struct message m;
	pthread_t thread[2];

	from = fd[0];
	left = 2;
	for (int i = 0; i < 2; i++)
		CHECK(!pthread_create(&thread[i], NULL, reader,
			i ? pages : NULL));
	for (unsigned i = 0; i < MESSAGES; i++) {
		m.number = m.copy[748] = i;
		CHECK(write(fd[1], &m, sizeof(m)) == sizeof(m));
		if (i % 16 == 15)
			usleep(1000);
	}
	if (stream)
		close(fd[1]);
	while (!stream && *(volatile int *)&left) {
		CHECK(write(fd[1], "", 1) == 1);	/* ends one of them */
		usleep(50000);
	}
	for (int i = 0; i < 2; i++)
		CHECK(!pthread_join(thread[i], NULL));
	CHECK(bytes && bytes <= MESSAGES * sizeof(m));
	CHECK(!stream || bytes == MESSAGES * sizeof(m));
}

static void udp_pair(int fd[2])
{
	struct sockaddr_in a;

	fd[0] = bound_socket(SOCK_DGRAM);
	fd[1] = new_socket(SOCK_DGRAM);
	a = name_of(fd[0]);
	CHECK(!connect(fd[1], SA(a)));
}

static void pty_pair(int fd[2])
{
	struct termios t;

	fd[0] = posix_openpt(O_RDWR | O_NOCTTY);
	CHECK(fd[0] >= 0 && !unlockpt(fd[0]));
	fd[1] = open(ptsname(fd[0]), O_RDWR | O_NOCTTY);
	CHECK(fd[1] >= 0 && !tcgetattr(fd[1], &t));
	cfmakeraw(&t);
	CHECK(!tcsetattr(fd[1], TCSANOW, &t));
}

int main(int argc, char **argv)
{
	struct stat st;
	int file, fd[2];

	CHECK(argc == 3 && (file = open(argv[1], O_RDONLY)) >= 0);
	CHECK(!fstat(file, &st));
	nr_pages = st.st_size / PAGE;
	pages = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		file, 0);
	CHECK(nr_pages && pages != MAP_FAILED);
	stream = strcmp(argv[2], "udp") && strcmp(argv[2], "dgram");
	if (!strcmp(argv[2], "tcp"))
		tcp_pair(fd);
	else if (!strcmp(argv[2], "pty"))
		pty_pair(fd);
	else if (!strcmp(argv[2], "udp"))
		udp_pair(fd);
	else
		CHECK(!socketpair(AF_UNIX, stream ? SOCK_STREAM : SOCK_DGRAM,
			0, fd));
	check(fd);
	return passed("readers");
}

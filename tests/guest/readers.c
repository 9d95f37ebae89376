/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two readers of one socket: nothing is received twice and nothing is lost
 * while a copy to one of them waits for a page.
 *
 *	readers FILE tcp|udp|stream|dgram
 *
 * FILE's pages are not in memory yet, and what reads them is waited for.
 */
#include "inet.h"
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE		4096
#define MESSAGES	1000
#define STEP		1021		/* of pages: none is read ahead */

struct message {
	unsigned number, copy[749];
};

static char *pages;
static size_t nr_pages;
static int from;
static unsigned char seen[MESSAGES];
static size_t bytes;
static int left;			/* readers */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Of a stream only the number of bytes is known, of a message its number */
static void count(const struct message *m, ssize_t n, int stream)
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
	int stream = option(from, SOL_SOCKET, SO_TYPE) == SOCK_STREAM;
	static size_t at;
	char buf[PAGE];
	ssize_t n;

	for (;;) {
		char *to = slow ? pages + at++ * STEP % nr_pages * PAGE : buf;

		n = recv(from, to, !stream || slow ? PAGE : 100, 0);
		CHECK(n >= 0);
		if (!n || (!stream && n == 1))
			break;
		count((struct message *)to, n, stream);
	}
	pthread_mutex_lock(&lock);
	left--;
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void check(int fd[2])
{
	int stream = option(fd[0], SOL_SOCKET, SO_TYPE) == SOCK_STREAM;
	static struct message m;
	pthread_t thread[2];

	from = fd[0];
	left = 2;
	for (int i = 0; i < 2; i++)
		CHECK(!pthread_create(&thread[i], NULL, reader,
			i ? pages : NULL));
	for (unsigned i = 0; i < MESSAGES; i++) {
		m.number = m.copy[748] = i;
		CHECK(send(fd[1], &m, sizeof(m), 0) == sizeof(m));
		if (i % 16 == 15)
			usleep(1000);
	}
	if (stream)
		CHECK(!shutdown(fd[1], SHUT_WR));
	while (!stream && *(volatile int *)&left) {
		CHECK(send(fd[1], "", 1, 0) == 1);	/* ends one of them */
		usleep(50000);
	}
	for (int i = 0; i < 2; i++)
		CHECK(!pthread_join(thread[i], NULL));
	CHECK(bytes && bytes <= MESSAGES * sizeof(m));
	CHECK(!stream || bytes == MESSAGES * sizeof(m));
	close_pair(fd);
}

static void udp_pair(int fd[2])
{
	struct sockaddr_in a;

	fd[0] = bound_socket(SOCK_DGRAM);
	fd[1] = new_socket(SOCK_DGRAM);
	a = name_of(fd[0]);
	CHECK(!connect(fd[1], SA(a)));
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
	if (!strcmp(argv[2], "tcp"))
		tcp_pair(fd);
	else if (!strcmp(argv[2], "udp"))
		udp_pair(fd);
	else
		CHECK(!socketpair(AF_UNIX, strcmp(argv[2], "dgram")
			? SOCK_STREAM : SOCK_DGRAM, 0, fd));
	check(fd);
	return passed("readers");
}

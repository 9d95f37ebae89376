/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program with all of glibc inside: threads and their own data, the name
 * of the program, random bytes, the processor's features (IRELATIVE
 * relocations), time, a shell.
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static __thread int own = 5;

static void *thread(void *add)
{
	own += (int)(long)add;
	return (void *)(long)own;
}

int main(int argc, char **argv)
{
	char name[256] = "", bytes[64];
	struct timespec ts;
	pthread_t id;
	void *result;

	if (pthread_create(&id, NULL, thread, (void *)(long)(argc + 1)) ||
			pthread_join(id, &result))
		return 1;
	if ((long)result != 7 || own != 5)
		return 2;
	if (readlink("/proc/self/exe", name, sizeof(name) - 1) < 0 ||
			strcmp(name, argv[0]))
		return 3;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return 4;
	if (clock_gettime(CLOCK_REALTIME, &ts) || ts.tv_sec < 1000000000)
		return 5;
	printf("sin(1) is %.6f\n", sin(1.0));
	fflush(stdout);
	return system("echo and a shell") ? 6 : 0;
}

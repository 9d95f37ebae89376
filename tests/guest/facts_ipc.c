/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: System V queues, semaphores and memory; POSIX message queues. */
#include <mqueue.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "facts.h"

#define KEY	0x5A5A
#define MSG_COPY	040000
#define NOID	0x7FFFFF

struct message {
	long type;
	char text[100];
};

static void handler(int sig __attribute__((unused)))
{
}

static void interrupt_soon(void)
{
	struct sigaction sa = { .sa_handler = handler };
	struct itimerval it = { .it_value = { 0, 30000 } };

	CHECK(sigaction(SIGALRM, &sa, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
}

static long send_text(int id, long type, size_t size, int flags)
{
	struct message m = { type, "text" };

	return msgsnd(id, &m, size, flags);
}

static void receive(int id, size_t size, long type, int flags)
{
	struct message m = { 0, "" };

	FACT(msgrcv(id, &m, size, type, flags), "size %zu type %ld flags %x",
		size, type, flags);
	printf("type %ld\n", m.type);
}

static void test_messages(void)
{
	int id = msgget(KEY, IPC_CREAT | 0600);
	struct msqid_ds ds;

	FACT(msgget(KEY, IPC_CREAT | IPC_EXCL), "exists");
	FACT(msgget(KEY + 1, 0), "does not");
	FACT(msgget(KEY, 0) == id, "the same");
	FACT(send_text(id, 0, 4, 0), "type 0");
	FACT(send_text(id, -1, 4, 0), "type -1");
	FACT(send_text(id, 1, -1, 0), "size -1");
	FACT(send_text(id, 1, 8193, 0), "size 8193");
	FACT(send_text(id, 1, 0, 0), "size 0");
	FACT(msgsnd(id, BAD_ADDRESS, 4, 0), "address");
	FACT(msgsnd(NOID, &ds, 4, 0), "no such queue");
	FACT(msgsnd(-1, &ds, 4, 0), "queue -1");
	for (int type = 5; type >= 2; type--)
		FACT(send_text(id, type, 10 * type, 0), "type %d", type);
	receive(id, 5, 3, IPC_NOWAIT);
	receive(id, 5, 3, IPC_NOWAIT | MSG_NOERROR);
	receive(id, 100, 77, IPC_NOWAIT);
	receive(id, 100, -4, IPC_NOWAIT);
	receive(id, 100, -4, IPC_NOWAIT);
	receive(id, 100, 5, IPC_NOWAIT | MSG_EXCEPT);
	receive(id, 100, 0, IPC_NOWAIT);
	receive(id, 100, 0, IPC_NOWAIT);
	receive(id, -1, 0, IPC_NOWAIT);
	receive(NOID, 100, 0, IPC_NOWAIT);
	receive(id, 100, 0, MSG_COPY);
	receive(id, 100, 0, MSG_COPY | MSG_EXCEPT | IPC_NOWAIT);
	FACT(send_text(id, 3, 4, 0), "send");
	FACT(msgrcv(id, BAD_ADDRESS, 4, 0, 0), "receive, address");
	FACT(msgctl(id, IPC_STAT, &ds), "stat");
	printf("%lu messages, %lu bytes of %lu\n", (long)ds.msg_qnum,
		(long)ds.msg_cbytes, (long)ds.msg_qbytes);
	while (send_text(id, 1, 100, IPC_NOWAIT) == 0)
		;
	FACT(-1, "full: %s", strerror(errno));
	interrupt_soon();
	FACT(send_text(id, 1, 100, 0), "send, signal");
	FACT(syscall(SYS_msgctl, id, IPC_STAT, BAD_ADDRESS), "stat, address");
	FACT(syscall(SYS_msgctl, id, IPC_SET, BAD_ADDRESS), "set, address");
	FACT(msgctl(id, 77, &ds), "unknown command");
	FACT(msgctl(-1, IPC_STAT, &ds), "stat of -1");
	FACT(msgctl(NOID, IPC_STAT, &ds), "stat of none");
	ds.msg_qbytes = 100000;
	FACT(msgctl(id, IPC_SET, &ds), "more bytes");
	AS(1000) {
		FACT(msgget(KEY, 0600), "user: get");
		FACT(msgget(KEY, 0) >= 0, "user: get, no rights asked");
		FACT(msgctl(id, IPC_STAT, &ds), "user: stat");
		FACT(msgctl(id, IPC_SET, &ds), "user: set");
		FACT(msgctl(id, IPC_RMID, NULL), "user: remove");
		FACT(send_text(id, 1, 4, IPC_NOWAIT), "user: send");
		FACT(msgrcv(id, &ds, 4, 0, IPC_NOWAIT), "user: receive");
	}
	pid_t pid = checked_fork();
	if (pid == 0) {
		usleep(50000);
		msgctl(id, IPC_RMID, NULL);
		_exit(0);
	}
	receive(id, 100, 999, 0);
	waitpid(pid, NULL, 0);
	FACT(msgctl(id, IPC_RMID, NULL), "removed");
	id = msgget(IPC_PRIVATE, 0600);
	interrupt_soon();
	receive(id, 100, 0, 0);
	FACT(msgctl(id, IPC_RMID, NULL), "remove");
}

union semun { int val; struct semid_ds *buf; unsigned short *array; };

static long operate(int id, int num, int op, int flags)
{
	struct sembuf b = { num, op, flags };

	return semop(id, &b, 1);
}

static void test_semaphores(void)
{
	int id = semget(KEY, 3, IPC_CREAT | 0600), status;
	unsigned short values[3] = { 1, 2, 70 };
	struct sembuf many[501] = { { 0, 0, 0 } };
	struct semid_ds ds;
	pid_t pid;

	FACT(semget(KEY, 3, IPC_CREAT | IPC_EXCL), "exists");
	FACT(semget(KEY, 4, 0), "too many");
	FACT(semget(KEY, 0, 0) == id, "0");
	FACT(semget(KEY + 1, 0, IPC_CREAT), "a new one of 0");
	FACT(semget(KEY + 1, 0, 0), "none");
	FACT(semget(KEY + 1, -1, IPC_CREAT), "-1");
	FACT(semget(KEY + 1, 32001, IPC_CREAT), "32001");
	FACT(operate(id, 0, -1, IPC_NOWAIT), "down");
	FACT(operate(id, 3, 1, 0), "number 3");
	FACT(operate(id, -1, 1, 0), "number -1");
	FACT(operate(id, 0, 32767, 0), "up 32767");
	FACT(operate(id, 0, 1, 0), "one more");
	FACT(operate(NOID, 0, 1, 0), "none");
	FACT(operate(-1, 0, 1, 0), "-1");
	FACT(semop(id, BAD_ADDRESS, 1), "address");
	FACT(semop(id, many, 0), "no operations");
	FACT(semop(id, many, 501), "501 operations");
	FACT(semctl(id, 0, SETVAL, (union semun){ .val = 32768 }), "32768");
	FACT(semctl(id, 0, SETVAL, (union semun){ .val = -1 }), "-1");
	FACT(semctl(id, 3, SETVAL, (union semun){ .val = 1 }), "number 3");
	FACT(semctl(id, -1, GETVAL), "get -1");
	FACT(semctl(id, 0, SETALL, (union semun){ .array = values }), "all");
	FACT(semctl(id, 2, GETVAL), "get 2");
	values[1] = 40000;
	FACT(semctl(id, 0, SETALL, (union semun){ .array = values }), "40000");
	FACT(syscall(SYS_semctl, id, 0, SETALL, BAD_ADDRESS),
		"all, address");
	FACT(syscall(SYS_semctl, id, 0, GETALL, BAD_ADDRESS),
		"get all, address");
	FACT(semctl(id, 0, IPC_STAT, (union semun){ .buf = &ds }), "stat");
	FACT(ds.sem_nsems, "semaphores");
	FACT(syscall(SYS_semctl, id, 0, IPC_STAT, BAD_ADDRESS),
		"stat, address");
	FACT(syscall(SYS_semctl, id, 0, IPC_SET, BAD_ADDRESS),
		"set, address");
	FACT(semctl(id, 0, 77), "unknown command");
	FACT(semctl(-1, 0, GETVAL), "of -1");
	FACT(semctl(id, 0, GETPID) == getpid(), "last");
	FACT(semctl(id, 0, GETNCNT), "waiters");
	FACT(semctl(id, 0, GETZCNT), "for 0");
	FACT(operate(id, 0, 0, IPC_NOWAIT), "wait for 0");
	FACT(operate(id, 0, -1, 0), "down");
	FACT(operate(id, 0, 0, IPC_NOWAIT), "wait for 0");
	interrupt_soon();
	FACT(operate(id, 0, -1, 0), "signal");
	FACT(semtimedop(id, &(struct sembuf){ 0, -1, 0 }, 1,
		&(struct timespec){ 0, 1000000 }), "time-out");
	FACT(semtimedop(id, &(struct sembuf){ 0, -1, 0 }, 1,
		&(struct timespec){ -1, 0 }), "time-out -1");
	FACT(semtimedop(id, &(struct sembuf){ 0, -1, 0 }, 1,
		&(struct timespec){ 0, 1000000000 }), "time-out, ns");
	AS(0) {
		FACT(operate(id, 1, 5, SEM_UNDO), "undo");
		FACT(semctl(id, 1, GETVAL), "value");
	}
	FACT(semctl(id, 1, GETVAL), "undone");
	FACT(operate(id, 1, 32767, SEM_UNDO), "undo, too much");
	AS(1000) {
		FACT(semget(KEY, 0, 0600), "user: get");
		FACT(operate(id, 0, 1, 0), "user: up");
		FACT(semctl(id, 0, GETVAL), "user: value");
		FACT(semctl(id, 0, SETVAL, (union semun){ .val = 1 }),
			"user: set");
		FACT(semctl(id, 0, IPC_RMID), "user: remove");
	}
	pid = checked_fork();
	if (pid == 0)
		_exit(operate(id, 0, -1, 0) == -1 ? errno : 0);
	usleep(50000);
	FACT(semctl(id, 0, GETNCNT), "waiters");
	FACT(semctl(id, 0, IPC_RMID), "remove");
	waitpid(pid, &status, 0);
	FACT(WEXITSTATUS(status) == EIDRM, "it was removed");
	FACT(semctl(id, 0, GETVAL), "gone");
}

/* Two pages of one's own each, of which a user may lock three */
static void test_locking(void)
{
	struct rlimit three = { 3 * 4096, 3 * 4096 }, none = { 0, 0 };

	AS(1000) {
		int a = shmget(IPC_PRIVATE, 5000, 0600);
		int b = shmget(IPC_PRIVATE, 8192, 0600);

		setrlimit(RLIMIT_MEMLOCK, &three);
		FACT(shmctl(a, SHM_LOCK, NULL), "user: lock one's own");
		FACT(shmctl(a, SHM_LOCK, NULL), "user: lock it again");
		FACT(shmctl(b, SHM_LOCK, NULL), "user: lock too much");
		FACT(shmctl(a, SHM_UNLOCK, NULL), "user: unlock");
		FACT(shmctl(b, SHM_LOCK, NULL), "user: lock the other");
		setrlimit(RLIMIT_MEMLOCK, &none);
		FACT(shmctl(a, SHM_LOCK, NULL), "user: lock, limit 0");
		FACT(shmctl(b, SHM_UNLOCK, NULL), "user: unlock, limit 0");
		shmctl(a, IPC_RMID, NULL);
		shmctl(b, IPC_RMID, NULL);
	}
}

static void test_memory(void)
{
	int id = shmget(KEY, 5000, IPC_CREAT | 0600);
	struct shmid_ds ds;
	struct shminfo info;
	char *p, *q, *place;

	FACT(shmget(KEY, 5000, IPC_CREAT | IPC_EXCL), "exists");
	FACT(shmget(KEY, 8192, 0), "larger");
	FACT(shmget(KEY, 0, 0) == id, "0");
	FACT(shmget(KEY + 1, 0, IPC_CREAT), "new, 0");
	FACT(shmget(KEY + 1, -1, IPC_CREAT), "new, -1");
	FACT(shmget(KEY + 1, 100, 0), "none");
	p = shmat(id, NULL, 0);
	FACT(p == (void *)-1, "attach");
	FACT((long)shmat(-1, NULL, 0), "attach -1");
	FACT((long)shmat(id, p, 0), "at a used place");
	FACT((long)shmat(id, p + 1, 0), "at an odd one");
	place = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0);
	munmap(place, 1 << 20);
	q = shmat(id, place + 65537, SHM_RND);
	FACT(q - place, "rounded");
	FACT(shmdt(q), "detach");
	FACT((long)shmat(id, NULL, SHM_REMAP), "remap at 0");
	q = shmat(id, p, SHM_REMAP);
	FACT(q - p, "remap");
	q = shmat(id, NULL, SHM_RDONLY);
	p[0] = 7;
	FACT(q[0], "the same bytes");
	FACT(shmctl(id, IPC_STAT, &ds), "stat");
	printf("%lu bytes, %lu attached\n", (long)ds.shm_segsz,
		(long)ds.shm_nattch);
	FACT(shmdt(q + 1), "detach, odd");
	FACT(shmdt(q + 4096), "detach, middle");
	FACT(shmdt(q), "detach");
	FACT(shmdt(q), "again");
	FACT(shmdt(NULL), "detach 0");
	FACT(syscall(SYS_shmctl, id, IPC_STAT, BAD_ADDRESS), "stat, address");
	FACT(syscall(SYS_shmctl, id, IPC_SET, BAD_ADDRESS), "set, address");
	FACT(shmctl(id, 77, &ds), "unknown command");
	FACT(shmctl(-1, IPC_STAT, &ds), "of -1");
	FACT(shmctl(NOID, IPC_STAT, &ds), "of none");
	FACT(shmctl(0, IPC_INFO, (void *)&info) >= 0, "info");
	printf("%lx %lx %lx\n", info.shmmax, info.shmmin, info.shmmni);
	FACT(shmctl(id, SHM_LOCK, NULL), "lock");
	FACT(shmctl(id, SHM_UNLOCK, NULL), "unlock");
	AS(1000) {
		FACT((long)shmat(id, NULL, 0), "user: attach");
		FACT((long)shmat(id, NULL, SHM_RDONLY), "user: to read");
		FACT(shmget(KEY, 0, 0400), "user: get");
		FACT(shmctl(id, IPC_STAT, &ds), "user: stat");
		FACT(shmctl(id, IPC_SET, &ds), "user: set");
		FACT(shmctl(id, SHM_LOCK, NULL), "user: lock");
		FACT(shmctl(id, IPC_RMID, NULL), "user: remove");
	}
	test_locking();
	FACT(shmctl(id, IPC_RMID, NULL), "remove, attached");
	FACT(shmctl(id, IPC_STAT, &ds), "it is there");
	FACT((ds.shm_perm.mode & 01000) != 0, "marked");
	FACT(shmget(KEY, 0, 0), "its key is free");
	FACT(p[0], "its bytes");
	FACT(shmdt(p), "detach");
	FACT(shmctl(id, IPC_STAT, &ds), "it is gone");
}

#define OPEN(name, flags, attr)						\
	syscall(SYS_mq_open, name, flags, 0600, attr)

static void test_queue_names(void)
{
	struct mq_attr a = { .mq_maxmsg = 0, .mq_msgsize = 10 };
	static char longest[300];
	int fd;

	memset(longest, 'x', 256);
	FACT(OPEN("none", O_RDWR, NULL), "no such queue");
	FACT(OPEN("", O_RDWR | O_CREAT, NULL), "no name");
	FACT(OPEN("a/b", O_RDWR | O_CREAT, NULL), "a slash");
	FACT(OPEN(".", O_RDWR | O_CREAT, NULL), "dot");
	FACT(OPEN(longest, O_RDWR | O_CREAT, NULL), "long");
	FACT(OPEN(BAD_ADDRESS, O_RDWR | O_CREAT, NULL), "address");
	FACT(OPEN("q", O_RDWR | O_CREAT, BAD_ADDRESS), "attr's address");
	FACT(OPEN("q", O_RDWR | O_CREAT, &a), "no messages");
	a = (struct mq_attr){ .mq_maxmsg = 10, .mq_msgsize = 0 };
	FACT(OPEN("q", O_RDWR | O_CREAT, &a), "no bytes");
	a = (struct mq_attr){ .mq_maxmsg = -1, .mq_msgsize = 10 };
	FACT(OPEN("q", O_RDWR | O_CREAT, &a), "-1 messages");
	a = (struct mq_attr){ .mq_maxmsg = 65537, .mq_msgsize = 10 };
	FACT(OPEN("q", O_RDWR | O_CREAT, &a), "65537 messages");
	AS(1000) {
		a = (struct mq_attr){ .mq_maxmsg = 11, .mq_msgsize = 10 };
		FACT(OPEN("q", O_RDWR | O_CREAT, &a), "user: 11");
		a = (struct mq_attr){ .mq_maxmsg = 10, .mq_msgsize = 8193 };
		FACT(OPEN("q", O_RDWR | O_CREAT, &a), "user: 8193 bytes");
	}
	fd = OPEN("q", O_RDWR | O_CREAT | O_EXCL, NULL);
	FACT(fd >= 0, "open");
	FACT(OPEN("q", O_RDWR | O_CREAT | O_EXCL, NULL), "exists");
	FACT(OPEN("q", 3, NULL), "mode 3");
	AS(1000) {
		FACT(OPEN("q", O_RDONLY, NULL), "user: open");
		FACT(syscall(SYS_mq_unlink, "q"), "user: unlink");
	}
	close(fd);
	FACT(syscall(SYS_mq_unlink, "q"), "unlink");
	FACT(syscall(SYS_mq_unlink, "q"), "again");
	FACT(syscall(SYS_mq_unlink, BAD_ADDRESS), "address");
	FACT(syscall(SYS_mq_unlink, longest), "long");
}

static long put(int fd, const char *text, size_t size, unsigned priority)
{
	return syscall(SYS_mq_timedsend_time64, fd, text, size, priority,
		NULL);
}

static void test_queues(void)
{
	struct mq_attr a = { .mq_maxmsg = 3, .mq_msgsize = 10 };
	int fd = OPEN("q", O_RDWR | O_CREAT | O_NONBLOCK, &a), read_only;
	struct sigevent ev = { .sigev_notify = SIGEV_NONE };
	struct { int64_t s, ns; } t = { 0, 1000000000 };
	struct mq_attr old;
	unsigned priority = 0;
	char buf[20];

	read_only = OPEN("q", O_RDONLY, NULL);
	FACT(syscall(SYS_mq_getsetattr, fd, NULL, &old), "attributes");
	printf("%lx %ld %ld %ld\n", old.mq_flags, old.mq_maxmsg,
		old.mq_msgsize, old.mq_curmsgs);
	FACT(syscall(SYS_mq_getsetattr, fd, NULL, BAD_ADDRESS), "address");
	FACT(syscall(SYS_mq_getsetattr, fd, BAD_ADDRESS, NULL), "address");
	FACT(syscall(SYS_mq_getsetattr, -1, NULL, &old), "fd -1");
	FACT(syscall(SYS_mq_getsetattr, 1, NULL, &old), "other fd");
	a.mq_flags = 1;
	FACT(syscall(SYS_mq_getsetattr, fd, &a, NULL), "flags");
	FACT(put(fd, "text", 11, 0), "too long");
	FACT(put(fd, "text", 0, 0), "empty");
	FACT(put(fd, "text", 4, 32768), "priority 32768");
	FACT(put(fd, "text", 4, 32767), "priority 32767");
	FACT(put(fd, "text", 3, 5), "priority 5");
	FACT(put(fd, "text", 3, 5), "full");
	FACT(put(fd, BAD_ADDRESS, 3, 5), "address");
	FACT(put(read_only, "text", 3, 5), "read-only");
	FACT(put(-1, "text", 3, 5), "fd -1");
	FACT(put(1, "text", 3, 5), "other fd");
	FACT(syscall(SYS_mq_timedreceive_time64, fd, buf, 9, &priority, NULL),
		"short");
	FACT(syscall(SYS_mq_timedreceive_time64, fd, BAD_ADDRESS, 10, NULL,
		NULL), "address");
	FACT(syscall(SYS_mq_timedreceive_time64, fd, buf, 10, &priority,
		NULL), "receive");
	FACT(priority, "priority");
	FACT(syscall(SYS_mq_timedreceive_time64, fd, buf, 10, &priority,
		NULL), "receive");
	FACT(priority, "priority");
	FACT(syscall(SYS_mq_timedreceive_time64, fd, buf, 10, &priority,
		NULL), "receive");
	FACT(syscall(SYS_mq_timedreceive_time64, read_only, buf, 10, NULL,
		&t), "time-out, ns");
	t.ns = 0;
	FACT(syscall(SYS_mq_timedreceive_time64, read_only, buf, 10, NULL,
		&t), "time-out");
	interrupt_soon();
	FACT(syscall(SYS_mq_timedreceive_time64, read_only, buf, 10, NULL,
		NULL), "signal");
	FACT(syscall(SYS_mq_timedreceive_time64, read_only, buf, 10, NULL,
		BAD_ADDRESS), "time-out's address");
	FACT(read(fd, buf, 3), "read");
	FACT(read(fd, buf, 19) > 0, "read");
	FACT(write(fd, buf, 3), "write");
	FACT(lseek(fd, 0, SEEK_SET), "lseek");
	FACT(syscall(SYS_mq_notify, fd, &ev), "notify");
	AS(0)
		FACT(syscall(SYS_mq_notify, fd, &ev), "another's");
	FACT(syscall(SYS_mq_notify, fd, NULL), "no more");
	FACT(syscall(SYS_mq_notify, -1, &ev), "fd -1");
	FACT(syscall(SYS_mq_notify, 1, &ev), "other fd");
	FACT(syscall(SYS_mq_notify, fd, BAD_ADDRESS), "address");
	ev.sigev_notify = 77;
	FACT(syscall(SYS_mq_notify, fd, &ev), "notify 77");
	ev.sigev_notify = SIGEV_SIGNAL;
	ev.sigev_signo = 65;
	FACT(syscall(SYS_mq_notify, fd, &ev), "signal 65");
	ev.sigev_signo = 0;
	FACT(syscall(SYS_mq_notify, fd, &ev), "signal 0");
	close(fd);
	close(read_only);
	FACT(syscall(SYS_mq_unlink, "q"), "unlink");
}

int main(int argc __attribute__((unused)), char **argv)
{
	facts_begin(argv[1]);
	test_messages();
	test_semaphores();
	test_memory();
	test_queue_names();
	test_queues();
	return 0;
}

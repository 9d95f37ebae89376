/* SPDX-License-Identifier: BSD-2-Clause */
/* sysvipc(7): message queues, semaphores, shared memory. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#define KEY		0x50495058
#define PAGE		4096

union semun {
	int val;
	void *buf;
	unsigned short *array;
};

struct text {
	long type;
	char s[16];
};

static void nothing(int sig)
{
	(void)sig;
}

static void pause_a_bit(void)
{
	usleep(30000);
}

/* Runs fn in a child that is not root */
static void as_nobody(void (*fn)(int id), int id)
{
	pid_t pid = checked_fork();

	if (!pid) {
		CHECK(!setgid(60001) && !setuid(60001));
		fn(id);
		_exit(0);
	}
	expect_success(pid);
}

static void send(int id, long type, const char *s)
{
	struct text t = { .type = type };

	strcpy(t.s, s);
	CHECK(!msgsnd(id, &t, strlen(s) + 1, IPC_NOWAIT));
}

static void expect_text(int id, long type, int flags, const char *s)
{
	struct text t;
	ssize_t n = msgrcv(id, &t, sizeof(t.s), type, flags | IPC_NOWAIT);

	CHECK(n == (ssize_t)strlen(s) + 1 && !strcmp(t.s, s));
}

static void test_keys(void)
{
	int id, other;

	CHECK_ERRNO(msgget(KEY, 0), ENOENT);
	id = msgget(KEY, IPC_CREAT | 0600);
	CHECK(id >= 0 && msgget(KEY, 0) == id);
	CHECK(msgget(KEY, IPC_CREAT) == id);
	CHECK_ERRNO(msgget(KEY, IPC_CREAT | IPC_EXCL), EEXIST);
	other = msgget(IPC_PRIVATE, 0600);
	CHECK(other >= 0 && other != id);
	CHECK(!msgctl(id, IPC_RMID, NULL));
	CHECK_ERRNO(msgctl(id, IPC_RMID, NULL), EINVAL);
	CHECK(msgget(KEY, IPC_CREAT | 0600) != id);	/* a new number */
	CHECK(!msgctl(msgget(KEY, 0), IPC_RMID, NULL));
	CHECK(!msgctl(other, IPC_RMID, NULL));
	CHECK_ERRNO(msgctl(-1, IPC_RMID, NULL), EINVAL);
}

static void test_messages(void)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct msqid_ds ds;

	send(id, 3, "three");
	send(id, 1, "one");
	send(id, 2, "two");
	send(id, 3, "again");
	CHECK(!msgctl(id, IPC_STAT, &ds) && ds.msg_qnum == 4);
	CHECK(ds.msg_lspid == getpid() && ds.msg_lrpid == 0);
	CHECK(ds.msg_cbytes == 20 && ds.msg_qbytes == 16384);
	CHECK(ds.msg_stime >= time(NULL) - 60);
	expect_text(id, 2, 0, "two");
	expect_text(id, -3, 0, "one");			/* the lowest */
	send(id, 4, "four");
	expect_text(id, 3, MSG_EXCEPT, "four");
	expect_text(id, 3, 0, "three");
	expect_text(id, 0, 0, "again");
	CHECK(!msgctl(id, IPC_RMID, NULL));
}

#define MESSAGE_COPY	040000

/* msgrcv(2): at a place, and there it stays */
static void test_message_copies(void)
{
	int id = msgget(IPC_PRIVATE, 0600), how = MESSAGE_COPY | IPC_NOWAIT;
	struct { long type; char text[100]; } m;

	send(id, 7, "first");
	send(id, 8, "second");
	CHECK(msgrcv(id, &m, 100, 1, how) == 7 && m.type == 8);
	CHECK(!strcmp(m.text, "second"));
	CHECK(msgrcv(id, &m, 100, 0, how) == 6 && m.type == 7);
	CHECK_ERRNO(msgrcv(id, &m, 100, 2, how), ENOMSG);
	CHECK_ERRNO(msgrcv(id, &m, 100, -1, how), ENOMSG);
	CHECK_ERRNO(msgrcv(id, &m, 3, 0, how), E2BIG);
	CHECK_ERRNO(msgrcv(id, &m, 3, 0, how | MSG_NOERROR), EINVAL);
	CHECK_ERRNO(msgrcv(id, &m, 100, 0, MESSAGE_COPY), EINVAL);
	CHECK_ERRNO(msgrcv(id, &m, 100, 0, how | MSG_EXCEPT), EINVAL);
	expect_text(id, 0, 0, "first");
	expect_text(id, 0, 0, "second");
	CHECK(!msgctl(id, IPC_RMID, NULL));
}

static void test_message_errors(void)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct text t = { .type = 1 };
	struct msqid_ds ds;
	static char big[9000];

	*(long *)big = 1;
	CHECK_ERRNO(msgsnd(id, big, 8193, 0), EINVAL);
	CHECK_ERRNO(msgsnd(-1, &t, 1, 0), EINVAL);
	CHECK_ERRNO(msgsnd(id + 1, &t, 1, 0), EINVAL);
	CHECK_ERRNO(msgsnd(id, (void *)8, 1, 0), EFAULT);
	t.type = 0;
	CHECK_ERRNO(msgsnd(id, &t, 1, 0), EINVAL);
	CHECK_ERRNO(msgrcv(id, &t, 1, 0, IPC_NOWAIT), ENOMSG);
	CHECK_ERRNO(msgrcv(id, &t, -1, 0, IPC_NOWAIT), EINVAL);
	send(id, 7, "seven");
	CHECK_ERRNO(msgrcv(id, &t, 2, 0, IPC_NOWAIT), E2BIG);
	CHECK(msgrcv(id, &t, 2, 0, MSG_NOERROR) == 2 && t.type == 7);
	send(id, 7, "lost");
	CHECK_ERRNO(msgrcv(id, (void *)8, 16, 0, 0), EFAULT);
	CHECK(!msgsnd(id, big, 8192, 0) && !msgsnd(id, big, 8192, 0));
	t.type = 1;
	CHECK_ERRNO(msgsnd(id, &t, 1, IPC_NOWAIT), EAGAIN);
	CHECK_ERRNO(syscall(SYS_msgctl, id, 2 /* IPC_STAT */, 8), EFAULT);
	CHECK_ERRNO(msgctl(id, 77, NULL), EINVAL);
	CHECK(!msgctl(id, IPC_STAT, &ds));
	ds.msg_qbytes = 20000;
	if (!msgctl(id, IPC_SET, &ds))			/* root may */
		CHECK(!msgsnd(id, &t, 1, IPC_NOWAIT));
	else
		CHECK(errno == EPERM);			/* a lesser root */
	CHECK(!msgctl(id, IPC_RMID, NULL));
}

static void test_message_waits(void)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct sigaction sa = { .sa_handler = nothing };
	struct text t;
	pid_t pid = checked_fork();

	if (!pid) {
		pause_a_bit();
		send(id, 9, "other");			/* not this one */
		pause_a_bit();
		send(id, 5, "late");
		_exit(0);
	}
	CHECK(msgrcv(id, &t, sizeof(t.s), 5, 0) == 5);
	CHECK(!strcmp(t.s, "late"));
	expect_success(pid);
	sigaction(SIGALRM, &sa, NULL);
	ualarm(30000, 0);
	CHECK_ERRNO(msgrcv(id, &t, sizeof(t.s), 5, 0), EINTR);
	pid = checked_fork();
	if (!pid) {
		CHECK_ERRNO(msgrcv(id, &t, sizeof(t.s), 5, 0), EIDRM);
		_exit(0);
	}
	pause_a_bit();
	CHECK(!msgctl(id, IPC_RMID, NULL));
	expect_success(pid);
}

static void strange_messages(int id)
{
	struct text t = { .type = 1 };
	struct msqid_ds ds;

	CHECK_ERRNO(msgget(KEY, 0200), EACCES);
	CHECK(msgget(KEY, 0400) == id);
	CHECK_ERRNO(msgsnd(id, &t, 1, 0), EACCES);
	CHECK_ERRNO(msgrcv(id, &t, 1, 0, IPC_NOWAIT), ENOMSG);
	CHECK(!msgctl(id, IPC_STAT, &ds));
	CHECK_ERRNO(msgctl(id, IPC_SET, &ds), EPERM);
	CHECK_ERRNO(msgctl(id, IPC_RMID, NULL), EPERM);
}

static void hidden_messages(int id)
{
	struct msqid_ds ds;

	CHECK_ERRNO(msgctl(id, IPC_STAT, &ds), EACCES);
}

static void test_permission(void)
{
	int id = msgget(KEY, IPC_CREAT | 0604);
	struct msqid_ds ds;

	as_nobody(strange_messages, id);
	CHECK(!msgctl(id, IPC_STAT, &ds));
	ds.msg_perm.mode = 0600;
	CHECK(!msgctl(id, IPC_SET, &ds));
	CHECK(!msgctl(id, IPC_STAT, &ds) && ds.msg_perm.mode == 0600);
	as_nobody(hidden_messages, id);
	CHECK(!msgctl(id, IPC_RMID, NULL));
}

static int op(int id, int index, int n, int flags)
{
	struct sembuf b = { index, n, flags };

	return semop(id, &b, 1);
}

static int value(int id, int index)
{
	return semctl(id, index, GETVAL);
}

static void test_semaphores(void)
{
	unsigned short all[3] = { 1, 2, 3 };
	struct sembuf b[2] = { { 0, -1, 0 }, { 1, -3, IPC_NOWAIT } };
	struct semid_ds ds;
	int id = semget(IPC_PRIVATE, 3, 0600);

	CHECK(id >= 0 && value(id, 0) == 0);
	CHECK(!semctl(id, 0, SETALL, (union semun){ .array = all }));
	CHECK(!semctl(id, 1, SETVAL, (union semun){ .val = 2 }));
	memset(all, 0, sizeof(all));
	CHECK(!semctl(id, 0, GETALL, (union semun){ .array = all }));
	CHECK(all[0] == 1 && all[1] == 2 && all[2] == 3);
	CHECK_ERRNO(semop(id, b, 2), EAGAIN);		/* all or nothing */
	CHECK(value(id, 0) == 1 && value(id, 1) == 2);
	b[1].sem_op = -2;
	CHECK(!semop(id, b, 2) && !value(id, 0) && !value(id, 1));
	CHECK(semctl(id, 0, GETPID) == getpid());
	CHECK(!op(id, 0, 0, 0) && !op(id, 0, 4, 0) && value(id, 0) == 4);
	CHECK(!semctl(id, 0, IPC_STAT, (union semun){ .buf = &ds }));
	CHECK(ds.sem_nsems == 3 && ds.sem_otime >= time(NULL) - 60);
	CHECK_ERRNO(op(id, 0, 0, IPC_NOWAIT), EAGAIN);
	CHECK_ERRNO(op(id, 0, 32767, 0), ERANGE);
	CHECK_ERRNO(op(id, 3, 1, 0), EFBIG);
	CHECK_ERRNO(op(id + 1, 0, 1, 0), EINVAL);
	CHECK_ERRNO(semop(id, b, 0), EINVAL);
	CHECK_ERRNO(semop(id, b, 501), E2BIG);
	CHECK_ERRNO(semop(id, (void *)8, 1), EFAULT);
	CHECK_ERRNO(semctl(id, 3, GETVAL), EINVAL);
	CHECK_ERRNO(semctl(id, 0, 99), EINVAL);
	CHECK_ERRNO(semctl(id, 0, SETVAL, (union semun){ .val = 40000 }),
		ERANGE);
	CHECK_ERRNO(semget(IPC_PRIVATE, 0, 0600), EINVAL);
	CHECK_ERRNO(semget(IPC_PRIVATE, 32001, 0600), EINVAL);
	CHECK(!semctl(id, 0, IPC_RMID));
	id = semget(KEY, 2, IPC_CREAT | 0600);
	CHECK(semget(KEY, 0, 0) == id && semget(KEY, 2, 0) == id);
	CHECK_ERRNO(semget(KEY, 3, 0), EINVAL);
	CHECK(!semctl(id, 0, IPC_RMID));
}

static void test_semaphore_waits(void)
{
	struct timespec soon = { 0, 20000000 }, bad = { 0, -1 };
	struct sigaction sa = { .sa_handler = nothing,
		.sa_flags = SA_RESTART };
	struct sembuf b = { 0, -1, 0 };
	int id = semget(IPC_PRIVATE, 1, 0600);
	pid_t pid;

	CHECK_ERRNO(semtimedop(id, &b, 1, &soon), EAGAIN);
	CHECK_ERRNO(semtimedop(id, &b, 1, &bad), EINVAL);
	sigaction(SIGALRM, &sa, NULL);
	ualarm(30000, 0);
	CHECK_ERRNO(semop(id, &b, 1), EINTR);		/* never restarted */
	pid = checked_fork();
	if (!pid) {
		CHECK(!op(id, 0, -3, 0) && !op(id, 0, 0, 0));
		_exit(0);
	}
	while (semctl(id, 0, GETNCNT) != 1)
		pause_a_bit();
	CHECK(semctl(id, 0, GETZCNT) == 0);
	CHECK(!op(id, 0, 2, 0) && value(id, 0) == 2);	/* not enough */
	CHECK(!op(id, 0, 2, 0) && value(id, 0) == 1);
	while (semctl(id, 0, GETZCNT) != 1)
		pause_a_bit();
	CHECK(!op(id, 0, -1, 0));
	expect_success(pid);
	pid = checked_fork();
	if (!pid) {
		CHECK_ERRNO(op(id, 0, -3, 0), EIDRM);
		_exit(0);
	}
	while (semctl(id, 0, GETNCNT) != 1)
		pause_a_bit();
	CHECK(!semctl(id, 0, IPC_RMID));
	expect_success(pid);
}

static void test_undo(void)
{
	int id = semget(IPC_PRIVATE, 2, 0600);
	pid_t pid;

	CHECK(!op(id, 0, 5, 0));
	pid = checked_fork();
	if (!pid) {
		CHECK(!op(id, 0, -3, SEM_UNDO) && !op(id, 0, -1, 0));
		CHECK(!op(id, 1, 7, SEM_UNDO) && value(id, 0) == 1);
		if (!fork())
			_exit(0);			/* inherits none */
		wait(NULL);
		_exit(value(id, 0) != 1 || value(id, 1) != 7);
	}
	expect_success(pid);
	CHECK(value(id, 0) == 4 && value(id, 1) == 0);
	CHECK(semctl(id, 0, GETPID) == pid);
	pid = checked_fork();
	if (!pid) {
		CHECK(!op(id, 0, -3, SEM_UNDO));
		CHECK(!semctl(id, 0, SETVAL, (union semun){ .val = 2 }));
		_exit(0);
	}
	expect_success(pid);
	CHECK(value(id, 0) == 2);			/* SETVAL cleared it */
	for (int i = 0; i < 100; i++) {
		int one = semget(IPC_PRIVATE, 1, 0600);

		CHECK(!op(one, 0, 1, SEM_UNDO) && !semctl(one, 0, IPC_RMID));
	}
	CHECK(!semctl(id, 0, IPC_RMID));
}

static int attaches(int id)
{
	struct shmid_ds ds;

	CHECK(!shmctl(id, IPC_STAT, &ds));
	return ds.shm_nattch;
}

static void test_shared(void)
{
	int id = shmget(IPC_PRIVATE, 3 * PAGE - 1, 0600);
	struct shmid_ds ds;
	volatile char *a, *b;
	pid_t pid;

	a = shmat(id, NULL, 0);
	b = shmat(id, NULL, SHM_RDONLY);
	CHECK(a != (void *)-1 && b != (void *)-1 && a != b);
	CHECK(a[0] == 0 && a[2 * PAGE] == 0 && attaches(id) == 2);
	strcpy((char *)a + PAGE, "seen");
	CHECK(!strcmp((char *)b + PAGE, "seen"));
	pid = checked_fork();
	if (!pid) {
		CHECK(attaches(id) == 4);
		a[0]++;
		CHECK(!shmdt((void *)b) && attaches(id) == 3);
		a[2 * PAGE] = 'c';
		_exit(0);
	}
	expect_success(pid);
	CHECK(a[0] == 1 && b[2 * PAGE] == 'c' && attaches(id) == 2);
	pid = checked_fork();
	if (!pid) {
		b[0] = 1;
		_exit(0);
	}
	expect_signal(pid, SIGSEGV);
	CHECK_ERRNO(mprotect((void *)b, PAGE, PROT_WRITE), EACCES);
	CHECK(!shmctl(id, IPC_STAT, &ds));
	CHECK(ds.shm_segsz == 3 * PAGE - 1 && ds.shm_cpid == getpid());
	CHECK(!shmctl(id, IPC_RMID, NULL));		/* still attached */
	CHECK(!shmctl(id, IPC_STAT, &ds) && (ds.shm_perm.mode & 01000));
	CHECK(!strcmp((char *)b + PAGE, "seen"));
	CHECK(!munmap((void *)(a + PAGE), PAGE));	/* two parts are left */
	CHECK(attaches(id) == 3);
	CHECK(!shmdt((void *)a) && attaches(id) == 1);
	CHECK_ERRNO(shmdt((void *)a), EINVAL);
	CHECK(!shmdt((void *)b));
	CHECK_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
}

static void test_places(void)
{
	int id = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
	char *hole = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_ERRNO((long)shmat(id, hole, 0), EINVAL);	/* taken */
	CHECK_ERRNO((long)shmat(id, NULL, SHM_REMAP), EINVAL);
	hole[PAGE] = 'x';
	CHECK(shmat(id, hole + PAGE, SHM_REMAP) == hole + PAGE);
	CHECK(!hole[PAGE] && !shmdt(hole + PAGE));
	CHECK(shmat(id, hole + PAGE + 99, SHM_RND) == hole + PAGE);
	CHECK_ERRNO((long)shmat(id, hole + PAGE + 99, 0), EINVAL);
	CHECK_ERRNO((long)shmat(id + 1, NULL, 0), EINVAL);
	CHECK_ERRNO(shmdt(hole + PAGE + 1), EINVAL);
	CHECK_ERRNO(shmdt(hole), EINVAL);
	CHECK(!shmctl(id, IPC_RMID, NULL) && !shmdt(hole + PAGE));
	CHECK_ERRNO(shmget(IPC_PRIVATE, 0, 0600), EINVAL);
	CHECK_ERRNO(shmget(KEY, 1, 0), ENOENT);
	id = shmget(KEY, PAGE, IPC_CREAT | 0600);
	CHECK(shmget(KEY, 0, 0) == id);
	CHECK_ERRNO(shmget(KEY, PAGE + 1, 0), EINVAL);
	CHECK(!shmctl(id, SHM_LOCK, NULL) && !shmctl(id, SHM_UNLOCK, NULL));
	CHECK_ERRNO(shmctl(id, 99, NULL), EINVAL);
	CHECK(!shmctl(id, IPC_RMID, NULL));
	munmap(hole, 4 * PAGE);
}

static void strange_memory(int id)
{
	CHECK_ERRNO((long)shmat(id, NULL, 0), EACCES);
	CHECK(shmat(id, NULL, SHM_RDONLY) != (void *)-1);
	CHECK_ERRNO(shmctl(id, IPC_RMID, NULL), EPERM);
	CHECK_ERRNO(shmctl(id, SHM_LOCK, NULL), EPERM);
}

static void test_memory_permission(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0604);

	as_nobody(strange_memory, id);
	CHECK(!shmctl(id, IPC_RMID, NULL));
}

/* What ipcs(1) asks */
static void test_info(void)
{
	struct seminfo si;
	struct msginfo mi;
	struct shm_info hi;
	struct semid_ds sd;
	int id = semget(IPC_PRIVATE, 4, 0600), last, i, found = 0;
	char line[300];
	FILE *f;

	last = semctl(0, 0, SEM_INFO, (union semun){ .buf = &si });
	CHECK(last >= 0 && si.semvmx == 32767 && si.semusz >= 1);
	for (i = 0; i <= last; i++)
		found |= semctl(i, 0, SEM_STAT, (union semun){ .buf = &sd })
			== id && sd.sem_nsems == 4;
	CHECK(found);
	CHECK(msgctl(0, IPC_INFO, (void *)&mi) >= 0 && mi.msgmax == 8192);
	CHECK(shmctl(0, SHM_INFO, (void *)&hi) >= 0 && hi.used_ids >= 0);
	f = fopen("/proc/sysvipc/sem", "r");
	CHECK(f && fgets(line, sizeof(line), f) && strstr(line, "semid"));
	for (found = 0; fgets(line, sizeof(line), f);)
		found |= atoi(line + 10) == id;
	CHECK(found && !fclose(f));
	CHECK(!semctl(id, 0, IPC_RMID));
}

int main(void)
{
	alarm(60);
	test_keys();
	test_messages();
	test_message_copies();
	test_message_errors();
	test_message_waits();
	test_permission();
	test_semaphores();
	test_semaphore_waits();
	test_undo();
	test_shared();
	test_places();
	test_memory_permission();
	test_info();
	return passed("sysvipc");
}

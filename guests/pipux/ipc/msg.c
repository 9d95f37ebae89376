/* SPDX-License-Identifier: BSD-2-Clause */
/* System V message queues: msgget(2), msgop(2), msgctl(2). */
#include "msg.h"

static void queue_free(struct ipc_object *o);

int setting_msgmni = MSGMNI, setting_msgmax = MSGMAX, setting_msgmnb = MSGMNB;
int setting_msg_next_id = -1;
struct ipc_table msg_table = { .max = &setting_msgmni,
	.next_id = &setting_msg_next_id, .last = -1, .free = queue_free };

struct message {
	struct list link;
	long type;
	uint32_t size;
	char text[];
};

/* ipc_find, with the rights checked */
static struct msg_queue *queue_find(int id, int wanted)
{
	struct msg_queue *q = ipc_find(&msg_table, id);
	int rc;

	if (IS_ERR(q))
		return q;
	rc = ipc_permission(&q->o, wanted);
	if (rc == 0)
		return q;
	ipc_put(&msg_table, &q->o);
	return ERR_PTR(rc);
}

static void queue_free(struct ipc_object *o)
{
	struct msg_queue *q = container_of(o, struct msg_queue, o);
	struct message *m, *next;

	list_for_each_safe(m, next, &q->messages, link)
		kfree(m);
	kfree(q);
}

static struct ipc_object *queue_make(const struct ipc_request *r)
{
	struct msg_queue *q = kzalloc(sizeof(*q));

	if (!q)
		return ERR_PTR(-ENOMEM);
	list_init(&q->messages);
	wait_queue_init(&q->senders);
	wait_queue_init(&q->receivers);
	q->max_bytes = setting_msgmnb;
	q->ctime = ipc_time();
	return &q->o;
}

long sys_msgget(int key, int flags)
{
	struct ipc_request r = { .key = key, .flags = flags,
		.make = queue_make };

	return ipc_get(&msg_table, &r);
}

static bool has_room(const struct msg_queue *q, uint32_t size)
{
	return size + q->bytes <= q->max_bytes && q->count < q->max_bytes;
}

static struct message *message_new(long type, const void *utext, size_t size)
{
	struct message *m = kmalloc(sizeof(*m) + size);

	if (!m)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(m->text, utext, size)) {
		kfree(m);
		return ERR_PTR(-EFAULT);
	}
	list_init(&m->link);
	m->type = type;
	m->size = size;
	return m;
}

/* Waits for room: 0, or why not */
static long wait_for_room(struct msg_queue *q, uint32_t size, int flags)
{
	long rc;

	if (has_room(q, size))
		return 0;
	if (flags & IPC_NOWAIT)
		return -EAGAIN;
	rc = wait_event(&q->senders, q->o.removed || has_room(q, size));
	if (q->o.removed)
		return -EIDRM;
	return rc ? -ERESTARTNOHAND : ipc_permission(&q->o, IPC_WRITE);
}

static void append(struct msg_queue *q, struct message *m)
{
	list_add_tail(&q->messages, &m->link);
	q->bytes += m->size;
	q->count++;
	q->sender = current->process->pid;
	q->stime = ipc_time();
	wake_up(&q->receivers);
}

long sys_msgsnd(int id, const void *ubuf, size_t size, int flags)
{
	struct msg_queue *q;
	struct message *m;
	long type, rc;

	if (get_user(type, (const long *)ubuf))
		return -EFAULT;
	if (id < 0 || size > (size_t)setting_msgmax || type < 1)
		return -EINVAL;
	m = message_new(type, (const long *)ubuf + 1, size);
	if (IS_ERR(m))
		return PTR_ERR(m);
	q = queue_find(id, IPC_WRITE);
	if (IS_ERR(q)) {
		kfree(m);
		return PTR_ERR(q);
	}
	rc = wait_for_room(q, size, flags);
	if (rc)
		kfree(m);
	else
		append(q, m);
	ipc_put(&msg_table, &q->o);
	return rc;
}

/* msgrcv(2): which message `type` and MSG_EXCEPT mean; NULL: none */
static struct message *choose(const struct msg_queue *q, long type, int flags)
{
	struct message *m, *best = NULL;

	list_for_each(m, &q->messages, link) {
		if (type == 0)
			return m;
		if (type > 0) {
			if ((m->type == type) != !!(flags & MSG_EXCEPT))
				return m;
		} else if (-m->type >= type
		    && (!best || m->type < best->type)) {
			best = m;
		}
	}
	return best;
}

static void take(struct msg_queue *q, struct message *m)
{
	list_del(&m->link);
	q->bytes -= m->size;
	q->count--;
	q->receiver = current->process->pid;
	q->rtime = ipc_time();
	wake_up(&q->senders);
}

/* The message for the receiver, off the queue; ERR_PTR */
static struct message *receive(struct msg_queue *q, size_t size, long type,
		int flags)
{
	struct message *m;
	long rc;

	while (!(m = choose(q, type, flags))) {
		if (flags & IPC_NOWAIT)
			return ERR_PTR(-ENOMSG);
		rc = wait_event(&q->receivers, q->o.removed
			|| choose(q, type, flags));
		if (q->o.removed)
			return ERR_PTR(-EIDRM);
		if (rc)
			return ERR_PTR(-ERESTARTNOHAND);
	}
	if (m->size > size && !(flags & MSG_NOERROR))
		return ERR_PTR(-E2BIG);
	take(q, m);
	return m;
}

static long deliver(const struct message *m, void *ubuf, size_t size)
{
	long n = MIN(m->size, size);

	return copy_to_user(ubuf, &m->type, sizeof(m->type))
		|| copy_to_user((long *)ubuf + 1, m->text, n) ? -EFAULT : n;
}

/* The same of a message that others may receive meanwhile */
static long deliver_copy(const struct message *m, void *ubuf, size_t size)
{
	size_t all = sizeof(*m) + m->size;
	struct message *copy = kmalloc(all);
	long rc;

	if (!copy)
		return -ENOMEM;
	rc = deliver(memcpy(copy, m, all), ubuf, size);
	kfree(copy);
	return rc;
}

/* msgrcv(2), MSG_COPY: the message at that place, which stays */
static long copy_message(const struct msg_queue *q, void *ubuf, size_t size,
		long place, int flags)
{
	const struct message *m;

	list_for_each(m, &q->messages, link)
		if (place-- == 0)
			return m->size <= size ? deliver_copy(m, ubuf, size)
				: flags & MSG_NOERROR ? -EINVAL : -E2BIG;
	return -ENOMSG;
}

long sys_msgrcv(int id, void *ubuf, size_t size, long type, int flags)
{
	struct msg_queue *q;
	struct message *m;
	long rc;

	if (id < 0 || (ssize_t)size < 0)
		return -EINVAL;
	if ((flags & MSG_COPY)
	    && ((flags & MSG_EXCEPT) || !(flags & IPC_NOWAIT)))
		return -EINVAL;
	q = queue_find(id, IPC_READ);
	if (IS_ERR(q))
		return PTR_ERR(q);
	if (flags & MSG_COPY) {
		rc = copy_message(q, ubuf, size, type, flags);
		ipc_put(&msg_table, &q->o);
		return rc;
	}
	m = receive(q, size, type, flags);
	ipc_put(&msg_table, &q->o);
	if (IS_ERR(m))
		return PTR_ERR(m);
	rc = deliver(m, ubuf, size);
	kfree(m);
	return rc;
}

static long queue_stat(int id, int cmd, void *ubuf)
{
	struct msqid64_ds ds = { 0 };
	struct msg_queue *q = cmd == IPC_STAT ? ipc_find(&msg_table, id)
		: ipc_find_index(&msg_table, id);
	long rc;

	if (IS_ERR(q))
		return PTR_ERR(q);
	rc = cmd == MSG_STAT_ANY ? 0 : ipc_permission(&q->o, IPC_READ);
	ipc_fill_perm(&ds.msg_perm, &q->o);
	ds.msg_stime = q->stime;
	ds.msg_rtime = q->rtime;
	ds.msg_ctime = q->ctime;
	ds.msg_cbytes = q->bytes;
	ds.msg_qnum = q->count;
	ds.msg_qbytes = q->max_bytes;
	ds.msg_lspid = q->sender;
	ds.msg_lrpid = q->receiver;
	if (rc == 0)
		rc = copy_to_user(ubuf, &ds, sizeof(ds)) ? -EFAULT
			: cmd == IPC_STAT ? 0 : q->o.id;
	ipc_put(&msg_table, &q->o);
	return rc;
}

static long queue_set(struct msg_queue *q, const struct msqid64_ds *ds)
{
	long rc;

	if (ds->msg_qbytes > (uint32_t)setting_msgmnb
	    && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	rc = ipc_set_perm(&q->o, &ds->msg_perm);
	if (rc)
		return rc;
	q->max_bytes = ds->msg_qbytes;
	q->ctime = ipc_time();
	wake_up(&q->senders);
	wake_up(&q->receivers);
	return 0;
}

static void queue_remove(struct msg_queue *q)
{
	ipc_remove(&msg_table, &q->o);
	wake_up(&q->senders);
	wake_up(&q->receivers);
}

/* IPC_SET and IPC_RMID */
static long queue_change(int id, int cmd, const void *ubuf)
{
	struct msqid64_ds ds;
	struct msg_queue *q;
	long rc;

	if (cmd == IPC_SET && get_user(ds, (struct msqid64_ds *)ubuf))
		return -EFAULT;
	q = ipc_find(&msg_table, id);
	if (IS_ERR(q))
		return PTR_ERR(q);
	rc = ipc_may_control(&q->o);
	if (rc == 0 && cmd == IPC_SET)
		rc = queue_set(q, &ds);
	else if (rc == 0)
		queue_remove(q);
	ipc_put(&msg_table, &q->o);
	return rc;
}

/* IPC_INFO: the limits; MSG_INFO: with what is used */
static long queue_info(int cmd, void *ubuf)
{
	struct msginfo info = { .msgmni = setting_msgmni,
		.msgmax = setting_msgmax, .msgmnb = setting_msgmnb,
		.msgssz = MSGSSZ, .msgseg = MSGSEG,
		.msgmap = MSGMAP, .msgpool = MSGPOOL, .msgtql = MSGTQL };

	if (cmd == MSG_INFO) {
		info.msgpool = msg_table.used;
		info.msgmap = info.msgtql = 0;
		for (uint32_t i = 0; i < msg_table.size; i++) {
			struct msg_queue *q = (void *)msg_table.slot[i];

			if (!q)
				continue;
			info.msgmap += q->count;
			info.msgtql += q->bytes;
		}
	}
	if (copy_to_user(ubuf, &info, sizeof(info)))
		return -EFAULT;
	return ipc_last_index(&msg_table);
}

long sys_msgctl(int id, int cmd, void *ubuf)
{
	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case MSG_INFO:
		return queue_info(cmd, ubuf);
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY:
		return queue_stat(id, cmd, ubuf);
	case IPC_SET:
	case IPC_RMID:
		return queue_change(id, cmd, ubuf);
	}
	return -EINVAL;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of signal actions: made, shared by CLONE_SIGHAND, reset by exec. */
#include <pipux/signal.h>

#define HANDLER_IGN	1

struct sighand *sighand_new(void)
{
	struct sighand *s = kzalloc(sizeof(*s));

	if (s)
		s->users = 1;
	return s;
}

struct sighand *sighand_copy(struct sighand *old)
{
	struct sighand *s = kmalloc(sizeof(*s));

	if (s) {
		*s = *old;
		s->users = 1;
	}
	return s;
}

struct sighand *sighand_share(struct sighand *s)
{
	s->users++;
	return s;
}

void sighand_put(struct sighand *s)
{
	if (s && !--s->users)
		kfree(s);
}

void sighand_default(struct sighand *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->action); i++) {
		uint32_t handler = s->action[i].handler;

		s->action[i] = (struct ksigaction){
			.handler = handler == HANDLER_IGN ? handler : 0,
		};
	}
}

int signals_exec(void)
{
	struct sighand *s = current->sighand;

	if (s->users > 1) {
		struct sighand *own = sighand_copy(s);

		if (!own)
			return -ENOMEM;
		sighand_put(s);
		current->sighand = s = own;
	}
	sighand_default(s);
	current->altstack.sp = current->altstack.size = 0;
	current->altstack.flags = 0;
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor: commands on the console after the escape key, and line by line
 * on COM2, where each answer ends with `ok` or `error: reason`.  Commands run
 * inside an interrupt or in the scheduler, never while a guest's call is
 * under way.
 */
#include "virtio/bus.h"
#include "vmm.h"

#define LINE_MAX	80u
#define WORDS_MAX	3u
#define PAGES_MAX	(VMM_GUEST_MAX / PAGE_SIZE)
#define PROMPT		"vmm> "

#define KEY_BACKSPACE	0x08
#define KEY_DELETE	0x7F
#define KEY_CTRL_C	0x03
#define KEY_CTRL_D	0x04
#define KEY_CTRL_U	0x15

/* Where commands come from and answers go */
struct session {
	pip_put_t *put;
	bool console;
	char line[LINE_MAX];
	uint32_t length;
};

typedef const char *command_t(struct session *session, struct vm *vm,
		const char *word);

struct command {
	const char *name;
	enum { NO_GUEST, GUEST, ANY_GUEST, GUEST_NUMBER } guest;
	command_t *run;			/* NULL, or what is wrong */
	const char *help;
};

bool monitor_open;
static bool executing;

static void com2_put(void *arg, char c)
{
	(void)arg;
	serial_queue(&com2, (uint8_t)c);
}

static struct session on_console = { .put = console_put, .console = true };
static struct session on_com2 = { .put = com2_put };

/* Back to the guest, which shows what it printed meanwhile */
static void leave(void)
{
	monitor_open = false;
	console_switch(console_front);
}

static const char *cmd_list(struct session *s, struct vm *vm,
		const char *word)
{
	(void)vm, (void)word;
	monitor_list(s->put, NULL);
	return NULL;
}

static const char *cmd_switch(struct session *s, struct vm *vm,
		const char *word)
{
	(void)word;
	if (s->console)
		monitor_open = false;
	console_switch(vm);
	return NULL;
}

static const char *cmd_start(struct session *s, struct vm *vm,
		const char *word)
{
	(void)s, (void)word;
	if (vm->state != VM_STOPPED && vm->state != VM_HOLD)
		return "it has started";
	if (!vm_restartable(vm))
		return "its initrd was not kept";
	vm_start(vm);
	return NULL;
}

static const char *cmd_pause(struct session *s, struct vm *vm,
		const char *word)
{
	(void)s, (void)word;
	if (vm->state == VM_STOPPED)
		return "it does not run";
	vm_pause(vm);
	return NULL;
}

static const char *cmd_resume(struct session *s, struct vm *vm,
		const char *word)
{
	(void)s, (void)word;
	if (!vm->paused)
		return "it is not paused";
	vm_unpause(vm);
	return NULL;
}

static const char *cmd_kill(struct session *s, struct vm *vm,
		const char *word)
{
	(void)s, (void)word;
	if (vm->state == VM_STOPPED)
		return "it does not run";
	vmm_log(LOG_REPORT, "guest %u killed: by the monitor", vm->id);
	vm_stop(vm, END_MONITOR, STATUS_KILLED);
	return NULL;
}

static const char *cmd_restart(struct session *s, struct vm *vm,
		const char *word)
{
	if (!vm_restartable(vm))
		return "its initrd was not kept";
	if (vm->state != VM_STOPPED)
		(void)cmd_kill(s, vm, word);
	vm_start(vm);
	return NULL;
}

static const char *cmd_stat(struct session *s, struct vm *vm,
		const char *word)
{
	(void)word;
	for (uint32_t i = 0; i < nvms; i++)
		if (!vm || vm == &vms[i])
			monitor_stat(&vms[i], s->put, NULL);
	return NULL;
}

static const char *cmd_dump(struct session *s, struct vm *vm,
		const char *word)
{
	(void)word;
	if (vm->state != VM_READY && vm->state != VM_WAITING)
		return "it does not run";
	monitor_dump(vm, s->put, NULL);
	return NULL;
}

static const char *cmd_balloon(struct session *s, struct vm *vm,
		const char *word)
{
	uint32_t pages = 0;

	(void)s;
	for (; *word >= '0' && *word <= '9' && pages <= PAGES_MAX; word++)
		pages = pages * 10 + (uint32_t)(*word - '0');
	if (*word)
		return "a number of pages";
	return virtio_balloon_ask(vm, pages) ? NULL
		: "it has no driver for that";
}

static const char *cmd_log(struct session *s, struct vm *vm,
		const char *word)
{
	(void)vm;
	if (word && word[0] >= '0' && word[0] <= '0' + LOG_DEBUG && !word[1])
		log_level = (enum log_level)(word[0] - '0');
	else if (word)
		return "a level is 0-3";
	else
		log_show(s->put, NULL);
	return NULL;
}

static const char *cmd_poweroff(struct session *s, struct vm *vm,
		const char *word)
{
	(void)s, (void)vm, (void)word;
	vmm_log(LOG_REPORT, "power-off by the monitor");
	power_off(vms[0].status);
}

static const char *cmd_quit(struct session *s, struct vm *vm,
		const char *word)
{
	(void)vm, (void)word;
	if (s->console)
		leave();
	return NULL;
}

static command_t cmd_help;

static const struct command commands[] = {
	{ "help", NO_GUEST, cmd_help, "this list" },
	{ "list", NO_GUEST, cmd_list, "all guests" },
	{ "switch", GUEST, cmd_switch, "give the console to guest N" },
	{ "start", GUEST, cmd_start, "start guest N, which does not run" },
	{ "pause", GUEST, cmd_pause, "let guest N stand still" },
	{ "resume", GUEST, cmd_resume, "let it go on" },
	{ "kill", GUEST, cmd_kill, "end guest N" },
	{ "restart", GUEST, cmd_restart, "end guest N and start it anew" },
	{ "stat", ANY_GUEST, cmd_stat, "statistics of guest N or all" },
	{ "dump", GUEST, cmd_dump, "registers and backtrace of guest N" },
	{ "balloon", GUEST_NUMBER, cmd_balloon, "ask guest N for K pages" },
	{ "log", NO_GUEST, cmd_log, "the VMM's messages, or set their level" },
	{ "poweroff", NO_GUEST, cmd_poweroff, "end the machine" },
	{ "quit", NO_GUEST, cmd_quit, "back to the guest's console" },
};

#define NCOMMANDS	(sizeof(commands) / sizeof(*commands))

static const char *cmd_help(struct session *s, struct vm *vm,
		const char *word)
{
	static const char *const argument[] = {
		[NO_GUEST] = "", [GUEST] = " N", [ANY_GUEST] = " [N]",
		[GUEST_NUMBER] = " N K",
	};

	(void)vm, (void)word;
	for (uint32_t i = 0; i < NCOMMANDS; i++)
		put_format(s->put, NULL, "%-8s%-5s%s\n", commands[i].name,
			argument[commands[i].guest], commands[i].help);
	if (s->console && escape_on)
		put_format(s->put, NULL, "%-13s%s\n", "escape key",
			"send it to the guest");
	return NULL;
}

/* By number or by name */
static struct vm *find_guest(const char *word)
{
	for (uint32_t i = 0; i < nvms; i++) {
		char number[12];

		(void)pip_snprintf(number, sizeof(number), "%u", vms[i].id);
		if (!strcmp(word, number)
				|| !strcmp(word, vms[i].config.name))
			return &vms[i];
	}
	return NULL;
}

/* How many words of `line` there are; words[] has the first ones */
static uint32_t split(char *line, char *words[WORDS_MAX])
{
	uint32_t n = 0;

	for (;;) {
		while (*line == ' ')
			*line++ = 0;
		if (!*line)
			return n;
		if (n < WORDS_MAX)
			words[n] = line;
		n++;
		while (*line && *line != ' ')
			line++;
	}
}

static const char *execute(struct session *session)
{
	char *words[WORDS_MAX] = { NULL };
	uint32_t n = split(session->line, words);
	const struct command *command = commands;
	struct vm *vm = NULL;

	if (!n)
		return NULL;
	while (strcmp(words[0], command->name))
		if (++command == commands + NCOMMANDS)
			return "no such command, try help";
	if (n > 2 + (uint32_t)(command->guest == GUEST_NUMBER))
		return "too many words";
	if (command->guest == GUEST_NUMBER && n < 3)
		return "which guest, and how many?";
	if (command->guest == GUEST && n < 2)
		return "which guest?";
	if (command->guest != NO_GUEST && n >= 2) {
		vm = find_guest(words[1]);
		if (!vm)
			return "no such guest";
	}
	return command->run(session, vm,
			words[command->guest == GUEST_NUMBER ? 2 : 1]);
}

static void prompt(struct session *session)
{
	session->length = 0;
	if (session->console && monitor_open)
		put_format(session->put, NULL, PROMPT);
}

/* The VMM has written a line of its own on the console */
void monitor_redraw(void)
{
	if (monitor_open && !executing)
		put_format(console_put, NULL, PROMPT "%.*s",
			(int)on_console.length, on_console.line);
}

static void line_in(struct session *session)
{
	const char *wrong;

	session->line[session->length] = 0;
	executing = true;
	wrong = execute(session);
	executing = false;
	if (wrong)
		put_format(session->put, NULL, "error: %s\n", wrong);
	else if (!session->console)
		put_format(session->put, NULL, "ok\n");
	prompt(session);
}

static void echo(struct session *session, const char *text)
{
	while (session->console && *text)
		session->put(NULL, *text++);
}

static void key_in(struct session *session, uint8_t key)
{
	char text[2] = { (char)key, 0 };

	switch (key) {
	case '\n':
	case '\r':
		echo(session, "\n");
		line_in(session);
		break;
	case KEY_BACKSPACE:
	case KEY_DELETE:
		if (session->length) {
			session->length--;
			echo(session, "\b \b");
		}
		break;
	case KEY_CTRL_C:
	case KEY_CTRL_U:
		echo(session, "\n");
		prompt(session);
		break;
	default:
		if (key < ' ' || session->length == LINE_MAX - 1)
			break;
		session->line[session->length++] = text[0];
		echo(session, text);
	}
}

/* The escape key on the console */
void monitor_enter(void)
{
	put_format(console_put, NULL, "\nvmm: monitor, try help\n");
	monitor_open = true;
	prompt(&on_console);
}

/* A key on the console while the monitor is open */
void monitor_key(uint8_t key)
{
	if (escape_on && key == escape_key) {
		console_type(key);
		key = KEY_CTRL_D;
	}
	if (key == KEY_CTRL_D) {
		put_format(console_put, NULL, "\n");
		leave();
		return;
	}
	key_in(&on_console, key);
}

/* COM2, if it is the monitor's */
void monitor_input(void)
{
	for (;;) {
		serial_receive(&com2);
		if (ring_empty(&com2.input))
			break;
		key_in(&on_com2, ring_take(&com2.input));
	}
	serial_send(&com2);
}

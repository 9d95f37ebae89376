/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the first instruction to the first process.  kernel_main makes task
 * 1 out of nothing and goes on as that task, which mounts, unpacks and at
 * last becomes init.
 */
#include "task.h"
#include <pipux/arch.h>
#include <pipux/block.h>
#include <pipux/fs.h>
#include <pipux/inet.h>
#include <pipux/random.h>
#include <pipux/resource.h>
#include <pipux/signal.h>
#include <pipux/socket.h>
#include <pipux/trace.h>
#include <pipux/tty.h>
#include <pipux/virtio.h>
#include <pipux/vdso.h>
#include <pipux/vmm.h>
#include <pipux/work.h>

#define WORDS_MAX	32	/* of init's arguments, and of its environment */
#define STATUS_NO_INIT	1
#define CONSOLE		"/dev/console"
#define TIMER_SLACK_NS	50000	/* Linux's default */

/* Words of the command line that are the kernel's, not init's */
static const char *const own_words[] = {
	"init", "loglevel", "quiet", "strace", "root", "ro", "rw", "console",
	"rootfstype", "rootflags", "rootwait", "rootdelay",
};

static const char *argv_init[WORDS_MAX + 2];
static const char *envp_init[WORDS_MAX + 1] = { "HOME=/", "TERM=linux" };
static char words[VMM_CMDLINE_MAX];

__attribute__((noreturn)) void kernel_main(void);

static bool own_word(const char *word, const char *equals)
{
	size_t n = equals ? (size_t)(equals - word) : strlen(word);

	/* name.option is a driver's */
	if (memchr(word, '.', n))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(own_words); i++)
		if (strlen(own_words[i]) == n
				&& !memcmp(own_words[i], word, n))
			return true;
	return false;
}

/* NAME=VALUE goes to init's environment, where it may replace a default */
static void add_env(const char *word, size_t name)
{
	unsigned i = 0;

	while (i < WORDS_MAX && envp_init[i]
			&& strncmp(envp_init[i], word, name + 1))
		i++;
	if (i < WORDS_MAX)
		envp_init[i] = word;
}

/* What init gets of the command line; all after `--` as arguments */
static void init_words(void)
{
	bool rest = false;
	unsigned argc = 1;
	char *p = words;

	strlcpy(words, cmdline_text(), sizeof(words));
	while (*p) {
		char *word, *equals;

		while (*p == ' ')
			*p++ = 0;
		word = p;
		while (*p && *p != ' ')
			p++;
		if (word == p)
			break;
		if (*p)
			*p++ = 0;
		equals = strchr(word, '=');
		if (!rest && !strcmp(word, "--"))
			rest = true;
		else if (!rest && own_word(word, equals))
			continue;
		else if (!rest && equals)
			add_env(word, equals - word);
		else if (argc <= WORDS_MAX)
			argv_init[argc++] = word;
	}
}

static void console_open(void)
{
	struct file *f = file_open(AT_FDCWD, CONSOLE, O_RDWR, 0);

	if (IS_ERR(f)) {
		printk("%s cannot be opened (%ld)\n", CONSOLE, PTR_ERR(f));
		return;
	}
	(void)fd_install_new(file_get(f), false);
	(void)fd_install_new(file_get(f), false);
	(void)fd_install_new(f, false);
}

static void initrd_load(void)
{
	uint32_t start = vmm_info->initrd_start, size = vmm_info->initrd_size;

	if (!size)
		return;
	if (initrd_unpack((void *)start, size))
		machine_off(STATUS_NO_INIT);
	pages_add(start, start + PAGE_ALIGN(size));
}

/* Task 1, still in the kernel; returns to user mode as init */
static void init_task(void *unused)
{
	const char *init = cmdline_get("init");
	bool on_disk;
	long rc;

	work_init();
	vfs_init();
	vdso_init();
	console_init();
	pty_init();
	net_init();
	inet_init();
	virtio_init();
	loop_init();
	initrd_load();
	on_disk = !vmm_info->initrd_size && root_mount() == 0;
	console_open();
	loadavg_init();
	init_words();
	/* with both, `init` is the disk's, and the initrd's goes on to it */
	if (init && (on_disk || !cmdline_get("root")))
		argv_init[0] = init;
	else
		argv_init[0] = on_disk ? root_init() : "/init";
	rc = !argv_init[0] ? -ENOENT
		: kernel_execve(argv_init[0], argv_init, envp_init);
	if (rc) {
		printk("no init: %s cannot be executed (error %ld)\n",
			argv_init[0] ? argv_init[0] : "/sbin/init", -rc);
		machine_off(STATUS_NO_INIT);
	}
	current_ctx->regs.eax = 0;
}

static void first_process(void)
{
	struct process *p = process_alloc();
	struct task *t = task_alloc();

	BUG_ON(!p || !t);
	t->sighand = sighand_new();
	t->tid = p->pid = pid_alloc();
	p->pgrp = p->session = 0;
	p->leader = t;
	p->parent = p;
	p->nr_threads = 1;
	p->exit_signal = SIGCHLD;
	p->dumpable = true;
	t->timer_slack = t->default_slack = TIMER_SLACK_NS;
	p->start_time = ktime_get();
	limits_init(p->limits);
	t->process = p;
	t->orig_eax = -1;
	strlcpy(t->comm, "init", sizeof(t->comm));
	cap_init(&t->cred);
	list_add_tail(&p->threads, &t->thread_link);
	list_add_tail(&all_processes, &p->all_link);
	pid_hash(t);
	init_process = p;
	current = t;
}

void kernel_main(void)
{
	static uint32_t boot_sp;

	vidt_init();
	if (vmm_info->magic != VMM_START_MAGIC
			|| vmm_info->version != VMM_ABI_VERSION)
		vmm_crash("not the VMM that this kernel is for");
	cmdline_init(vmm_info->cmdline);
	pages_init(vmm_info->kernel_end, vmm_info->initrd_start
		? vmm_info->initrd_start : vmm_info->mem_end);
	clock_init();
	trace_init();
	first_process();
	printk(KERN_INFO "pipux: %u KiB of memory, %u KiB free\n",
		(vmm_info->mem_end - vmm_info->mem_start) >> 10,
		pages_free_count() * 4);
	task_stack_init(current, init_task, NULL);
	kstack_top = (uint32_t)current->kstack + KSTACK_SIZE;
	context_switch(&boot_sp, current->ksp);
	__builtin_unreachable();
}

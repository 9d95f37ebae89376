/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to the kernel itself, by the console or /proc/sysrq-trigger, with
 * the letters that Linux uses.  On the console Ctrl-^ and a letter; Ctrl-^
 * typed twice reaches the program once.
 */
#include <pipux/fs.h>
#include <pipux/printk.h>
#include <pipux/setting.h>
#include <pipux/signal.h>
#include <pipux/sysrq.h>
#include <pipux/vmm.h>
#include "task.h"

int setting_sysrq = 1;			/* of the console; /proc serves root always */

static void show_help(void)
{
	printk("sysrq: b reboot, c crash, e SIGTERM to all, h help, "
		"i SIGKILL to all, m memory, o power off, t tasks\n");
}

static void show_memory(void)
{
	printk("memory: %u KiB, %u KiB free, %u KiB in kmalloc\n",
		pages_total() * 4, pages_free_count() * 4,
		kmalloc_bytes() >> 10);
}

static void show_task(struct task *t)
{
	static const char letter[] = "RSDTtZ";

	printk("%5d %5d %c %s\n", t->tid,
		t->process->parent ? t->process->parent->pid : 0,
		letter[t->state], t->comm);
	/* while the kernel idles, current sleeps below this call */
	if (t == current)
		backtrace(__builtin_frame_address(0), t);
	else if (t->kstack && t->state != TASK_ZOMBIE)
		backtrace((const uint32_t *)t->ksp, t);
}

static void show_tasks(void)
{
	struct process *p;
	struct task *t;

	printk("  PID  PPID   name\n");
	list_for_each(p, &all_processes, all_link)
		list_for_each(t, &p->threads, thread_link)
			show_task(t);
}

/* All but init and the kernel's own threads */
static void signal_all(int signo)
{
	struct process *p, *next;

	list_for_each_safe(p, next, &all_processes, all_link)
		if (p != init_process && p->leader->mm)
			(void)send_signal_process(signo, NULL, p);
}

/* Not known to the compiler, which would make an `ud2` of it */
static volatile uint32_t *const volatile nowhere = (uint32_t *)16;

static void request(uint8_t key)
{
	switch (key) {
	case 'b':
		vmm_reboot();
	case 'c':
		*nowhere = 0;
		break;
	case 'e':
		signal_all(SIGTERM);
		break;
	case 'i':
		signal_all(SIGKILL);
		break;
	case 'm':
		show_memory();
		break;
	case 'o':
		vmm_poweroff(0);
	case 't':
		show_tasks();
		break;
	default:
		show_help();
	}
}

void sysrq(uint8_t key)
{
	int level = console_loglevel(CONSOLE_ALL);

	request(key);
	(void)console_loglevel(level);
}

size_t sysrq_filter(uint8_t *buf, size_t n)
{
	static bool escaped;
	size_t kept = 0;

	if (!setting_sysrq || (!escaped && !memchr(buf, SYSRQ_KEY, n)))
		return n;
	for (size_t i = 0; i < n; i++) {
		if (!escaped && buf[i] == SYSRQ_KEY) {
			escaped = true;
			continue;
		}
		if (!escaped || buf[i] == SYSRQ_KEY)
			buf[kept++] = buf[i];
		else
			sysrq(buf[i]);
		escaped = false;
	}
	return kept;
}

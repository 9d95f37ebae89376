/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the machine: reboot(2), and PID 1's exit. */
#include "task.h"
#include <pipux/fs.h>
#include <pipux/vmm.h>
#include <linux/reboot.h>

void machine_off(int status)
{
	fs_shutdown();
	vmm_poweroff(status);
}

long sys_reboot(uint32_t magic1, uint32_t magic2, uint32_t cmd, void *arg)
{
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (magic1 != LINUX_REBOOT_MAGIC1 || (magic2 != LINUX_REBOOT_MAGIC2
			&& magic2 != LINUX_REBOOT_MAGIC2A
			&& magic2 != LINUX_REBOOT_MAGIC2B
			&& magic2 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_POWER_OFF:
	case LINUX_REBOOT_CMD_HALT:
		machine_off(0);
	case LINUX_REBOOT_CMD_RESTART:
	case LINUX_REBOOT_CMD_RESTART2:
		fs_shutdown();
		vmm_reboot();
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;
	default:
		return -EINVAL;
	}
}

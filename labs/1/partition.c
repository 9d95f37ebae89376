/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 1: a partition.  docs/tour/labs/1-partition.md says what it shall do. */
#include <pip/lib.h>

#define ACPI_CONTROL	0x604		/* of QEMU's machine */
#define ACPI_OFF	0x2000

void main(pip_fpinfo_t *info)
{
	(void)info;
	Pip_Outw(ACPI_CONTROL, ACPI_OFF);
}

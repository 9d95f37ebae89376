/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of every check on Pip. */
#include "lab.h"

/* Whatever a child does brings run() back, unless the lab handles it */
void lab_init(pip_fpinfo_t *info)
{
	Pip_InitPaging(info->membegin, info->memend);
	landing_init();
	for (uint32_t v = 0; v < ARRAY_SIZE(landing); v++)
		VIDT[v] = &landing[v];
	for (uint32_t line = 0; line < 16; line++)
		Pip_Irq(line, PIP_IRQ_MASK);
}

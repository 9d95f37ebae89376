/* SPDX-License-Identifier: BSD-2-Clause */
/* For lwIP: the kernel's string functions. */
#include <pipux/string.h>

/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 6: the number that the guest and the VMM agree on. */
#ifndef LABS_6_LAB_H
#define LABS_6_LAB_H

/* address, length -> sum of the bytes there, or -VMM_EFAULT */
#define LAB_HC_SUM	64

#endif

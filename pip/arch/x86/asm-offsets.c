/* SPDX-License-Identifier: BSD-2-Clause */
/* Becomes asm-offsets.inc: the offsets that entry.asm uses. */
#include "x86.h"

#define OFFSET(name, type, member) \
	__asm__("\n@" #name " equ %c0" : : "i"(offsetof(type, member)))

void offsets(void);

void offsets(void)
{
	OFFSET(PARTITION_RESTRICTED, struct partition, restricted);
	OFFSET(TSS_PORTS, struct tss, ports);
	OFFSET(CTX_EIP, user_ctx_t, eip);
	OFFSET(CTX_EDI, user_ctx_t, regs.edi);
	OFFSET(CTX_ESI, user_ctx_t, regs.esi);
	OFFSET(CTX_EBP, user_ctx_t, regs.ebp);
	OFFSET(CTX_ESP, user_ctx_t, regs.esp);
	OFFSET(CTX_EBX, user_ctx_t, regs.ebx);
	OFFSET(CTX_EDX, user_ctx_t, regs.edx);
	OFFSET(CTX_ECX, user_ctx_t, regs.ecx);
	OFFSET(CTX_EAX, user_ctx_t, regs.eax);
}

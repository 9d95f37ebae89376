; SPDX-License-Identifier: BSD-2-Clause
;
; Multiboot 1 header and entry.  The loader leaves protected mode, flat
; segments, paging off, EAX = magic, EBX = information.

MB_MAGIC        equ     1BADB002h
MB_FLAGS        equ     3               ; page-aligned modules, memory map
STACK_BYTES     equ     4096

                section .multiboot
                align   4
                dd      MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

                section .text
                global  start
                extern  boot
start:          cli
                cld
                mov     esp, kernel_stack_top
                mov     edx, ebx
                push    0
                popfd
                call    boot            ; regparm: EAX, EDX; never returns

                section .bss
                align   4096
                resb    STACK_BYTES
                global  kernel_stack_top
kernel_stack_top:

                section .note.GNU-stack noalloc noexec nowrite progbits

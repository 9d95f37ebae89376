; SPDX-License-Identifier: BSD-2-Clause
;
; The benchmark's child, one page of code at 700000h, and the handler that the
; root runs for it.  The stacks hold nothing but arguments.

                bits    32
ROOT_SAVE       equ     49
NO_SAVE         equ     2               ; a VIDT slot that stays empty

                section .child align=4096
                global  child_page, child_yield, child_int, child_fault
                global  child_spin
child_page:

; Answers every yield with a yield back, saved at index 0
child_yield:    push    0
                push    0
                push    0
                push    ROOT_SAVE
                push    0
                call    00C0h:0
                add     esp, 20
                jmp     child_yield

; int 80h and back: leaves the cost in EBX, then tells the parent by int 81h
child_int:      rdtsc
                mov     esi, eax
                int     80h
                rdtsc
                sub     eax, esi
                mov     ebx, eax
                int     81h
                jmp     child_int

; A page fault; EAX is the time before it
child_fault:    rdtsc
                mov     [0], eax
                jmp     child_fault

; Waits for an interrupt; EAX is the time of the last turn
child_spin:     rdtsc
                jmp     child_spin
                align   4096

                section .text
                global  on_int80, bench_desc

; VIDT[128] of the root: back to the child at once
on_int80:       push    0
                push    0
                push    NO_SAVE
                push    48
                push    dword [bench_desc]
                call    00C0h:0

                section .bss
bench_desc:     resd    1

                section .note.GNU-stack noalloc noexec nowrite progbits

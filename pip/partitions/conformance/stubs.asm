; SPDX-License-Identifier: BSD-2-Clause
;
; Children in assembly: they end by int REPORT, results in the box.

                bits    32
REPORT          equ     0F0h
BOX             equ     0FFFFD000h
OUTB            equ     30h
YIELD           equ     0C0h
BOUND_LOW       equ     BOX + 64

                section .text
%macro          STUB 1
                global  %1
                align   16
%1:
%endmacro

; Registers as they were loaded
STUB stub_regs
                mov     [BOX], edi
                mov     [BOX + 4], esi
                mov     [BOX + 8], ebp
                mov     [BOX + 12], esp
                mov     [BOX + 16], ebx
                mov     [BOX + 20], edx
                mov     [BOX + 24], ecx
                mov     [BOX + 28], eax
                int     REPORT

STUB stub_flags
                pushfd
                pop     dword [BOX]
                cld
                int     REPORT

STUB stub_segments
                mov     [BOX], cs
                mov     [BOX + 4], ss
                mov     [BOX + 8], ds
                mov     [BOX + 12], es
                mov     [BOX + 16], fs
                mov     [BOX + 20], gs
                int     REPORT

STUB stub_gs
                mov     [BOX + 4], gs
                mov     eax, [gs:0]
                mov     [BOX], eax
                int     REPORT

; Faults: the label of the instruction that faults is the stub itself
STUB stub_ud
                ud2
STUB stub_gp
                hlt
STUB stub_page
                mov     [eax], ebx
STUB stub_divide
                div     ecx
STUB stub_int3
                int3
STUB stub_overflow
                into
STUB stub_bound
                bound   eax, [ebx]

; Waits EAX turns, then reports; any interrupt may come in between
STUB stub_loop
                dec     eax
                jnz     stub_loop
                mov     dword [BOX], 1
                int     REPORT

; Single steps
STUB stub_step
                nop
                global  stub_step_1
stub_step_1:    nop
                int     REPORT

; yield(0, EAX, EBX, ECX, EDX), then reports with the registers that it woke
; up with in the box, or the code in EAX there
STUB stub_yield
                push    edx
                push    ecx
                push    ebx
                push    eax
                push    0
                mov     ebx, 0B1B2B3B4h
                call    YIELD:0
                jmp     stub_regs

; int n for every n, four bytes each; 0Fh 0Bh stops what goes on
STUB stub_int
%assign         n       0
%rep            256
                db      0CDh, n, 0Fh, 0Bh
%assign         n       n + 1
%endrep

; The launcher's child, anywhere in memory: a letter on COM1, then back to the
; parent at its index 49, saved at index 0
                section .rodata
                align   4096
                global  launcher_child
launcher_child: push    'L'
                push    3F8h
                call    OUTB:0
                add     esp, 8
                push    0
                push    0
                push    0
                push    49
                push    0
                call    YIELD:0
                jmp     launcher_child
                align   4096

                section .note.GNU-stack noalloc noexec nowrite progbits

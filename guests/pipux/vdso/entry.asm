; SPDX-License-Identifier: BSD-2-Clause
; The vDSO's way into the kernel, its two returns from signal handlers, and
; how to unwind the stack through them: exceptions, thread cancellation and
; backtraces go this way.

        bits    32
        section .text

        global  __kernel_vsyscall:function
        global  __kernel_sigreturn:function
        global  __kernel_rt_sigreturn:function

; A system call: registers as for int 0x80, which it is.
__kernel_vsyscall:
        int     0x80
        ret
.end:

; sigreturn(2): the handler's argument is on the stack.  The byte before each
; of the two belongs to it: who unwinds looks there for a return address.
        nop
__kernel_sigreturn:
        pop     eax
        mov     eax, 119                ; __NR_sigreturn
        int     0x80
.end:

; rt_sigreturn(2)
        nop
__kernel_rt_sigreturn:
        mov     eax, 173                ; __NR_rt_sigreturn
        int     0x80
.end:

; Unwinding: DWARF call frame information (DWARF 4, 6.4; LSB, .eh_frame).
; Registers by DWARF's numbers for i386.

        section .eh_frame progbits alloc noexec nowrite align=4

%define CFA_DEF         0x0C            ; DW_CFA_def_cfa
%define CFA_DEF_EXPR    0x0F            ; DW_CFA_def_cfa_expression
%define CFA_EXPR        0x10            ; DW_CFA_expression
%define CFA_ADVANCE     0x40            ; DW_CFA_advance_loc
%define CFA_OFFSET      0x80            ; DW_CFA_offset
%define ESP_PLUS        0x74            ; DW_OP_breg4
%define DEREF           0x06            ; DW_OP_deref
%define SLEB(n)         ((n) & 0x7F) | 0x80, (n) >> 7

; Label, augmentation: what the functions that name it have in common
%macro cie 2+
%1:     dd      %%end - %%begin
%%begin:
        dd      0
        db      1, %2, 0
        db      1, 0x7C, 8              ; units: 1, -4; eip's column
        db      1, 0x1B                 ; addresses: relative, 4 bytes
        db      CFA_DEF, 4, 4           ; a call: eip alone on the stack
        db      CFA_OFFSET | 8, 1
        align   4, db 0
%%end:
%endmacro

; CIE, first byte, end; then what is different, and fde_end
%macro fde 3
%push fde
        dd      %$end - %$begin
%$begin:
        dd      %$begin - %1
        dd      %2 - $
        dd      %3 - (%2)
        db      0
%endmacro
%macro fde_end 0
        align   4, db 0
%$end:
%pop
%endmacro

; DWARF register, offset from esp where it lies
%macro saved 2
        db      CFA_EXPR, %1, 3, ESP_PLUS, SLEB(%2)
%endmacro

; All registers lie in a struct sigcontext at esp + offset.
%macro sigcontext 1
        db      CFA_DEF_EXPR, 4, ESP_PLUS, SLEB(%1 + 28), DEREF
        saved   0, %1 + 44              ; eax
        saved   1, %1 + 40              ; ecx
        saved   2, %1 + 36              ; edx
        saved   3, %1 + 32              ; ebx
        saved   5, %1 + 24              ; ebp
        saved   6, %1 + 20              ; esi
        saved   7, %1 + 16              ; edi
        saved   8, %1 + 56              ; eip
%endmacro

        cie     call_frame, "zR"
        cie     signal_frame, "zRS"

        fde     call_frame, __kernel_vsyscall, __kernel_vsyscall.end
        fde_end

        fde     signal_frame, __kernel_sigreturn - 1, __kernel_sigreturn.end
        sigcontext 4
        db      CFA_ADVANCE | 2         ; behind the pop
        sigcontext 0
        fde_end

        fde     signal_frame, __kernel_rt_sigreturn - 1, \
                __kernel_rt_sigreturn.end
        sigcontext 160                  ; behind three words, siginfo, 20 bytes
        fde_end

        section .note.GNU-stack noalloc noexec nowrite progbits

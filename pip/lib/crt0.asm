; SPDX-License-Identifier: BSD-2-Clause
;
; The start of a partition: first in the image, so that a flat binary begins
; with its entry.
;
; Entry: EBX = first-partition info (root only), ESP = top of the stack.
; Calls: void main(pip_fpinfo_t *info);

        bits    32
        global  _start
        extern  main

        section .text.start

_start: cld
        xor     ebp, ebp                ; ends a backtrace
        and     esp, -16
        sub     esp, 12
        push    ebx                     ; main's argument
        call    main
.hang:  jmp     .hang

        section .note.GNU-stack noalloc noexec nowrite progbits

; SPDX-License-Identifier: BSD-2-Clause
; The vDSO's way into the kernel and its two returns from signal handlers.

        bits    32
        section .text

        global  __kernel_vsyscall:function
        global  __kernel_sigreturn:function
        global  __kernel_rt_sigreturn:function

; A system call: registers as for int 0x80, which it is.
__kernel_vsyscall:
        int     0x80
        ret

; sigreturn(2): the handler's argument is on the stack.
__kernel_sigreturn:
        pop     eax
        mov     eax, 119                ; __NR_sigreturn
        int     0x80

; rt_sigreturn(2)
__kernel_rt_sigreturn:
        mov     eax, 173                ; __NR_rt_sigreturn
        int     0x80

        section .note.GNU-stack noalloc noexec nowrite progbits

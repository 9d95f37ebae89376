; SPDX-License-Identifier: BSD-2-Clause
; The ways into the kernel and out of it, and the switch between tasks.
; Pip loads a context of the kernel's VIDT with its own ESP and no interrupts
; to think of, so an entry has nothing to save: the process's registers are
; in its own VIDT page already.

%include "offsets.inc"

bits 32

extern kernel_main, syscall_traced, fault_entry, interrupt_entry
extern stray_entry, exit_to_user, yield_failed, task_begin, sys_none
extern kernel_fault
extern kstack_top, kernel_since, current, current_ctx, current_desc
extern need_resched, syscall_table

; Where `make trace` notes events: HOOK a function
%ifdef TRACE
extern trace_call, trace_exit
%macro HOOK 1
        pushad
        call    %1
        popad
%endmacro
%else
%macro HOOK 1
%endmacro
%endif

section .text

; The VMM starts the kernel here: no stack yet.
global _start
_start:
        mov     esp, boot_stack + BOOT_STACK
        xor     ebp, ebp
        call    kernel_main
        ud2

; Each on the running task's stack, empty: void noreturn f(void).
%macro ENTRY 2
global %1
%1:
        mov     esp, [kstack_top]
        jmp     %2
%endmacro

ENTRY   fault_stub, fault_entry
ENTRY   interrupt_stub, interrupt_entry
ENTRY   stray_stub, stray_entry
ENTRY   traced_stub, syscall_traced

; Where the VMM resumes the kernel after a fault of its own: its stack may be
; what was wrong, and the boot stack is free.
global kernel_fault_stub
kernel_fault_stub:
        mov     esp, boot_stack + BOOT_STACK
        jmp     kernel_fault

; `int 0x80` of a process: the way that everybody measures.  The same as
; syscall_traced and exit_to_user, which see.
global syscall_stub
syscall_stub:
        mov     esp, [kstack_top]
        HOOK    trace_call
        rdtsc
        mov     [kernel_since], eax
        mov     ebx, [current_ctx]
        mov     esi, [current]
        mov     eax, [ebx + CTX_EAX]
        mov     [esi + TASK_ORIG_EAX], eax
        cmp     eax, SYSCALLS
        jae     .none
        mov     edx, [syscall_table + eax * 4]
        test    edx, edx
        jz      .none
.call:
        push    dword [ebx + CTX_EBP]
        push    dword [ebx + CTX_EDI]
        push    dword [ebx + CTX_ESI]
        push    dword [ebx + CTX_EDX]
        push    dword [ebx + CTX_ECX]
        push    dword [ebx + CTX_EBX]
        call    edx
        mov     ebx, [current_ctx]      ; execve puts another in place
        mov     [ebx + CTX_EAX], eax
        cmp     byte [esi + TASK_SIG_CHECK], 0
        jne     user_restart
        cmp     byte [need_resched], 0
        jne     user_restart
        rdtsc
        sub     eax, [kernel_since]
        add     [esi + TASK_KERNEL_TSC], eax
        adc     dword [esi + TASK_KERNEL_TSC + 4], 0
        jmp     user_resume
.none:
        mov     edx, sys_none
        jmp     .call

; void noreturn user_resume(void)
; Yields to the process.  If an interrupt becomes pending while EIP is inside
; the range, the VMM resumes the kernel at user_restart instead.
;
; A process can enter the kernel at its save slot, too, by `int 48`: what
; the kernel was saved as last must not come back to life.  Should it be saved
; again in the range and resumed there, `int 48` merely yields once more.
global user_resume, user_restart_begin, user_restart_end, user_restart
user_resume:
        HOOK    trace_exit
        mov     eax, [current_desc]
        mov     dword [SAVE_EIP], stray_stub
user_restart_begin:
        cmp     dword [SHARED_PENDING], 0
        jne     user_restart
        push    0                       ; state on wake
        push    0                       ; state on yield
        push    NO_SAVE_SLOT
        push    RESUME_SLOT
        push    eax
        call    YIELD_GATE:0
user_restart_end:
        mov     esp, [kstack_top]
        push    eax
        push    0
        jmp     yield_failed            ; void noreturn f(uint32_t code)
user_restart:
        mov     esp, [kstack_top]
        jmp     exit_to_user

; void context_switch(uint32_t *save_esp, uint32_t esp)
; Keeps EBX, ESI, EDI, EBP on the old stack and takes the new one's.
global context_switch
context_switch:
        mov     eax, [esp + 4]
        mov     edx, [esp + 8]
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     [eax], esp
        mov     esp, edx
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

; Where a new task's first switch returns to: EBX = function, ESI = argument
global task_start
task_start:
        push    esi
        push    ebx
        call    task_begin
        ud2

section .bss align=16
boot_stack:
        resb    BOOT_STACK

section .note.GNU-stack noalloc noexec nowrite progbits

; SPDX-License-Identifier: BSD-2-Clause
;
; A guest kernel that attacks the VMM and Pip.  Its command line is one
; letter, the attack; `z` is none and powers off with status 9.  Whatever an
; attack returns to is a power-off with status 33: it was not stopped.

        bits    32

START_INFO      equ     0xFFFFC000      ; as in guests/include/vmm/guest.h
CMDLINE         equ     START_INFO + 32
HYPERCALL       equ     0xF0
HC_WRITE        equ     1
HC_POWEROFF     equ     5

        section .text
        global  _start
_start:
        mov     esp, stack_top
        movzx   eax, byte [CMDLINE]
        sub     eax, 'a'
        cmp     eax, (table_end - table) / 4
        jae     survived
        call    [table + eax * 4]
survived:
        mov     ebx, 33
poweroff:
        mov     eax, HC_POWEROFF
        int     HYPERCALL
        jmp     poweroff

halt:   hlt                             ; a
        ret
disable:                                ; b
        cli
        ret
port_in:                                ; c
        in      al, 0x60
        ret
port_out:                               ; d: what ends the machine
        mov     edx, 0xF4
        out     dx, eax
        ret
set_cr3:                                ; e
        mov     cr3, eax
        ret
load_idt:                               ; f
        lidt    [table]
        ret
read_pip:                               ; g
        mov     eax, [0xC0000000]
        ret
write_pip:                              ; h
        mov     [0x100000], eax
        ret
jump_wild:                              ; i
        mov     eax, 0xC0100000
        jmp     eax
divide: xor     ecx, ecx                ; j
        div     ecx
        ret
invalid:                                ; k
        ud2
interrupt_irq:                          ; l: forge the timer
        int     0x20
        ret
interrupt_other:                        ; m: a vector nobody handles
        int     0xEE
        ret
recurse:                                ; n: the stack runs out of memory
        push    eax
        jmp     recurse
no_vidt:                                ; o: then a fault
        mov     edi, 0xFFFFF000
        mov     ecx, 1024
        xor     eax, eax
        rep stosd
        ud2
vidt_into_pip:                          ; p: save slots point into Pip
        mov     edi, 0xFFFFF000
        mov     ecx, 1024
        mov     eax, 0xC0100000
        rep stosd
        ud2
write_buffer:                           ; q: print Pip's memory
        mov     eax, HC_WRITE
        mov     ebx, 0xC0100000
        mov     ecx, 0x1000
        int     HYPERCALL
        test    eax, eax
        jns     refused.not
refused:
        mov     ebx, 44                 ; the right answer for q and r
        pop     eax
        jmp     poweroff
.not:   ret
bad_call:                               ; r: no such hypercall
        mov     eax, 0x7FFFFFFF
        int     HYPERCALL
        test    eax, eax
        js      refused
        ret
gate_port:                              ; s: power off by Pip's service
        push    0x2000
        push    0x604
        call    0x40:0
        add     esp, 8
        ret
gate_mask:                              ; t: mask the timer by Pip's service
        push    0xFF
        push    0x21
        call    0x30:0
        add     esp, 8
        ret
nested: pushfd                          ; u: NT, then a service
        or      dword [esp], 0x4000
        popfd
        push    0
        call    0xA8:0
        add     esp, 4
        hlt
step:   pushfd                          ; v: single step, then a service
        or      dword [esp], 0x100
        popfd
        push    0
        call    0xA8:0
        add     esp, 4
        hlt
no_stack:                               ; w: nothing to save or push on
        xor     esp, esp
        push    eax
spin_unhandled:                         ; x: no handler, interrupts arrive
        mov     edi, 0xFFFFF000
        mov     ecx, 1024
        xor     eax, eax
        rep stosd
        mov     ecx, 0x20000000
.again: dec     ecx
        jnz     .again
        ud2
far_gate:                               ; y: jump through a call gate
        jmp     0x60:0
good:   mov     ebx, 9                  ; z
        pop     eax
        jmp     poweroff

        section .data
        align   4
table:
        dd      halt, disable, port_in, port_out, set_cr3, load_idt
        dd      read_pip, write_pip, jump_wild, divide, invalid
        dd      interrupt_irq, interrupt_other, recurse, no_vidt
        dd      vidt_into_pip, write_buffer, bad_call, gate_port, gate_mask
        dd      nested, step, no_stack, spin_unhandled, far_gate, good
table_end:

        section .bss
        align   16
        resb    4096
stack_top:

; SPDX-License-Identifier: BSD-2-Clause
;
; Giving the processor away and getting it back, and calls through any gate
; with any registers.

                bits    32
REPORT          equ     0F0h
NOTHING         equ     1001
REFUSED         equ     10000h
BOX             equ     0FFFFD000h
SET_INT_STATE   equ     98h
YIELD           equ     0C0h
FLAG_FIXED      equ     2

                section .text
                global  run, landing_init, child_entry, gate_call
                global  spin_for_interrupt

; uint32_t run(uint32_t desc, uint32_t vint): the vector that came back, or
; REFUSED + code.  The caller is not saved: a landing context resumes it.
run:            push    ebp
                push    ebx
                push    esi
                push    edi
                mov     [landing_esp], esp
                mov     eax, [esp + 20]
                mov     edx, [esp + 24]
                push    0
                push    0
                push    NOTHING
                push    edx
                push    eax
                call    YIELD:0
                or      eax, REFUSED
                jmp     restore

; Where landing contexts start, EAX = vector; everything else is recorded
on_landing:     mov     [landing_regs], edi
                mov     [landing_regs + 4], esi
                mov     [landing_regs + 8], ebp
                mov     [landing_regs + 12], esp
                mov     [landing_regs + 16], ebx
                mov     [landing_regs + 20], edx
                mov     [landing_regs + 24], ecx
                mov     [landing_regs + 28], eax
restore:        mov     esp, [landing_esp]
                pushfd
                pop     dword [landing_eflags]
                cld
                pop     edi
                pop     esi
                pop     ebx
                pop     ebp
                ret

; void landing_init(void): a context per vector, and one for anything else
landing_init:   xor     eax, eax
                mov     edx, landing
.next:          mov     dword [edx], on_landing
                mov     dword [edx + 4], 0
                mov     dword [edx + 8], FLAG_FIXED
                mov     dword [edx + 24], landing_stack_top
                mov     [edx + 40], eax
                add     edx, 64
                inc     eax
                cmp     eax, 257
                jb      .next
                ret

; uint32_t spin_for_interrupt(uint32_t turns): lets interrupts in, and the
; vector that came or 0
spin_for_interrupt:
                push    ebp
                push    ebx
                push    esi
                push    edi
                mov     [landing_esp], esp
                mov     ebx, [esp + 20]
                push    1
                call    SET_INT_STATE:0
                add     esp, 4
.spin:          dec     ebx
                jnz     .spin
                push    0
                call    SET_INT_STATE:0
                xor     eax, eax
                jmp     restore

; A child's start: EAX function, EBX its argument.  Ends by int REPORT with the
; result in the box.
child_entry:    push    ebx
                call    eax
                add     esp, 4
                mov     [BOX], eax
                int     REPORT
                jmp     child_entry

; void gate_call(void): far call as `gate` says, registers full of marks
gate_call:      pushad
                mov     [saved_esp], esp
                mov     ecx, [gate.nargs]
                jecxz   .pushed
.push:          push    dword [gate.args + ecx * 4 - 4]
                loop    .push
.pushed:        mov     [before_esp], esp
                mov     ebx, 0B1B2B3B4h
                mov     esi, 051525354h
                mov     edi, 0D1D2D3D4h
                mov     ebp, 0A1A2A3A4h
                mov     ecx, 0C1C2C3C4h
                mov     edx, 0E1E2E3E4h
                cmp     dword [gate.own_esp], 0
                jne     .own
                push    dword [gate.eflags]
                popfd
                call    far [gate]
.back:          mov     [gate.eax], eax
                mov     [gate.ecx], ecx
                mov     [gate.edx], edx
                mov     [gate.ebx], ebx
                mov     [gate.esi], esi
                mov     [gate.edi], edi
                mov     [gate.ebp], ebp
                mov     eax, esp
                mov     esp, [saved_esp]
                pushfd
                pop     dword [gate.eflags_after]
                cld
                sub     eax, [before_esp]
                mov     [gate.esp_change], eax
                popad
                ret
.own:           mov     esp, [gate.esp]
                mov     [before_esp], esp
                call    far [gate]
                jmp     .back

                section .bss
                global  landing, landing_any, landing_eflags, landing_regs
                global  gate
                align   64
landing:        resb    64 * 256
landing_any:    resb    64
landing_regs:   resd    8
landing_esp:    resd    1
landing_eflags: resd    1
saved_esp:      resd    1
before_esp:     resd    1
gate:
.offset:        resd    1
.selector:      resd    1
.nargs:         resd    1
.args:          resd    6
.eflags:        resd    1
.own_esp:       resd    1
.esp:           resd    1
.eax:           resd    1
.ecx:           resd    1
.edx:           resd    1
.ebx:           resd    1
.esi:           resd    1
.edi:           resd    1
.ebp:           resd    1
.esp_change:    resd    1
.eflags_after:  resd    1
                alignb  16
                resb    64
landing_stack_top:

                section .note.GNU-stack noalloc noexec nowrite progbits

; SPDX-License-Identifier: BSD-2-Clause
;
; The ways into Pip and back: call gates, vectors, the load of a context.
;
; A call gate clears nothing, so its stub first gets rid of DF, NT, TF and AC
; and masks interrupts.  One may still arrive before that first instruction:
; event() then only notes it in irq_pending, and whoever leaves Pip with
; interrupts on delivers it.  Interrupts are on inside Pip nowhere else but at
; the HLT of idle().
;
; C functions take their first three arguments in EAX, EDX, ECX (regparm 3).

%include "asm-offsets.inc"

; Where `make trace` notes events: HOOK what [, selector, arguments]
%ifdef TRACE
%include "hooks.inc"
%else
%macro          HOOK 1-3
%endmacro
%endif

SEL_USER_CS     equ     1Bh
SEL_USER_DS     equ     23h
USER_BASE       equ     00400000h
USER_END        equ     0C0000000h
USER_HIGH       equ     0FFC00000h
EFLAGS_FIXED    equ     2

                section .text

                extern  current, irq_pending, user_if, kernel_stack_top
                extern  event, gate_refused, gate_interrupted
                extern  fpu_claim, port_read_check, port_write_check, tss, root

; The stub of one call gate is GATE_ENTER, a body, GATE_LEAVE, with selector
; and number of arguments.
; In:  [esp] EIP, CS, the arguments copied by the processor, ESP, SS
; Out: EAX result, ECX = EDX = 0, EBX ESI EDI EBP kept
;
; Some processors copy the arguments with the kernel's rights, so the stack
; that they came from is checked: its address, and that its segment is the
; flat one, as the thread selector adds a base of the caller's choice.  RETF n would also pop the caller's copy,
; which the interface leaves to the caller: the saved ESP is moved first.
%macro          GATE_ENTER 2
gate_%1:        push    EFLAGS_FIXED
                popfd
                mov     ecx, SEL_USER_DS
                mov     ds, ecx
                mov     es, ecx
%if %2
                mov     eax, [esp + 8 + 4 * %2]
                lea     edx, [eax - USER_BASE]
                cmp     edx, USER_END - USER_BASE - 4 * %2
                ja      .high
.esp_good:      cmp     byte [esp + 12 + 4 * %2], SEL_USER_DS
                jne     .refuse
%endif
                HOOK    CALL, %1, %2
                mov     edx, [current]
                cmp     dword [edx + PARTITION_RESTRICTED], 0
                jne     .refuse
%endmacro

%macro          GATE_LEAVE 2
.leave:         HOOK    RETURN, %1
                xor     ecx, ecx
                xor     edx, edx
                cmp     [user_if], ecx
                je      .return
                cmp     [irq_pending], ecx
                jne     .interrupted
%if %2
                sub     dword [esp + 8 + 4 * %2], 4 * %2
                sti                     ; takes effect after the next
                retf    4 * %2
.return:        sub     dword [esp + 8 + 4 * %2], 4 * %2
                retf    4 * %2
.high:          cmp     eax, USER_HIGH
                jb      .refuse
                cmp     eax, -4 * %2
                jbe     .esp_good
%else
                sti                     ; takes effect after the next
.return:        retf
%endif
.refuse:        push    %2
                push    %1
                jmp     refuse
.interrupted:   push    %2
                push    %1
                jmp     interrupted

                section .rodata
                dd      gate_%1
                db      %1, %2, 0, 0
                section .text
%endmacro

; GATE selector, arguments, C function of that many arguments
%macro          GATE 3
                extern  %3
                GATE_ENTER %1, %2
%assign         pushed  0
%if %2 > 3
%rep            %2 - 3
                push    dword [esp + 4 + 4 * %2]
%assign         pushed  pushed + 4
%endrep
%endif
%if %2 > 0
                mov     eax, [esp + pushed + 8]
%endif
%if %2 > 1
                mov     edx, [esp + pushed + 12]
%endif
%if %2 > 2
                mov     ecx, [esp + pushed + 16]
%endif
                call    %3
%if pushed
                add     esp, pushed
%endif
                GATE_LEAVE %1, %2
%endmacro

; PORT selector, arguments, bytes, instruction with the port in DX
; The checks answer PORT_OPEN, PORT_REFUSED, or PORT_IGNORED for the root.
PORT_OPEN       equ     1
%macro          PORT 4+
                GATE_ENTER %1, %2       ; leaves current in EDX
                mov     eax, [esp + 8]
%if %3 = 1
                cmp     eax, 0FFFFh
                ja      .check
                bt      [tss + TSS_PORTS], eax
                jc      .check
                cmp     edx, [root]
                je      .open
%endif
.check:         mov     edx, %3
%if %2 > 1
                mov     ecx, [esp + 12]
                call    port_write_check
%else
                call    port_read_check
%endif
                cmp     eax, PORT_OPEN
                jb      .refuse
                ja      .ignored
.open:          mov     edx, [esp + 8]
%if %2 > 1
                mov     eax, [esp + 12]
%else
                xor     eax, eax
%endif
                %4
                GATE_LEAVE %1, %2
                section .text
.ignored:       or      eax, -1
                jmp     .leave
%endmacro

                section .rodata
                global  gate_table, gate_table_end
gate_table:
                section .text

                PORT    030h, 2, 1, out dx, al
                PORT    038h, 1, 1, in al, dx
                PORT    040h, 2, 2, out dx, ax
                PORT    048h, 1, 2, in ax, dx
                PORT    050h, 2, 4, out dx, eax
                PORT    058h, 1, 4, in eax, dx
                GATE    060h, 5, createPartition
                GATE    068h, 2, countToMap
                GATE    070h, 3, prepare
                GATE    078h, 6, addVAddr
                GATE    080h, 1, getIntState
                GATE    088h, 2, outaddrl
                GATE    098h, 1, setIntState
                GATE    0A0h, 2, removeVAddr
                GATE    0A8h, 1, mappedInChild
                GATE    0B0h, 1, delete
                GATE    0B8h, 2, collect

                extern  yield
                GATE_ENTER 0C0h, 5
                pushad                  ; struct yield_call of x86.h
                mov     eax, esp
                call    yield           ; returns only when refused
                mov     [esp + 28], eax
                popad
                GATE_LEAVE 0C0h, 5

                GATE    0D0h, 1, probe
                GATE    0D8h, 3, fpuState
                GATE    0E0h, 4, restrictChild
                GATE    0E8h, 2, irqControl
                GATE    0F0h, 0, idle
                section .rodata
gate_table_end:
                section .text

; The stack is struct gate_frame of x86.h once the registers are pushed
refuse:         pushad
                mov     eax, esp
                call    gate_refused    ; does not return

interrupted:    pushad
                mov     eax, esp
                call    gate_interrupted ; does not return

; One 16-byte stub per vector.  SDM vol. 3, 6.15: some push an error code

                global  event_table
                align   16
event_table:
%assign         vector  0
%rep            256
                align   16
%if vector = 7                          ; #NM: x87 or SSE is wanted
                jmp     fpu_entry
%endif
%if vector != 8 && (vector < 10 || vector > 14) && vector != 17
                push    0
%endif
                push    dword vector
                jmp     event_entry
%assign         vector  vector + 1
%endrep

; Stack: struct event of x86.h.  event() returns to go on as before.
event_entry:    pushad
                mov     ecx, SEL_USER_DS
                mov     ds, ecx
                mov     es, ecx
                cld
                HOOK    EVENT
                mov     eax, esp
                call    event
                HOOK    BACK
                popad
                add     esp, 8
                iretd

; A child's only: Pip itself never touches these registers
fpu_entry:      pushad
                mov     ecx, SEL_USER_DS
                mov     ds, ecx
                mov     es, ecx
                cld
                HOOK    FPU
                call    fpu_claim
                HOOK    BACK, 7
                popad
                iretd

; void enter_user(const user_ctx_t *ctx, uint32_t eflags, uint32_t gs)
; In:  EAX ctx, reachable in the address space that is loaded; EDX; ECX
                global  enter_user
enter_user:     mov     esp, kernel_stack_top
                mov     gs, ecx
                mov     ecx, SEL_USER_DS
                mov     fs, ecx
                push    ecx
                push    dword [eax + CTX_ESP]
                push    edx
                push    SEL_USER_CS
                push    dword [eax + CTX_EIP]
                mov     edi, [eax + CTX_EDI]
                mov     esi, [eax + CTX_ESI]
                mov     ebp, [eax + CTX_EBP]
                mov     ebx, [eax + CTX_EBX]
                mov     edx, [eax + CTX_EDX]
                mov     ecx, [eax + CTX_ECX]
                mov     eax, [eax + CTX_EAX]
                HOOK    ENTER
                iretd

                section .note.GNU-stack noalloc noexec nowrite progbits

; SPDX-License-Identifier: BSD-2-Clause
;
; Hostile instructions.  Each is a C function of one argument; those that must
; fault never return.  cpu.c performs the table.

                bits    32
REPORT          equ     0F0h
BOX             equ     0FFFFD000h
YIELD           equ     0C0h
MAPPED          equ     0A8h
PROBE           equ     0D0h
THREAD          equ     0CBh
USER_CS         equ     1Bh
USER_DS         equ     23h
KERNEL_CS       equ     8
KERNEL_DS       equ     10h
KERNEL          equ     100000h

UD              equ     6
TS              equ     10
GP              equ     13
PF              equ     14
REFUSED         equ     201h
DEBUG_OR_UD     equ     202h
GOES_OR_FAULTS  equ     203h

                section .rodata.instructions
                global  instructions
instructions:

; ACT name, vector, error code, value returned when the vector is REPORT
%macro          ACT 4
                section .rodata.instructions
                dd      %%name, %%code, %2, %3, %4
                section .rodata
%%name:         db      %1, 0
                section .text
%%code:
%endmacro

%macro          PRIVILEGED 2+
                ACT     %1, GP, 0, 0
                %2
                xor     eax, eax
                ret
%endmacro

                section .text
                PRIVILEGED "hlt", hlt
                PRIVILEGED "cli", cli
                PRIVILEGED "sti", sti
                PRIVILEGED "clts", clts
                PRIVILEGED "invd", invd
                PRIVILEGED "wbinvd", wbinvd
                PRIVILEGED "invlpg", invlpg [esp]
                PRIVILEGED "lgdt", lgdt [esp]
                PRIVILEGED "lidt", lidt [esp]
                PRIVILEGED "lldt", lldt ax
                PRIVILEGED "ltr", ltr ax
                PRIVILEGED "lmsw", lmsw ax
                PRIVILEGED "rdmsr", rdmsr
                PRIVILEGED "wrmsr", wrmsr
                PRIVILEGED "rdpmc", rdpmc
                PRIVILEGED "sysenter", sysenter
                PRIVILEGED "read CR0", mov eax, cr0
                PRIVILEGED "read CR2", mov eax, cr2
                PRIVILEGED "read CR3", mov eax, cr3
                PRIVILEGED "read CR4", mov eax, cr4
                PRIVILEGED "write CR0", mov cr0, eax
                PRIVILEGED "write CR3", mov cr3, eax
                PRIVILEGED "write CR4", mov cr4, eax
                PRIVILEGED "read DR0", mov eax, dr0
                PRIVILEGED "read DR6", mov eax, dr6
                PRIVILEGED "read DR7", mov eax, dr7
                PRIVILEGED "write DR0", mov dr0, eax
                PRIVILEGED "write DR7", mov dr7, eax
                PRIVILEGED "in al, dx", in al, dx
                PRIVILEGED "in eax, dx", in eax, dx
                PRIVILEGED "in al, 21h", in al, 21h
                PRIVILEGED "out 21h, al", out 21h, al
                PRIVILEGED "out dx, eax", out dx, eax
                PRIVILEGED "insb", insb
                PRIVILEGED "outsd", outsd
                PRIVILEGED "rep insw", rep insw

ACT "ud2", UD, 0, 0
                ud2
ACT "syscall", UD, 0, 0
                syscall
ACT "rsm", UD, 0, 0
                rsm
ACT "vmcall", UD, 0, 0
                db      0Fh, 01h, 0C1h
ACT "an instruction of 16 bytes", GP, 0, 0
                times 15 db 66h
                nop
; QEMU has no such instruction
ACT "icebp", DEBUG_OR_UD, 0, 0
                db      0F1h
ACT "int3", GP, 1Ah, 0
                int3
ACT "into", GP, 22h, 0
                mov     al, 7Fh
                inc     al
                into
                ret
ACT "bound", 5, 0, 0
                xor     eax, eax
                push    dword 1
                push    dword 1
                bound   eax, [esp]
ACT "divide by zero", 0, 0, 0
                xor     ecx, ecx
                div     ecx
ACT "single step by TF", 1, 0, 0
                pushfd
                or      dword [esp], 100h
                popfd
                nop
                nop
ACT "TF, then mov ss, then int", 128, 0, 0
                mov     ecx, ss
                pushfd
                or      dword [esp], 100h
                popfd
                mov     ss, ecx
                int     80h
ACT "mov ss, then a gate", REPORT, 0, 0
                mov     ecx, ss
                push    dword 0
                mov     ss, ecx
                call    MAPPED:0
                pop     ecx
                ret
ACT "popfd cannot raise IOPL", GP, 0, 0
                push    dword 3202h
                popfd
                cli
                ret
ACT "popfd cannot clear IF", REPORT, 0, 200h
                push    dword 2
                popfd
                pushfd
                pop     eax
                and     eax, 200h
                ret
ACT "popfd cannot set VM", REPORT, 0, 0
                push    dword 20202h
                popfd
                pushfd
                pop     eax
                and     eax, 20000h
                ret
; QEMU before 8 lets it, then the addresses are the kernel's
ACT "iret cannot set VM", GOES_OR_FAULTS, 0, 0
                push    dword 20202h
                push    dword USER_CS
                push    dword .vm
                iretd
.vm:            pushfd
                pop     eax
                and     eax, 20000h
                ret
ACT "iret to virtual-8086 mode with the kernel's selector", REFUSED, 0, 0
                push    dword 0
                push    dword 0
                push    dword 0
                push    dword 0
                push    dword 0
                push    dword 1000h
                push    dword 20202h
                push    dword KERNEL_CS
                push    dword 0
                iretd
ACT "iret with NT", TS, 0, 0
                push    dword 4202h
                popfd
                push    dword 202h
                push    dword USER_CS
                push    dword .vm
                iretd
ACT "iret to the kernel's code", GP, KERNEL_CS, 0
                push    dword 202h
                push    dword KERNEL_CS
                push    dword KERNEL
                iretd
ACT "iret to a call gate", GP, 60h, 0
                push    dword 202h
                push    dword 63h
                push    dword 0
                iretd
ACT "iret to null", GP, 0, 0
                push    dword 202h
                push    dword 0
                push    dword 0
                iretd
ACT "far return to the kernel's code", GP, KERNEL_CS, 0
                push    dword KERNEL_CS
                push    dword KERNEL
                retf
ACT "far return to the TSS", GP, 28h, 0
                push    dword 2Bh
                push    dword 0
                retf
ACT "far jump to the kernel's code", GP, KERNEL_CS, 0
                jmp     KERNEL_CS:KERNEL
ACT "far call to the kernel's code", GP, KERNEL_CS, 0
                call    KERNEL_CS:KERNEL
ACT "jump to the kernel", PF, 5, 0
                mov     eax, KERNEL
                jmp     eax
ACT "jump to the window", PF, 5, 0
                mov     eax, 0C0100000h
                jmp     eax
ACT "jump to address 0", PF, 5, 0
                xor     eax, eax
                jmp     eax
ACT "jump to the end of memory", PF, 4, 0
                mov     eax, 0FFC00000h
                jmp     eax
ACT "read address 0", PF, 5, 0
                mov     eax, [0]
ACT "read the kernel", PF, 5, 0
                mov     eax, [KERNEL]
ACT "read the last byte below 4 MiB", PF, 5, 0
                mov     al, [3FFFFFh]
ACT "write the kernel", PF, 7, 0
                mov     [KERNEL], eax
ACT "write VGA memory", PF, 7, 0
                mov     [0B8000h], eax
ACT "read the window", PF, 5, 0
                mov     eax, [0C0000000h]
ACT "write the window", PF, 7, 0
                mov     [0C0200000h], eax
ACT "write the window's end", PF, 7, 0
                mov     [0FFBFFFFCh], eax
ACT "read across into the window", PF, 4, 0
                mov     eax, [0BFFFFFFEh]
ACT "fxsave into the window", PF, 7, 0
                fxsave  [0C0000000h]
ACT "push into the kernel", PF, 7, 0
                mov     esp, KERNEL
                push    eax
ACT "lar of the kernel's code", REPORT, 0, 1
                mov     ecx, KERNEL_CS
                xor     eax, eax
                lar     edx, ecx
                setnz   al
                ret
ACT "lsl of the kernel's data", REPORT, 0, 1
                mov     ecx, KERNEL_DS
                xor     eax, eax
                lsl     edx, ecx
                setnz   al
                ret
ACT "verr of the kernel's data", REPORT, 0, 1
                mov     ecx, KERNEL_DS
                xor     eax, eax
                verr    cx
                setnz   al
                ret
ACT "rdtsc is harmless", REPORT, 0, 7
                rdtsc
                mov     eax, 7
                ret
ACT "all of DS, ES, FS, GS null, then a gate", REPORT, 0, 0
                xor     eax, eax
                mov     ds, eax
                mov     es, eax
                mov     fs, eax
                mov     gs, eax
                push    eax
                call    MAPPED:0
                pop     ecx
                mov     ecx, USER_DS
                mov     ds, ecx
                mov     es, ecx
                ret
ACT "null DS and ES, then int", 130, 0, 0
                xor     eax, eax
                mov     ds, eax
                mov     es, eax
                int     130
ACT "null DS and ES, then a fault", UD, 0, 0
                xor     eax, eax
                mov     ds, eax
                mov     es, eax
                ud2
ACT "null DS and ES, then x87", REPORT, 0, 0
                xor     eax, eax
                mov     ds, eax
                mov     es, eax
                fninit
                mov     ecx, USER_DS
                mov     ds, ecx
                mov     es, ecx
                ret
ACT "unaligned access with AC", REPORT, 0, 0
                push    dword 40202h
                popfd
                mov     ecx, [BOX + 1]
                push    dword 202h
                popfd
                xor     eax, eax
                ret

                section .rodata.instructions
                dd      0, 0, 0, 0, 0

; uint32_t load_XX(uint32_t selector): 1
%macro          LOADER 1
                section .text
                global  load_%1
load_%1:        mov     eax, [esp + 4]
                mov     %1, ax
                mov     ecx, USER_DS
                mov     %1, cx
                mov     eax, 1
                ret
%endmacro
                LOADER  ds
                LOADER  es
                LOADER  fs
                LOADER  gs
                LOADER  ss

; uint32_t jump_far(uint32_t selector), call_far: to .here, 1 if they get there
                global  jump_far, call_far
jump_far:       mov     eax, [esp + 4]
                push    eax
                push    dword .here
                jmp     far [esp]
.here:          add     esp, 8
                mov     eax, 1
                ret

call_far:       mov     eax, [esp + 4]
                push    eax
                push    dword .here
                call    far [esp]
                ud2
.here:          add     esp, 16
                mov     eax, 1
                ret

; uint32_t int_at_esp(uint32_t esp), fault_at_esp: the event with that ESP
                global  int_at_esp, fault_at_esp
int_at_esp:     mov     esp, [esp + 4]
                int     80h
fault_at_esp:   mov     esp, [esp + 4]
                ud2

; The same with EFLAGS; yield_with_flags to the parent's index 64
                global  int_with_flags, fault_with_flags, yield_with_flags
int_with_flags: push    dword [esp + 4]
                popfd
                int     80h
fault_with_flags:
                push    dword [esp + 4]
                popfd
                ud2
yield_with_flags:
                mov     eax, [esp + 4]
                push    dword 0
                push    dword 0
                push    dword 0
                push    dword 64
                push    dword 0
                push    eax
                popfd
                call    YIELD:0
                ret

; uint32_t read_thread(uint32_t va): what is at va from the thread selector
                global  read_thread
read_thread:    mov     ecx, THREAD
                mov     gs, ecx
                mov     eax, [esp + 4]
                mov     eax, [gs:eax]
                ret

; uint32_t gate_on_thread(uint32_t esp): probe with its argument there
                global  gate_on_thread
gate_on_thread: mov     edx, esp
                mov     ebx, [esp + 4]
                mov     ecx, THREAD
                mov     esi, edx
                mov     ss, ecx
                mov     esp, ebx
                call    PROBE:0
                mov     ecx, USER_DS
                mov     ss, ecx
                mov     esp, esi
                ret

; The actor's first registers, for the entry that is in its context
                global  see_registers
see_registers:  or      eax, ebx
                or      eax, ecx
                or      eax, edx
                or      eax, esi
                or      eax, edi
                or      eax, ebp
                mov     [BOX], eax
                int     REPORT

; int n; ret, four bytes each
                global  int_stubs
int_stubs:
%assign         n       0
%rep            256
                db      0CDh, n, 0C3h, 90h
%assign         n       n + 1
%endrep

                section .note.GNU-stack noalloc noexec nowrite progbits

; SPDX-License-Identifier: BSD-2-Clause
; The vDSO's file inside the kernel.  VDSO is its path.

        section .rodata
        global  vdso_image, vdso_image_end
vdso_image:
        incbin  VDSO
vdso_image_end:

        section .note.GNU-stack noalloc noexec nowrite progbits

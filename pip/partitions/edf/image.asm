; SPDX-License-Identifier: BSD-2-Clause
; The child's image, to be copied for each task.

                section .data
                global  image_begin, image_size
                align   4096
image_begin:    incbin  "edf-child.bin"
                align   4096
image_size:     dd      $ - image_begin
                section .note.GNU-stack noalloc noexec nowrite progbits

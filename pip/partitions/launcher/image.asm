; SPDX-License-Identifier: BSD-2-Clause
; The child's image, in pages that can be given to it.

                section .data
                global  image_begin, image_size
                align   4096
image_begin:    incbin  "launcher-child.bin"
                align   4096
image_size:     dd      $ - image_begin
                section .note.GNU-stack noalloc noexec nowrite progbits

/* SPDX-License-Identifier: BSD-2-Clause */
/* Lab 6: between the student's hypercall and wrap.c. */
#ifndef LABS_6_WRAP_H
#define LABS_6_WRAP_H

uint32_t lab_sum(struct vm *vm, gva_t gva, uint32_t size);

/* The linker's --wrap=hypercall */
void __real_hypercall(struct vm *vm, user_ctx_t *ctx);
void __wrap_hypercall(struct vm *vm, user_ctx_t *ctx);

#endif

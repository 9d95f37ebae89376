# SPDX-License-Identifier: BSD-2-Clause
# build/pip.elf: the protokernel.  Compiled in one piece (-flto), so that
# core's small functions are inlined where the gates call them.

PIP_C := $(wildcard pip/core/*.c) \
	$(filter-out %/asm-offsets.c,$(wildcard pip/arch/x86/*.c))
PIP_ASM := $(wildcard pip/arch/x86/*.asm)
PIP_OBJ := $(PIP_C:%.c=$(BUILD)/%.o) $(PIP_ASM:%.asm=$(BUILD)/%.o)
PIP_CFLAGS := $(CFLAGS32) -mregparm=3 -mgeneral-regs-only -flto \
	-fno-align-functions -fno-align-jumps -fno-align-loops \
	-Ipip/include -Ipip/core -Ipip/arch/x86

all: $(BUILD)/pip.elf

pip_link = $(CC32) $(PIP_CFLAGS) -nostdlib -static -Wl,--build-id=none \
	-Wl,-z,noexecstack -T pip/arch/x86/kernel.ld $(1) -o $@

$(BUILD)/pip.elf: $(PIP_OBJ) pip/arch/x86/kernel.ld
	$(call pip_link,$(PIP_OBJ))

$(patsubst %.c,$(BUILD)/%.o,$(PIP_C)): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC32) $(PIP_CFLAGS) -MMD -MP -c $< -o $@

$(patsubst %.asm,$(BUILD)/%.o,$(PIP_ASM)): $(BUILD)/%.o: %.asm \
		$(BUILD)/pip/asm-offsets.inc
	@mkdir -p $(@D)
	$(NASM) -f elf32 -g -F dwarf -i$(BUILD)/pip/ $< -o $@

$(BUILD)/pip/asm-offsets.inc: pip/arch/x86/asm-offsets.c
	@mkdir -p $(@D)
	$(CC32) $(PIP_CFLAGS) -fno-lto -MMD -MP -MT $@ -MF $(@:.inc=.d) \
		-S $< -o $(@:.inc=.s)
	sed -n 's/^@//p' $(@:.inc=.s) > $@

-include $(wildcard $(BUILD)/pip/*.d $(BUILD)/pip/core/*.d \
	$(BUILD)/pip/arch/x86/*.d)

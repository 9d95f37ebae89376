# SPDX-License-Identifier: BSD-2-Clause
# pipux: build/pipux.elf, loaded by the VMM with its symbols.

PIPUX      := guests/pipux
PIPUX_OUT  := $(BUILD)/$(PIPUX)
PIPUX_DIRS := arch mm kernel ipc fs fs/ext2 block net net/inet drivers tty time \
	lib
PIPUX_SRC  := $(filter-out %/offsets.c,$(wildcard \
	$(PIPUX_DIRS:%=$(PIPUX)/%/*.c)))
PIPUX_OBJS := $(PIPUX_SRC:%.c=$(BUILD)/%.o) $(PIPUX_OUT)/arch/stubs.o \
	$(PIPUX_OUT)/vdso/image.o
PIPUX_DEFS := $(PIPUX_OUT)/arch/offsets.inc
UAPI       := $(BUILD)/linux-headers

# System calls have no prototypes: the table is their only caller.  The FPU
# belongs to the processes.
PIPUX_CFLAGS := $(filter-out -Wmissing-prototypes,$(CFLAGS32)) \
	-nostdinc -isystem $(shell $(CC) -print-file-name=include) \
	-isystem $(UAPI) -I$(PIPUX)/include -I$(PIPUX)/include/libc \
	-Iguests/include -Ipip/include -Itrace \
	-mgeneral-regs-only -Wno-unused-parameter

# Linux's own headers for user space: every ABI constant comes from there
$(UAPI)/.made:
	@mkdir -p $(@D)
	ln -sfn /usr/include/linux $(UAPI)/linux
	ln -sfn /usr/include/asm-generic $(UAPI)/asm-generic
	ln -sfn /usr/include/$(shell $(CC) -print-multiarch)/asm $(UAPI)/asm
	@touch $@

$(PIPUX_DEFS): $(PIPUX)/arch/offsets.c $(UAPI)/.made
	@mkdir -p $(@D)
	$(CC32) $(PIPUX_CFLAGS) -MMD -MP -MT $@ -MF $@.d -S $< -o $@.s
	sed -n 's/^->//p' $@.s > $@

$(PIPUX_OUT)/arch/stubs.o: $(PIPUX)/arch/stubs.asm $(PIPUX_DEFS)
	$(NASM) -f elf32 -g -I$(PIPUX_OUT)/arch/ $< -o $@

# The vDSO: a shared object of its own, embedded whole
VDSO      := $(PIPUX_OUT)/vdso/vdso.so
VDSO_OBJS := $(PIPUX_OUT)/vdso/clock.o $(PIPUX_OUT)/vdso/entry.o

$(PIPUX_OUT)/vdso/clock.o: $(PIPUX)/vdso/clock.c $(UAPI)/.made
	@mkdir -p $(@D)
	$(CC32) $(filter-out -g -fno-pic -fno-pie,$(PIPUX_CFLAGS)) -fPIC \
		-fasynchronous-unwind-tables -MMD -MP -c $< -o $@

$(PIPUX_OUT)/vdso/entry.o: $(PIPUX)/vdso/entry.asm
	@mkdir -p $(@D)
	$(NASM) -f elf32 $< -o $@

$(VDSO): $(VDSO_OBJS) $(PIPUX)/vdso/vdso.ld
	$(LD32) -shared -Bsymbolic -s --eh-frame-hdr --hash-style=both -soname linux-gate.so.1 \
		-T $(PIPUX)/vdso/vdso.ld -o $@ $(VDSO_OBJS)

$(PIPUX_OUT)/vdso/image.o: $(PIPUX)/vdso/image.asm $(VDSO)
	$(NASM) -f elf32 -DVDSO='"$(VDSO)"' $< -o $@

include $(PIPUX)/net/inet/lwip.mk
PIPUX_OBJS += $(LWIP_OBJS)
$(PIPUX_OUT)/net/inet/%.o: PIPUX_CFLAGS += $(LWIP_FLAGS)

$(BUILD)/$(PIPUX)/%.o: $(PIPUX)/%.c $(UAPI)/.made | $(LWIP)
	@mkdir -p $(@D)
	$(CC32) $(PIPUX_CFLAGS) -MMD -MP -c $< -o $@

# Linked twice: the second time with the names of the functions, which lie
# behind the code and so move none of it.  $(call pipux_link,OBJECTS,SCRATCH)
define pipux_link
$(LD32) -T $(PIPUX)/arch/pipux.ld -o $(2).elf $(1)
nm -n $(2).elf | awk -f $(PIPUX)/symbols.awk > $(2).s
$(CC32) -c $(2).s -o $(2).o
$(LD32) -T $(PIPUX)/arch/pipux.ld -o $@ $(1) $(2).o
endef

$(BUILD)/pipux.elf: $(PIPUX_OBJS) $(PIPUX)/arch/pipux.ld $(PIPUX)/symbols.awk
	$(call pipux_link,$(PIPUX_OBJS),$(PIPUX_OUT)/symbols)

pipux: $(BUILD)/pipux.elf
.PHONY: pipux

-include $(PIPUX_OBJS:.o=.d) $(PIPUX_DEFS).d $(PIPUX_OUT)/vdso/clock.d

# SPDX-License-Identifier: BSD-2-Clause
# build/trace: images that note their events.  Only what holds a hook is
# compiled anew, and all of Pip, which is one piece (-flto).

TRACE_OUT := $(BUILD)/trace
TRACE_DEF := -DTRACE -Itrace
RING_PIP   := -DRING_LAYER=TRACE_PIP -DRING_EVENTS=65536
RING_VMM   := -DRING_LAYER=TRACE_VMM -DRING_EVENTS=16384
RING_PIPUX := -DRING_LAYER=TRACE_PIPUX -DRING_EVENTS=16384

TRACE_PIP_OBJ := $(PIP_OBJ:$(BUILD)/%=$(TRACE_OUT)/%) \
	$(TRACE_OUT)/ring-pip.o $(TRACE_OUT)/pip.o

# $(call traced,SOURCES,OBJECTS): the objects, those with hooks replaced
hooked  = $(addsuffix .o,$(basename $(shell grep -lE 'TRACE_|HOOK' $(1))))
traced  = $(foreach o,$(2),$(if $(filter $(o:$(BUILD)/%=%),$(call \
	hooked,$(1))),$(o:$(BUILD)/%=$(TRACE_OUT)/%),$(o)))
TRACE_VMM_OBJ := $(call traced,$(wildcard vmm-partition/*.c \
	vmm-partition/virtio/*.c),$(VMM_OBJS)) $(TRACE_OUT)/ring-vmm.o
TRACE_PIPUX_OBJ := $(call traced,$(PIPUX_SRC) $(PIPUX)/arch/stubs.asm, \
	$(PIPUX_OBJS)) $(TRACE_OUT)/ring-pipux.o $(TRACE_OUT)/pipux.o

.PHONY: trace-images
trace-images: $(TRACE_OUT)/pip.elf $(TRACE_OUT)/vmm.bin $(TRACE_OUT)/pipux.elf

$(TRACE_OUT)/pip.elf: $(TRACE_PIP_OBJ) pip/arch/x86/kernel.ld
	$(call pip_link,$(TRACE_PIP_OBJ))

$(TRACE_OUT)/vmm.elf: $(PARTITION_CRT0) $(TRACE_VMM_OBJ) $(LIBPIP) \
		$(PARTITION_LD)
	$(call partition,$@,$(TRACE_VMM_OBJ))

$(TRACE_OUT)/vmm.bin: $(TRACE_OUT)/vmm.elf
	$(OBJCOPY) -O binary $< $@

$(TRACE_OUT)/pipux.elf: $(TRACE_PIPUX_OBJ) $(PIPUX)/arch/pipux.ld
	$(call pipux_link,$(TRACE_PIPUX_OBJ),$(TRACE_OUT)/symbols)

TRACE_PIP_CC   = $(CC32) $(PIP_CFLAGS) $(TRACE_DEF) -MMD -MP -c $< -o $@
TRACE_VMM_CC   = $(CC32) $(CFLAGS32) $(VMM_CFLAGS) $(TRACE_DEF) -MMD -MP \
	-c $< -o $@
TRACE_PIPUX_CC = $(CC32) $(PIPUX_CFLAGS) $(TRACE_DEF) -MMD -MP -c $< -o $@

$(TRACE_OUT)/pip/%.o: pip/%.c
	@mkdir -p $(@D)
	$(TRACE_PIP_CC)

$(TRACE_OUT)/pip/%.o: pip/%.asm $(BUILD)/pip/asm-offsets.inc trace/hooks.inc
	@mkdir -p $(@D)
	$(NASM) -f elf32 -DTRACE -itrace/ -i$(BUILD)/pip/ $< -o $@

$(TRACE_OUT)/pip.o: trace/pip.c
	@mkdir -p $(@D)
	$(TRACE_PIP_CC)

$(TRACE_OUT)/ring-pip.o: trace/ring.c
	@mkdir -p $(@D)
	$(TRACE_PIP_CC) $(RING_PIP)

$(TRACE_OUT)/vmm-partition/%.o: vmm-partition/%.c
	@mkdir -p $(@D)
	$(TRACE_VMM_CC)

$(TRACE_OUT)/ring-vmm.o: trace/ring.c
	@mkdir -p $(@D)
	$(TRACE_VMM_CC) $(RING_VMM)

$(TRACE_OUT)/$(PIPUX)/%.o: $(PIPUX)/%.c $(UAPI)/.made
	@mkdir -p $(@D)
	$(TRACE_PIPUX_CC)

$(TRACE_OUT)/$(PIPUX)/arch/stubs.o: $(PIPUX)/arch/stubs.asm $(PIPUX_DEFS)
	@mkdir -p $(@D)
	$(NASM) -f elf32 -DTRACE -I$(PIPUX_OUT)/arch/ $< -o $@

$(TRACE_OUT)/pipux.o: trace/pipux.c $(UAPI)/.made
	@mkdir -p $(@D)
	$(TRACE_PIPUX_CC)

$(TRACE_OUT)/ring-pipux.o: trace/ring.c $(UAPI)/.made
	@mkdir -p $(@D)
	$(TRACE_PIPUX_CC) $(RING_PIPUX)

-include $(wildcard $(TRACE_OUT)/*.d $(TRACE_OUT)/*/*.d $(TRACE_OUT)/*/*/*.d \
	$(TRACE_OUT)/*/*/*/*.d)

# SPDX-License-Identifier: BSD-2-Clause
# The VMM: build/vmm.elf with symbols, build/vmm.bin as Pip loads it.

VMM_OBJS   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard vmm-partition/*.c \
	vmm-partition/virtio/*.c))
VMM_CFLAGS := $(PARTITION_CFLAGS) -Iguests/include -Itrace

$(VMM_OBJS): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC32) $(CFLAGS32) $(VMM_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/vmm.elf: $(PARTITION_CRT0) $(VMM_OBJS) $(LIBPIP) $(PARTITION_LD)
	$(call partition,$@,$(VMM_OBJS))

$(BUILD)/vmm.bin: $(BUILD)/vmm.elf
	$(OBJCOPY) -O binary $< $@

vmm: $(BUILD)/vmm.bin
.PHONY: vmm

-include $(VMM_OBJS:.o=.d)

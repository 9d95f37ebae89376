# SPDX-License-Identifier: BSD-2-Clause
# A guest that does what its command line says: build/vmm-test.elf.

VMM_TEST_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard guests/vmm-test/*.c))

$(VMM_TEST_OBJS): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC32) $(CFLAGS32) -fno-omit-frame-pointer -mgeneral-regs-only \
		-Iguests/include -Ipip/include -MMD -MP -c $< -o $@

$(BUILD)/vmm-test.elf: $(VMM_TEST_OBJS) guests/hello/link.ld
	$(LD32) -T guests/hello/link.ld -o $@ $(VMM_TEST_OBJS)

vmm-test: $(BUILD)/vmm-test.elf
guest-programs: $(BUILD)/vmm-test.elf
.PHONY: vmm-test guest-programs

-include $(VMM_TEST_OBJS:.o=.d)

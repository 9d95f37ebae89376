# SPDX-License-Identifier: BSD-2-Clause
# The driver laboratory: build/driver-lab.elf with guests/driver-lab/block.c,
# build/driver-lab-solved.elf with the solution, build/driver-lab-planted.elf
# with a mistake in it.

LAB_OBJS   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard guests/driver-lab/*.c))
LAB_SOLVED := $(subst driver-lab/block.o,driver-lab/solution/block.o, \
	$(LAB_OBJS))
LAB_PLANTED := $(subst driver-lab/block.o,driver-lab/planted/block.o, \
	$(LAB_OBJS))

$(sort $(LAB_OBJS) $(LAB_SOLVED) $(LAB_PLANTED)): $(BUILD)/%.o: %.c
	$(guest_object) -Iguests/driver-lab

$(BUILD)/driver-lab.elf: $(LAB_OBJS) $(BUILD)/guests/lib.a
	$(call guest_kernel,$@,$(LAB_OBJS))

$(BUILD)/driver-lab-solved.elf: $(LAB_SOLVED) $(BUILD)/guests/lib.a
	$(call guest_kernel,$@,$(LAB_SOLVED))

$(BUILD)/driver-lab-planted.elf: $(LAB_PLANTED) $(BUILD)/guests/lib.a
	$(call guest_kernel,$@,$(LAB_PLANTED))

# A disk with the label that main.c looks for
$(BUILD)/driver-lab.img:
	@mkdir -p $(@D)
	printf driver-lab > $@
	truncate -s 1M $@

.PHONY: driver-lab run-driver-lab
driver-lab: $(BUILD)/driver-lab.elf
run-driver-lab: $(BUILD)/driver-lab.elf $(BUILD)/driver-lab.img \
		$(BUILD)/vmm.bin $(BUILD)/pip.elf
	scripts/boot --initrd none --guest $< --append vmm.disk=ata0 -- \
		-drive file=$(BUILD)/driver-lab.img,format=raw,if=ide

guest-programs: $(BUILD)/driver-lab.elf $(BUILD)/driver-lab-solved.elf \
		$(BUILD)/driver-lab-planted.elf $(BUILD)/driver-lab.img

-include $(LAB_OBJS:.o=.d) $(LAB_SOLVED:.o=.d) $(LAB_PLANTED:.o=.d)

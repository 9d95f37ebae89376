# SPDX-License-Identifier: BSD-2-Clause
# build/pipstack.iso: everything on one image, with a menu.

ISO_FILES := $(BUILD)/pip.elf $(BUILD)/vmm.bin $(BUILD)/pipux.elf \
	$(BUILD)/initrd.cpio.gz $(BUILD)/partitions/minimal.bin \
	$(BUILD)/partitions/launcher.bin $(BUILD)/partitions/bench.bin

$(BUILD)/pipstack.iso: images/make-iso images/menu.cfg $(ISO_FILES) \
		scripts/grub.py
	images/make-iso $@ images/menu.cfg $(ISO_FILES)

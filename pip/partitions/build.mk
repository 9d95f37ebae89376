# SPDX-License-Identifier: BSD-2-Clause
# Partitions that run as Pip's root: build/partitions/NAME.bin.

# As in "Get Started with Pip": no library, a linker script of its own
MINIMAL_CFLAGS := -m32 -c -nostdlib --freestanding -fno-stack-protector \
	-fno-pic -no-pie

$(BUILD)/partitions/minimal.o: pip/partitions/minimal/minimal.c
	@mkdir -p $(@D)
	$(CC) $(MINIMAL_CFLAGS) $< -o $@

$(BUILD)/partitions/minimal.bin: $(BUILD)/partitions/minimal.o \
		pip/partitions/minimal/link.ld
	$(LD) $< -o $@ -m elf_i386 -T pip/partitions/minimal/link.ld

# The others stand on libpip: all .c and .asm files of pip/partitions/NAME
LIBPIP_PARTITIONS := bench latency launcher nanny edf conformance attack curves

# What those that test Pip share
HARNESS_SRC := $(wildcard pip/partitions/harness/*.c \
	pip/partitions/harness/*.asm)
HARNESS_OBJ := $(addprefix $(BUILD)/,$(addsuffix .o,$(basename \
	$(HARNESS_SRC))))
conformance_EXTRA := $(HARNESS_OBJ)
attack_EXTRA := $(HARNESS_OBJ)
curves_EXTRA := $(HARNESS_OBJ)
latency_EXTRA := $(HARNESS_OBJ)
HARNESS_CFLAGS := -Ipip/partitions/harness

# Those that carry a child: NAME/child, in NAME/image.asm
CHILDREN := launcher nanny edf

define child_rules
$(1)_CHILD_OBJ := $$(patsubst %.c,$$(BUILD)/%.o,$$(wildcard \
	pip/partitions/$(1)/child/*.c))
$$(BUILD)/partitions/$(1)-child.elf: $$($(1)_CHILD_OBJ) $$(LIBPIP) \
		$$(PARTITION_CRT0) $$(PARTITION_LD)
	@mkdir -p $$(@D)
	$$(call partition,$$@,$$($(1)_CHILD_OBJ))
$$(BUILD)/pip/partitions/$(1)/image.o: $$(BUILD)/partitions/$(1)-child.bin
-include $$($(1)_CHILD_OBJ:.o=.d)
endef
$(foreach p,$(CHILDREN),$(eval $(call child_rules,$(p))))

define partition_rules
$(1)_SRC := $$(wildcard pip/partitions/$(1)/*.c pip/partitions/$(1)/*.asm)
$(1)_OBJ := $$(addprefix $$(BUILD)/,$$(addsuffix .o,$$(basename $$($(1)_SRC))))
$(1)_OBJ += $$($(1)_EXTRA)
$$(BUILD)/partitions/$(1).elf: $$($(1)_OBJ) $$(LIBPIP) $$(PARTITION_CRT0) \
		$$(PARTITION_LD)
	@mkdir -p $$(@D)
	$$(call partition,$$@,$$($(1)_OBJ))
-include $$($(1)_OBJ:.o=.d)
endef
$(foreach p,$(LIBPIP_PARTITIONS),$(eval $(call partition_rules,$(p))))

$(BUILD)/partitions/%.bin: $(BUILD)/partitions/%.elf
	$(OBJCOPY) -O binary $< $@

$(BUILD)/pip/partitions/%.o: pip/partitions/%.c
	@mkdir -p $(@D)
	$(CC32) $(CFLAGS32) $(PARTITION_CFLAGS) $(HARNESS_CFLAGS) -MMD -MP \
		-c $< -o $@

$(BUILD)/pip/partitions/%.o: pip/partitions/%.asm
	@mkdir -p $(@D)
	$(NASM) -f elf32 -g -F dwarf -i$(BUILD)/partitions/ $< -o $@

PARTITIONS := $(BUILD)/partitions/minimal.bin \
	$(LIBPIP_PARTITIONS:%=$(BUILD)/partitions/%.bin)

partitions: $(PARTITIONS)
.PHONY: partitions

# SPDX-License-Identifier: BSD-2-Clause
# libpip, and the flags and start of a partition built on it.

PARTITION_CFLAGS := -mgeneral-regs-only -Ipip/include -Ipip/lib/include
PARTITION_LD     := pip/lib/partition.ld
PARTITION_CRT0   := $(BUILD)/pip/lib/crt0.o

LIBPIP      := $(BUILD)/libpip.a
LIBPIP_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard pip/lib/*.c))

# $(call partition,ELF,OBJECTS): an image with symbols; .bin is its flat form
partition = $(LD32) -T $(PARTITION_LD) -o $(1) $(PARTITION_CRT0) $(2) $(LIBPIP)

$(LIBPIP_OBJS): $(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC32) $(CFLAGS32) $(PARTITION_CFLAGS) -MMD -MP -c $< -o $@

$(PARTITION_CRT0): pip/lib/crt0.asm
	@mkdir -p $(@D)
	$(NASM) -f elf32 -g $< -o $@

$(LIBPIP): $(LIBPIP_OBJS)
	rm -f $@
	$(AR) rcs $@ $^

libpip: $(LIBPIP) $(PARTITION_CRT0)
.PHONY: libpip

-include $(LIBPIP_OBJS:.o=.d)

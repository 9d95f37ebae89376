# SPDX-License-Identifier: BSD-2-Clause
# What the small guest kernels share: build/guests/lib.a.

GUEST_CFLAGS   := -mgeneral-regs-only -fno-tree-loop-distribute-patterns \
	-Iguests/include -Ipip/include -Iguests/lib
GUEST_LD       := guests/lib/guest.ld
GUEST_LIB_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard guests/lib/*.c))

# The recipe of a guest's object
define guest_object
	@mkdir -p $(@D)
	$(CC32) $(CFLAGS32) $(GUEST_CFLAGS) -MMD -MP -c $< -o $@
endef

# $(call guest_kernel,ELF,OBJECTS)
guest_kernel = $(LD32) -T $(GUEST_LD) -o $(1) $(2) $(BUILD)/guests/lib.a

$(GUEST_LIB_OBJS): $(BUILD)/%.o: %.c
	$(guest_object)

$(BUILD)/guests/lib.a: $(GUEST_LIB_OBJS)
	rm -f $@
	$(AR) rcs $@ $^

-include $(GUEST_LIB_OBJS:.o=.d)

# SPDX-License-Identifier: BSD-2-Clause
# The guest that measures its interrupts: build/latency.elf.

LATENCY_OBJ := $(BUILD)/guests/latency/latency.o

$(LATENCY_OBJ): guests/latency/latency.c
	$(guest_object)

$(BUILD)/latency.elf: $(LATENCY_OBJ) $(BUILD)/guests/lib.a
	$(call guest_kernel,$@,$(LATENCY_OBJ))

guest-programs: $(BUILD)/latency.elf

-include $(LATENCY_OBJ:.o=.d)

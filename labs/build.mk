# SPDX-License-Identifier: BSD-2-Clause
# The labs of docs/tour/labs: build/labs/N* from labs/N/, build/labs/Ns* with
# labs/N/solution/ instead of the student's files.

LABS     := labs
LABS_OUT := $(BUILD)/labs
# A student's unused variable is no error
LABS_CFLAGS32 := $(filter-out -Werror,$(CFLAGS32))

# What `make lab N=3 [SOLUTION=1]` checks
LAB := $(N)$(if $(SOLUTION),s)
LAB_PIP := $(foreach n,1 2 3 4 5,$(n) $(n)s)

LAB_FILES_6 = $(LABS_OUT)/vmm-$(LAB).bin $(LABS_OUT)/6.elf
LAB_FILES_7 = $(BUILD)/driver-lab$(if $(SOLUTION),-solved).elf
LAB_FILES_8 = $(LABS_OUT)/pipux-$(LAB).elf $(LABS_OUT)/8-check initrd
LAB_FILES   = $(or $(LAB_FILES_$(N)),$(LABS_OUT)/$(LAB).bin)

.PHONY: lab-files
lab-files: $(BUILD)/pip.elf $(BUILD)/vmm.bin $(LAB_FILES)

# 1-5: partitions that run as Pip's root
LAB_1 := partition
LAB_2 := yield
LAB_3 := fault
LAB_4 := map
LAB_5 := schedule

define lab_partition
$(LABS_OUT)/$(1)$(2).elf: $(LABS_OUT)/$(1)/$(3)$(LAB_$(1)).o \
		$(if $(filter 1,$(1)),,$(LABS_OUT)/$(1)/check.o \
		$(LABS_OUT)/lab.o $(HARNESS_OBJ)) $(LIBPIP) \
		$(PARTITION_CRT0) $(PARTITION_LD)
	$$(call partition,$$@,$$(filter-out $(PARTITION_CRT0),$$(filter \
		%.o,$$^)))
endef
$(foreach n,1 2 3 4 5,$(eval $(call lab_partition,$(n),,)))
$(foreach n,1 2 3 4 5,$(eval $(call lab_partition,$(n),s,solution/)))

$(LABS_OUT)/%.bin: $(LABS_OUT)/%.elf
	$(OBJCOPY) -O binary $< $@

LAB_CFLAGS = $(PARTITION_CFLAGS) $(HARNESS_CFLAGS) -I$(LABS)
$(LABS_OUT)/%.o: $(LABS)/%.c
	@mkdir -p $(@D)
	$(CC32) $(LABS_CFLAGS32) $(LAB_CFLAGS) -MMD -MP -c $< -o $@

# 6: a VMM with one more hypercall, and a guest that makes it
$(LABS_OUT)/6/%: LAB_CFLAGS = $(VMM_CFLAGS) -Ivmm-partition -I$(LABS)/6
$(LABS_OUT)/6/check.o: LAB_CFLAGS = $(GUEST_CFLAGS)

$(LABS_OUT)/6.elf: $(LABS_OUT)/6/check.o $(BUILD)/guests/lib.a
	$(call guest_kernel,$@,$<)

$(LABS_OUT)/vmm-6.elf: $(LABS_OUT)/6/hypercall.o
$(LABS_OUT)/vmm-6s.elf: $(LABS_OUT)/6/solution/hypercall.o
$(LABS_OUT)/vmm-%.elf: $(LABS_OUT)/6/wrap.o $(VMM_OBJS) $(PARTITION_CRT0) \
		$(LIBPIP) $(PARTITION_LD)
	$(call partition,$@,--wrap=hypercall $(VMM_OBJS) $(filter \
		$(LABS_OUT)/%,$^))

# 8: pipux with one more line in its table, and a program that makes the call
LAB_8_OBJS := $(filter-out %/kernel/syscall.o,$(PIPUX_OBJS))

define lab_pipux
$(LABS_OUT)/8$(1)/syscalls.def: $(PIPUX)/kernel/syscalls.def \
		$(LABS)/8/$(2)syscalls.def
	@mkdir -p $$(@D)
	cat $$^ > $$@
$(LABS_OUT)/8$(1)/syscall.o: $(PIPUX)/kernel/syscall.c \
		$(LABS_OUT)/8$(1)/syscalls.def
	cp $$< $$(@:.o=.c)
	$(CC32) $(PIPUX_CFLAGS) -MMD -MP -c $$(@:.o=.c) -o $$@
$(LABS_OUT)/8/$(2)call.o: LAB_CFLAGS = $(PIPUX_CFLAGS) -Wno-error \
	-Wno-missing-prototypes
$(LABS_OUT)/8/$(2)call.o: $(UAPI)/.made
$(LABS_OUT)/pipux-8$(1).elf: $(LAB_8_OBJS) $(LABS_OUT)/8$(1)/syscall.o \
		$(LABS_OUT)/8/$(2)call.o
	$(LD32) -T $(PIPUX)/arch/pipux.ld -o $$@ $$^
endef
$(eval $(call lab_pipux,,))
$(eval $(call lab_pipux,s,solution/))

$(LABS_OUT)/8-check: $(LABS)/8/check.c $(MUSL_CC)
	@mkdir -p $(@D)
	$(MUSL_CC) -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra $< -o $@

-include $(wildcard $(LABS_OUT)/*.d $(LABS_OUT)/*/*.d $(LABS_OUT)/*/*/*.d)

# SPDX-License-Identifier: BSD-2-Clause
# Programs that the system tests run in the guest: build/tests/guest/NAME.

GUEST_BIN   := $(BUILD)/tests/guest
GUEST_TESTS := $(patsubst tests/guest/%.c,$(GUEST_BIN)/%, \
	$(wildcard tests/guest/*.c)) $(GUEST_BIN)/fuzz

.PHONY: guest-programs
guest-programs: $(GUEST_TESTS) $(GUEST_BIN)/hostile.elf

$(GUEST_BIN)/%: tests/guest/%.c $(wildcard tests/guest/*.h) $(MUSL_CC)
	@mkdir -p $(@D)
	$(MUSL_CC) -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wno-infinite-recursion \
		$(filter %.c,$^) -o $@ -lm

$(filter $(GUEST_BIN)/facts_%,$(GUEST_TESTS)): tests/guest/facts.h
$(GUEST_BIN)/facts_paths: tests/guest/facts_paths.def

# A program of several units
$(GUEST_BIN)/fuzz: $(wildcard tests/guest/fuzz/*.[ch]) tests/guest/check.h \
		$(MUSL_CC)
	@mkdir -p $(@D)
	$(MUSL_CC) -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra \
		$(filter %.c,$^) -o $@

# A guest kernel that attacks, for the VMM to survive.
$(GUEST_BIN)/hostile.elf: tests/guest/hostile.asm
	@mkdir -p $(@D)
	$(NASM) -f elf32 $< -o $(@:.elf=.o)
	$(LD32) -N -Ttext=0x400000 -o $@ $(@:.elf=.o)

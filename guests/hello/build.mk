# SPDX-License-Identifier: BSD-2-Clause
# The smallest guest kernel: build/hello.elf.

$(BUILD)/guests/hello/hello.o: guests/hello/hello.c
	@mkdir -p $(@D)
	$(CC32) $(CFLAGS32) -mgeneral-regs-only -Iguests/include -MMD -MP \
		-c $< -o $@

$(BUILD)/hello.elf: $(BUILD)/guests/hello/hello.o guests/hello/link.ld
	$(LD32) -T guests/hello/link.ld -o $@ $<

hello: $(BUILD)/hello.elf
.PHONY: hello

-include $(BUILD)/guests/hello/hello.d

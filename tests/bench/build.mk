# SPDX-License-Identifier: BSD-2-Clause
# The guest programs that `scripts/bench` runs.

$(BUILD)/bench/%: tests/bench/%.c $(BUILD)/i386-musl-gcc
	@mkdir -p $(@D)
	$(BUILD)/i386-musl-gcc -O2 -Wall -Wextra -static $< -o $@

bench-programs: $(BUILD)/bench/syscalls $(BUILD)/bench/block
.PHONY: bench-programs

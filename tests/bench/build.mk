# SPDX-License-Identifier: BSD-2-Clause
# The guest programs that `scripts/bench` runs.

BENCH_PROGRAMS := $(patsubst tests/bench/%.c,$(BUILD)/bench/%, \
	$(wildcard tests/bench/*.c))

$(BUILD)/bench/%: tests/bench/%.c tests/bench/bench.h $(BUILD)/i386-musl-gcc
	@mkdir -p $(@D)
	$(BUILD)/i386-musl-gcc -O2 -Wall -Wextra -static $< -o $@

bench-programs: $(BENCH_PROGRAMS)
.PHONY: bench-programs

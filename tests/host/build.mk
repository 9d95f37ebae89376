# SPDX-License-Identifier: BSD-2-Clause
# Host tests: each test_*.c is a cmocka program.  Comment lines in it say
# what else it is made of: `SOURCES: paths`, `FLAGS: compiler flags`.

HOST_OUT    := $(BUILD)/tests/host
HOST_TESTS  := $(patsubst tests/host/%.c,%,$(wildcard tests/host/test_*.c))
HOST_CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Wshadow -Werror \
	-Wno-unused-parameter -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined
HOST_INC    := -I. -Iguests/pipux/include -Iguests/include -Ipip/include

# $(call host_word,test,WORD): what its comment line WORD says
host_word = $(shell sed -n 's,^/\* $(2): \(.*\) \*/$$,\1,p' tests/host/$(1).c)

define HOST_TEST
$(HOST_OUT)/$(1): tests/host/$(1).c $(call host_word,$(1),SOURCES)
	@mkdir -p $$(@D)
	$(CC) $(HOST_CFLAGS) $(HOST_INC) $(call host_word,$(1),FLAGS) -MMD -MP \
		-MF $$@.d $$< $(call host_word,$(1),SOURCES) -o $$@ -lcmocka
endef
$(foreach t,$(HOST_TESTS),$(eval $(call HOST_TEST,$(t))))

.PHONY: test-host $(HOST_TESTS:%=run-%)
# One line per test; what it printed only if it failed
$(HOST_TESTS:%=run-%): run-%: $(HOST_OUT)/%
	@$< > $<.log 2>&1 && echo "PASS $*" || \
		{ cat $<.log; echo "FAIL $*"; exit 1; }

test-host: $(HOST_TESTS:%=run-%)

include tests/host/pip.mk
-include $(HOST_TESTS:%=$(HOST_OUT)/%.d)

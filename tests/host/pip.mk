# SPDX-License-Identifier: BSD-2-Clause
# Machine checks of pip/core on the host: docs/pip-checks.md.
# test-pip-host is quick and part of test-host, test-pip-long is not.

PH := $(BUILD)/tests/host/pip
PH_SRC := tests/host
PH_SIM := $(PH_SRC)/sim
PH_CORE := $(wildcard pip/core/*.c)
PH_HDR := $(wildcard $(PH_SIM)/*.h $(PH_SIM)/tiny/pip/*.h pip/core/*.h \
	pip/include/pip/*.h)
PH_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror
PH_INC := -I$(PH_SIM) -Ipip/core -Ipip/include
PH_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all

PH_TESTS := services checker random

.PHONY: test-host test-pip-host test-pip-long check-pip
test-host: test-pip-host

# Real sizes.  The checker is not what is looked for faults: no sanitizers.
PH_PLAIN := check spec step
PH_CASES := $(PH_CORE) $(addprefix $(PH_SIM)/,sim.c control.c drive.c family.c)

$(PH_PLAIN:%=$(PH)/%.o): $(PH)/%.o: $(PH_SIM)/%.c $(PH_HDR)
	@mkdir -p $(@D)
	$(CC) $(PH_CFLAGS) $(PH_INC) -c $< -o $@

$(PH_TESTS:%=$(PH)/%): $(PH)/%: $(PH_SRC)/pip_%.c $(PH_CASES) \
		$(PH_PLAIN:%=$(PH)/%.o) $(PH_HDR)
	@mkdir -p $(@D)
	$(CC) $(PH_CFLAGS) $(PH_SAN) $(PH_INC) $(filter %.c %.o,$^) \
		-lcmocka -o $@

test-pip-host: $(PH_TESTS:%=$(PH)/%)
	$(PH)/services
	$(PH)/checker
	$(PH)/random 8

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
	@$(CC) $(PH_CFLAGS) $(PH_INC) -c $< -o $@

$(PH_TESTS:%=$(PH)/%): $(PH)/%: $(PH_SRC)/pip_%.c $(PH_CASES) \
		$(PH_PLAIN:%=$(PH)/%.o) $(PH_HDR)
	@mkdir -p $(@D)
	@echo "  LD  $@"
	@$(CC) $(PH_CFLAGS) $(PH_SAN) $(PH_INC) $(filter %.c %.o,$^) \
		-lcmocka -o $@

# Exhaustive exploration at tiny sizes: NAME, then pages of the root, how many
# of them read-only, bits of a table's and a directory's index, first kernel
# entry of the directory, flags.
#            pages ro T D K flags
PX_main     := 15 0 4 2 2
PX_readonly := 12 1 4 2 3
PX_tight    :=  9 1 2 3 4
PX_control  := 10 0 4 2 2 -DEXPLORE_CONTROL
PX_rights   :=  8 0 4 2 2 -DEXPLORE_RIGHTS
PX_names    :=  6 0 3 2 2
PX_QUICK    := main readonly tight control rights
# Minutes: the results in docs/pip-checks.md
PX_main-long    := 17 0 5 2 2
PX_tight-long   := 10 1 2 3 4
PX_control-long := 12 0 4 2 2 -DEXPLORE_CONTROL
PX_rights-long  := 13 0 4 2 2 -DEXPLORE_RIGHTS -DPORT_RANGES=1
PX_names-long   :=  7 0 3 2 2
PX_LONG     := main-long tight-long control-long rights-long
# Those of scripts/mutants; the deep ones start from a grandchild
PX_deep        := 17 0 5 2 2
PX_rights-deep := 13 0 4 2 2 -DEXPLORE_RIGHTS
PX_MUTANTS  := main readonly control rights deep rights-deep
PX_ALL      := $(PX_QUICK) $(PX_LONG) names names-long deep rights-deep
PX_SIM      := sim check spec step control canon store

px = $(word $(2),$(PX_$(1)))
px_flags = -DPAGES=$(call px,$(1),1) -DREAD_ONLY=$(call px,$(1),2) \
	-DSIM_TABLE_BITS=$(call px,$(1),3) -DSIM_DIR_BITS=$(call px,$(1),4) \
	-DSIM_KERNEL_DIR=$(call px,$(1),5) -DSIM_PAGE_SHIFT=7 \
	-DSIM_FRAMES=$(shell echo $$(($(call px,$(1),1) + 5 + \
		3 * $(call px,$(1),5)))) \
	-DSIM_DEPTH=5 -DSIM_REGIONS=8 -DFPU_BYTES=16u \
	$(if $(findstring PORT_RANGES,$(PX_$(1))),,-DPORT_RANGES=2) \
	$(wordlist 6,9,$(PX_$(1))) -I$(PH_SIM)/tiny $(PH_INC)

# The explorer without core, which scripts/mutants compiles; its flags
define px_rules
$(PH)/$(1)/%.o: $(PH_SIM)/%.c $(PH_HDR) $(PH_SRC)/pip.mk
	@mkdir -p $$(@D)
	@$$(CC) $$(PH_CFLAGS) $$(call px_flags,$(1)) -c $$< -o $$@

$(PH)/$(1)/pip_explore.o: $(PH_SRC)/pip_explore.c $(PH_HDR) $(PH_SRC)/pip.mk
	@mkdir -p $$(@D)
	@$$(CC) $$(PH_CFLAGS) $$(call px_flags,$(1)) -c $$< -o $$@

$(PH)/explore-$(1): $(PX_SIM:%=$(PH)/$(1)/%.o) $(PH)/$(1)/pip_explore.o \
		$(PH_CORE)
	@echo '$$(call px_flags,$(1))' > $(PH)/$(1)/flags
	@echo "  LD  $$@"
	@$$(CC) $$(PH_CFLAGS) $$(call px_flags,$(1)) $$^ -o $$@
endef
$(foreach c,$(PX_ALL),$(eval $(call px_rules,$(c))))

test-pip-host: $(PH_TESTS:%=$(PH)/%) $(PX_QUICK:%=$(PH)/explore-%) \
		$(PX_MUTANTS:%=$(PH)/explore-%) $(PH)/explore-names
	$(PH)/services
	$(PH)/checker
	$(PH)/random 8
	@for c in $(PX_QUICK); do $(PH)/explore-$$c || exit; done
	$(PH)/explore-deep -s -l 200
	$(PH)/explore-names -f
	$(PH)/explore-names -p -n $$($(PH)/explore-names -q)
	scripts/mutants --quick

test-pip-long: $(PH)/random $(PX_LONG:%=$(PH)/explore-%) \
		$(PH)/explore-names-long \
		$(PX_MUTANTS:%=$(PH)/explore-%)
	$(PH)/random 600
	@for c in $(PX_LONG); do $(PH)/explore-$$c || exit; done
	$(PH)/explore-names-long -f
	$(PH)/explore-names-long -p -n $$($(PH)/explore-names-long -q)
	scripts/mutants

# Fuzzing, where clang and its libFuzzer are installed
PH_CLANG := $(shell command -v clang 2>/dev/null)
PH_FUZZ_LIB := $(if $(PH_CLANG),$(wildcard $(shell $(PH_CLANG) \
	-print-file-name=libclang_rt.fuzzer-x86_64.a 2>/dev/null)))
FUZZ_SECONDS ?= 10

$(PH)/fuzz-%.o: $(PH_SIM)/%.c $(PH_HDR)
	@mkdir -p $(@D)
	@$(PH_CLANG) $(PH_CFLAGS) $(PH_INC) -c $< -o $@

$(PH)/fuzz: $(PH_SRC)/pip_fuzz.c $(PH_CORE) $(addprefix $(PH_SIM)/,sim.c \
		control.c drive.c) $(PH_PLAIN:%=$(PH)/fuzz-%.o) $(PH_HDR)
	@echo "  LD  $@"
	@$(PH_CLANG) $(PH_CFLAGS) -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all $(PH_INC) $(filter %.c %.o,$^) -o $@

# New finds go under build/, the corpus is only read
.PHONY: fuzz-pip
fuzz-pip: $(if $(PH_FUZZ_LIB),$(PH)/fuzz)
ifneq ($(PH_FUZZ_LIB),)
	@mkdir -p $(PH)/corpus
	$(PH)/fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=30 \
		-artifact_prefix=$(PH)/ -print_final_stats=1 -verbosity=0 \
		$(PH)/corpus $(PH_SRC)/corpus
else
	@echo "fuzz-pip: clang or libclang-rt-14-dev is not installed: skipped"
endif

test-pip-host: fuzz-pip

check-pip: ## static analysis and proofs of Pip's core
	scripts/check-pip

# SPDX-License-Identifier: BSD-2-Clause
# Foreign programs for the guest: build/programs/NAME, from Debian's sources;
# and a dynamic program with libraries, build/programs/dynamic/LIBC.

PROGRAMS_OUT := $(BUILD)/programs
PROGRAMS     := musl lua sqlite zlib bzip2 tcc dash xz bmake lmdb strace \
	gdbserver
TREE_SRC     := $(wildcard tests/programs/dynamic/*.[ch])

.PHONY: programs
programs: $(PROGRAMS:%=$(PROGRAMS_OUT)/%/built) \
	$(PROGRAMS_OUT)/dynamic/musl/main $(PROGRAMS_OUT)/dynamic/glibc/main \
	$(PROGRAMS_OUT)/dynamic/glibc/static $(PROGRAMS_OUT)/debian/built

# A program whose source cannot be had leaves no `built`: see build.
$(PROGRAMS_OUT)/%/built: tests/programs/build $(MUSL_CC)
	$< $*

$(PROGRAMS_OUT)/debian/built: tests/programs/build-debian
	$< $(@D)

$(PROGRAMS_OUT)/dynamic/musl/main: tests/programs/build-tree $(TREE_SRC) \
		$(PROGRAMS_OUT)/musl/built
	$< $(@D) $(PROGRAMS_OUT)/musl/gcc

$(PROGRAMS_OUT)/dynamic/glibc/main: tests/programs/build-tree $(TREE_SRC)
	$< $(@D) gcc -m32

$(PROGRAMS_OUT)/dynamic/glibc/static: tests/programs/static.c \
		$(PROGRAMS_OUT)/dynamic/glibc/main
	gcc -m32 -O2 -Wall -Wextra -static $< -o $@ -lm
	gcc -m32 -O2 -Wall -Wextra -fPIE -static-pie $< -o $@-pie -lm

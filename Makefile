# SPDX-License-Identifier: BSD-2-Clause
# Pipstack: what people type.  Each component has its own build.mk; a target
# line with `##` is in `make help`.

BUILD   := build
CC      := gcc
CC32    := gcc -m32 -march=i686
LD32    := ld -m elf_i386 -z noexecstack --no-warn-rwx-segments
NASM    := nasm
OBJCOPY := objcopy
# Not the first python in PATH: Debian's has the packages.
PYTHON  := PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3

# Freestanding 32-bit code.  Whether it may use x87 and SSE is the
# component's choice.
CFLAGS32 := -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie \
	-fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fomit-frame-pointer \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror

PARTITION ?= minimal
BOOT := scripts/boot $(BOOTFLAGS)
# What `make trace` runs, and the system call that it tells the life of
EXEC ?= ls /
CALL ?=
# Ring 0, for `make size`
TRUSTED := pip/core pip/arch pip/include

# `make V=1` shows the commands
ifndef V
.SILENT:
endif
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all tools deps run run-iso iso disk qemu-elf qemu-iso test test-system \
	test-long test-browser test-bochs bench trace \
	bench-native bench-pip size debug lab doc check clean distclean help

include $(wildcard pip/build.mk pip/lib/build.mk pip/partitions/build.mk \
	vmm-partition/build.mk guests/*/build.mk initrd/build.mk \
	images/build.mk tests/*/build.mk labs/build.mk trace/build.mk)

# Before anything is compiled: a clear word
tools:
	@for tool in gcc ld objcopy nasm patch cpio; do \
		command -v $$tool >/dev/null || \
			{ echo "$$tool is missing: run make deps" >&2; exit 1; }; \
	done

all: tools $(BUILD)/pip.elf $(BUILD)/vmm.bin $(BUILD)/pipux.elf initrd partitions ## build everything

deps: ## install the Debian packages that are missing
	@scripts/install-deps

# Nothing may be compiled before the packages are there: a make of its own.
run: deps ## boot the stack on this terminal (^A x ends QEMU)
	@+$(MAKE) --no-print-directory all
	$(BOOT)

iso: deps ## make build/pipstack.iso, a GRUB image
	@+$(MAKE) --no-print-directory $(BUILD)/pipstack.iso

disk: iso ## the same as a disk: build/pipstack.img, for QEMU or a USB stick
	cp $(BUILD)/pipstack.iso $(BUILD)/pipstack.img

run-iso: iso ## boot that image on this terminal
	$(BOOT) --iso=$(BUILD)/pipstack.iso

qemu-elf: deps ## boot PARTITION=minimal as Pip's root partition
	@+$(MAKE) --no-print-directory $(BUILD)/pip.elf \
		$(BUILD)/partitions/$(PARTITION).bin
	$(BOOT) --root $(BUILD)/partitions/$(PARTITION).bin

qemu-iso: deps ## the same by GRUB from an ISO image
	@+$(MAKE) --no-print-directory $(BUILD)/pip.elf \
		$(BUILD)/partitions/$(PARTITION).bin
	$(BOOT) --iso --root $(BUILD)/partitions/$(PARTITION).bin

test: ## build everything and run every test
	@scripts/install-deps test
	@+$(MAKE) --no-print-directory all $(if $(wildcard \
		tests/host/build.mk),test-host) test-system

# Host tests first: they are quick, and the last line is pytest's.
test-system: all trace-images $(if $(wildcard tests/host/build.mk),test-host) guest-programs programs \
		bench-programs
	$(PYTHON) -m pytest tests/system $(PYTESTFLAGS)

test-long: ## explorations, fuzzing and transfers that take an hour
	@scripts/install-deps test
	@+$(MAKE) --no-print-directory all guest-programs programs test-pip-long
	$(PYTHON) -m pytest tests/system -m long $(PYTESTFLAGS)

test-browser: ## the page of benchmarks in Chromium
	@scripts/install-deps test bench browser
	$(PYTHON) -m pytest tests/system -m browser $(PYTESTFLAGS)

test-bochs: ## Pip's conformance and attack suites under Bochs
	@scripts/install-deps test
	@+$(MAKE) --no-print-directory $(BUILD)/pip.elf partitions
	scripts/test-bochs

bench: ## measure every layer: tables, build/bench/index.html, results.json
	@scripts/install-deps bench
	@+$(MAKE) --no-print-directory all bench-programs $(BUILD)/latency.elf
	scripts/bench

bench-native: ## measure the same programs on Linux, for bench's ratios
	@scripts/install-deps native
	@+$(MAKE) --no-print-directory initrd bench-programs $(BUILD)/linux/bzImage
	scripts/bench --native

bench-pip: deps ## the services alone
	@+$(MAKE) --no-print-directory $(BUILD)/pip.elf \
		$(BUILD)/partitions/bench.bin
	scripts/bench pip

trace: export EXEC := $(EXEC)
trace: deps ## trace EXEC='ls /' through all layers: build/trace.json; tell of CALL=write
	@+$(MAKE) --no-print-directory initrd trace-images
	scripts/trace --json $(BUILD)/trace.json --text $(CALL) -- "$$EXEC"

size: $(BUILD)/pip.elf ## count the lines of the trusted base
	@scripts/size $< $(TRUSTED)

debug: ## boot halted, with gdb and every layer's symbols; PROCESS=FILE
	@scripts/install-deps debug
	@+$(MAKE) --no-print-directory all
	scripts/debug $(if $(PROCESS),--process $(PROCESS)) $(BOOTFLAGS)

check: ## static analysis and formatting
	@scripts/install-deps check
	@scripts/check
	@scripts/check-pip

compile_commands.json: $(MAKEFILE_LIST) ## for clangd and other tools
	scripts/compile-commands all guest-programs

lab: deps ## check exercise N=1 to 8 of docs/tour; SOLUTION=1: its solution
	@$(if $(filter $(N),1 2 3 4 5 6 7 8),,$(error which one? make lab N=1))
	@+$(MAKE) --no-print-directory lab-files
	scripts/lab $(N) $(if $(SOLUTION),--solution)

doc: ## describe the interfaces, from their headers: build/doc/index.html
	@scripts/install-deps doc
	@mkdir -p $(BUILD)/doc
	doxygen docs/Doxyfile

clean: ## remove what was built, but not foreign programs
	@[ ! -d $(BUILD) ] || find $(BUILD) -mindepth 1 -maxdepth 1 \
		! -name src ! -name apt ! -name 'musl*' ! -name 'busybox*' \
		! -name programs ! -name i386-musl-gcc -exec rm -rf {} +

distclean: ## remove build/ altogether
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | \
		expand -t 12

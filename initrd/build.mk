# SPDX-License-Identifier: BSD-2-Clause
# musl, BusyBox and the initrd archive.  The first two are built once and kept
# until their recipe changes; `make clean` leaves them alone.

INITRD := $(BUILD)/initrd.cpio.gz
MUSL_CC := $(BUILD)/i386-musl-gcc
BUSYBOX := $(BUILD)/busybox/busybox
ROOTFS_FILES := $(shell find initrd/rootfs -type f -o -type l)

.PHONY: initrd
initrd: $(INITRD)

$(MUSL_CC): initrd/build-musl
	$<

$(BUSYBOX): initrd/build-busybox initrd/busybox.config $(MUSL_CC)
	$<

$(INITRD): initrd/make-archive scripts/newc.py $(BUSYBOX) $(ROOTFS_FILES)
	$< initrd/rootfs $(BUSYBOX) $(BUSYBOX).links $@

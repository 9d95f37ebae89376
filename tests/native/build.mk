# SPDX-License-Identifier: BSD-2-Clause
# A native Linux to compare with: build/linux/bzImage.

LINUX := $(BUILD)/linux/bzImage

$(LINUX): tests/native/build-linux tests/native/linux.config
	$<

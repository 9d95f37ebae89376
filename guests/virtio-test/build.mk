# SPDX-License-Identifier: BSD-2-Clause
# The conformance guest for virtio: build/virtio-test.elf.

VIRTIO_TEST_OBJS := $(patsubst %.c,$(BUILD)/%.o, \
	$(wildcard guests/virtio-test/*.c))

$(VIRTIO_TEST_OBJS): $(BUILD)/%.o: %.c
	$(guest_object)

$(BUILD)/virtio-test.elf: $(VIRTIO_TEST_OBJS) $(BUILD)/guests/lib.a
	$(call guest_kernel,$@,$(VIRTIO_TEST_OBJS))

virtio-test: $(BUILD)/virtio-test.elf
guest-programs: $(BUILD)/virtio-test.elf
.PHONY: virtio-test

-include $(VIRTIO_TEST_OBJS:.o=.d)

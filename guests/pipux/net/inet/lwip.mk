# SPDX-License-Identifier: BSD-2-Clause
# lwIP, from Debian's source package: its core, IPv4 and Ethernet, without
# its own sockets.  Its licence (BSD, three clauses): build/src/lwip/COPYING.

LWIP       := $(BUILD)/src/lwip/src
LWIP_OUT   := $(BUILD)/lwip
LWIP_PORT  := $(PIPUX)/net/inet/port
LWIP_PARTS := $(addprefix core/,def inet_chksum init ip mem memp netif pbuf \
	raw tcp tcp_in tcp_out udp) \
	$(addprefix core/ipv4/,etharp icmp igmp ip4 ip4_addr ip4_frag) \
	netif/ethernet
LWIP_OBJS  := $(LWIP_PARTS:%=$(LWIP_OUT)/%.o)
LWIP_FLAGS := -I$(LWIP_PORT) -I$(LWIP)/include

$(LWIP):
	scripts/fetch-source lwip

$(LWIP_OBJS): $(LWIP_OUT)/%.o: $(LWIP_PORT)/lwipopts.h $(UAPI)/.made | $(LWIP)
	@mkdir -p $(@D)
	$(CC32) $(PIPUX_CFLAGS) $(LWIP_FLAGS) -MMD -MP -MT $@ \
		-c $(LWIP)/$*.c -o $@

-include $(LWIP_OBJS:.o=.d)

/* SPDX-License-Identifier: BSD-2-Clause */
/* NETLINK_ROUTE (rtnetlink(7)): which request is whose. */
#include "netlink.h"

int netlink_route(struct netlink_reply *r, const struct nlmsghdr *h)
{
	bool dump = (h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	bool get = (h->nlmsg_type & 3) == (RTM_GETLINK & 3);

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtgenmsg)))
		return 0;	/* as Linux: it asks for nothing */
	if (!get && !capable(CAP_NET_ADMIN))
		return -EPERM;
	switch (h->nlmsg_type) {
	case RTM_GETLINK:
		return link_get(r, h, dump);
	case RTM_NEWLINK:
	case RTM_SETLINK:
		return link_set(h);
	case RTM_GETADDR:
		return dump ? address_dump(r) : -EOPNOTSUPP;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return address_change(h, h->nlmsg_type == RTM_NEWADDR);
	case RTM_GETROUTE:
		return route_get(r, h, dump);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return route_change(h, h->nlmsg_type == RTM_NEWROUTE);
	}
	/* others, as neighbours and rules: there are none to be shown */
	return get && dump ? 0 : -EOPNOTSUPP;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Creation of sockets, addresses and ports: ip(7), bind(2), socket(2). */
#include "inet.h"
#include <net/if.h>

#define NOBODY	65534

static void creation(void)
{
	CHECK_ERRNO(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP),
		EPROTONOSUPPORT);
	CHECK_ERRNO(socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP),
		EPROTONOSUPPORT);
	CHECK_ERRNO(socket(AF_INET, SOCK_SEQPACKET, 0), ESOCKTNOSUPPORT);
	CHECK_ERRNO(socket(AF_INET, SOCK_RAW, 0), EPROTONOSUPPORT);
	CHECK_ERRNO(socket(AF_INET, 99, 0), EINVAL);
	CHECK_ERRNO(socket(AF_INET, SOCK_STREAM, -1), EINVAL);
	CHECK_ERRNO(socket(AF_INET, SOCK_STREAM, 300), EINVAL);
	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		CHECK(fd >= 0);
		CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
		CHECK(fcntl(fd, F_GETFL) == (O_RDWR | O_NONBLOCK));
		CHECK_ERRNO(lseek(fd, 0, SEEK_SET), ESPIPE);
		close(fd);
	}
}

static void bad_addresses(int type)
{
	struct sockaddr_in a = loopback(0), strange = address_of("192.0.2.1", 0);
	int fd = new_socket(type);

	CHECK_ERRNO(bind(fd, (struct sockaddr *)&a, 8), EINVAL);
	CHECK_ERRNO(bind(fd, (struct sockaddr *)&a, 200), EINVAL);
	CHECK_ERRNO(bind(fd, (struct sockaddr *)8, sizeof(a)), EFAULT);
	a.sin_family = AF_UNIX;
	CHECK_ERRNO(bind(fd, SA(a)), EAFNOSUPPORT);
	a.sin_family = AF_INET;
	CHECK_ERRNO(bind(fd, SA(strange)), EADDRNOTAVAIL);
	CHECK(bind(fd, SA(a)) == 0);
	CHECK(ntohs(name_of(fd).sin_port) >= 1024);
	CHECK_ERRNO(bind(fd, SA(a)), EINVAL);
	close(fd);
}

static void taken(int type)
{
	struct sockaddr_in a, any = address_of("0.0.0.0", 0);
	int one = bound_socket(type), two = new_socket(type);

	a = name_of(one);
	any.sin_port = a.sin_port;
	CHECK_ERRNO(bind(two, SA(a)), EADDRINUSE);
	CHECK_ERRNO(bind(two, SA(any)), EADDRINUSE);
	set_option(two, SOL_SOCKET, SO_REUSEADDR, 1);
	CHECK_ERRNO(bind(two, SA(a)), EADDRINUSE);
	set_option(one, SOL_SOCKET, SO_REUSEADDR, 1);
	CHECK(bind(two, SA(a)) == 0);		/* both, none listens */
	close(two);
	if (type == SOCK_STREAM) {
		CHECK(listen(one, 1) == 0);
		two = new_socket(type);
		set_option(two, SOL_SOCKET, SO_REUSEADDR, 1);
		CHECK_ERRNO(bind(two, SA(a)), EADDRINUSE);
		close(two);
	}
	close(one);
	two = new_socket(type);
	CHECK(bind(two, SA(a)) == 0);		/* free again */
	close(two);
}

/* A server that is started again while old connections fade away */
static void restart(void)
{
	struct sockaddr_in a;
	int l = listener(1), c, s;

	set_option(l, SOL_SOCKET, SO_REUSEADDR, 1);
	a = name_of(l);
	c = connected_to(l);
	s = accept(l, NULL, NULL);
	CHECK(s >= 0);
	close(l);
	close(s);
	close(c);
	l = new_socket(SOCK_STREAM);
	set_option(l, SOL_SOCKET, SO_REUSEADDR, 1);
	CHECK(bind(l, SA(a)) == 0);
	CHECK(listen(l, 1) == 0);
	close(l);
}

/* Of those who are not root */
static void rights(void)
{
	pid_t pid = checked_fork();
	struct sockaddr_in a = loopback(80);

	if (pid) {
		expect_success(pid);
		return;
	}
	CHECK(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		struct ifreq r = { .ifr_name = "lo" };
		int fd = new_socket(type);

		CHECK_ERRNO(bind(fd, SA(a)), EACCES);
		CHECK(ioctl(fd, SIOCGIFFLAGS, &r) == 0);
		CHECK_ERRNO(ioctl(fd, SIOCSIFFLAGS, &r), EPERM);
		CHECK_ERRNO(ioctl(fd, SIOCADDRT, &r), EPERM);
		close(fd);
	}
	CHECK_ERRNO(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), EPERM);
	_exit(0);
}

static void interfaces(void)
{
	struct ifreq r = { .ifr_name = "lo" }, list[8];
	struct ifconf conf = {
		.ifc_len = sizeof(list), .ifc_req = list,
	};
	struct sockaddr_in *in = (struct sockaddr_in *)&r.ifr_addr;
	int fd = new_socket(SOCK_DGRAM), found = 0;

	CHECK(ioctl(fd, SIOCGIFFLAGS, &r) == 0);
	CHECK((r.ifr_flags & (IFF_UP | IFF_LOOPBACK | IFF_RUNNING))
		== (IFF_UP | IFF_LOOPBACK | IFF_RUNNING));
	CHECK(ioctl(fd, SIOCGIFINDEX, &r) == 0 && r.ifr_ifindex == 1);
	CHECK(ioctl(fd, SIOCGIFNAME, &r) == 0 && !strcmp(r.ifr_name, "lo"));
	r.ifr_addr.sa_family = AF_INET;
	CHECK(ioctl(fd, SIOCGIFADDR, &r) == 0);
	CHECK(in->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK(ioctl(fd, SIOCGIFNETMASK, &r) == 0);
	CHECK(in->sin_addr.s_addr == htonl(0xFF000000));
	CHECK(ioctl(fd, SIOCGIFMTU, &r) == 0 && r.ifr_mtu >= 16384);
	CHECK(ioctl(fd, SIOCGIFHWADDR, &r) == 0);
	CHECK(r.ifr_hwaddr.sa_family == 772);
	CHECK(ioctl(fd, SIOCGIFCONF, &conf) == 0);
	for (int i = 0; i < conf.ifc_len / (int)sizeof(r); i++)
		found += !strcmp(list[i].ifr_name, "lo");
	CHECK(found == 1);
	CHECK_ERRNO(ioctl(fd, SIOCGIFFLAGS, (void *)8), EFAULT);
	strcpy(r.ifr_name, "none0");
	CHECK_ERRNO(ioctl(fd, SIOCGIFFLAGS, &r), ENODEV);
	r.ifr_ifindex = 12345;
	CHECK_ERRNO(ioctl(fd, SIOCGIFNAME, &r), ENODEV);
	CHECK_ERRNO(ioctl(fd, 0x5FFE, &r), ENOTTY);
	CHECK(if_nametoindex("lo") == 1);
	close(fd);
}

int main(void)
{
	creation();
	for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		bad_addresses(type);
		taken(type);
	}
	restart();
	rights();
	interfaces();
	return passed("inet_names");
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* socketcall(2): all of them behind one number, arguments in memory. */
#include "socket.h"
#include <pipux/syscall.h>
#include <asm/unistd.h>
#include <linux/net.h>

/* The call that each one is, and how many words it takes */
static const struct {
	uint16_t nr;
	uint8_t args;
} calls[] = {
	[SYS_SOCKET] = { __NR_socket, 3 },
	[SYS_BIND] = { __NR_bind, 3 },
	[SYS_CONNECT] = { __NR_connect, 3 },
	[SYS_LISTEN] = { __NR_listen, 2 },
	[SYS_ACCEPT] = { __NR_accept4, 3 },
	[SYS_GETSOCKNAME] = { __NR_getsockname, 3 },
	[SYS_GETPEERNAME] = { __NR_getpeername, 3 },
	[SYS_SOCKETPAIR] = { __NR_socketpair, 4 },
	[SYS_SEND] = { __NR_sendto, 4 },
	[SYS_RECV] = { __NR_recvfrom, 4 },
	[SYS_SENDTO] = { __NR_sendto, 6 },
	[SYS_RECVFROM] = { __NR_recvfrom, 6 },
	[SYS_SHUTDOWN] = { __NR_shutdown, 2 },
	[SYS_SETSOCKOPT] = { __NR_setsockopt, 5 },
	[SYS_GETSOCKOPT] = { __NR_getsockopt, 5 },
	[SYS_SENDMSG] = { __NR_sendmsg, 3 },
	[SYS_RECVMSG] = { __NR_recvmsg, 3 },
	[SYS_ACCEPT4] = { __NR_accept4, 4 },
	[SYS_RECVMMSG] = { __NR_recvmmsg, 5 },
	[SYS_SENDMMSG] = { __NR_sendmmsg, 4 },
};

long sys_socketcall(unsigned call, const uint32_t *uargs)
{
	uint32_t a[6] = { 0 };

	if (call < SYS_SOCKET || call >= ARRAY_SIZE(calls))
		return -EINVAL;
	if (copy_from_user(a, uargs, calls[call].args * sizeof(a[0])))
		return -EFAULT;
	return syscall_table[calls[call].nr](a[0], a[1], a[2], a[3], a[4],
		a[5]);
}

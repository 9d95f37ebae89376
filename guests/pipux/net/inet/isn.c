/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP's initial sequence numbers, RFC 6528: a clock of 4 microseconds plus a
 * keyed hash of the connection, so that nobody guesses them and a connection
 * that comes again goes on above the old numbers.
 */
#include <pipux/chacha20.h>
#include <pipux/random.h>
#include <pipux/time.h>
#include <arch/cc.h>

uint32_t inet_isn(uint32_t laddr, uint16_t lport, uint32_t raddr,
		uint16_t rport)
{
	const uint32_t nonce[3] = { laddr, raddr,
		(uint32_t)lport << 16 | rport };
	static uint32_t key[8];
	static bool keyed;
	uint32_t hash[16];

	if (!keyed)
		random_bytes(key, sizeof(key));
	keyed = true;
	chacha20_block(hash, key, 0, nonce);
	return hash[0] + (uint32_t)(ktime_get() >> 12);
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/chacha20.c gives the block of RFC 8439 section 2.3.2. */
/* SOURCES: guests/pipux/lib/chacha20.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pipux/chacha20.h>

static void rfc_vector(void **state)
{
	static const uint32_t key[8] = {
		0x03020100, 0x07060504, 0x0B0A0908, 0x0F0E0D0C,
		0x13121110, 0x17161514, 0x1B1A1918, 0x1F1E1D1C,
	};
	static const uint32_t nonce[3] = { 0x09000000, 0x4A000000, 0 };
	static const uint32_t expected[16] = {
		0xE4E7F110, 0x15593BD1, 0x1FDD0F50, 0xC47120A3,
		0xC7F4D1C7, 0x0368C033, 0x9AAA2204, 0x4E6CD4C3,
		0x466482D2, 0x09AA9F07, 0x05D7C214, 0xA2028BD9,
		0xD19C12B5, 0xB94E16DE, 0xE883D0CB, 0x4E3C50A2,
	};
	uint32_t block[16];

	chacha20_block(block, key, 1, nonce);
	assert_memory_equal(block, expected, sizeof(block));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(rfc_vector) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

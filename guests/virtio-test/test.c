/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks the VMM's side of every virtio device that the guest has.  Prints
 * one line for each check, then `N passed, N failed`, and powers off with
 * status 0 or 1.  Words on the command line: see README.md.
 */
#include "test.h"

static uint32_t passed, failed;

void ok(bool good, const char *name)
{
	print(good ? "ok " : "not ok ");
	print_number(passed + failed + 1);
	print(" ");
	print(name);
	print("\n");
	passed += good;
	failed += !good;
}

/* A line for whoever reads the output: a number in hexadecimal */
void note(const char *name, uint32_t number)
{
	print("# ");
	print(name);
	print(" ");
	print_hex(number);
	print("\n");
}

bool broken(uint32_t device)
{
	return virtio_get(device, VIRTIO_STATUS) & VIRTIO_S_NEEDS_RESET;
}

void guest_main(void)
{
	if (!option("only-net", 0)) {
		test_transport();
		test_queue();
		test_malformed();
		test_fuzz();
		test_entropy();
		test_block();
		test_console();
		test_balloon();
		test_watchdog();
	}
	test_net();
	print_number(passed);
	print(" passed, ");
	print_number(failed);
	print(" failed\n");
	power_off(failed != 0);
}

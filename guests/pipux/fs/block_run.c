/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests of neighbouring pieces; the contract is in block_run.h. */
#include "block_run.h"
#include <pipux/page.h>

int block_run_end(struct block_run *run)
{
	int rc;

	if (!run->count)
		return run->error;
	rc = block_io(run->bdev, run->write, run->sector, run->buffer,
		run->bytes_each, run->count);
	if (rc && !run->error)
		run->error = rc;
	for (unsigned i = 0; i < run->count; i++)
		page_unpin(run->buffer[i]);
	run->count = 0;
	return run->error;
}

void block_run_add(struct block_run *run, uint64_t sector, void *p,
		unsigned bytes)
{
	if (run->count == BLOCK_REQUEST_MAX
	    || (run->count && (sector != run->next
			|| bytes != run->bytes_each)))
		(void)block_run_end(run);
	if (!run->count) {
		run->sector = sector;
		run->bytes_each = bytes;
	}
	page_pin(p);
	run->buffer[run->count++] = p;
	run->next = sector + (bytes >> SECTOR_SHIFT);
}

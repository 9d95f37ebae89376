/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: old, rare and administrators' calls, with arguments that do
 * nothing, as root and as a user. */
#include "facts.h"

#define CALL(name)	{ SYS_##name, #name }

static const struct {
	long number;
	const char *name;
} calls[] = {
	CALL(acct), CALL(quotactl), CALL(swapon), CALL(swapoff),
	CALL(bdflush), CALL(uselib), CALL(nfsservctl),
	CALL(vm86), CALL(vm86old), CALL(fanotify_init), CALL(fanotify_mark),
	CALL(lookup_dcookie), CALL(kexec_load), CALL(create_module),
	CALL(delete_module), CALL(init_module), CALL(finit_module),
	CALL(query_module), CALL(get_kernel_syms), CALL(afs_syscall),
	CALL(putpmsg), CALL(getpmsg), CALL(break), CALL(stty), CALL(gtty),
	CALL(ftime), CALL(prof), CALL(profil), CALL(lock), CALL(mpx),
	CALL(ulimit), CALL(idle), CALL(vserver), CALL(_sysctl),
	CALL(add_key), CALL(request_key), CALL(keyctl),
	CALL(mbind), CALL(get_mempolicy), CALL(set_mempolicy),
	CALL(migrate_pages), CALL(move_pages),
	CALL(userfaultfd), CALL(bpf),
	CALL(io_uring_setup), CALL(io_uring_enter), CALL(io_uring_register),
	CALL(pkey_alloc), CALL(pkey_free),
};

static void all(const char *who)
{
	for (size_t i = 0; i < COUNT(calls); i++)
		FACT(syscall(calls[i].number, -1L, 0L, 0L, 0L, 0L, 0L),
			"%s as %s", calls[i].name, who);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOFBF, 4096);
	all("root");
	AS(NOBODY)
		all("a user");
	return 0;
}

# SPDX-License-Identifier: BSD-2-Clause
# `nm -n` of the first link, as an assembly file: see kernel/symbols.c.
tolower($2) == "t" && $3 !~ /^kernel_text_/ {
	addresses = addresses "\t.long 0x" $1 "\n"
	names = names "\t.asciz \"" $3 "\"\n"
	count++
}

END {
	print "\t.section .rodata"
	print "\t.globl symbol_count, symbol_addresses, symbol_names"
	print "symbol_count:\n\t.long " count
	printf "symbol_addresses:\n%s", addresses
	printf "symbol_names:\n%s", names
	print "\t.section .note.GNU-stack"
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* The VMM's own command line: the words after its file name. */
#include "vmm.h"

#define MEM_MIB_MAX	(VMM_GUEST_MAX / MIB)

/* A decimal number up to `max` that fills the whole string */
static bool parse_number(const char *s, uint32_t max, uint32_t *number)
{
	uint32_t n = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		n = n * 10 + (uint32_t)(*s - '0');
		if (n > max)
			return false;
	}
	*number = n;
	return true;
}

static bool parse_word(const char *word, struct options *options)
{
	uint32_t n;

	if (!strncmp(word, "mem=", 4)) {
		if (!parse_number(word + 4, MEM_MIB_MAX, &n) || !n)
			return false;
		options->mem_mib = n;
		return true;
	}
	if (!strncmp(word, "loglevel=", 9)) {
		if (!parse_number(word + 9, LOG_DEBUG, &n))
			return false;
		log_level = (enum log_level)n;
		return true;
	}
	return false;
}

/* Cuts `cmdline` into words.  NULL, or the word that makes no sense. */
const char *options_parse(char *cmdline, struct options *options)
{
	for (;;) {
		char *word;

		while (*cmdline == ' ' || *cmdline == '\t')
			cmdline++;
		if (!*cmdline)
			return NULL;
		word = cmdline;
		while (*cmdline && *cmdline != ' ' && *cmdline != '\t')
			cmdline++;
		if (*cmdline)
			*cmdline++ = 0;
		if (!parse_word(word, options))
			return word;
	}
}

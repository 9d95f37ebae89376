/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel command line: words separated by blanks, up to a word `--`;
 * what follows it is init's.  Host-tested.
 */
#include <pipux/kernel.h>

#define CMDLINE_SIZE	1024

static char text[CMDLINE_SIZE];		/* as given */
static char words[CMDLINE_SIZE];	/* blanks replaced by NULs */
static size_t words_size;

void cmdline_init(const char *given)
{
	char *p;

	strlcpy(text, given, sizeof(text));
	strlcpy(words, given, sizeof(words));
	words_size = strlen(words);
	for (p = words; *p; p++) {
		bool first = p == words || !p[-1];

		if (first && p[0] == '-' && p[1] == '-' &&
				(p[2] == ' ' || !p[2]))
			break;
		if (*p == ' ' || *p == '\t' || *p == '\n')
			*p = 0;
	}
	words_size = (size_t)(p - words);
	*p = 0;
}

const char *cmdline_get(const char *name)
{
	size_t len = strlen(name);
	const char *found = NULL;

	for (const char *p = words; p < words + words_size;
			p += strlen(p) + 1) {
		if (strncmp(p, name, len))
			continue;
		if (p[len] == '=')
			found = p + len + 1;
		else if (!p[len])
			found = p + len;
	}
	return found;
}

const char *cmdline_text(void)
{
	return text;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `#!interpreter [argument]`, as execve(2) describes it: one optional
 * argument, the rest of the line whatever it contains.
 */
#include "exec.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the line into name and argument ("" if none): false: no name */
static bool line_parse(char *line, char **name, char **arg)
{
	char *end = strchr(line, '\n');

	if (!end)
		end = line + strlen(line);
	while (end > line && blank(end[-1]))
		end--;
	*end = 0;
	while (blank(*line))
		line++;
	*name = line;
	while (*line && !blank(*line))
		line++;
	*arg = line;
	if (*line)
		*line++ = 0;
	while (blank(*line))
		line++;
	*arg = line;
	return **name;
}

static int prefix_add(struct exec *e, const char *s)
{
	char *copy = kstrdup(s);

	if (!copy)
		return -ENOMEM;
	e->prefix[e->prefixes++] = copy;
	return 0;
}

int exec_script(struct exec *e)
{
	const char *script = e->prefixes ? e->prefix[e->prefixes - 1]
		: e->path;
	char *name, *arg;
	struct file *file;
	int rc = 0;

	if (e->head[0] != '#' || e->head[1] != '!')
		return 0;
	if (e->prefixes + 2 >= (int)ARRAY_SIZE(e->prefix))
		return -ELOOP;
	e->head[EXEC_HEAD - 1] = 0;
	if (!line_parse(e->head + 2, &name, &arg))
		return -ENOEXEC;
	file = exec_open(AT_FDCWD, name, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	file_put(e->file);
	e->file = file;
	/* The interpreter's name is the last: an outer script replaces it */
	if (e->prefixes == 0)
		rc = prefix_add(e, script);
	if (!rc && *arg)
		rc = prefix_add(e, arg);
	if (!rc)
		rc = prefix_add(e, name);
	return rc ? rc : 1;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts: what each call that takes a path says of bad and forbidden paths. */
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <utime.h>

#include "facts.h"

static char long_name[NAME_MAX + 2], long_path[PATH_MAX + 8];
static int home;
static struct stat st;
static char buffer[PATH_MAX];

#define CALL(name, expression)						\
	static long call_##name(const char *path)			\
	{								\
		return expression;					\
	}
#include "facts_paths.def"
#undef CALL

static const struct {
	const char *name;
	long (*call)(const char *path);
} calls[] = {
#define CALL(name, expression)	{ #name, call_##name },
#include "facts_paths.def"
#undef CALL
};

static void all_calls(const char *path, const char *what)
{
	for (size_t i = 0; i < COUNT(calls); i++)
		FACT(calls[i].call(path), "%s, %s", calls[i].name, what);
}

int main(int argc, char **argv)
{
	facts_begin(argc > 1 ? argv[1] : NULL);
	home = open(".", O_RDONLY);
	memset(long_name, 'n', NAME_MAX + 1);
	for (int i = 0; i < PATH_MAX + 4; i += 2)
		memcpy(long_path + i, "./", 2);

	put_file("file", 0644);
	put_file("secret", 0600);
	CHECK(mkdir("closed", 0700) == 0);
	put_file("closed/file", 0666);
	CHECK(mkdir("others", 0755) == 0);
	put_file("others/file", 0644);
	CHECK(mkdir("others/dir", 0755) == 0);
	CHECK(mkdir("sticky", 0777) == 0 && chmod("sticky", 01777) == 0);
	put_file("sticky/file", 0666);
	CHECK(mkdir("sticky/dir", 0777) == 0);
	CHECK(symlink("loop", "loop") == 0);
	CHECK(symlink("nowhere", "dangling") == 0);

	all_calls(BAD_ADDRESS, "bad address");
	all_calls("", "empty path");
	all_calls("missing/x", "missing directory");
	all_calls("file/x", "file as a directory");
	all_calls(long_name, "long name");
	all_calls(long_path, "long path");
	all_calls("loop/x", "loop on the way");
	all_calls("dangling/x", "dangling link on the way");
	AS(NOBODY) {
		all_calls("closed/file", "closed directory");
		all_calls("closed/new", "new in a closed directory");
		all_calls("others/file", "another's file");
		all_calls("others/dir", "another's directory");
		all_calls("others/new", "new in another's directory");
		all_calls("sticky/file", "another's in a sticky directory");
		all_calls("sticky/dir", "another's directory there");
		all_calls("secret", "no right to the file");
	}
	return 0;
}

/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dynamic program: everything that a loader asks of the kernel, seen
 * from behind.  The same source is built against musl and glibc, with and
 * without PIE.
 */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>

#include "../../guest/check.h"
#include "tree.h"

#define THREADS	4

const char *who(void)
{
	return "program";
}

__attribute__((constructor)) static void begin(void)
{
	base_event('m');
}

/* Whom one needs begins first. */
static void test_constructors(void)
{
	CHECK(base_events == 3);
	CHECK(base_order[0] == 'b' && base_order[1] == 'u'
		&& base_order[2] == 'm');
}

static void test_symbols(void)
{
	CHECK(!strcmp(base_name(), "program"));
	base_data = 9;
	CHECK(base_data_seen() == 9);
	CHECK(base_tls_address() == &base_tls);
}

static void *thread(void *plugin)
{
	int (*call)(int) = (int (*)(int))dlsym(plugin, "plugin_call");

	CHECK(call && base_tls == 11 && user_sum() == 21 && user_sum() == 22);
	base_tls = 12;
	CHECK(call(1) == 178 && call(8190) == 180);
	return base_tls_address();
}

static void test_plugin(void)
{
	pthread_t id[THREADS];
	void *plugin, *address;

	CHECK(!dlopen("nowhere.so", RTLD_NOW) && dlerror());
	plugin = dlopen("plugin.so", RTLD_NOW | RTLD_LOCAL);
	if (!plugin)
		puts(dlerror());
	CHECK(plugin && base_events == 5);
	CHECK(base_order[3] == 'd' && base_order[4] == 'p');
	CHECK(!dlsym(RTLD_DEFAULT, "plugin_call"));
	for (int i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&id[i], NULL, thread, plugin));
	for (int i = 0; i < THREADS; i++) {
		CHECK(!pthread_join(id[i], &address));
		CHECK(address != &base_tls);
	}
	thread(plugin);
	CHECK(base_tls == 12);
	CHECK(!dlclose(plugin));
}

static void cleanup(void *done)
{
	*(int *)done = 1;
}

static void *sleeper(void *done)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	pthread_cleanup_push(cleanup, done);
	for (;;)
		pause();
	pthread_cleanup_pop(0);
	return NULL;
}

/*
 * glibc unwinds the stack of a thread that is cancelled, from the signal's
 * handler through the vDSO into the program, by what the vDSO says of itself.
 */
static void test_cancellation(void)
{
	pthread_t id;
	int done = 0;
	void *result;

	CHECK(!pthread_create(&id, NULL, sleeper, &done));
	usleep(100000);
	CHECK(!pthread_cancel(id) && !pthread_join(id, &result));
	CHECK(result == PTHREAD_CANCELED && done);
}

struct seen {
	const Elf32_Phdr *program;
	uintptr_t loader;
	int images;
};

static int see(struct dl_phdr_info *info, size_t size, void *data)
{
	struct seen *seen = data;

	(void)size;
	if (!seen->images++)
		seen->program = info->dlpi_phdr;
	if (strstr(info->dlpi_name, "ld-"))
		seen->loader = info->dlpi_addr;
	return 0;
}

/* `direct`: the loader was told to run us, and is the kernel's program. */
static void test_auxiliary_vector(int direct, const char *self)
{
	struct seen seen = { 0 };
	const Elf32_Ehdr *loader = (void *)getauxval(AT_BASE);
	Dl_info info;

	dl_iterate_phdr(see, &seen);
	CHECK(seen.images >= 4 && seen.program);
	if (direct)
		return;
	CHECK(getauxval(AT_PHDR) == (uintptr_t)seen.program);
	CHECK(dladdr((void *)getauxval(AT_ENTRY), &info));
	CHECK(dladdr((void *)getauxval(AT_PHDR), &info));
	CHECK(!memcmp(loader->e_ident, ELFMAG, SELFMAG));
	CHECK(loader->e_type == ET_DYN);
	if (seen.loader)
		CHECK(getauxval(AT_BASE) == seen.loader);
	CHECK(!strcmp((char *)getauxval(AT_EXECFN), self));
	CHECK(!strcmp((char *)getauxval(AT_PLATFORM), "i686"));
}

/* As a loader it has also to work in a child, and below a limit. */
static void test_children(const char *self)
{
	pid_t pid = checked_fork();

	if (!pid) {
		CHECK(user_sum() == 23);
		execl("/proc/self/exe", self, "again", NULL);
		_exit(errno);
	}
	expect_success(pid);
	pid = checked_fork();
	if (!pid) {
		raise(SIGSEGV);
		_exit(0);
	}
	expect_signal(pid, SIGSEGV);
}

int main(int argc, char **argv)
{
	int direct = argc > 1 && !strcmp(argv[1], "direct");

	if (getenv("LD_PRELOAD"))
		CHECK(getppid() == 12345);
	test_constructors();
	test_symbols();
	if (argc > 1 && !strcmp(argv[1], "again"))
		return 0;
	if (argc > 1 && !strcmp(argv[1], "sleep"))
		return sleep(1000);
	test_plugin();
	test_cancellation();
	test_auxiliary_vector(direct, argv[0]);
	if (!direct)
		test_children(argv[0]);
	return passed("dynamic");
}

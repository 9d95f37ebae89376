/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which devices a guest has: a console, entropy, a balloon and a watchdog
 * always; disks, network cards and a second console port as its settings ask
 * (struct config).
 */
#include "bus.h"
#include "device.h"
#include "disk.h"

/* What follows `prefix` in s, or NULL */
static const char *after(const char *s, const char *prefix)
{
	uint32_t n = strlen(prefix);

	return strncmp(s, prefix, n) ? NULL : s + n;
}

/* "ata0", "ata1", "module:NAME", each perhaps with ",ro"; NULL: no such */
static struct disk *disk_find(const char *value)
{
	const char *name = after(value, "module:");
	const char *comma = strchr(value, ',');
	struct disk *disk = NULL;

	if (comma && strcmp(comma, ",ro"))
		return NULL;
	if (name)
		disk = memdisk_find(name, comma ? (uint32_t)(comma - name)
			: strlen(name));
	else if (after(value, "ata") && (!value[4] || value[4] == ','))
		disk = ata_disk((uint32_t)(value[3] - '0'));
	if (disk && !disk->taken)
		disk->read_only = comma;
	return disk;
}

static const char *disk_add(struct vm *vm, const char *value)
{
	struct disk *disk = disk_find(value);

	if (!disk)
		return "no such disk";
	if (disk->taken)
		return "another guest has it";
	block_init(bus_add(vm, &virtio_block), disk);
	return NULL;
}

static const char *net_add(struct vm *vm, const char *value)
{
	if (!strcmp(value, "ne2k"))
		return uplink_plug(bus_add(vm, &virtio_net)) ? NULL
			: "no such card, or another guest has it";
	if (!strcmp(value, "switch"))
		return switch_plug(bus_add(vm, &virtio_net)) ? NULL
			: "the switch has no port left";
	return "ne2k or switch";
}

/* The console is the first device */
static const char *port_add(struct vm *vm, const char *value)
{
	if (strcmp(value, "com2"))
		return "com2 only";
	return console_add_port(&vm->virtio->device[0]) ? NULL
		: "there is none, or another guest has it";
}

static const struct {
	const char *prefix;
	const char *(*add)(struct vm *vm, const char *value);
} settings[] = {
	{ "disk=", disk_add }, { "net=", net_add }, { "port=", port_add },
};

bool virtio_setting(const char *word)
{
	for (uint32_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (after(word, settings[i].prefix))
			return true;
	return false;
}

static void word_add(struct vm *vm, const char *word)
{
	const char *error = NULL;

	for (uint32_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const char *value = after(word, settings[i].prefix);

		if (value)
			error = settings[i].add(vm, value);
	}
	if (error)
		vmm_fail(STATUS_BAD_OPTION, "guest %u: %s: %s", vm->id, word,
			error);
}

void virtio_init(struct vm *vm)
{
	vm->virtio = memory_take(sizeof(*vm->virtio));
	(void)bus_add(vm, &virtio_console);
	(void)bus_add(vm, &virtio_entropy);
	(void)bus_add(vm, &virtio_balloon);
	(void)bus_add(vm, &virtio_watchdog);
	for (uint32_t i = 0; i < vm->config.ndevices; i++)
		word_add(vm, vm->config.device[i]);
}

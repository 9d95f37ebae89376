/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words for the VMM.  On its own command line: `loglevel=` and `escape=`,
 * every guest's settings (`weight=2`), one guest's (`guest2.weight=3`).  On
 * a guest's: its own (`vmm.weight=3`), which the guest does not see.
 */
#include "virtio/bus.h"
#include "vmm.h"

#define WORD_MAX	128
#define WEIGHT_MAX	100u
#define MODULE_PREFIX	"vmm."
#define GUEST_PREFIX	"guest"

uint8_t escape_key = ']' & 0x1F;
bool escape_on = true;

static const char *const restart_names[] = {
	[RESTART_NO] = "no", [RESTART_CRASH] = "crash",
	[RESTART_ALWAYS] = "always", NULL
};
static const char *const output_names[] = {
	[OUTPUT_BACK] = "back", [OUTPUT_FRONT] = "front",
	[OUTPUT_LINES] = "lines", [OUTPUT_NONE] = "none", NULL
};
static const char *const yes_names[] = { "no", "yes", NULL };

/* A guest's settings: a number in [min, max] or one of several names */
static const struct setting {
	const char *name;
	size_t offset;			/* of a uint32_t in struct config */
	uint32_t min, max;
	const char *const *names;
} settings[] = {
	{ "mem", offsetof(struct config, mem_mib), 1,
		(VMM_GUEST_MAX - VMM_GUEST_BASE) / MIB, NULL },
	{ "weight", offsetof(struct config, weight), 1, WEIGHT_MAX, NULL },
	{ "watchdog", offsetof(struct config, watchdog_ms), 1,
		VMM_WATCHDOG_MAX, NULL },
	{ "restart", offsetof(struct config, restart), 0, 0, restart_names },
	{ "console", offsetof(struct config, output), 0, 0, output_names },
	{ "start", offsetof(struct config, start), 0, 0, yes_names },
};

#define NSETTINGS	(sizeof(settings) / sizeof(*settings))

/* A decimal number that fills the whole string */
static bool parse_number(const char *s, uint32_t min, uint32_t max,
		uint32_t *number)
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
	return n >= min;
}

static bool parse_name(const char *s, const char *const *names,
		uint32_t *number)
{
	for (uint32_t i = 0; names[i]; i++)
		if (!strcmp(s, names[i])) {
			*number = i;
			return true;
		}
	return false;
}

/* What follows `prefix` in s, or NULL */
static const char *after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) ? NULL : s + n;
}

static bool parse_guest_name(const char *value, struct config *config)
{
	size_t n = strlen(value);

	if (!n || n >= sizeof(config->name))
		return false;
	memcpy(config->name, value, n + 1);
	return true;
}

static bool parse_device(const char *word, struct config *config)
{
	size_t n = strlen(word);

	if (config->ndevices == VM_DEVICES || n >= VM_DEVICE_MAX)
		return false;
	memcpy(config->device[config->ndevices++], word, n + 1);
	return true;
}

/* One setting of a guest, without a prefix */
static bool parse_setting(const char *word, struct config *config)
{
	const char *value = after(word, "name=");

	if (value)
		return parse_guest_name(value, config);
	if (virtio_setting(word))
		return parse_device(word, config);
	for (const struct setting *s = settings; s < settings + NSETTINGS;
			s++) {
		uint32_t *number = (void *)((char *)config + s->offset);

		value = after(word, s->name);
		if (!value || *value++ != '=')
			continue;
		return s->names ? parse_name(value, s->names, number)
			: parse_number(value, s->min, s->max, number);
	}
	return false;
}

/* `none`, a character's number, or ^ and a character */
static bool parse_escape(const char *value)
{
	uint32_t n;

	escape_on = strcmp(value, "none") != 0;
	if (!escape_on)
		return true;
	if (value[0] == '^' && value[1] && !value[2])
		n = value[1] & 0x1F;
	else if (!parse_number(value, 0, 255, &n))
		return false;
	escape_key = (uint8_t)n;
	return true;
}

/* `guestN.setting`: the setting, and N in *id; or NULL */
static const char *parse_prefix(const char *word, uint32_t *id)
{
	const char *number = after(word, GUEST_PREFIX), *dot;
	char text[4];

	dot = number ? strchr(number, '.') : NULL;
	if (!dot || (size_t)(dot - number) >= sizeof(text))
		return NULL;
	memcpy(text, number, (size_t)(dot - number));
	text[dot - number] = 0;
	return parse_number(text, 1, VM_MAX, id) ? dot + 1 : NULL;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word of *s, cut if it is too long, or NULL */
static const char *next_word(const char **s)
{
	static char word[WORD_MAX];
	uint32_t n = 0;

	while (is_space(**s))
		(*s)++;
	if (!**s)
		return NULL;
	for (; **s && !is_space(**s); (*s)++)
		if (n < sizeof(word) - 1)
			word[n++] = **s;
	word[n] = 0;
	return word;
}

static bool parse_vmm_word(const char *word, struct config *config)
{
	struct config unused = { 0 };
	const char *value;
	uint32_t n;

	value = parse_prefix(word, &n);
	if (value)
		return parse_setting(value, &unused);
	value = after(word, "loglevel=");
	if (value) {
		bool good = parse_number(value, 0, LOG_DEBUG, &n);

		log_level = good ? (enum log_level)n : log_level;
		return good;
	}
	value = after(word, "escape=");
	if (value)
		return parse_escape(value);
	return parse_setting(word, config);
}

/* All but guestN. words.  NULL, or the first word that makes no sense. */
const char *options_vmm(const char *words, struct config *config)
{
	const char *word;

	while ((word = next_word(&words)))
		if (!parse_vmm_word(word, config))
			return word;
	return NULL;
}

/* The guestN. words for one guest, after options_vmm() liked them all */
const char *options_guest(const char *words, uint32_t id,
		struct config *config)
{
	const char *word;

	while ((word = next_word(&words))) {
		uint32_t n;
		const char *setting = parse_prefix(word, &n);

		if (setting && n == id && !parse_setting(setting, config))
			return word;
	}
	return NULL;
}

/* The words with vmm. in front in a module's string */
const char *options_module(const char *words, struct config *config)
{
	const char *word;

	while ((word = next_word(&words))) {
		const char *setting = after(word, MODULE_PREFIX);

		if (setting && !parse_setting(setting, config))
			return word;
	}
	return NULL;
}

/*
 * Copies all but those words, each with one space between.  `size` bytes
 * without the rest must do, or the result is not 0: the bytes that it takes.
 */
uint32_t options_strip(const char *words, char *out, uint32_t size)
{
	uint32_t length = 0;

	for (;;) {
		const char *start;
		uint32_t n;

		while (is_space(*words))
			words++;
		start = words;
		while (*words && !is_space(*words))
			words++;
		n = (uint32_t)(words - start);
		if (!n)
			break;
		if (after(start, MODULE_PREFIX))
			continue;
		if (length + n + 2 > size)
			return length + n + 2;
		if (length)
			out[length++] = ' ';
		memcpy(out + length, start, n);
		length += n;
	}
	out[length] = 0;
	return 0;
}

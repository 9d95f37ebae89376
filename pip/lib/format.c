/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf's formatting.  Pure C without a division of 64 bits, which on i386
 * would need the compiler's run-time library.
 */
#include <stdbool.h>
#include <stdint.h>

#include <pip/format.h>
#include <pip/string.h>

#define DIGITS_MAX	22	/* 2^64 in octal */

struct output {
	pip_put_t *put;
	void *arg;
	int count;
};

struct spec {
	bool left, zero, alternate;
	char plus;		/* the sign of a positive number, or 0 */
	int width;
	int precision;		/* negative: none */
	unsigned size;		/* bytes of the argument, as promoted */
	unsigned bytes;		/* bytes of it that count */
};

static void put(struct output *out, char c)
{
	out->put(out->arg, c);
	out->count++;
}

static void put_repeated(struct output *out, char c, int n)
{
	while (n-- > 0)
		put(out, c);
}

/* Divides *n by base, at most 16, and returns the remainder */
static uint32_t divide(uint64_t *n, uint32_t base)
{
	uint64_t quotient = 0;
	uint32_t rest = 0;

	for (int shift = 48; shift >= 0; shift -= 16) {
		uint32_t part = rest << 16 | (uint32_t)(*n >> shift & 0xFFFF);

		quotient |= (uint64_t)(part / base) << shift;
		rest = part % base;
	}
	*n = quotient;
	return rest;
}

static void put_string(struct output *out, const struct spec *spec,
		const char *s)
{
	int length = 0;

	if (!s)
		s = "(null)";
	while ((spec->precision < 0 || length < spec->precision) && s[length])
		length++;
	if (!spec->left)
		put_repeated(out, ' ', spec->width - length);
	for (int i = 0; i < length; i++)
		put(out, s[i]);
	if (spec->left)
		put_repeated(out, ' ', spec->width - length);
}

/* prefix: sign or "0x", at most two characters */
static void put_number(struct output *out, const struct spec *spec,
		uint64_t n, uint32_t base, bool upper, const char *prefix)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char digits[DIGITS_MAX];
	int length = 0, zeros, pad;

	for (; n; length++)
		digits[length] = set[divide(&n, base)];
	zeros = (spec->precision < 0 ? 1 : spec->precision) - length;
	if (base == 8 && spec->alternate && zeros <= 0)
		zeros = 1;
	pad = spec->width - (int)strlen(prefix) - length
		- (zeros > 0 ? zeros : 0);
	if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
		zeros = (zeros > 0 ? zeros : 0) + pad;
		pad = 0;
	}
	if (!spec->left)
		put_repeated(out, ' ', pad);
	while (*prefix)
		put(out, *prefix++);
	put_repeated(out, '0', zeros);
	while (length)
		put(out, digits[--length]);
	if (spec->left)
		put_repeated(out, ' ', pad);
}

static int read_number(const char **format, va_list *ap)
{
	int n = 0;

	if (**format == '*') {
		(*format)++;
		return va_arg(*ap, int);
	}
	for (; **format >= '0' && **format <= '9'; (*format)++)
		n = n * 10 + (**format - '0');
	return n;
}

static void read_flags(const char **format, struct spec *spec)
{
	for (;; (*format)++)
		switch (**format) {
		case '-': spec->left = true; break;
		case '0': spec->zero = true; break;
		case '#': spec->alternate = true; break;
		case '+': spec->plus = '+'; break;
		case ' ': spec->plus = spec->plus ? spec->plus : ' '; break;
		default: return;
		}
}

static void set_size(struct spec *spec, size_t size)
{
	spec->bytes = (unsigned)size;
	spec->size = size < sizeof(int) ? sizeof(int) : (unsigned)size;
}

static void read_length(const char **format, struct spec *spec)
{
	char c = **format;
	bool twice = (c == 'h' || c == 'l') && (*format)[1] == c;

	switch (c) {
	case 'h': set_size(spec, twice ? 1 : sizeof(short)); break;
	case 'l': set_size(spec, twice ? 8 : sizeof(long)); break;
	case 'j': set_size(spec, sizeof(intmax_t)); break;
	case 'z': set_size(spec, sizeof(size_t)); break;
	case 't': set_size(spec, sizeof(ptrdiff_t)); break;
	default: set_size(spec, sizeof(int)); return;
	}
	*format += twice ? 2 : 1;
}

static void read_spec(const char **format, va_list *ap, struct spec *spec)
{
	*spec = (struct spec){ .precision = -1 };
	read_flags(format, spec);
	spec->width = read_number(format, ap);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = -spec->width;
	}
	if (**format == '.') {
		(*format)++;
		spec->precision = read_number(format, ap);
	}
	read_length(format, spec);
}

static uint64_t read_argument(const struct spec *spec, va_list *ap)
{
	unsigned drop = 64 - 8 * spec->bytes;
	uint64_t n = spec->size == 8 ? va_arg(*ap, uint64_t)
		: va_arg(*ap, uint32_t);

	return n << drop >> drop;
}

static void put_signed(struct output *out, const struct spec *spec,
		va_list *ap)
{
	char sign[2] = { spec->plus, 0 };
	uint64_t n = read_argument(spec, ap);

	if (n >> (8 * spec->bytes - 1)) {
		unsigned drop = 64 - 8 * spec->bytes;

		n = -n << drop >> drop;
		sign[0] = '-';
	}
	put_number(out, spec, n, 10, false, sign);
}

static void put_unsigned(struct output *out, const struct spec *spec,
		va_list *ap, char type)
{
	uint64_t n = read_argument(spec, ap);
	const char *prefix = !spec->alternate || !n ? ""
		: type == 'x' ? "0x" : type == 'X' ? "0X" : "";
	uint32_t base = type == 'u' ? 10 : type == 'o' ? 8 : 16;

	put_number(out, spec, n, base, type == 'X', prefix);
}

/* One conversion; an unknown one is shown as it stands */
static void convert(struct output *out, const char **format, va_list *ap)
{
	const char *start = *format;
	struct spec spec;
	char one[2] = "";

	read_spec(format, ap, &spec);
	switch (**format) {
	case 'd':
	case 'i':
		put_signed(out, &spec, ap);
		break;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_unsigned(out, &spec, ap, **format);
		break;
	case 'p':
		put_number(out, &spec, (uintptr_t)va_arg(*ap, void *), 16,
			false, "0x");
		break;
	case 's':
		put_string(out, &spec, va_arg(*ap, const char *));
		break;
	case 'c':
		one[0] = (char)va_arg(*ap, int);
		spec.width--;
		if (!spec.left)
			put_repeated(out, ' ', spec.width);
		put(out, one[0]);
		if (spec.left)
			put_repeated(out, ' ', spec.width);
		break;
	case '%':
		put(out, '%');
		break;
	default:
		put(out, '%');
		*format = start;
		return;
	}
	(*format)++;
}

int pip_vformat(pip_put_t *sink, void *arg, const char *format, va_list ap)
{
	struct output out = { sink, arg, 0 };
	va_list args;

	va_copy(args, ap);
	while (*format) {
		char c = *format++;

		if (c == '%')
			convert(&out, &format, &args);
		else
			put(&out, c);
	}
	va_end(args);
	return out.count;
}

struct buffer {
	char *next, *last;
};

static void put_buffer(void *arg, char c)
{
	struct buffer *b = arg;

	if (b->next < b->last)
		*b->next++ = c;
}

int pip_vsnprintf(char *buffer, size_t size, const char *format, va_list ap)
{
	struct buffer b = { buffer, size ? buffer + size - 1 : buffer };
	int count = pip_vformat(put_buffer, &b, format, ap);

	if (size)
		*b.next = 0;
	return count;
}

int pip_snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list ap;
	int count;

	va_start(ap, format);
	count = pip_vsnprintf(buffer, size, format, ap);
	va_end(ap);
	return count;
}
